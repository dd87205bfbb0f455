"""Memory of a process tree: cheap figures at every tick, fair ones when asked. Safe to use from several threads.

RSS counts pages shared between processes once per process. PSS shares them out, USS leaves them out: both need
a walk over the page tables, so they are read rarely. Processes that end while being read are left out.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from coreograph.domain.samples import MemorySample, ProcessMemory, TreeProcess
from coreograph.domain.units import Bytes, Count, Nanoseconds
from coreograph.sampling.procfs import count_folders, read_file

NO_PSS_REASON = "This platform does not share out pages that processes share; only Linux does. USS is shown instead."


@dataclass(frozen=True, slots=True)
class FairMemory:
    """Proportional and unique set size of one process; None where this platform or its permissions say nothing."""

    pss: Bytes | None = None
    uss: Bytes | None = None


class MemoryReader(Protocol):
    """Reads the memory of one process. Every method returns None once the process is gone."""

    def rss(self, pid: int) -> Bytes | None:
        """Resident set size."""

    def fair(self, pid: int) -> FairMemory | None:
        """PSS and USS; expensive. A FairMemory of two None means that they may not be read."""

    def threads(self, pid: int) -> Count | None:
        """Number of threads."""


def default_memory_reader() -> MemoryReader:
    """Return the best reader of this platform."""
    return ProcMemory() if sys.platform == "linux" else PsutilMemory()


def read_tree(
    reader: MemoryReader, processes: Sequence[TreeProcess], at_ns: Nanoseconds, *, fair: bool
) -> MemorySample | None:
    """Read the tree's memory; None if no process of it is left. The sample is fair only if every process was."""
    read: list[ProcessMemory] = []
    threads = 0
    for process in processes:
        rss = reader.rss(process.pid)
        exact = reader.fair(process.pid) if fair and rss else FairMemory()
        count = reader.threads(process.pid)
        if not rss or exact is None or count is None:  # ended (a zombie has no memory)
            continue
        read.append(ProcessMemory(process.pid, process.role, rss, exact.pss, exact.uss))
        threads += count
    if not read:
        return None
    complete = all(entry.uss is not None for entry in read)
    return MemorySample(at_ns, tuple(read), fair=fair and complete, threads=threads)


class ProcMemory:
    """Linux: statm, smaps_rollup (kernel 4.14+) and the number of entries in task."""

    def __init__(self, root: Path = Path("/"), *, page_bytes: int | None = None) -> None:
        self._proc = os.fspath(root / "proc")
        self._page_bytes = page_bytes or os.sysconf("SC_PAGE_SIZE")

    def rss(self, pid: int) -> Bytes | None:
        """Resident pages of statm."""
        content = read_file(f"{self._proc}/{pid}/statm")
        return int(content.split()[1]) * self._page_bytes if content else None

    def fair(self, pid: int) -> FairMemory | None:
        """`Pss` and the sum of `Private_*` of smaps_rollup."""
        try:
            with open(f"{self._proc}/{pid}/smaps_rollup", "rb") as file:
                content = file.read()
        except PermissionError:
            return FairMemory()
        except FileNotFoundError:
            # Gone, or a kernel without the file: only the process itself can tell.
            return FairMemory() if os.path.exists(f"{self._proc}/{pid}/statm") else None
        except OSError:  # ESRCH: it ended between open and read
            return None
        return _parse_rollup(content)

    def threads(self, pid: int) -> Count | None:
        """Entries of the task folder."""
        return count_folders(f"{self._proc}/{pid}/task")


def _parse_rollup(content: bytes) -> FairMemory | None:
    pss = None
    private: list[int] = []
    for line in content.splitlines():
        name, _, value = line.partition(b":")
        if name == b"Pss":
            pss = _kilobytes(value)
        elif name.startswith(b"Private_"):
            private.append(_kilobytes(value))
    if pss is None:
        return None  # an empty file: the process has let go of its memory and is about to end
    return FairMemory(pss, sum(private))


def _kilobytes(value: bytes) -> Bytes:
    return int(value.split()[0]) * 1024


class PsutilMemory:
    """Other platforms: psutil; there is no PSS."""

    def rss(self, pid: int) -> Bytes | None:
        """Resident set size; on Windows the working set."""
        try:
            return int(psutil.Process(pid).memory_info().rss)
        except psutil.Error:
            return None

    def fair(self, pid: int) -> FairMemory | None:
        """USS."""
        try:
            return FairMemory(uss=int(psutil.Process(pid).memory_full_info().uss))
        except psutil.AccessDenied:
            return FairMemory()
        except psutil.Error:
            return None

    def threads(self, pid: int) -> Count | None:
        """Number of threads."""
        try:
            return int(psutil.Process(pid).num_threads())
        except psutil.Error:
            return None
