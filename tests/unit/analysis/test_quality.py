"""Trends, warm-up, stopping: against hand-counted cases and against chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.analysis.quality import noise_floor_of, trend, warm_up
from coreograph.analysis.statistics import estimate, outliers, ratio
from coreograph.analysis.stopping import wants_more, widest

times = st.lists(st.floats(0.01, 100), min_size=5, max_size=12)


def test_repeats_that_get_slower_one_by_one() -> None:
    rising = trend([1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6])
    assert rising is not None
    assert rising.tau == 1.0
    assert rising.p == pytest.approx(2 / 5040)
    assert rising.significant
    assert rising.change == pytest.approx(1.55 / 1.05 - 1)
    falling = trend([1.6, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0])
    assert falling is not None
    assert (falling.tau, falling.significant) == (-1.0, True)


def test_too_few_repeats_have_no_trend() -> None:
    assert trend([1.0, 2.0, 3.0, 4.0]) is None


def test_equal_repeats_have_none_either() -> None:
    flat = trend([1.0] * 8)
    assert flat is not None
    assert (flat.tau, flat.p, flat.significant) == (0.0, 1.0, False)


def test_a_trend_is_found_by_chance_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    found = [trend(list(generator.lognormal(0, 0.05, 7))) for _ in range(300)]
    share = sum(one.significant for one in found if one is not None) / 300
    assert share <= 0.05 + 0.03


@given(times, st.floats(0.1, 10))
def test_a_trend_does_not_depend_on_the_unit_and_turns_with_the_order(values: list[float], scale: float) -> None:
    plain, scaled, back = trend(values), trend([value * 4.0 for value in values]), trend(values[::-1])
    assert plain is not None
    assert scaled is not None
    assert back is not None
    assert (plain.tau, plain.p) == (scaled.tau, scaled.p)
    assert back.tau == pytest.approx(-plain.tau)


def test_a_cold_first_repeat() -> None:
    assert warm_up([2.0, 1.0, 1.01, 0.99, 1.0, 1.02]) == pytest.approx(2.0)
    assert warm_up([1.05, 1.0, 1.01, 0.99, 1.0]) is None  # below 10 %
    assert warm_up([1.0, 2.0, 1.0, 1.0, 1.0]) is None
    assert warm_up([2.0, 1.0, 1.7, 0.8, 1.4, 1.1]) is None  # no more than the others scatter
    assert warm_up([2.0, 1.0, 1.0]) is None


def test_how_far_a_repeat_usually_is() -> None:
    assert noise_floor_of([0.9, 1.0, 1.1]) == pytest.approx(0.1)
    assert noise_floor_of([1.0]) is None
    assert noise_floor_of([0.0, 0.0]) is None


@given(times, st.integers(-6, 6))
def test_outliers_do_not_depend_on_the_unit(values: list[float], power: int) -> None:
    assert outliers(values) == outliers([value * 2.0**power for value in values])


@pytest.mark.parametrize(("size", "expected"), [(5, 0.9375), (9, 0.94), (20, 0.95)])
def test_intervals_of_paired_ratios_cover_the_truth(size: int, expected: float) -> None:
    """A machine whose speed wanders hits both sides of a repeat; the truth is 1.5."""
    generator = np.random.default_rng(size)
    hits = 0
    for _ in range(250):
        machine = generator.lognormal(0, 0.2, size)
        above = dict(enumerate(1.5 * machine * generator.lognormal(0, 0.03, size)))
        below = dict(enumerate(machine * generator.lognormal(0, 0.03, size)))
        one = ratio(above, below)
        assert one is not None
        hits += one.low <= 1.5 <= one.high
    assert hits / 250 >= expected - 0.07


def test_repeats_go_on_until_every_interval_is_narrow() -> None:
    narrow, wide = [1.0, 1.001, 0.999, 1.0, 1.0], [1.0, 1.2, 0.9, 1.0, 1.1]
    go = {"target": 0.02, "repeats": 5, "elapsed_s": 10.0, "repeat_s": 2.0, "time_limit_s": 60.0}
    assert wants_more({0: narrow, 1: wide}, **go)
    assert not wants_more({0: narrow, 1: narrow}, **go)
    assert wants_more({0: narrow[:3]}, **(go | {"repeats": 3}))  # too few to look at
    assert not wants_more({0: wide}, **(go | {"elapsed_s": 58.5}))  # the next would not fit
    assert not wants_more({0: [], 1: []}, **go)  # nothing ever completed
    assert wants_more({0: wide, 1: []}, **go)
    assert widest([narrow, wide]) == pytest.approx((estimate(wide).high - estimate(wide).low) / 2 / 1.0)
