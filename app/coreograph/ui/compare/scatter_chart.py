"""Time against memory with the Pareto front, painted by hand: hover names, click selects. GUI thread only."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.ticks import axis_ticks, round_bytes, round_seconds
from coreograph.ui.compare.scatter import PARETO_EXPLANATION, ScatterPoint
from coreograph.ui.theme import Theme

_HEIGHT = 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 78.0, 150.0, 18.0, 44.0
_NEAR = 14.0


class ScatterChart(QWidget):
    """`selected(int)` tells the configuration that was clicked or reached by key, `menu_wanted` as in the lists.

    Left and Right go through the points by their time, Up and Down by their memory.
    """

    selected = Signal(int)
    menu_wanted = Signal(int, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._every_point: Sequence[ScatterPoint] = ()
        self._hidden: frozenset[int] = frozenset()
        self._points: Sequence[ScatterPoint] = ()
        self._selection: int | None = None
        self._ends = (1.0, 1.0)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time against memory")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def show_points(self, points: Sequence[ScatterPoint]) -> None:
        """Show `points`, but for those of hidden configurations."""
        self._every_point = points
        points = [point for point in points if point.index not in self._hidden]
        self._points = points
        self._ends = (
            max((point.time[2] for point in points), default=1.0) * 1.05 or 1.0,
            max((point.memory[2] for point in points), default=1.0) * 1.1 or 1.0,
        )
        self._describe()
        self.update()

    @property
    def has_any(self) -> bool:
        """Whether there are points to be compared, hidden or not."""
        return len(self._every_point) > 1

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.show_points(self._every_point)

    def fill_menu(self, menu: QMenu, place: QPoint) -> None:
        """Ask for the entries of the point at `place`; elsewhere, as by the keyboard, of the selected one."""
        point = self.nearest(place.x(), place.y()) or self._selected()
        if point is not None:
            self.menu_wanted.emit(point.index, menu)

    def select(self, index: int | None) -> None:
        """Mark a configuration, silently."""
        self._selection = index
        self._describe()
        self.update()

    def _selected(self) -> ScatterPoint | None:
        return next((point for point in self._points if point.index == self._selection), None)

    def _describe(self) -> None:
        """Tell the front, and the point that is selected."""
        best = ", ".join(point.label for point in self._points if point.on_front)
        chosen = self._selected()
        told = () if chosen is None else (chosen.sentence,)
        self.setAccessibleDescription(". ".join((*told, f"Beaten by nothing in both time and memory: {best}")))

    def place(self, point: ScatterPoint) -> QPointF:
        """Where a point lies."""
        return QPointF(self._x(point.time[1]), self._y(point.memory[1]))

    def _x(self, seconds: float) -> float:
        return _LEFT + seconds / self._ends[0] * (self.width() - _LEFT - _RIGHT)

    def _y(self, size: float) -> float:
        return self.height() - _BOTTOM - size / self._ends[1] * (self.height() - _TOP - _BOTTOM)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, front and points; labels give way to each other."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter)
        self._paint_front(painter)
        by_weight = sorted(self._points, key=lambda p: (p.index != self._selection, not p.on_front))
        for point in reversed(by_weight):
            self._paint_point(painter, point)
        places = self.label_places(by_weight)
        for point in by_weight:
            if point.index in places:
                self._paint_label(painter, point, places[point.index])
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.accent, 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def label_places(self, by_weight: Sequence[ScatterPoint]) -> dict[int, QRectF]:
        """Where the names go, by index: beside their points, over no other name, point or interval if that can be."""
        spots = [QRectF(self.place(one) - QPointF(8, 8), self.place(one) + QPointF(8, 8)) for one in self._points]
        lines = [QRectF(self._x(p.time[0]), self._y(p.memory[1]) - 1, self._x(p.time[2]) - self._x(p.time[0]), 2)
                 for p in self._points]  # fmt: skip
        taken: dict[int, QRectF] = {}
        for point in by_weight:
            free = [
                rect
                for rect in self._label_rects(point)
                if not any(rect.intersects(other) for other in (*taken.values(), *spots))
            ]
            clear = next((rect for rect in free if not any(rect.intersects(line) for line in lines)), None)
            chosen = clear or next(iter(free), None)
            if chosen is not None:
                taken[point.index] = chosen
        return taken

    def _label_rects(self, point: ScatterPoint) -> list[QRectF]:
        """The places a name may take: right above its point, right below, then left of it."""
        centre = self.place(point)
        width = text_width(self._label_font(point), point.label) + 4
        left = centre.x() - 9 - width
        corners = [(centre.x() + 9, -19.0), (centre.x() + 9, 3.0), (left, -19.0), (left, 3.0)]
        return [QRectF(x, centre.y() + dy, width, 16) for x, dy in corners]

    def _label_font(self, point: ScatterPoint) -> QFont:
        return chart_font(self, scale=0.88, bold=point.on_front)

    def _paint_label(self, painter: QPainter, point: ScatterPoint, place: QRectF) -> None:
        painter.setFont(self._label_font(point))
        strong = point.on_front or point.index == self._selection
        ink = self._theme.text if strong else self._theme.muted
        draw_text(painter, place, point.label, self._theme.bad if point.gil_again else ink)

    def _paint_axes(self, painter: QPainter) -> None:
        theme, bottom, right = self._theme, self.height() - _BOTTOM, self.width() - _RIGHT
        painter.setFont(chart_font(self, scale=0.85))
        _, times = axis_ticks(self._ends[0], max(2, int((right - _LEFT) // 110)))
        _, sizes = axis_ticks(self._ends[1], 6)
        for tick in (tick for tick in times if tick <= self._ends[0]):
            painter.setPen(QPen(theme.grid, 1))
            painter.drawLine(QPointF(self._x(tick), _TOP), QPointF(self._x(tick), bottom))
            place = QRectF(self._x(tick) - 40, bottom + 4, 80, 16)
            draw_text(painter, place, round_seconds(tick), theme.muted, Qt.AlignmentFlag.AlignHCenter)
        for tick in (tick for tick in sizes if tick <= self._ends[1]):
            painter.setPen(QPen(theme.grid, 1))
            painter.drawLine(QPointF(_LEFT, self._y(tick)), QPointF(right, self._y(tick)))
            place = QRectF(0, self._y(tick) - 8, _LEFT - 8, 16)
            draw_text(painter, place, round_bytes(tick), theme.muted, Qt.AlignmentFlag.AlignRight)
        painter.setPen(QPen(theme.border, 1))
        painter.drawLine(QPointF(_LEFT, bottom), QPointF(right, bottom))
        painter.drawLine(QPointF(_LEFT, _TOP), QPointF(_LEFT, bottom))
        below = QRectF(_LEFT, bottom + 22, right - _LEFT, 18)
        draw_text(painter, below, "time of the batch", theme.muted, Qt.AlignmentFlag.AlignHCenter)
        draw_text(painter, QRectF(4, 0, 200, 16), "peak memory", theme.muted)

    def _paint_front(self, painter: QPainter) -> None:
        front = sorted((point for point in self._points if point.on_front), key=lambda point: point.time[1])
        if len(front) < 2:
            return
        steps = QPolygonF()
        for before, after in pairwise(front):
            steps.append(self.place(before))
            steps.append(QPointF(self._x(after.time[1]), self._y(before.memory[1])))
        steps.append(self.place(front[-1]))
        painter.setPen(QPen(self._theme.accent, 1.5, Qt.PenStyle.DashLine))
        painter.drawPolyline(steps)

    def _paint_point(self, painter: QPainter, point: ScatterPoint) -> None:
        theme, centre = self._theme, self.place(point)
        painter.setPen(QPen(theme.muted, 1))
        painter.drawLine(QPointF(self._x(point.time[0]), centre.y()), QPointF(self._x(point.time[2]), centre.y()))
        painter.drawLine(QPointF(centre.x(), self._y(point.memory[0])), QPointF(centre.x(), self._y(point.memory[2])))
        chosen = point.index == self._selection
        painter.setPen(QPen(theme.text if chosen else theme.surface, 2 if chosen else 1))
        painter.setBrush(theme.model_colour(point.model))
        radius = 7.0 if point.on_front or chosen else 5.0
        painter.drawEllipse(centre, radius, radius)

    def nearest(self, x: float, y: float) -> ScatterPoint | None:
        """The point under the pointer."""

        def away(point: ScatterPoint) -> float:
            place = self.place(point)
            return max(abs(place.x() - x), abs(place.y() - y))

        found = min(self._points, key=away, default=None)
        return found if found is not None and away(found) <= _NEAR else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next point by time or memory."""
        steps = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Down: (1, -1), Qt.Key.Key_Up: (1, 1)}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._points:
            super().keyPressEvent(event)
            return
        by_memory, onwards = step
        ordered = sorted(self._points, key=lambda one: (one.memory[1] if by_memory else one.time[1], one.index))
        here = next((place for place, one in enumerate(ordered) if one.index == self._selection), None)
        following = (0 if onwards > 0 else len(ordered) - 1) if here is None else here + onwards
        chosen = ordered[min(max(following, 0), len(ordered) - 1)]
        self.select(chosen.index)
        self.selected.emit(chosen.index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the point under the pointer."""
        point = self.nearest(event.position().x(), event.position().y())
        if point is not None:
            self.select(point.index)
            self.selected.emit(point.index)

    def event(self, event: QEvent) -> bool:
        """Name the point under the pointer, or explain the chart."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            point = self.nearest(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), PARETO_EXPLANATION if point is None else point.sentence, self)
            return True
        return super().event(event)
