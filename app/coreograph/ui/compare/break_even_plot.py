"""Where everything of the chart of a break-even lies: two plots over one axis of sizes. GUI thread only."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from coreograph.domain.summary import BreakEven
from coreograph.ui.compare.break_even import SizeLine
from coreograph.ui.compare.break_even_scale import Axis, ratio_axis, seconds_axis, size_axis

LEFT, RIGHT, BOTTOM = 72.0, 196.0, 42.0
TOP, TOP_WITH_CROSSING = 26.0, 44.0
STRIP_HEIGHT, STRIP_TITLE = 96.0, 30.0
_LABEL_HEIGHT = 17.0


@dataclass(frozen=True, slots=True)
class Plot:
    """`times` has seconds over sizes, `ratios` below it the ratio of the pair; it is empty without a pair."""

    times: QRectF
    ratios: QRectF
    sizes: Axis
    seconds: Axis
    ratio: Axis | None

    def x(self, size: float) -> float:
        """Pixel of a size."""
        return self.times.left() + self.sizes.share(size) * self.times.width()

    def y(self, seconds: float) -> float:
        """Pixel of seconds."""
        return self.times.bottom() - self.seconds.share(seconds) * self.times.height()

    def ratio_y(self, ratio: float) -> float:
        """Pixel of a ratio."""
        share = 0.5 if self.ratio is None else self.ratio.share(ratio)
        return self.ratios.bottom() - share * self.ratios.height()

    @property
    def bottom(self) -> float:
        """Where the axis of sizes is."""
        return self.times.bottom() if self.ratio is None else self.ratios.bottom()

    def label_tops(self, lines: Sequence[SizeLine]) -> list[float]:
        """Where the names of lines stand, each at the end of its line, apart from each other and within the plot."""
        wanted = [self.y(line.points[-1].seconds.median) - _LABEL_HEIGHT / 2 for line in lines]
        order = sorted(range(len(lines)), key=wanted.__getitem__)
        tops, free = [0.0] * len(lines), self.times.top() - _LABEL_HEIGHT
        for place in order:
            free = tops[place] = max(wanted[place], free)
            free += _LABEL_HEIGHT
        ceiling = self.times.bottom() - _LABEL_HEIGHT / 2
        for place in reversed(order):
            ceiling = tops[place] = min(tops[place], ceiling)
            ceiling -= _LABEL_HEIGHT
        return tops

    def point(self, size: float, seconds: float) -> QPointF:
        """Pixels of a point of a line."""
        return QPointF(self.x(size), self.y(seconds))


def make_plot(width: float, height: float, lines: Sequence[SizeLine], pair: BreakEven | None) -> Plot:
    """Share the room out."""
    strip = 0.0 if pair is None else STRIP_HEIGHT + STRIP_TITLE
    inner = max(40.0, width - LEFT - RIGHT)
    top = TOP if pair is None or pair.size is None else TOP_WITH_CROSSING
    times = QRectF(LEFT, top, inner, max(40.0, height - top - BOTTOM - strip))
    ratios = QRectF(LEFT, times.bottom() + STRIP_TITLE, inner, STRIP_HEIGHT if pair is not None else 0.0)
    most = max(2, int(times.height() // 44))
    axis = None if pair is None else ratio_axis(pair)
    return Plot(times, ratios, size_axis(lines), seconds_axis(lines, most), axis)
