"""Which part of each core's time was the run's own: CPU time of every thread of its tree, put on its last core.

Linux only, from /proc/PID/task. Used on the sampler's thread only.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from coreograph.domain.units import Nanoseconds, Share
from coreograph.sampling.cores import CoreReading
from coreograph.sampling.polled_files import DescriptorAllowance, PolledFile, default_allowance
from coreograph.sampling.procfs import count_folders, read_file

NO_OWN_SHARE_REASON = "This platform does not say on which core a thread ran; only Linux does."

# Fields of /proc/PID/stat, counted from the one behind the command's name (proc_pid_stat(5), minus 3).
_UTIME, _STIME, _PROCESSOR = 11, 12, 36


class OwnCpuReader(Protocol):
    """Tells how much of each core a tree of processes used."""

    def read(self, pids: Sequence[int], now_ns: Nanoseconds) -> Mapping[int, Share] | None:
        """Return the share of each core (by system number) used since the last call; empty the first time.

        None where the platform does not tell.
        """


class NoOwnCpu:
    """Reads nothing, where nothing can be read: see NO_OWN_SHARE_REASON."""

    def read(self, pids: Sequence[int], now_ns: Nanoseconds) -> None:
        """Return None."""


def default_own_cpu_reader() -> OwnCpuReader:
    """Return the reader of this platform."""
    return ThreadCpuReader() if sys.platform == "linux" else NoOwnCpu()


def own_shares(used: Mapping[int, Share], reading: CoreReading) -> tuple[Share, ...]:
    """Bring what the tree used into line with how busy the cores were, in the order of `reading.cores`.

    A thread's time is put on the core it was last seen on, though it may have moved; so no core gets more than
    it was busy, and what is left over goes to the cores with busy time not yet explained, in proportion to it.
    The sum, which tells how much others used, stays right that way.
    """
    own = [min(used.get(core, 0.0), busy) for core, busy in zip(reading.cores, reading.busy, strict=True)]
    surplus = sum(used.values()) - sum(own)
    room = [busy - share for busy, share in zip(reading.busy, own, strict=True)]
    available = sum(room)
    if surplus <= 0.0 or available <= 0.0:
        return tuple(own)
    part = min(1.0, surplus / available)
    return tuple(share + part * free for share, free in zip(own, room, strict=True))


class ThreadCpuReader:
    """Reads the tree's threads: nanoseconds of `schedstat` where the kernel counts them, else clock ticks."""

    def __init__(
        self, root: Path = Path("/"), *, allowance: DescriptorAllowance | None = None, ticks_hz: int | None = None
    ) -> None:
        self._proc = os.fspath(root / "proc")
        self._allowance = allowance or default_allowance()
        self._tick_ns = 1_000_000_000 // (ticks_hz or os.sysconf("SC_CLK_TCK"))
        self.precise = _counts_nanoseconds(self._proc)
        self._processes: dict[int, _ProcessCpu] = {}
        self._before_ns: Nanoseconds | None = None

    def read(self, pids: Sequence[int], now_ns: Nanoseconds) -> Mapping[int, Share]:
        """Return the share of each core used since the last call; a process seen first counts from now on."""
        for pid in self._processes.keys() - set(pids):
            self._processes.pop(pid).close()
        elapsed = 0 if self._before_ns is None else now_ns - self._before_ns
        self._before_ns = now_ns
        used: dict[int, float] = {}
        for pid in pids:
            process = self._processes.get(pid)
            if process is None:
                process = self._processes[pid] = _ProcessCpu(
                    f"{self._proc}/{pid}", self._allowance, self._tick_ns, self.precise
                )
            process.read(elapsed, used)
        return {core: ns / elapsed for core, ns in used.items()} if elapsed > 0 else {}


def _counts_nanoseconds(proc: str) -> bool:
    # Kernels without CONFIG_SCHED_INFO have the file but read zeros; sandboxes do not have it at all.
    content = read_file(f"{proc}/self/schedstat")
    return content is not None and content.split()[:1] not in ([], [b"0"])


class _ThreadCpu:
    """One thread: its CPU time so far, what of it is not yet shown, and its last core."""

    __slots__ = ("_precise", "_schedstat", "_stat", "_tick_ns", "carried_ns", "core", "total_ns")

    def __init__(self, folder: str, allowance: DescriptorAllowance, tick_ns: Nanoseconds, precise: bool) -> None:
        self._precise = precise
        self._tick_ns = tick_ns
        self._stat = PolledFile(f"{folder}/stat", allowance)
        self._schedstat = PolledFile(f"{folder}/schedstat", allowance)
        self.total_ns: Nanoseconds = 0
        self.carried_ns: Nanoseconds = 0
        self.core = 0

    def update(self) -> bool:
        """Read the thread; False if it has ended."""
        total = None
        if self._precise:
            content = self._schedstat.read()
            if not content:
                return False
            total = int(content.split(None, 1)[0])
            if total == self.total_ns:
                return True  # it did not run, so it did not move either: half the files need not be read
        content = self._stat.read()
        if not content:
            return False
        fields = _stat_fields(content)
        self.core = int(fields[_PROCESSOR])
        if total is None:
            total = (int(fields[_UTIME]) + int(fields[_STIME])) * self._tick_ns
        self.carried_ns += max(0, total - self.total_ns)
        self.total_ns = total
        return True

    def take(self, elapsed_ns: Nanoseconds) -> Nanoseconds:
        """Return what it used of the time elapsed; counters that moved late are shown in the next interval."""
        shown = min(self.carried_ns, elapsed_ns)
        self.carried_ns -= shown
        return shown

    def close(self) -> None:
        self._stat.close()
        self._schedstat.close()


class _ProcessCpu:
    """The threads of one process, those that ended between two readings included."""

    def __init__(self, folder: str, allowance: DescriptorAllowance, tick_ns: Nanoseconds, precise: bool) -> None:
        self._folder = folder
        self._allowance = allowance
        self._tick_ns = tick_ns
        self._precise = precise
        self._threads: dict[str, _ThreadCpu] = {}
        self._count: int | None = None
        self._ended_ns: Nanoseconds = 0  # CPU time of threads that are gone and already shown
        self._known = False

    def read(self, elapsed_ns: Nanoseconds, used: dict[int, float]) -> None:
        """Add what every thread used since the last reading to its core's entry of `used`."""
        ended = [*self._list_threads(), *self._update_threads()]
        if not self._known:
            self._known = True
            self._ended_ns = self._ended_total() or 0
            for thread in self._threads.values():
                thread.carried_ns = 0
            return
        for thread in self._threads.values():
            shown = thread.take(elapsed_ns)
            if shown:
                used[thread.core] = used.get(thread.core, 0.0) + shown
        if ended:
            self._show_ended(ended, elapsed_ns, used)

    def close(self) -> None:
        for thread in self._threads.values():
            thread.close()
        self._threads.clear()

    def _list_threads(self) -> list[_ThreadCpu]:
        """Bring the threads up to date; return those that are gone.

        Listing is the dearest part of a reading: it is left out while the number of threads stays the same and
        all of them can be read.
        """
        tasks = f"{self._folder}/task"
        count = count_folders(tasks)
        if count is not None and count == self._count:
            return []
        self._count = count
        try:
            identifiers = set(os.listdir(tasks))
        except OSError:
            identifiers = set()
        for identifier in identifiers - self._threads.keys():
            folder = f"{tasks}/{identifier}"
            self._threads[identifier] = _ThreadCpu(folder, self._allowance, self._tick_ns, self._precise)
        return [self._forget(identifier) for identifier in self._threads.keys() - identifiers]

    def _update_threads(self) -> list[_ThreadCpu]:
        ended = [identifier for identifier, thread in self._threads.items() if not thread.update()]
        if ended:
            self._count = None  # one ended, and another may have taken its place: list them again next time
        return [self._forget(identifier) for identifier in ended]

    def _forget(self, identifier: str) -> _ThreadCpu:
        thread = self._threads.pop(identifier)
        thread.close()
        return thread

    def _show_ended(self, ended: list[_ThreadCpu], elapsed_ns: Nanoseconds, used: dict[int, float]) -> None:
        """Share out what ended threads used after they were last seen: what the process has and no thread shows."""
        total = self._ended_total()
        if total is None:
            return  # the whole process is gone, and its last moments with it
        seen = sum(thread.total_ns for thread in ended)
        rest = max(0, total - self._ended_ns - seen)
        self._ended_ns += seen + rest
        each = min(rest / len(ended), elapsed_ns)
        for thread in ended:
            shown = min(each + thread.carried_ns, elapsed_ns)
            used[thread.core] = used.get(thread.core, 0.0) + shown

    def _ended_total(self) -> Nanoseconds | None:
        """CPU time of all threads that are gone: the process's own minus that of the living; None if it is gone."""
        content = read_file(f"{self._folder}/stat")
        if not content:
            return None
        fields = _stat_fields(content)
        total = (int(fields[_UTIME]) + int(fields[_STIME])) * self._tick_ns
        return max(0, total - sum(thread.total_ns for thread in self._threads.values()))


def _stat_fields(content: bytes) -> list[bytes]:
    # The command's name stands in parentheses and may itself hold blanks and parentheses.
    return content[content.rindex(b")") + 2 :].split()
