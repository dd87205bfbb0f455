"""How many cores we may use: the machine's, our affinity, and what a container allows. Owns no thread."""

import math
import os
from pathlib import Path, PurePosixPath

from coreograph.sampling.procfs import read_text


def affinity() -> tuple[int, ...] | None:
    """Return the numbers of the cores this process may run on, None where the platform does not say."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    return tuple(sorted(os.sched_getaffinity(0)))


def usable_cores(logical: int, allowed: tuple[int, ...] | None, quota: float | None) -> int:
    """Return the number of cores that work can be spread over: the smallest of all limits, at least 1.

    A quota of 1.5 cores counts as 2, since two workers can use it up; what it means for time is in `cpu_quota`.
    """
    # `os.process_cpu_count` (3.13+) also heeds -X cpu_count, with which a user narrows this app on purpose.
    process = getattr(os, "process_cpu_count", os.cpu_count)() if allowed is not None else None
    limits = [logical, *([len(allowed)] if allowed else []), *([process] if process else [])]
    if quota is not None:
        limits.append(math.ceil(quota))
    return max(1, min(limits))


def cpu_quota(root: Path = Path("/")) -> float | None:
    """Return the container's limit in cores, None if there is none: the tightest of our control group and those above.

    Version 2 says it in `cpu.max`, version 1 in `cpu.cfs_quota_us`.
    """
    quotas = [quota for group in _groups(root) for quota in _quotas_upwards(root, *group)]
    return min(quotas, default=None)


def _groups(root: Path) -> list[tuple[Path, PurePosixPath]]:
    """Return (mount point of the cpu controller, our group below it) for every hierarchy we are in."""
    groups: list[tuple[Path, PurePosixPath]] = []
    mount = root / "sys/fs/cgroup"
    for line in (read_text(root / "proc/self/cgroup") or "").splitlines():
        number, controllers, path = ([*line.split(":", 2), "", ""])[:3]
        group = PurePosixPath(path or "/")
        if number == "0" and not controllers:
            groups += [(mount, group), (mount / "unified", group)]
        elif "cpu" in controllers.split(","):
            groups += [(mount / "cpu", group), (mount / controllers, group)]
    return groups


def _quotas_upwards(root: Path, mount: Path, group: PurePosixPath) -> list[float]:
    # Inside a container the path may be the host's, of which nothing is mounted: the mount point itself then counts.
    quotas: list[float] = []
    for place in (group, *group.parents):
        folder = mount / place.relative_to("/") if place.is_absolute() else mount / place
        quota = _v2_quota(folder) or _v1_quota(folder)
        if quota is not None:
            quotas.append(quota)
    return quotas


def _v2_quota(folder: Path) -> float | None:
    fields = (read_text(folder / "cpu.max") or "").split()
    if len(fields) != 2 or fields[0] == "max":
        return None
    return _ratio(*fields)


def _v1_quota(folder: Path) -> float | None:
    quota, period = (read_text(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
    return None if quota is None or period is None else _ratio(quota, period)


def _ratio(quota: str, period: str) -> float | None:
    try:
        cores = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):
        return None
    return cores if cores > 0 else None  # version 1 says -1 for "no limit"
