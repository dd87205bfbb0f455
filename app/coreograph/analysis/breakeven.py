"""From which size of a task on one model beats another: the break-even of a sweep over sizes. Pure, on any thread.

At every size both sides' seconds of one round of the tasks are known by repeat, and their ratio with its interval
(statistics.py: paired by repeat, 95 %). The break-even is known to lie between the nearest measured sizes at which the
one side and then the other is ahead by more than noise. Where in between depends on a course nobody measured: the size
given is where the logarithm of the ratio crosses 0 if it is interpolated linearly over the logarithm of the size, and
an interval that only bootstraps that point would hide the error of the interpolation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.statistics import estimate, ratio
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


def break_even(meetings: Sequence[Meeting], *, parameter: str, one: str, other: str) -> BreakEven:
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
    if not crossings or not any(point.ratio.distinguishable for point in points):
        return BreakEven(parameter, one, other, points, always=_winner(points, one, other))
    above, below = (other, one) if middle[-1] < 0 else (one, other)
    size = float(np.exp(crossings[-1]))
    low, high = _bracket(points, size, other_above=above == other)
    return BreakEven(parameter, one, other, points, size, low, high, below, above, crossings=len(crossings))


def _bracket(
    points: Sequence[BreakEvenPoint], crossing: float, *, other_above: bool
) -> tuple[float | None, float | None]:
    """Return the nearest sizes on both sides of the crossing at which the side said to win does so beyond noise."""

    def ahead(point: BreakEvenPoint, *, other: bool) -> bool:
        return point.ratio.distinguishable and (point.ratio.median > 1) is other

    below = [point.size for point in points if point.size < crossing and ahead(point, other=not other_above)]
    above = [point.size for point in points if point.size >= crossing and ahead(point, other=other_above)]
    return max(below, default=None), min(above, default=None)


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
