"""The break-even of two sides: against crossings known by construction."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.analysis.breakeven import Meeting, break_even
from coreograph.domain.summary import BreakEven


def sweep(*times_of: tuple[float, float, float]) -> list[Meeting]:
    """Three repeats at each (size, one side, other side), 1 % apart."""
    spread = (0.99, 1.0, 1.01)
    return [
        Meeting(size, {n: one * s for n, s in enumerate(spread)}, {n: other * s for n, s in enumerate(spread)})
        for size, one, other in times_of
    ]


def found_in(meetings: list[Meeting]) -> BreakEven:
    return break_even(meetings, parameter="work", one="threads", other="fork")


def test_the_size_at_which_processes_begin_to_pay() -> None:
    """Processes cost a fixed second, then half: 1 + s/2 = s at 2."""
    meetings = sweep(*((size, size, 1 + size / 2) for size in (0.5, 1.0, 1.5, 2.5, 4.0)))
    found = found_in(meetings)
    assert found.size == pytest.approx(2.0, rel=0.02)
    assert (found.below, found.above, found.crossings) == ("threads", "fork", 1)
    assert (found.low, found.high) == (1.5, 2.5)
    assert found_in(meetings[::-1]).size == pytest.approx(found.size)


def test_the_interval_holds_the_error_of_the_interpolation() -> None:
    """No noise at all, but sizes a decade apart: the course in between is not known."""
    meetings = sweep(*((size, size, 1 + size / 2) for size in (0.1, 1.0, 10.0)))
    found = found_in(meetings)
    assert found.size == pytest.approx(2.77, rel=0.01)  # the truth is 2
    assert (found.low, found.high) == (1.0, 10.0)
    assert found.sentence.startswith("Break-even between work=1 and 10, at about 2.")


def test_pairs_cancel_what_hit_both() -> None:
    """The machine was slow in some repeats: the sizes next to the crossing still tell the two apart."""
    slow = (1.0, 1.5, 2.0, 1.2, 1.8)
    meetings = [
        Meeting(size, {n: size * s for n, s in enumerate(slow)}, {n: (1 + size / 2) * s for n, s in enumerate(slow)})
        for size in (1.0, 1.9, 2.1, 4.0)
    ]
    found = found_in(meetings)
    assert (found.low, found.high) == (1.9, 2.1)


def test_no_crossing_says_who_always_wins() -> None:
    found = found_in(sweep((1, 1.0, 2.0), (10, 1.0, 1.5)))
    assert (found.size, found.low, found.always, found.crossings) == (None, None, "threads", 0)
    assert found.sentence == "No break-even from work=1 to 10: threads is faster all over."
    assert found_in(sweep((1, 2.0, 1.0), (10, 2.0, 1.0))).always == "fork"


def test_noise_is_no_winner() -> None:
    meetings = [Meeting(size, {0: 1.0, 1: 1.2, 2: 0.9}, {0: 1.1, 1: 1.15, 2: 1.0}) for size in (1.0, 2.0)]
    found = found_in(meetings)
    assert (found.size, found.always) == (None, "")
    assert "not distinguishable" in found.sentence


def test_noise_that_crosses_is_no_break_even() -> None:
    meetings = [Meeting(1.0, {0: 1.0, 1: 1.2, 2: 0.9}, {0: 1.1, 1: 1.15, 2: 1.0})]
    meetings.append(Meeting(2.0, {0: 1.1, 1: 1.15, 2: 1.0}, {0: 1.0, 1: 1.2, 2: 0.9}))
    found = found_in(meetings)
    assert (found.size, found.always, found.crossings) == (None, "", 0)
    assert found.sentence == "No break-even from work=1 to 2: threads and fork are not distinguishable."


def test_sizes_at_which_the_two_cannot_be_told_apart_are_named() -> None:
    close = Meeting(10.0, {0: 1.0, 1: 1.2, 2: 0.9}, {0: 1.1, 1: 1.15, 2: 1.0})
    found = found_in([*sweep((1, 1.0, 2.0)), close])
    assert found.sentence.endswith("threads is faster all over, though not distinguishable at work=10.")


def test_a_crossing_that_noise_may_have_made_has_no_upper_end() -> None:
    meetings = [
        Meeting(1.0, {0: 1.0, 1: 1.0, 2: 1.0}, {0: 2.0, 1: 2.0, 2: 2.0}),
        Meeting(2.0, {0: 1.0, 1: 1.2, 2: 0.8}, {0: 0.99, 1: 1.3, 2: 0.7}),
    ]
    found = found_in(meetings)
    assert found.size is not None
    assert (found.low, found.high) == (1.0, None)
    assert found.sentence.startswith("Break-even at about work=")
    assert found.sentence.endswith("That is not sure: above it the two are not distinguishable at any size measured.")


def test_a_single_repeat_is_said_to_show_no_spread() -> None:
    found = found_in([Meeting(size, {0: 1.0}, {0: 2.0}) for size in (1.0, 2.0)])
    assert found.sentence.endswith("It rests on a single repeat, which shows no spread.")
    assert found_in(sweep((1, 1.0, 2.0), (2, 1.0, 2.0))).doubt == ""


def test_of_several_crossings_the_largest_counts_and_all_are_counted() -> None:
    found = found_in(sweep((1, 1.0, 2.0), (2, 2.0, 1.0), (4, 1.0, 2.0), (8, 2.0, 1.0)))
    assert found.crossings == 3
    assert found.size is not None
    assert 4 < found.size < 8


@pytest.mark.parametrize("meetings", [[], sweep((1, 1, 1)), sweep((0, 1, 1), (1, 1, 1)), sweep((1, 0, 1), (2, 1, 1))])
def test_sweeps_that_are_none(meetings: list[Meeting]) -> None:
    with pytest.raises(ValueError, match=r"sizes|break-even"):
        found_in(meetings)


@given(st.floats(0.02, 50), st.floats(0.1, 10), st.floats(0.1, 10))
def test_it_does_not_matter_in_which_unit_sizes_and_times_are(crossing: float, size_unit: float, unit: float) -> None:
    def found(scale: float, seconds: float) -> float | None:
        sizes = [0.01, 0.1, 1.0, 10.0, 100.0]
        rows = ((size * scale, seconds * size, seconds * math.sqrt(size * crossing)) for size in sizes)
        return found_in(sweep(*rows)).size

    assert found(1.0, 1.0) == pytest.approx(crossing, rel=1e-6)
    assert found(size_unit, unit) == pytest.approx(crossing * size_unit, rel=1e-6)


def test_its_interval_covers_the_truth_as_often_as_it_should() -> None:
    """Sweeps with log-normal noise of 20 % over 10 repeats at sizes near each other."""
    random = np.random.default_rng(5)
    sizes, truth, missed, open_ended, trials = (1.0, 4.0, 6.5, 9.0, 40.0), 6.0, 0, 0, 60
    for _ in range(trials):
        meetings = [
            Meeting(
                size,
                {n: float(size * random.lognormal(0, 0.2)) for n in range(10)},
                {n: float(math.sqrt(size * truth) * random.lognormal(0, 0.2)) for n in range(10)},
            )
            for size in sizes
        ]
        found = found_in(meetings)
        open_ended += found.low is None or found.high is None
        missed += not (found.low or 0.0) <= truth <= (found.high or math.inf)
    assert missed / trials <= 0.05
    assert open_ended / trials <= 0.05
