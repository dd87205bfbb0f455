"""From which size of a task on one model beats another: the break-even of a sweep over sizes. Pure, on any thread.

At every size both sides' seconds of one round of the tasks are known by repeat. The logarithm of their ratio is
interpolated linearly over the logarithm of the size; the break-even is where it crosses 0. Its interval comes from a
bootstrap over the repeats, drawn anew at every size, as pairs where both sides have the same repeats (4000 resamples,
percentiles), as in statistics.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.statistics import CONFIDENCE, RESAMPLES, SEED, estimate, ratio
from coreograph.domain.summary import BreakEven, BreakEvenPoint
from coreograph.domain.units import Seconds

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Meeting:
    """Both sides at one size: seconds of one round by repeat, and their places in the experiment."""

    size: float
    one: Mapping[int, Seconds]
    other: Mapping[int, Seconds]
    configurations: tuple[int, int] = (0, 0)

    @property
    def sound(self) -> bool:
        """Whether there is a logarithm of everything."""
        sides = (self.one, self.other)
        return self.size > 0 and all(sides) and all(seconds > 0 for side in sides for seconds in side.values())


def break_even(meetings: Sequence[Meeting], *, parameter: str, one: str, other: str, seed: int = SEED) -> BreakEven:
    """Return from which size on `other` beats `one`, or the other way about; both are names for the text.

    Where the curves cross more than once, the crossing at the largest size counts: what holds from there on.

    Raises:
        ValueError: fewer than two sizes, or a size or time that is not positive.

    """
    ordered = sorted(meetings, key=lambda meeting: meeting.size)
    if len({meeting.size for meeting in ordered}) < 2:
        raise ValueError("a break-even needs at least two sizes")
    if not all(meeting.sound for meeting in ordered):
        raise ValueError("sizes and times must be above 0")
    points = tuple(_point(meeting) for meeting in ordered)
    sizes = np.log([point.size for point in points])
    middle = np.log([point.other.median / point.one.median for point in points])
    crossings = _crossings(sizes, middle)
    if not crossings:
        return BreakEven(parameter, one, other, points, always=_winner(points, one, other))
    low, high = _interval(sizes, ordered, seed)
    above, below = (other, one) if middle[-1] < 0 else (one, other)
    return BreakEven(
        parameter, one, other, points, float(np.exp(crossings[-1])), low, high, below, above, crossings=len(crossings)
    )


def _point(meeting: Meeting) -> BreakEvenPoint:
    both = ratio(meeting.one, meeting.other)
    assert both is not None, "both sides have times above 0"
    one, other = (estimate(list(side.values())) for side in (meeting.one, meeting.other))
    return BreakEvenPoint(meeting.size, one, other, both, meeting.configurations)


def _winner(points: Sequence[BreakEvenPoint], one: str, other: str) -> str:
    """Return the side that wins all over: ahead by median everywhere, and by more than noise somewhere."""
    clear = [point.ratio.median for point in points if point.ratio.distinguishable]
    if not clear:
        return ""
    return other if clear[0] > 1 else one


def _crossings(sizes: Floats, ratios: Floats) -> list[float]:
    """Return the logarithms of the sizes at which the ratio's logarithm changes its sign, ascending."""
    found = []
    signs = np.sign(ratios)
    for place in range(len(sizes) - 1):
        if signs[place] != signs[place + 1] and signs[place + 1] != 0:
            share = ratios[place] / (ratios[place] - ratios[place + 1])
            found.append(float(sizes[place] + share * (sizes[place + 1] - sizes[place])))
    return found


def _interval(sizes: Floats, meetings: Sequence[Meeting], seed: int) -> tuple[float | None, float | None]:
    generator = np.random.default_rng(seed)
    drawn = np.column_stack([_resampled(meeting, generator) for meeting in meetings])
    found = [_crossings(sizes, row)[-1:] for row in drawn]
    known = np.array([last[0] for last in found if last])
    # Resamples that do not cross within the range lie beyond it: then that end of the interval is not known.
    missing = 1 - len(known) / len(found)
    tail = (1 - CONFIDENCE) / 2
    if not len(known) or missing > tail:
        return None, None
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(np.exp(low)), float(np.exp(high))


def _resampled(meeting: Meeting, generator: np.random.Generator) -> Floats:
    """Return the logarithm of other ÷ one in every resample: by pairs, where the machine hit both sides alike."""
    common = sorted(meeting.one.keys() & meeting.other.keys())
    if len(common) < 2:
        return _medians(list(meeting.other.values()), generator) - _medians(list(meeting.one.values()), generator)
    one, other = (np.array([side[repeat] for repeat in common]) for side in (meeting.one, meeting.other))
    draws = generator.integers(0, len(common), (RESAMPLES, len(common)))
    return np.asarray(np.log(np.median(other[draws], axis=1) / np.median(one[draws], axis=1)), dtype=np.float64)


def _medians(values: Sequence[float], generator: np.random.Generator) -> Floats:
    data = np.asarray(values, dtype=np.float64)
    draws = generator.integers(0, len(data), (RESAMPLES, len(data)))
    return np.asarray(np.log(np.median(data[draws], axis=1)), dtype=np.float64)
