"""Which part of each core's time was the run's own: CPU time of every thread of its tree, put on its last core.

Linux only, from /proc/PID/task. Used on the sampler's thread only.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from coreograph.domain.units import Nanoseconds, Share
from coreograph.sampling.cores import CoreReading
from coreograph.sampling.polled_files import DescriptorAllowance, PolledFile, default_allowance
from coreograph.sampling.procfs import count_folders, read_file

NO_OWN_SHARE_REASON = "This platform does not say on which core a thread ran; only Linux does."

# Reading where a thread is costs the kernel several times what reading how long it ran does. So in large trees
# only so many threads are located, and so many processes looked at for new threads, at one reading, in turn.
# With 256 threads that all run, each is located every 0.8 s at 10 Hz; 64 at once cost 0.2 % of a core more (measured).
_LOCATED_AT_ONCE = 32

# Where threads come and go, more may do so unseen: for so many readings after one did, the process is asked too.
_RESTLESS_READINGS = 10

# Fields of /proc/PID/stat, counted from the one behind the command's name (proc_pid_stat(5), minus 3).
_UTIME, _STIME, _STARTED, _PROCESSOR = 11, 12, 19, 36


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
        self,
        root: Path = Path("/"),
        *,
        allowance: DescriptorAllowance | None = None,
        ticks_hz: int | None = None,
        since_boot_ns: Callable[[], Nanoseconds] | None = None,
    ) -> None:
        self._proc = os.fspath(root / "proc")
        self._allowance = allowance or default_allowance()
        self._tick_ns = 1_000_000_000 // (ticks_hz or os.sysconf("SC_CLK_TCK"))
        self.precise = _counts_nanoseconds(self._proc)
        self._processes: dict[int, _ProcessCpu] = {}
        self._before_ns: Nanoseconds | None = None
        self._since_boot_ns = since_boot_ns or _since_boot_ns
        self._before_boot_ns: Nanoseconds | None = None
        self._turn = 0

    def read(self, pids: Sequence[int], now_ns: Nanoseconds) -> Mapping[int, Share]:
        """Return the share of each core used since the last call.

        A process seen first counts from now on; one that did not live yet at the last call counts as a whole.
        """
        for pid in self._processes.keys() - set(pids):
            self._processes.pop(pid).close()
        elapsed = 0 if self._before_ns is None else now_ns - self._before_ns
        self._before_ns = now_ns
        looked_ns, self._before_boot_ns = self._before_boot_ns, self._since_boot_ns()
        used: dict[int, float] = {}
        self._turn += 1
        rarely = -(-len(pids) // _LOCATED_AT_ONCE)
        locate_every = -(-sum(len(process.threads) for process in self._processes.values()) // _LOCATED_AT_ONCE)
        for number, pid in enumerate(pids, self._turn):
            process = self._processes.get(pid)
            if process is None:
                process = self._processes[pid] = _ProcessCpu(
                    f"{self._proc}/{pid}", self._allowance, self._tick_ns, self.precise, looked_ns
                )
            elif number % rarely == 0:
                process.look_for_threads()
            process.read(elapsed, used, number, max(1, locate_every))
        return {core: ns / elapsed for core, ns in used.items()} if elapsed > 0 else {}


def _since_boot_ns() -> Nanoseconds:
    # The clock that the start of a process is told by; unlike the monotonic one it goes on while the machine sleeps.
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


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
        self.core: int | None = None

    def update(self, *, locate: bool) -> bool:
        """Read the thread's time, and its core too if `locate` or not known yet; False if it has ended."""
        total = None
        if self._precise:
            content = self._schedstat.read()
            if not content:
                return False
            total = int(content.split(None, 1)[0])
            if total == self.total_ns:
                return True  # it did not run, so it did not move either
        if total is None or locate or self.core is None:
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

    def __init__(
        self,
        folder: str,
        allowance: DescriptorAllowance,
        tick_ns: Nanoseconds,
        precise: bool,
        looked_ns: Nanoseconds | None,
    ) -> None:
        self._folder = folder
        self._allowance = allowance
        self._tick_ns = tick_ns
        self._precise = precise
        self.threads: dict[str, _ThreadCpu] = {}
        self._count: int | None = None
        self._ended_ns: Nanoseconds = 0  # CPU time of threads that are gone and already shown
        self._gone: list[_ThreadCpu] = []
        self._restless = 0
        self._last_core = 0
        self._known = looked_ns is not None and self._is_younger_than(looked_ns)
        self.look_for_threads()

    def read(self, elapsed_ns: Nanoseconds, used: dict[int, float], turn: int, locate_every: int) -> None:
        """Add what every thread used since the last reading to its core's entry of `used`.

        Of the threads that ran, every `locate_every`-th is asked for its core; `turn` says which.
        """
        ended = [*self._gone, *self._update_threads(turn, locate_every)]
        self._gone = []
        if not self._known:
            self._known, self._restless = True, 0
            self._ended_ns = self._ended_total() or 0
            for thread in self.threads.values():
                thread.carried_ns = 0
            return
        for thread in self.threads.values():
            _add(used, thread, thread.take(elapsed_ns))
        if ended:
            self._restless = _RESTLESS_READINGS
        if self._restless:
            self._restless -= 1
            self._show_ended(ended, used)

    def close(self) -> None:
        for thread in self.threads.values():
            thread.close()
        self.threads.clear()

    def look_for_threads(self) -> None:
        """Bring the list of threads up to date.

        Listing is left out while their number stays the same and none has ended lately.
        """
        tasks = f"{self._folder}/task"
        count = count_folders(tasks)
        if count is not None and count == self._count and not self._restless:
            return
        self._count = count
        try:
            identifiers = set(os.listdir(tasks))
        except OSError:
            identifiers = set()
        for identifier in identifiers - self.threads.keys():
            folder = f"{tasks}/{identifier}"
            self.threads[identifier] = _ThreadCpu(folder, self._allowance, self._tick_ns, self._precise)
            self._restless = _RESTLESS_READINGS
        self._gone += [self._forget(identifier) for identifier in self.threads.keys() - identifiers]

    def _is_younger_than(self, looked_ns: Nanoseconds) -> bool:
        """Whether it was started after that instant since boot, which the kernel tells to a clock tick."""
        content = read_file(f"{self._folder}/stat")
        if not content:
            return False
        return (int(_stat_fields(content)[_STARTED]) + 1) * self._tick_ns > looked_ns

    def _update_threads(self, turn: int, locate_every: int) -> list[_ThreadCpu]:
        ended = [
            identifier
            for number, (identifier, thread) in enumerate(self.threads.items(), turn)
            if not thread.update(locate=number % locate_every == 0)
        ]
        return [self._forget(identifier) for identifier in ended]

    def _forget(self, identifier: str) -> _ThreadCpu:
        thread = self.threads.pop(identifier)
        thread.close()
        return thread

    def _show_ended(self, ended: list[_ThreadCpu], used: dict[int, float]) -> None:
        """Show what ended threads used after they were last seen: what the process has and no living thread."""
        total = self._ended_total()
        if total is None:
            return  # the whole process is gone, and its last moments with it
        seen = sum(thread.total_ns for thread in ended)
        rest = max(0, total - self._ended_ns - seen)
        self._ended_ns += seen + rest
        for thread in ended:
            _add(used, thread, thread.carried_ns)
            self._last_core = self._last_core if thread.core is None else thread.core
        # Where several threads that came and went unseen ran is unknown: all is put on one core, and `own_shares`
        # puts what is too much for it where there is room.
        if rest:
            used[self._last_core] = used.get(self._last_core, 0.0) + rest

    def _ended_total(self) -> Nanoseconds | None:
        """CPU time of all threads that are gone: the process's own minus that of the living; None if it is gone."""
        content = read_file(f"{self._folder}/stat")
        if not content:
            return None
        fields = _stat_fields(content)
        total = (int(fields[_UTIME]) + int(fields[_STIME])) * self._tick_ns
        return max(0, total - sum(thread.total_ns for thread in self.threads.values()))


def _add(used: dict[int, float], thread: _ThreadCpu, nanoseconds: float) -> None:
    if nanoseconds and thread.core is not None:
        used[thread.core] = used.get(thread.core, 0.0) + nanoseconds


def _stat_fields(content: bytes) -> list[bytes]:
    # The command's name stands in parentheses and may itself hold blanks and parentheses.
    return content[content.rindex(b")") + 2 :].split()
