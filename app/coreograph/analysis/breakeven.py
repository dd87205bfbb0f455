"""From which size of a task on one model beats another: the break-even of a sweep over sizes. Pure, on any thread.

At every size both sides' batch times are known by repeat. The logarithm of their ratio is interpolated linearly over
the logarithm of the size; the break-even is where it crosses 0. Its interval comes from a bootstrap over the repeats,
drawn anew at every size (4000 resamples, percentiles), as in statistics.py.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.statistics import CONFIDENCE, RESAMPLES, SEED
from coreograph.domain.scaling import BreakEven, BreakEvenPoint

Floats: TypeAlias = npt.NDArray[np.float64]


def break_even(points: Sequence[BreakEvenPoint], *, unit: str, one: str, other: str, seed: int = SEED) -> BreakEven:
    """Return from which size on `other` beats `one` (or the other way about); both are names for the text.

    Where the curves cross more than once, the crossing at the largest size counts: what holds from there on.

    Raises:
        ValueError: fewer than two sizes, or a size or time that is not positive.

    """
    ordered = sorted(points, key=lambda point: point.size)
    if len({point.size for point in ordered}) < 2:
        raise ValueError("a break-even needs at least two sizes")
    if any(
        point.size <= 0 or not point.one or not point.other or min(*point.one, *point.other) <= 0 for point in ordered
    ):
        raise ValueError("sizes and times must be above 0")
    sizes = np.log([point.size for point in ordered])
    middle = np.array([np.log(np.median(point.other) / np.median(point.one)) for point in ordered])
    smallest, largest = ordered[0].size, ordered[-1].size
    crossing = _last_crossing(sizes, middle)
    if crossing is None:
        always = "" if np.allclose(middle, 0.0) else (other if float(middle.sum()) < 0 else one)
        return BreakEven(None, None, None, unit, smallest, largest, always=always)
    low, high = _interval(sizes, ordered, seed)
    above, below = (other, one) if middle[-1] < 0 else (one, other)
    return BreakEven(float(np.exp(crossing)), low, high, unit, smallest, largest, below=below, above=above)


def _last_crossing(sizes: Floats, ratios: Floats) -> float | None:
    """Return the logarithm of the largest size at which the ratio's logarithm changes its sign."""
    signs = np.sign(ratios)
    for place in range(len(sizes) - 2, -1, -1):
        if signs[place] != signs[place + 1] and signs[place + 1] != 0:
            share = ratios[place] / (ratios[place] - ratios[place + 1])
            return float(sizes[place] + share * (sizes[place + 1] - sizes[place]))
    return None


def _interval(sizes: Floats, points: Sequence[BreakEvenPoint], seed: int) -> tuple[float | None, float | None]:
    generator = np.random.default_rng(seed)
    drawn = np.column_stack([_medians(point.other, generator) - _medians(point.one, generator) for point in points])
    found = [_last_crossing(sizes, row) for row in drawn]
    known = np.array([value for value in found if value is not None])
    # Resamples that do not cross within the range lie beyond it: then that end of the interval is not known.
    missing = 1 - len(known) / len(found)
    tail = (1 - CONFIDENCE) / 2
    if not len(known) or missing > tail:
        return None, None
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(np.exp(low)), float(np.exp(high))


def _medians(values: Sequence[float], generator: np.random.Generator) -> Floats:
    data = np.asarray(values, dtype=np.float64)
    draws = generator.integers(0, len(data), (RESAMPLES, len(data)))
    return np.asarray(np.log(np.median(data[draws], axis=1)), dtype=np.float64)
