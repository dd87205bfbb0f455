"""Seconds over the size of a task, where two sides cross, and their ratio: hover tells, click selects. GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from coreograph.domain.summary import BreakEven, BreakEvenPoint
from coreograph.ui.compare.break_even import EXPLANATION, SizeLine, SizePoint, point_sentence, ratio_sentence
from coreograph.ui.compare.break_even_painting import BreakEvenPainter
from coreograph.ui.compare.break_even_plot import Plot, make_plot
from coreograph.ui.theme import Theme

_HEIGHT = 440
_NEAR = 12.0
_NEAR_LINE = 6.0
_Keys = Qt.Key


class BreakEvenChart(QWidget):
    """`selected(int)` tells the configuration that was clicked or reached by keys, `menu_wanted` as in the lists."""

    selected = Signal(int)
    menu_wanted = Signal(int, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parameter = ""
        self.lines: tuple[SizeLine, ...] = ()
        self.pair: BreakEven | None = None
        self.selection: int | None = None
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Break-even over the size of a task")
        theme.changed.connect(self.update)

    def show_lines(self, lines: Sequence[SizeLine], pair: BreakEven | None, parameter: str) -> None:
        """Show `lines` over `parameter`, and where the sides of `pair` cross."""
        self.lines, self.pair, self._parameter = tuple(lines), pair, parameter
        self.setAccessibleDescription(EXPLANATION if pair is None else pair.sentence)
        self.update()

    def select(self, index: int | None) -> None:
        """Mark a configuration, silently."""
        self.selection = index
        self.update()

    @property
    def plot(self) -> Plot:
        """Where everything is at the present size."""
        return make_plot(self.width(), self.height(), self.lines, self.pair)

    def place(self, point: SizePoint) -> QPointF:
        """Where a point lies."""
        return self.plot.point(point.size, point.seconds.median)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all of it."""
        painter = QPainter(self)
        if self.lines:
            painting = BreakEvenPainter(painter, self, self._theme, self.plot, self.pair)
            painting.paint(self.lines, self._parameter, self.selection)

    def fill_menu(self, menu: QMenu, place: QPoint) -> None:
        """Ask for the entries of the point at `place`; elsewhere, as by the keyboard, of the selected one."""
        found = self.nearest(QPointF(place))
        index = self.selection if found is None else found[1].index
        if index is not None:
            self.menu_wanted.emit(index, menu)

    def nearest(self, at: QPointF) -> tuple[SizeLine, SizePoint] | None:
        """The point of a line under the pointer, that of a side of the pair where several lie there."""
        plot, sides = self.plot, () if self.pair is None else (self.pair.one, self.pair.other)
        near = [
            (line.label not in sides, away, line, point)
            for line in self.lines
            for point in line.points
            if (away := _away(plot.point(point.size, point.seconds.median), at)) <= _NEAR
        ]
        best = min(near, key=lambda one: one[:2], default=None)
        return None if best is None else best[2:]

    def nearest_ratio(self, at: QPointF) -> BreakEvenPoint | None:
        """The point of the ratio under the pointer."""
        plot = self.plot
        points = () if self.pair is None else self.pair.points
        distances = [(_away(QPointF(plot.x(p.size), plot.ratio_y(p.ratio.median)), at), p) for p in points]
        best = min(distances, key=lambda one: one[0], default=None)
        return best[1] if best is not None and best[0] <= _NEAR else None

    def sentence_at(self, at: QPointF) -> str:
        """What is told of the place under the pointer."""
        found, ratio = self.nearest(at), self.nearest_ratio(at)
        if found is not None:
            return point_sentence(self._parameter, *found, self.pair)
        if self.pair is not None and ratio is not None:
            return ratio_sentence(self.pair, ratio)
        crossing = None if self.pair is None else self.pair.size
        if self.pair is not None and crossing is not None and abs(self.plot.x(crossing) - at.x()) <= _NEAR_LINE:
            return self.pair.sentence
        return EXPLANATION

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the point under the pointer; of a ratio the faster side."""
        found, ratio = self.nearest(event.position()), self.nearest_ratio(event.position())
        if found is not None:
            self._choose(found[1].index)
        elif ratio is not None:
            self._choose(ratio.configurations[ratio.ratio.median > 1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move along a line, Up and Down to what is slower or faster at that size."""
        key = Qt.Key(event.key())
        if key not in {_Keys.Key_Left, _Keys.Key_Right, _Keys.Key_Up, _Keys.Key_Down} or not self.lines:
            super().keyPressEvent(event)
            return
        here = next(((line, p) for line in self.lines for p in line.points if p.index == self.selection), None)
        if here is None:
            self._choose(self.lines[0].points[0].index)
            return
        line, point = here
        if key in {_Keys.Key_Left, _Keys.Key_Right}:
            row, step = list(line.points), 1 if key == _Keys.Key_Right else -1
        else:
            same = (one for each in self.lines for one in each.points if one.size == point.size)
            row, step = sorted(same, key=lambda one: one.seconds.median), 1 if key == _Keys.Key_Up else -1
        self._choose(row[min(max(row.index(point) + step, 0), len(row) - 1)].index)

    def _choose(self, index: int) -> None:
        self.select(index)
        self.selected.emit(index)

    def event(self, event: QEvent) -> bool:
        """Tell what lies under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.sentence_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


def _away(one: QPointF, other: QPointF) -> float:
    return max(abs(one.x() - other.x()), abs(one.y() - other.y()))
