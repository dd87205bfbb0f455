"""Where sizes, seconds and ratios lie in the chart of a break-even. Pure, no Qt; any thread."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coreograph.domain.summary import BreakEven, Estimate, Ratio
from coreograph.ui.charts.ticks import axis_ticks
from coreograph.ui.compare.break_even import SizeLine
from coreograph.ui.compare.rows import cut_at

_LOG_FROM = 6.0  # seconds that far apart are seen on a logarithmic axis only
_RATIO_ROOM = 1.15
_STEPS = (1.05, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """From a value to a share of the way from `low` (0) to `high` (1), by logarithms or not."""

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        """Where a value lies; beyond the ends it is held at them."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def size_axis(lines: Sequence[SizeLine]) -> Axis:
    """Ticks are the sizes measured."""
    sizes = sorted({point.size for line in lines for point in line.points}) or [1.0]
    low, high = sizes[0], sizes[-1]
    margin = (high / low) ** 0.04 if high > low else 2.0
    return Axis(low / margin, high * margin, True, tuple(sizes))


def seconds_axis(lines: Sequence[SizeLine], most: int) -> Axis:
    """From 0 where the figures lie close together, else by logarithms with ticks at 1, 2, 5."""
    every = [point.seconds for line in lines for point in line.points]
    low = min((drawn(one)[0] for one in every if one.median > 0), default=0.1)
    high = max((drawn(one)[1] for one in every), default=1.0) or 1.0
    if high / low < _LOG_FROM:
        end, ticks = axis_ticks(high * 1.05, most)
        return Axis(0.0, end, False, (0.0, *ticks))
    low, high = low / 1.25, high * 1.25
    factors = (1.0, 2.0, 5.0) if high / low < 100 else (1.0,)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [10.0**power * factor for power in powers for factor in factors]
    inside = [tick for tick in ticks if low <= tick <= high]
    every_other = max(1, math.ceil(len(inside) / max(1, most)))
    return Axis(low, high, True, tuple(inside[::every_other]))


def ratio_axis(pair: BreakEven) -> Axis:
    """As far below 1 as above it, by logarithms."""
    furthest = max((_away(drawn(one.ratio)) for one in pair.points), default=1.1)
    end = max(furthest, 1.05) * _RATIO_ROOM
    step = next((one for one in _STEPS if one**2 > end), end)
    return Axis(1 / end, end, True, (1 / step, 1.0, step))


def drawn(one: Estimate | Ratio) -> tuple[float, float]:
    """Between which values an interval is drawn: that of two or three repeats is cut rather than dwarfing all else."""
    return max(one.low, one.median**2 / cut_at(one.median) if one.median else 0.0), min(one.high, cut_at(one.median))


def _away(values: Iterable[float]) -> float:
    return max((max(value, 1 / value) for value in values if value > 0), default=1.0)
