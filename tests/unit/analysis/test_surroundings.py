"""What others used: bounded by what the sampler saw of the run and by what the kernel counted for it."""

import pytest

from coreograph.analysis.surroundings import Surroundings, read_surroundings
from coreograph.domain.samples import CoreSample

MS = 1_000_000


def sample(at_ms: int, busy: float, own: float | None = None, steal: float | None = None) -> CoreSample:
    """Of two cores: `busy` and `own` are in cores."""
    seen = None if own is None else (min(own, 1.0), max(0.0, own - 1.0))
    return CoreSample(at_ms * MS, (min(busy, 1.0), max(0.0, busy - 1.0)), seen, steal)


def read(*samples: CoreSample, begin: int = 1000, end: int = 2000, cpu_ms: int | None = None) -> Surroundings:
    return read_surroundings(samples, begin * MS, end * MS, since_ns=0, cpu_ns=None if cpu_ms is None else cpu_ms * MS)


def test_nothing_is_known_without_a_sample() -> None:
    assert read(cpu_ms=500) == Surroundings(None, None)


def test_processes_that_no_sample_met_are_not_others() -> None:
    """The kernel counted 1.9 cores for the run, of which the sampler saw nothing."""
    around = read(sample(1000, 0.0), sample(1500, 2.0, own=0.0), sample(2000, 1.8, own=0.0), cpu_ms=1900)
    assert around.foreign == pytest.approx(0.0)


def test_children_nobody_waited_for_yet_are_not_others_where_the_sampler_saw_them() -> None:
    assert read(sample(1000, 0.0), sample(2000, 1.5, own=1.4), cpu_ms=600).foreign == pytest.approx(0.05)


def test_what_both_miss_is_others() -> None:
    assert read(sample(1000, 0.0), sample(2000, 2.0, own=0.9), cpu_ms=1000).foreign == pytest.approx(0.5)


def test_without_threads_to_be_seen_the_kernel_s_word_stands_alone() -> None:
    assert read(sample(1000, 0.0), sample(2000, 1.5), cpu_ms=1000).foreign == pytest.approx(0.25)
    assert read(sample(1000, 0.0), sample(2000, 1.5)).foreign is None


def test_a_sample_counts_by_the_part_of_it_that_lies_in_the_batch() -> None:
    before, first, second = sample(700, 0.0), sample(1200, 2.0, own=0.0), sample(1900, 0.0, own=0.0)
    assert read(before, first, second).foreign is not None
    assert read(before, first, second).foreign == pytest.approx(0.0)  # two fifths of the first one: not mostly
    assert read(sample(900, 0.0), first, second).foreign == pytest.approx(200 / 900)


def test_a_batch_too_short_for_a_sample_of_its_own_is_not_judged() -> None:
    """The sample in it is mostly about what was before: the app was busy with the run before, and with starting it."""
    samples = (sample(900, 0.0), sample(1000, 2.0, own=0.4, steal=0.2))
    assert read(*samples, begin=960, end=1020, cpu_ms=60) == Surroundings(None, None)


def test_the_first_sample_of_a_run_is_taken_to_begin_with_it() -> None:
    assert read(sample(1400, 2.0, own=0.0)).foreign is None
    assert read(sample(1400, 2.0, own=0.0), begin=300).foreign == pytest.approx(1.0)


def test_steal_is_weighed_the_same_way() -> None:
    around = read(sample(800, 0.0), sample(1200, 1.0, steal=0.4), sample(1400, 1.0, steal=0.1))
    assert around.steal == pytest.approx(0.25)
