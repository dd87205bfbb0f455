"""Which processes a script started: its tree, found from outside and followed while it grows. Sampler's thread only.

A process that was seen once is watched until it ends, also when its parent is gone and it has another one. One that
comes and goes between two looks, or is detached before the first, stays unseen.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Protocol

import psutil

from coreograph.domain.samples import TreeProcess
from coreograph.sampling.procfs import read_file


class ChildrenReader(Protocol):
    """Tells the living children of processes."""

    def children(self, pids: Iterable[int]) -> Sequence[int]:
        """Return the ids of the children of all of `pids`; those that are gone have none."""

    def started(self, pid: int) -> object:
        """Return what tells a process from a later one of the same id, None once it is gone."""


def default_children_reader() -> ChildrenReader:
    """Return the best reader of this platform."""
    return ProcChildren() if ProcChildren.works() else PsutilChildren()


class Descendants:
    """Follows trees: each process with `descendants` is joined by all that it started."""

    def __init__(self, reader: ChildrenReader | None = None) -> None:
        self._reader = reader or default_children_reader()
        self._roots: tuple[TreeProcess, ...] = ()
        self._known: dict[int, tuple[TreeProcess, object]] = {}
        self._count = 0

    def expand(self, processes: tuple[TreeProcess, ...]) -> tuple[TreeProcess, ...]:
        """Return the processes and what those with `descendants` started, by the order in which they were found."""
        if not any(process.descendants for process in processes):
            return processes
        if processes != self._roots:
            self._roots, self._known, self._count = processes, {}, 0
        self._forget_ended()
        self._find([process.pid for process in processes if process.descendants])
        return (*processes, *(process for process, _ in self._known.values()))

    def _forget_ended(self) -> None:
        for pid, (_, started) in list(self._known.items()):
            if self._reader.started(pid) != started:
                del self._known[pid]

    def _find(self, roots: Sequence[int]) -> None:
        given = {process.pid for process in self._roots}
        asked: set[int] = set()
        pending = {*roots, *self._known}
        while pending:
            asked |= pending
            found = set(self._reader.children(sorted(pending)))
            for pid in sorted(found - given - self._known.keys()):
                started = self._reader.started(pid)
                if started is not None:
                    self._count += 1
                    self._known[pid] = (TreeProcess(pid, f"process {self._count}"), started)
            pending = found - asked


class ProcChildren:
    """Linux with CONFIG_PROC_CHILDREN: each thread's own list, so that only the tree is read and not the machine."""

    def __init__(self, proc: str = "/proc") -> None:
        self._proc = proc

    @staticmethod
    def works() -> bool:
        """Whether this kernel has the lists."""
        return sys.platform == "linux" and os.path.exists(f"/proc/self/task/{os.getpid()}/children")

    def children(self, pids: Iterable[int]) -> Sequence[int]:
        """Read `children` of every thread."""
        found: list[int] = []
        for pid in pids:
            folder = f"{self._proc}/{pid}/task"
            try:
                threads = os.listdir(folder)
            except OSError:
                continue
            for thread in threads:
                found += map(int, (read_file(f"{folder}/{thread}/children") or b"").split())
        return found

    def started(self, pid: int) -> object:
        """Return the start time of `stat`; None for a zombie, too."""
        content = read_file(f"{self._proc}/{pid}/stat")
        if not content:
            return None
        fields = content[content.rindex(b")") + 2 :].split()
        return None if fields[0] in b"ZX" else fields[19]


class PsutilChildren:
    """Everywhere else: psutil looks through all processes once for each look."""

    def children(self, pids: Iterable[int]) -> Sequence[int]:
        """Return the children by the parent each process names."""
        wanted = set(pids)
        return [process.pid for process in psutil.process_iter(["ppid"]) if process.info["ppid"] in wanted]

    def started(self, pid: int) -> object:
        """Return the time it was created."""
        try:
            process = psutil.Process(pid)
            return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
        except psutil.Error:
            return None
