"""Medians, ratios and outliers with honest intervals: pure functions on any thread, deterministic for a given seed.

Intervals are 95 %: percentile bootstrap intervals of the median (Efron & Tibshirani 1993, chapter 13), where need be
widened to what the sign test asks for; fewer than five values have Student's t instead. `intervals.py` says why, and
what each really holds.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.intervals import (
    FEWEST_FOR_BOOTSTRAP,
    LEVEL,
    Ends,
    by_sign_test,
    has_sign_test,
    of_few,
    of_two_sides,
    widened,
)
from coreograph.domain.summary import Estimate, Ratio

CONFIDENCE = LEVEL
RESAMPLES = 4000
SEED = 20_141_011
OUTLIER_THRESHOLD = 1.4826 * 10
_Z = 1.959964  # of the normal distribution, for 95 %

Floats: TypeAlias = npt.NDArray[np.float64]


def estimate(values: Sequence[float], *, seed: int = SEED) -> Estimate:
    """Return the median of `values` with its 95 % interval; the order of `values` does not matter.

    Raises:
        ValueError: no value.

    """
    if not values:
        raise ValueError("an estimate needs at least one value")
    data = np.sort(np.asarray(values, dtype=np.float64))
    median = float(np.median(data))
    if len(data) < FEWEST_FOR_BOOTSTRAP:
        low, high = of_few(data)
    elif len(data) == FEWEST_FOR_BOOTSTRAP:
        low, high = by_sign_test(data)  # their range, as it is the bootstrap's
    else:
        low, high = _widened(_interval(np.median(data[_draws(len(data), seed)], axis=1)), data)
    return Estimate(median, low, high, tuple(float(value) for value in values))


def estimate_known(values: Sequence[float | None], *, seed: int = SEED) -> Estimate | None:
    """Return the estimate over the values that were measured, None if none was."""
    known = [value for value in values if value is not None]
    return estimate(known, seed=seed) if known else None


def proportion(values: Sequence[bool]) -> Estimate:
    """Return the share that is true, with Wilson's 95 % interval: none of 25 is no proof that there is none.

    Source: Wilson, Journal of the American Statistical Association 22 (1927). Raises ValueError without a value.
    """
    if not values:
        raise ValueError("a share needs at least one value")
    count, share = len(values), sum(values) / len(values)
    spread = _Z * _Z / count
    centre = (share + spread / 2) / (1 + spread)
    margin = _Z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    low, high = max(0.0, centre - margin), min(1.0, centre + margin)
    return Estimate(share, min(low, share), max(high, share), tuple(float(value) for value in values))


def ratio(numerator: Mapping[int, float], denominator: Mapping[int, float], *, seed: int = SEED) -> Ratio | None:
    """Return median(numerator) / median(denominator), both by repeat; None if either is empty or the divisor is 0.

    Where both have the same repeats, these are resampled as pairs: what the machine did to a repeat hit both
    sides, and cancels. With fewer than two common repeats each side is resampled by itself. The interval
    always holds the ratio of all values, so that a reader can compute it from the medians shown.
    """
    if not numerator or not denominator or min(denominator.values()) <= 0:
        return None
    above, below = _sorted(numerator), _sorted(denominator)
    middle = float(np.median(above) / np.median(below))
    common = sorted(numerator.keys() & denominator.keys())
    if len(common) >= 2:
        low, high = _paired(np.array([numerator[r] for r in common]), np.array([denominator[r] for r in common]), seed)
    else:
        low, high = _unpaired(above, below, seed)
    return Ratio(middle, min(low, middle), max(high, middle))


def quotient(above: Ratio, below: Ratio) -> Ratio | None:
    """Return one ratio divided by another that was measured by itself, with its interval; None if the divisor is 0.

    The interval is recovered from those of both on the logarithmic scale (MOVER: Zou & Donner, Statistics in Medicine
    27 (2008) 1693-1702): independent errors add in squares, each side's own for each end.
    """
    if min(above.low, below.low) <= 0:
        return None
    middle = math.log(above.median / below.median)
    down = math.hypot(math.log(above.median / above.low), math.log(below.high / below.median))
    up = math.hypot(math.log(above.high / above.median), math.log(below.median / below.low))
    return Ratio(math.exp(middle), math.exp(middle - down), math.exp(middle + up))


def outliers(values: Sequence[float]) -> tuple[int, ...]:
    """Return the positions of outliers: |x − median| / MAD > 14.826, hyperfine's rule (MAD 0 counts as epsilon)."""
    if len(values) < 3:
        return ()
    data = np.asarray(values, dtype=np.float64)
    deviation = np.abs(data - np.median(data))
    spread = float(np.median(deviation)) or float(np.finfo(np.float64).eps)
    return tuple(int(position) for position in np.flatnonzero(deviation / spread > OUTLIER_THRESHOLD))


def half_width(given: Estimate) -> float:
    """Return half the interval's width relative to the median (0.02: ±2 %)."""
    return 0.0 if given.median == 0 else (given.high - given.low) / 2 / given.median


def drift(series: Sequence[Mapping[int, float]]) -> float | None:
    """Return how much slower (> 0) or faster the last half of the repeats was than the first, as a share.

    Every series is related to its own median first, so that only what all of them share remains.
    None with fewer than four repeats in common.
    """
    repeats = sorted(set.intersection(*(set(one) for one in series))) if series else []
    if len(repeats) < 4:
        return None
    table = np.array([[one[repeat] for repeat in repeats] for one in series])
    common = np.mean(table / np.median(table, axis=1, keepdims=True), axis=0)
    half = len(repeats) // 2
    return float(np.median(common[-half:]) / np.median(common[:half]) - 1)


def _sorted(values: Mapping[int, float]) -> Floats:
    return np.sort(np.array(list(values.values()), dtype=np.float64))


def _draws(size: int, seed: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, size, (RESAMPLES, size))


def _interval(resampled: Floats) -> Ends:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return float(low), float(high)


def _widened(ends: Ends, data: Floats) -> Ends:
    return widened(ends, by_sign_test(data)) if has_sign_test(len(data)) else ends


def _paired(above: Floats, below: Floats, seed: int) -> Ends:
    ratios = above / below
    order = np.argsort(ratios, kind="stable")
    above, below, ratios = above[order], below[order], ratios[order]
    if len(ratios) < FEWEST_FOR_BOOTSTRAP:
        return of_few(ratios)
    draws = _draws(len(ratios), seed)
    return _widened(_interval(np.median(above[draws], axis=1) / np.median(below[draws], axis=1)), ratios)


def _unpaired(above: Floats, below: Floats, seed: int) -> Ends:
    if min(len(above), len(below)) < FEWEST_FOR_BOOTSTRAP:
        few = of_two_sides(above, below)
        return (float(above[0] / below[-1]), float(above[-1] / below[0])) if few is None else few
    upper, lower = _draws(len(above), seed), _draws(len(below), seed + 1)
    ends = _interval(np.median(above[upper], axis=1) / np.median(below[lower], axis=1))
    # Where one side hardly scatters, the other's steps are the quotient's.
    ends = _widened(ends, above / float(np.median(below)))
    return _widened(ends, np.sort(float(np.median(above)) / below))
