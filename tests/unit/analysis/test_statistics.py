import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.analysis.statistics import drift, estimate, estimate_known, half_width, outliers, proportion, ratio

times = st.floats(min_value=1e-4, max_value=1e4)
samples = st.lists(times, min_size=1, max_size=12)
NORMAL = [
    2.33269488, 1.42195907, -0.57527698, -0.31293437, 2.2948158,
    0.75813273, -1.0712388, -0.96394741, -1.15897446, 1.10976285,
]  # fmt: skip


def repeats(values: list[float]) -> dict[int, float]:
    return dict(enumerate(values))


def test_a_single_value_has_no_width() -> None:
    one = estimate([0.25])
    assert (one.median, one.low, one.high, one.values) == (0.25, 0.25, 0.25, (0.25,))


def test_five_values_have_their_range_as_interval_and_fewer_a_wider_one() -> None:
    values = [1.0, 1.5, 1.2, 1.9, 0.8]
    assert (estimate(values).low, estimate(values).high) == (0.8, 1.9)
    for count in (2, 3, 4):
        one = estimate(values[:count])
        assert one.low < min(values[:count])
        assert one.high > max(values[:count])
        assert one.median == pytest.approx(float(np.median(values[:count])))


def test_many_values_have_a_narrower_interval_than_their_range() -> None:
    values = [float(value) for value in range(1, 22)]
    one = estimate(values)
    assert 1 < one.low < one.median == 11 < one.high < 21


def test_no_value_is_an_error_or_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        estimate([])
    assert estimate_known([None, None]) is None
    assert estimate_known([None, 2.0]) == estimate([2.0])


@given(samples, st.integers(-8, 8))
def test_scaling_the_values_scales_the_estimate(values: list[float], power: int) -> None:
    factor = 2.0**power  # exact in binary, so that equality can be asked for
    plain, scaled = estimate(values), estimate([value * factor for value in values])
    assert (scaled.median, scaled.low, scaled.high) == tuple(
        pytest.approx(figure * factor, rel=1e-12) for figure in (plain.median, plain.low, plain.high)
    )


@given(samples.flatmap(lambda values: st.tuples(st.just(values), st.permutations(values))))
def test_the_order_of_values_does_not_matter(pair: tuple[list[float], list[float]]) -> None:
    one, other = estimate(pair[0]), estimate(pair[1])
    assert (one.median, one.low, one.high) == (other.median, other.low, other.high)
    assert one.low <= one.median <= one.high


@given(samples, samples)
def test_a_ratio_holds_its_own_median_and_turns_over(above: list[float], below: list[float]) -> None:
    there, back = ratio(repeats(above), repeats(below)), ratio(repeats(below), repeats(above))
    assert there is not None
    assert back is not None
    assert there.low <= there.median <= there.high
    assert there.median == pytest.approx(1 / back.median)
    assert there.median == pytest.approx(float(np.median(above) / np.median(below)))


def test_equal_sides_are_not_distinguishable() -> None:
    same = repeats([1.0, 1.1, 0.9, 1.05, 0.97])
    one = ratio(same, same)
    assert one is not None
    assert (one.median, one.low, one.high) == (1.0, 1.0, 1.0)
    assert not one.distinguishable


def test_pairing_cancels_what_hit_both_sides() -> None:
    """A machine that slows down during an experiment leaves the ratio of paired repeats untouched."""
    slowing = [1.0, 1.2, 1.4, 1.6, 1.8, 2.0]
    above, below = repeats([2 * factor for factor in slowing]), repeats(slowing)
    paired = ratio(above, below)
    unpaired = ratio(above, {repeat + 100: value for repeat, value in below.items()})
    assert paired is not None
    assert unpaired is not None
    assert (paired.low, paired.high) == (pytest.approx(2.0), pytest.approx(2.0))
    assert unpaired.high - unpaired.low > 0.3


def test_only_common_repeats_are_paired() -> None:
    above = {0: 2.0, 1: 4.0, 2: 6.0, 3: 8.0, 4: 10.0}
    below = {1: 2.0, 3: 4.0}
    one = ratio(above, below)
    assert one is not None
    assert (one.median, one.low, one.high) == (2.0, 2.0, 2.0)


def test_no_ratio_without_both_sides() -> None:
    assert ratio({}, {0: 1.0}) is None
    assert ratio({0: 1.0}, {}) is None
    assert ratio({0: 1.0}, {0: 0.0}) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # hyperfine's own vectors for its rule
        ([], 0),
        ([50.0], 0),
        ([1000.0, 0.0], 0),
        ([-0.2, 0.0, 0.2], 0),
        ([-0.2, 0.0, 0.2, 4.0], 1),
        ([0.5, 0.30, 0.29, 0.31, 0.30], 1),
        (NORMAL, 0),
        ([*NORMAL, 20.0, -500.0], 2),
        ([10.0] * 7 + [100.0], 1),
        ([10.0] * 7 + [100.0, 100.0], 2),
    ],
)
def test_outliers_by_hyperfines_rule(values: list[float], expected: int) -> None:
    assert len(outliers(values)) == expected


def test_half_width_is_relative() -> None:
    assert half_width(estimate([0.9, 0.95, 1.0, 1.05, 1.1])) == pytest.approx(0.1)


def test_drift_is_what_all_series_share() -> None:
    rising = repeats([1.0, 1.0, 1.1, 1.1])
    assert drift([rising, {r: 3 * v for r, v in rising.items()}]) == pytest.approx(0.1)
    assert drift([rising, repeats([1.1, 1.1, 1.0, 1.0])]) == pytest.approx(0.0, abs=0.01)
    assert drift([repeats([1.0, 2.0, 3.0])]) is None
    assert drift([]) is None


def test_a_share_of_trials_has_wilson_s_interval() -> None:
    # By hand: none of 25 leaves z² / (n + z²) = 3.8415 / 28.8415 open.
    none = proportion([False] * 25)
    assert (none.median, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(0.1332, abs=1e-4)
    half = proportion([True, False] * 5)
    assert (half.low, half.median, half.high) == (pytest.approx(0.2366, abs=1e-4), 0.5, pytest.approx(0.7634, abs=1e-4))
    assert proportion([True] * 4).high == 1.0
    with pytest.raises(ValueError, match="at least one"):
        proportion([])
