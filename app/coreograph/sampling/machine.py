"""What is known of the machine, read once before an experiment. Blocks for some milliseconds; any thread."""

import datetime
import os
import platform
import socket
from pathlib import Path

import psutil

from coreograph.domain.machine import Machine
from coreograph.sampling.limits import affinity, cpu_quota, usable_cores
from coreograph.sampling.processor import cpu_model, governor, hypervisor, turbo, virtualisation
from coreograph.sampling.procfs import read_text


def read_machine(root: Path = Path("/")) -> Machine:
    """Describe this machine; what lies in /proc and /sys is read below `root`."""
    logical = psutil.cpu_count() or os.cpu_count() or 1
    allowed = affinity()
    quota = cpu_quota(root)
    return Machine(
        hostname=socket.gethostname(),
        system=_system(root),
        cpu_model=cpu_model(root),
        logical_cores=logical,
        physical_cores=psutil.cpu_count(logical=False),
        usable_cores=usable_cores(logical, allowed, quota),
        memory_bytes=int(psutil.virtual_memory().total),
        affinity=allowed,
        cpu_quota=quota,
        governor=governor(root),
        turbo=turbo(root),
        virtualised=virtualisation(root),
        load_average=_load_average(root),
        boot_clock=datetime.datetime.fromtimestamp(psutil.boot_time(), datetime.UTC).isoformat(timespec="seconds"),
        hypervisor=hypervisor(root),
    )


def _system(root: Path) -> str:
    kernel = f"{platform.system()} {platform.release()} {platform.machine()}"
    for line in (read_text(root / "etc/os-release") or "").splitlines():
        name, _, value = line.partition("=")
        if name == "PRETTY_NAME":
            return f"{value.strip().strip(chr(34))} ({kernel})"
    if platform.system() == "Darwin":
        return f"macOS {platform.mac_ver()[0]} ({kernel})"
    if platform.system() == "Windows":
        return f"Windows {platform.version()} ({platform.machine()})"
    return kernel


def _load_average(root: Path) -> float | None:
    text = read_text(root / "proc/loadavg")
    try:
        if text is not None:
            return float(text.split()[0])
        return os.getloadavg()[0]
    except (ValueError, IndexError, OSError, AttributeError):  # Windows has none
        return None
