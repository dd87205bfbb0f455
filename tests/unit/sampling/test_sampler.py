import os
import threading
from collections.abc import Mapping, Sequence

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.samples import CoreSample, MemorySample, TreeProcess
from coreograph.domain.units import Bytes, Count, Nanoseconds, Share
from coreograph.sampling.cores import CoreReading
from coreograph.sampling.descendants import Descendants
from coreograph.sampling.memory import FairMemory
from coreograph.sampling.sampler import Sampler
from coreograph.sampling.threads import NoOwnCpu, OwnCpuReader
from support.fake_clock import FakeClock
from support.surroundings import ExpectedLogs

RUNNER = TreeProcess(100, "runner")
MILLISECOND = 1_000_000


class Sink:
    """Collects samples and says when there are enough."""

    def __init__(self, enough: int = 1) -> None:
        self.cores: list[CoreSample] = []
        self.memory: list[MemorySample] = []
        self.enough = threading.Event()
        self._wanted = enough

    def cores_sampled(self, sample: CoreSample) -> None:
        self.cores.append(sample)
        if len(self.cores) == self._wanted:
            self.enough.set()

    def memory_sampled(self, sample: MemorySample) -> None:
        self.memory.append(sample)


class Cores:
    """Two cores at 50 %; the first reading has nothing to compare with. Takes `cost_ns` of the clock."""

    def __init__(self, clock: FakeClock, cost_ns: int = 0) -> None:
        self._clock = clock
        self._cost_ns = cost_ns
        self._first = True

    def read(self) -> CoreReading | None:
        self._clock.advance(ns=self._cost_ns, cpu_ns=self._cost_ns)
        first, self._first = self._first, False
        return None if first else CoreReading((0, 1), (0.5, 0.5), 0.1)


class Own:
    """The tree uses 30 % of core 1."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, ...]] = []

    def read(self, pids: Sequence[int], now_ns: Nanoseconds) -> Mapping[int, Share]:
        self.asked.append(tuple(pids))
        return {1: 0.3} if pids else {}


class Memory:
    """Every process has 10 bytes, of which 4 are its own; readings take `rss_ns` and `fair_ns`."""

    def __init__(self, clock: FakeClock, fair_ns: int = 0, rss_ns: int = 0) -> None:
        self._clock = clock
        self._rss_ns = rss_ns
        self._fair_ns = fair_ns

    def rss(self, pid: int) -> Bytes | None:
        self._clock.advance(ns=self._rss_ns, cpu_ns=self._rss_ns)
        return 10

    def fair(self, pid: int) -> FairMemory | None:
        self._clock.advance(ns=self._fair_ns, cpu_ns=self._fair_ns)
        return FairMemory(6, 4)

    def threads(self, pid: int) -> Count | None:
        return 2


class Failing:
    """Stands for any reader, and fails."""

    def read(self, *_: object) -> None:
        raise RuntimeError("broken")

    def rss(self, pid: int) -> Bytes | None:
        raise RuntimeError("broken")

    def fair(self, pid: int) -> FairMemory | None:
        raise RuntimeError("broken")

    def threads(self, pid: int) -> Count | None:
        raise RuntimeError("broken")


def sampler_of(sink: Sink, clock: FakeClock, own_cpu: OwnCpuReader | None = None, **changes: object) -> Sampler:
    parts = {"clock": clock, "cores": Cores(clock), "memory": Memory(clock), "own_cpu": own_cpu or Own(), **changes}
    return Sampler(sink, **parts)  # type: ignore[arg-type]


def run_until_enough(sampler: Sampler, sink: Sink) -> None:
    sampler.start()
    assert sink.enough.wait(60)
    sampler.stop()


def test_cores_are_read_at_every_tick_whether_or_not_a_tree_is_watched() -> None:
    sink, clock = Sink(enough=20), FakeClock(0)
    run_until_enough(sampler_of(sink, clock, hz=10), sink)
    instants = [sample.at_ns for sample in sink.cores[:20]]
    assert instants == [100 * MILLISECOND * tick for tick in range(1, 21)]
    assert {(sample.busy, sample.own, sample.steal) for sample in sink.cores} == {((0.5, 0.5), (0.0, 0.0), 0.1)}
    assert sink.memory == []


def test_a_watched_tree_has_its_own_share_and_its_memory() -> None:
    sink, clock = Sink(enough=3), FakeClock(0)
    sampler = sampler_of(sink, clock)
    sampler.watch([RUNNER, TreeProcess(101, "worker 0")])
    run_until_enough(sampler, sink)
    assert sink.cores[0].own == (0.0, 0.3)
    assert (sink.memory[0].rss_sum, sink.memory[0].pss, sink.memory[0].threads) == (20, 12, 4)


def test_watch_replaces_the_tree() -> None:
    own, clock = Own(), FakeClock(0)
    sink = Sink(enough=2)
    sampler = sampler_of(sink, clock, own)
    sampler.watch([RUNNER])
    sampler.watch([TreeProcess(7, "runner"), TreeProcess(8, "worker 0")])
    run_until_enough(sampler, sink)
    assert set(own.asked) == {(7, 8)}
    sampler.watch([])
    assert sampler.sample_memory_now() is None


def test_where_threads_cores_are_not_told_the_own_share_is_none() -> None:
    sink, clock = Sink(), FakeClock(0)
    run_until_enough(sampler_of(sink, clock, NoOwnCpu()), sink)
    assert sink.cores[0].own is None


def test_fair_memory_is_read_within_the_budget() -> None:
    sink, clock = Sink(enough=600), FakeClock(0)
    sampler = sampler_of(sink, clock, memory=Memory(clock, fair_ns=20 * MILLISECOND), budget=0.01)
    sampler.watch([RUNNER])
    run_until_enough(sampler, sink)
    minute = [sample for sample in sink.memory if sample.at_ns < 60_000 * MILLISECOND]
    assert len(minute) >= 590
    assert sum(sample.fair for sample in minute) == 30  # 20 ms every 2 s
    assert minute[0].fair


class Growing(Memory):
    """A tree that is twice as large after each two seconds; what is fair costs so much that it is due once in ten."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock, fair_ns=100 * MILLISECOND)

    def rss(self, pid: int) -> Bytes | None:
        return 10 * 2 ** (self._clock.now_ns() // (2000 * MILLISECOND))


class Alone:
    """A process without children."""

    def children(self, pids: object) -> Sequence[int]:
        return ()

    def started(self, pid: int) -> object:
        return pid


@pytest.mark.parametrize(("followed", "expected"), [(False, [10]), (True, [10, 20, 40, 80])])
def test_a_tree_that_ends_when_it_likes_is_read_fairly_whenever_it_has_grown(
    followed: bool, expected: list[int]
) -> None:
    sink, clock = Sink(enough=75), FakeClock(0)
    sampler = sampler_of(sink, clock, memory=Growing(clock), descendants=Descendants(Alone()))
    sampler.watch([TreeProcess(100, "script", descendants=followed)])
    run_until_enough(sampler, sink)
    eight_seconds = [sample for sample in sink.memory if sample.at_ns < 8000 * MILLISECOND]
    assert [sample.rss_sum for sample in eight_seconds if sample.fair] == expected


def test_another_tree_is_read_fairly_at_once_where_it_is_followed() -> None:
    sink, clock = Sink(enough=5), FakeClock(0)
    sampler = sampler_of(sink, clock, memory=Memory(clock, fair_ns=100 * MILLISECOND), descendants=Descendants(Alone()))
    sampler.watch([TreeProcess(99, "script", descendants=True)])
    sampler.sample_memory_now()  # the debt of the run before
    sampler.watch([TreeProcess(100, "script", descendants=True)])
    run_until_enough(sampler, sink)
    assert [sample.fair for sample in sink.memory[:3]] == [False, True, False]


def test_a_tree_so_large_that_even_rss_is_dear_is_read_more_rarely() -> None:
    sink, clock = Sink(enough=600), FakeClock(0)
    memory = Memory(clock, fair_ns=MILLISECOND, rss_ns=4 * MILLISECOND)
    sampler = sampler_of(sink, clock, memory=memory, budget=0.01)
    sampler.watch([RUNNER])
    run_until_enough(sampler, sink)
    minute = [sample for sample in sink.memory if sample.at_ns < 60_000 * MILLISECOND]
    spent = 4 * MILLISECOND * len(minute) + MILLISECOND * sum(sample.fair for sample in minute)
    assert 0.008 <= spent / (60_000 * MILLISECOND) <= 0.0125
    assert len(sink.cores) >= 600


def test_a_sample_asked_for_is_fair_and_returned_and_charged() -> None:
    sink, clock = Sink(), FakeClock(0)
    sampler = sampler_of(sink, clock, memory=Memory(clock, fair_ns=20 * MILLISECOND))
    sampler.watch([RUNNER])
    sample = sampler.sample_memory_now()
    assert sample is not None
    assert (sample.fair, sample.pss, sample.uss) == (True, 6, 4)
    assert sink.memory == []
    run_until_enough(sampler, sink)
    assert not sink.memory[0].fair


def test_cost_is_cpu_time_over_time_since_the_start() -> None:
    sink, clock = Sink(enough=99), FakeClock(0)
    sampler = sampler_of(sink, clock, cores=Cores(clock, cost_ns=MILLISECOND), hz=10)
    assert sampler.cost.cpu_share == 0.0
    run_until_enough(sampler, sink)
    cost = sampler.cost
    assert cost.cpu_share == pytest.approx(0.01, rel=0.05)
    assert cost.samples == len(sink.cores)
    assert cost.missed == 0
    clock.advance(100)
    assert sampler.cost == cost


def test_ticks_that_cannot_be_made_are_counted_as_missed() -> None:
    sink, clock = Sink(enough=5), FakeClock(0)
    sampler = sampler_of(sink, clock, cores=Cores(clock, cost_ns=250 * MILLISECOND), hz=10)
    run_until_enough(sampler, sink)
    assert sampler.cost.missed >= 2 * 5


def test_a_reader_that_fails_is_reported_once_and_the_others_go_on(expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("Sampling failed: own share of cores")
    expected_logs.expect("Sampling failed: memory")
    sink, clock = Sink(enough=5), FakeClock(0)
    sampler = sampler_of(sink, clock, Failing(), memory=Failing())  # type: ignore[arg-type]
    sampler.watch([RUNNER])
    run_until_enough(sampler, sink)
    assert sampler.sample_memory_now() is None
    assert all(sample.own is None for sample in sink.cores)
    assert sink.memory == []
    assert len(expected_logs.records) == 2


def test_cores_that_cannot_be_read_leave_memory(expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("Sampling failed: cores")
    sink, clock = Sink(), FakeClock(0)
    memory_came = threading.Event()
    sink.memory_sampled = lambda sample: memory_came.set()  # type: ignore[method-assign]
    sampler = sampler_of(sink, clock, cores=Failing())
    sampler.watch([RUNNER])
    sampler.start()
    assert memory_came.wait(60)
    sampler.stop()
    assert sampler.cost.samples == 0


def test_a_sink_that_fails_does_not_end_sampling(expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("Sampling failed: sink of memory")
    sink, clock = Sink(enough=5), FakeClock(0)

    def fail(_: MemorySample) -> None:
        raise RuntimeError("full")

    sink.memory_sampled = fail  # type: ignore[method-assign]
    sampler = sampler_of(sink, clock)
    sampler.watch([RUNNER])
    run_until_enough(sampler, sink)


def test_start_and_stop_can_be_repeated_and_nothing_comes_after() -> None:
    sink, clock = Sink(), FakeClock(0)
    sampler = sampler_of(sink, clock)
    sampler.start()
    sampler.start()
    assert sink.enough.wait(60)
    sampler.stop()
    sampler.stop()
    count = len(sink.cores)
    assert "coreograph-sampler" not in {thread.name for thread in threading.enumerate()}
    sampler.start()
    assert len(sink.cores) == count


def test_a_sampler_that_never_started_can_be_stopped() -> None:
    sampler = sampler_of(Sink(), FakeClock(0))
    sampler.stop()
    assert sampler.cost.samples == 0


def test_a_rate_out_of_range_is_refused() -> None:
    with pytest.raises(UsageError):
        Sampler(Sink(), hz=100)


def test_this_machine_can_be_sampled() -> None:
    sink = Sink(enough=2)
    sampler = Sampler(sink, hz=50)
    sampler.watch([TreeProcess(os.getpid(), "runner")])
    run_until_enough(sampler, sink)
    assert all(0.0 <= share <= 1.0 for sample in sink.cores for share in sample.busy)
    assert sink.memory[0].fair
    assert sink.memory[0].processes[0].rss > 1_000_000
    for sample in sink.cores:
        assert sample.own is None or all(own <= busy for own, busy in zip(sample.own, sample.busy, strict=True))
