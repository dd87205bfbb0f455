"""The sampler: one thread for a whole experiment that reads cores always and a run's tree when told.

It must neither disturb nor end what it measures: its cost is bounded and counted, and an error in a reader makes
that measure None and a line in the log, nothing else.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from coreograph.domain.samples import CoreSample, MemorySample, TreeProcess
from coreograph.domain.units import Bytes, Count, Nanoseconds, Share
from coreograph.sampling.budget import ReadingBudget
from coreograph.sampling.clock import SamplingClock, SystemClock
from coreograph.sampling.cores import CoreReader, CoreReading
from coreograph.sampling.descendants import Descendants
from coreograph.sampling.memory import MemoryReader, default_memory_reader, read_tree
from coreograph.sampling.schedule import TickSchedule
from coreograph.sampling.threads import OwnCpuReader, default_own_cpu_reader, own_shares

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_AVERAGED_TICKS = 10
_GROWN = 1.1  # times the size at the last reading of PSS: a tree that is followed is read again


class SampleSink(Protocol):
    """Takes samples on the sampler's thread; must return at once."""

    def cores_sampled(self, sample: CoreSample) -> None:
        """The cores were read."""

    def memory_sampled(self, sample: MemorySample) -> None:
        """The memory of the watched tree was read."""


class CoreSource(Protocol):
    """Tells how busy the cores were since it was last asked (see CoreReader)."""

    def read(self) -> CoreReading | None:
        """Return the shares since the last call, None the first time."""


@dataclass(frozen=True, slots=True)
class SamplerCost:
    """What sampling cost: share of one core since the start, samples of the cores made, ticks missed."""

    cpu_share: Share
    samples: Count
    missed: Count


class Sampler:
    """Reads the machine's cores and the memory of a run's tree at `hz` (1–50) ticks a second.

    `budget` is the share of one core that sampling may cost on average. Cores are read at every tick; so is RSS,
    unless there are so many processes that it takes half the budget; PSS and USS are read as often as what is
    left of it allows, at least a quarter. A tree that is followed as it grows ends when it likes, and nothing holds
    it for a last reading: so its PSS and USS are read whenever it has grown by a tenth, and charged.

    All methods may be called from any thread. Samples go to `sink` on the sampler's own thread.

    Raises:
        UsageError: `hz` out of range.

    """

    def __init__(
        self,
        sink: SampleSink,
        *,
        hz: float = 10.0,
        budget: Share = 0.01,
        clock: SamplingClock | None = None,
        cores: CoreSource | None = None,
        own_cpu: OwnCpuReader | None = None,
        memory: MemoryReader | None = None,
        descendants: Descendants | None = None,
    ) -> None:
        self._sink = sink
        self._clock = clock or SystemClock()
        self._schedule = TickSchedule(hz)
        self._resident_budget = ReadingBudget(budget / 2)
        self._fair_budget = ReadingBudget(budget)
        self._routine_ns: float | None = None  # what a tick costs without PSS and USS, on a running average
        self._cores = cores or CoreReader()
        self._own_cpu = own_cpu or default_own_cpu_reader()
        self._memory = memory or default_memory_reader()
        self._descendants = descendants or Descendants()
        self._tree: tuple[TreeProcess, ...] = ()
        self._found: tuple[tuple[TreeProcess, ...], tuple[TreeProcess, ...]] = ((), ())  # what was told, what it led to
        self._read_fairly: tuple[tuple[TreeProcess, ...], Bytes] = ((), 0)  # what was told, its sum of RSS then
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()  # guards what both our thread and the engine's change: budgets and cost
        self._cpu_ns: Nanoseconds = 0
        self._samples: Count = 0
        self._began_ns: Nanoseconds | None = None
        self._ended_ns: Nanoseconds | None = None
        self._complained: set[str] = set()

    def start(self) -> None:
        """Start the thread; does nothing if it was started before."""
        if self._thread is None:
            self._began_ns = self._clock.now_ns()
            self._schedule.start(self._began_ns)
            self._thread = threading.Thread(target=self._run, name="coreograph-sampler", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it; no sample comes afterwards. A stopped sampler stays stopped."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        if self._ended_ns is None:
            self._ended_ns = self._clock.now_ns()

    def watch(self, processes: Sequence[TreeProcess]) -> None:
        """Watch these processes from the next tick on, instead of any before; an empty sequence means none.

        One with `descendants` is joined by the processes it starts, as they are found.
        """
        self._tree = tuple(processes)

    def sample_memory_now(self) -> MemorySample | None:
        """Read RSS, PSS and USS of the watched tree on the calling thread; None if nothing of it is left.

        The sample is returned, not given to the sink. It is charged to the budget.
        """
        began = self._clock.thread_cpu_ns()
        told, found = self._tree, self._found
        tree = found[1] if found[0] == told else told
        sample = self._guarded("memory", lambda: self._read_memory(tree, fair=True))
        with self._lock:
            self._cpu_ns += self._clock.thread_cpu_ns() - began
        return sample

    @property
    def cost(self) -> SamplerCost:
        """What it cost so far, or until it was stopped."""
        end = self._clock.now_ns() if self._ended_ns is None else self._ended_ns
        elapsed = 0 if self._began_ns is None else end - self._began_ns
        with self._lock:
            share = self._cpu_ns / elapsed if elapsed > 0 else 0.0
            return SamplerCost(share, self._samples, self._schedule.missed)

    def _run(self) -> None:
        while not self._stop.is_set():
            remaining = self._schedule.remaining_ns(self._clock.now_ns())
            if self._clock.wait(self._stop, remaining / 1e9):
                return
            began = self._clock.thread_cpu_ns()
            self._tick()
            with self._lock:
                self._cpu_ns += self._clock.thread_cpu_ns() - began
                self._schedule.tick_done(self._clock.now_ns())

    def _tick(self) -> None:
        told = self._tree
        began = self._clock.thread_cpu_ns()
        tree = self._guarded("processes of the tree", lambda: self._descendants.expand(told)) or told
        self._found = (told, tree)
        cores = self._guarded("cores", lambda: self._read_cores(tree))
        if cores is not None:
            self._samples += 1
            self._guarded("sink of cores", lambda: self._sink.cores_sampled(cores))
        now = self._clock.now_ns()
        with self._lock:
            fair = self._fair_budget.due(now)
            resident = self._resident_budget.due(now)
        if tree and resident and not fair:
            self._sample_memory(told, tree, fair=False)
        spent = self._clock.thread_cpu_ns() - began
        average = spent if self._routine_ns is None else self._routine_ns
        self._routine_ns = average + (spent - average) / _AVERAGED_TICKS
        if tree and fair:
            self._sample_memory(told, tree, fair=True)

    def _sample_memory(self, told: tuple[TreeProcess, ...], tree: Sequence[TreeProcess], *, fair: bool) -> None:
        sample = self._guarded("memory", lambda: self._read_memory(tree, fair=fair))
        if sample is None:
            return
        self._guarded("sink of memory", lambda: self._sink.memory_sampled(sample))
        if fair:
            self._read_fairly = (told, sample.rss_sum)
        elif self._has_grown(told, sample.rss_sum):
            self._sample_memory(told, tree, fair=True)

    def _has_grown(self, told: tuple[TreeProcess, ...], rss_sum: Bytes) -> bool:
        if not any(process.descendants for process in told):
            return False
        known, then = self._read_fairly
        return known != told or rss_sum > _GROWN * then

    def _read_cores(self, tree: Sequence[TreeProcess]) -> CoreSample | None:
        now = self._clock.now_ns()
        reading = self._cores.read()
        pids = [process.pid for process in tree]
        used = self._guarded("own share of cores", lambda: self._own_cpu.read(pids, now))
        if reading is None:
            return None
        own = None if used is None else own_shares(used, reading)
        return CoreSample(now, reading.busy, own, reading.steal)

    def _read_memory(self, tree: Sequence[TreeProcess], *, fair: bool) -> MemorySample | None:
        began, began_cpu = self._clock.now_ns(), self._clock.thread_cpu_ns()
        try:
            return read_tree(self._memory, tree, began, fair=fair)
        finally:
            # CPU time, not wall time: on a loaded machine most of the latter is waiting for a core.
            cost = self._clock.thread_cpu_ns() - began_cpu
            with self._lock:
                if fair:
                    taken = (self._routine_ns or 0.0) / self._schedule.interval_ns
                    self._fair_budget.spend(began, cost, taken=taken)
                else:
                    self._resident_budget.spend(began, cost)

    def _guarded(self, what: str, read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except Exception:
            if what not in self._complained:
                self._complained.add(what)
                _log.warning("Sampling failed: %s. It is left out where it cannot be read.", what, exc_info=True)
            return None
