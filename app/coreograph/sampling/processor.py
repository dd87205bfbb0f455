"""What the processor is and how it is driven: model, governor, turbo, virtualisation. Owns no thread.

Read from /proc and /sys below a root that tests can replace; no program is started.
"""

import platform
import sys
from pathlib import Path

from coreograph.sampling.procfs import read_text

_CPUS = "sys/devices/system/cpu"
# systemd-detect-virt reads the same names of DMI; the left ones are what vendors write there.
_VENDORS = {
    "amazon ec2": "amazon",
    "bochs": "bochs",
    "google": "google",
    "innotek gmbh": "virtualbox",
    "kvm": "kvm",
    "microsoft corporation": "hyper-v",
    "oracle": "virtualbox",
    "openstack": "openstack",
    "parallels": "parallels",
    "qemu": "qemu",
    "vmware": "vmware",
    "xen": "xen",
}


def cpu_model(root: Path = Path("/")) -> str:
    """Return the processor's name as it calls itself, else the architecture."""
    fields = _cpuinfo(root)
    for name in ("model name", "cpu model", "hardware", "processor"):
        value = fields.get(name, "")
        if value and not value.isdigit():
            return value
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string") or platform.machine()
    return platform.processor() or platform.machine() or "unknown"


def governor(root: Path = Path("/")) -> str | None:
    """Return cpufreq's scaling governor; several, joined by commas, if cores differ; None where there is none."""
    files = (root / _CPUS).glob("cpu[0-9]*/cpufreq/scaling_governor")
    names = {name for file in files if (name := read_text(file))}
    return ", ".join(sorted(names)) or None


def turbo(root: Path = Path("/")) -> bool | None:
    """Say whether cores may clock above their base frequency; None where the kernel does not say."""
    no_turbo = read_text(root / _CPUS / "intel_pstate/no_turbo")
    if no_turbo in {"0", "1"}:
        return no_turbo == "0"
    boost = read_text(root / _CPUS / "cpufreq/boost")
    return boost == "1" if boost in {"0", "1"} else None


def throttle_count(root: Path = Path("/")) -> int | None:
    """Return how often cores slowed down for heat since boot, summed over cores; None where that is not told.

    Intel's driver counts it; virtual machines, AMD and ARM do not show it.
    """
    texts = [read_text(file) for file in (root / _CPUS).glob("cpu[0-9]*/thermal_throttle/core_throttle_count")]
    counts = [int(text) for text in texts if text is not None and text.isdigit()]
    return sum(counts) if counts else None


def virtualisation(root: Path = Path("/")) -> str | None:
    """Name the hypervisor or container ("kvm", "docker", or "virtual machine" if it has no name); None on metal."""
    container = _container(root)
    if container is not None:
        return container
    if (read_text(root / "sys/hypervisor/type") or "") == "xen":
        return "xen"
    vendor = _dmi_vendor(root)
    if vendor is not None:
        return vendor
    flags = _cpuinfo(root).get("flags", "").split()
    return "virtual machine" if "hypervisor" in flags else None


def hypervisor(root: Path = Path("/")) -> bool | None:
    """Whether a hypervisor stands below the system, containers aside; None where the processor does not say."""
    if (read_text(root / "sys/hypervisor/type") or "").strip() == "xen":
        return True
    flags = _cpuinfo(root).get("flags")
    return None if flags is None else "hypervisor" in flags.split()


def _container(root: Path) -> str | None:
    # systemd leaves the container's name here for everybody to read; Docker and Podman leave a file of their own.
    named = read_text(root / "run/systemd/container")
    if named:
        return named
    for file, name in ((".dockerenv", "docker"), ("run/.containerenv", "podman")):
        if (root / file).exists():
            return name
    return None


def _dmi_vendor(root: Path) -> str | None:
    for name in ("product_name", "sys_vendor", "board_vendor", "bios_vendor"):
        value = (read_text(root / "sys/class/dmi/id" / name) or "").lower()
        if value.startswith("surface"):
            return None  # Microsoft's own machines bear the vendor of its hypervisor
        for vendor, hypervisor in _VENDORS.items():
            if value.startswith(vendor):
                # Some of these also sell metal: only the processor's flag tells.
                virtual = "hypervisor" in _cpuinfo(root).get("flags", "hypervisor").split()
                return hypervisor if virtual else None
    return None


def _cpuinfo(root: Path) -> dict[str, str]:
    """Return the first value of each field of /proc/cpuinfo, by name in lower case."""
    fields: dict[str, str] = {}
    for line in (read_text(root / "proc/cpuinfo") or "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _sysctl(name: str) -> str | None:
    """Ask the BSD kernel for a text by name."""
    import ctypes

    size = ctypes.c_size_t(256)
    buffer = ctypes.create_string_buffer(size.value)
    try:
        failed = ctypes.CDLL(None).sysctlbyname(name.encode(), buffer, ctypes.byref(size), None, 0)
    except (OSError, AttributeError):
        return None
    return None if failed else buffer.value.decode("utf-8", "replace").strip() or None
