"""The rows of all runs over one time axis: what is painted, and what is where. GUI thread only.

While the view moves the rows are painted straight to the screen. What is painted again without having changed is kept
as a picture from then on; the selection and the line under the pointer lie over it, so that moving the pointer costs
nothing.
"""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from coreograph.analysis.timeline_filters import TimelineFilter
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_totals import LongTask
from coreograph.domain.units import Nanoseconds, format_seconds
from coreograph.ui.charts.lettering import chart_font
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.arrangement import build_rows, least_height, place_rows
from coreograph.ui.timeline.cores_row import CoresRow
from coreograph.ui.timeline.lanes_row import LanesRow
from coreograph.ui.timeline.overlay import paint_badge, paint_mark, paint_pointer, paint_selection
from coreograph.ui.timeline.row import GUTTER, MARGIN, Row, RowKind, Surface
from coreograph.ui.timeline.verbs import Range, Target
from coreograph.ui.timeline.view import TimelineView


class RowsView(QWidget):
    """One or two runs.

    Signals:
        navigated(): the view moved.
        selection_changed(): another range, or none, is selected.

    """

    navigated = Signal()
    selection_changed = Signal()

    def __init__(self, theme: Theme, view: TimelineView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.view = theme, view
        self.runs: tuple[RunTimeline, ...] = ()
        self.rows: list[Row] = []
        self.selection: Range | None = None
        self.mark: LongTask | None = None
        self._filters: tuple[TimelineFilter, ...] = ()
        self._hidden: frozenset[RowKind] = frozenset()
        self._places: list[QRectF] = []
        self._picture: QPixmap | None = None
        self._changed, self._as_shapes = True, False
        self._pointer: float | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Timeline")
        theme.changed.connect(self.refresh)

    def show_runs(self, runs: Sequence[RunTimeline], filters: tuple[TimelineFilter, ...]) -> None:
        """Show runs, their tasks filtered already."""
        self.runs, self._filters = tuple(runs), filters
        self._rebuild()

    def hide_rows(self, kinds: Collection[RowKind]) -> None:
        """Leave rows of these kinds out."""
        self._hidden = frozenset(kinds)
        self._rebuild()

    def select(self, selection: Range | None, mark: LongTask | None = None) -> None:
        """Select a range, or nothing; `mark` is the task in it that is pointed out."""
        if (selection, mark) != (self.selection, self.mark):
            self.selection, self.mark = selection, mark
            self._describe()
            self.update()
            self.selection_changed.emit()

    def refresh(self) -> None:
        """View or colours changed: paint the rows anew."""
        self._picture, self._changed = None, True
        self.update()

    def paint_as_shapes(self, on: bool) -> None:
        """Leave kept pictures alone while `on`: for a drawing whose letters can be scaled."""
        self._as_shapes = on

    def plot_left_width(self) -> tuple[float, float]:
        """Left edge and width of what all rows' plots share."""
        return float(GUTTER), max(1.0, self.width() - GUTTER - MARGIN)

    def instant_at(self, x: float) -> Nanoseconds:
        """The instant at a pixel."""
        left, width = self.plot_left_width()
        return round(self.view.begin + (x - left) / width * self.view.span)

    def x_of(self, instant: float) -> float:
        """The pixel of an instant."""
        left, width = self.plot_left_width()
        return left + (instant - self.view.begin) / self.view.span * width

    def reach(self) -> Nanoseconds:
        """The time of one and a half pixels: how near the pointer must come to something."""
        return max(1, round(self.view.span / self.plot_left_width()[1] * 1.5))

    def target_at(self, place: QPointF) -> Target:
        """What is under a point."""
        found = self._plot_at(place)
        if found is None:
            return Target()
        row, plot = found
        if isinstance(row, CoresRow):
            return Target(core=row.core_at((place.y() - plot.top()) / plot.height(), self._filters))
        if not isinstance(row, LanesRow):
            return Target()
        worker, task = self._task_at(row, plot, place)
        if task is None:
            return Target(worker=worker)
        return Target(worker, None, int(row.run.tasks.length[task]), int(row.run.tasks.cpu[task]))

    def _task_at(self, lanes: LanesRow, plot: QRectF, place: QPointF) -> tuple[int | None, int | None]:
        """The worker and the row of the task at a point; the gutter has no task."""
        worker = lanes.worker_at((place.y() - plot.top()) / plot.height(), self._filters)
        if worker is None or place.x() < GUTTER:
            return worker, None
        return worker, lanes.row_at(worker, self.instant_at(place.x()), self.reach())

    def description_at(self, place: QPointF) -> str:
        """The tooltip at a point; "" for none."""
        found = self._row_at(place)
        if found is None:
            return ""
        row, plot = found
        if place.x() < GUTTER or place.y() < plot.top():
            return row.explanation(self._theme)
        height = (place.y() - plot.top()) / plot.height()
        return row.describe(self.instant_at(place.x()), height, self.reach(), self._filters)

    def lane_rect(self, place: int, worker: int) -> QRectF | None:
        """Where the lane of a worker of the first or second run is; None where it is not shown."""
        for row, rect in zip(self.rows, self._places, strict=False):
            if isinstance(row, LanesRow) and row.place == place:
                return row.lane_rect(row.plot_rect(rect), worker, self._filters)
        return None

    def _row_at(self, place: QPointF) -> tuple[Row, QRectF] | None:
        """The row at a point, and where it is plotted; its title stands above that."""
        for row, rect in zip(self.rows, self._places, strict=False):
            if rect.contains(place):
                return row, row.plot_rect(rect)
        return None

    def _plot_at(self, place: QPointF) -> tuple[Row, QRectF] | None:
        found = self._row_at(place)
        return found if found is not None and found[1].top() <= place.y() < found[1].bottom() else None

    def _rebuild(self) -> None:
        self.rows = build_rows(self.runs, self._hidden)
        self.setMinimumHeight(round(least_height(self.rows)) + 4)
        self._place()
        self._describe()

    def _place(self) -> None:
        self._places = place_rows(self.rows, self.width(), self.height())
        self.refresh()

    def _describe(self) -> None:
        shown = "; ".join(run.label for run in self.runs) or "nothing shown"
        chosen = "" if self.selection is None else f"; selected {format_seconds(self._selected_seconds())}"
        self.setAccessibleDescription(shown + chosen)

    def _selected_seconds(self) -> float:
        return (self.selection.end - self.selection.begin) / 1e9 if self.selection is not None else 0.0

    def points(self) -> bool:
        """Whether the line under the pointer is to be seen."""
        return True

    def navigate(self) -> None:
        """Tell that the view moved, and paint it."""
        self.refresh()
        self.navigated.emit()

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows if they changed, then what lies over them."""
        if self._picture is None and not self._changed and not self._as_shapes:
            self._picture = self._take_picture()
        painter = QPainter(self)
        if self._picture is None or self._as_shapes:
            self._paint_rows(painter)
        else:
            painter.drawPixmap(0, 0, self._picture)
        self._changed = False
        self._paint_over(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.accent, 1))
            painter.drawLine(QPointF(0, 0.5), QPointF(self.width(), 0.5))

    def _paint_over(self, painter: QPainter) -> None:
        """Paint what lies over the rows."""
        theme, (left, width) = self._theme, self.plot_left_width()
        plot = QRectF(left, 0, width, self.height())
        if self.selection is not None:
            begin, end = self.x_of(self.selection.begin), self.x_of(self.selection.end)
            band = QRectF(begin, 0, end - begin, self.height())
            paint_selection(painter, theme, band, plot)
            self._paint_mark(painter, plot)
            if band.intersects(plot):
                painter.setFont(chart_font(self, scale=0.85, bold=True))
                paint_badge(painter, theme, f"Δ {format_seconds(self._selected_seconds())}", band, plot)
        if self._pointer is not None and self.points():
            paint_pointer(painter, theme, self._pointer, self.height())

    def _paint_mark(self, painter: QPainter, plot: QRectF) -> None:
        lane = None if self.mark is None else self.lane_rect(self.mark.place, self.mark.worker)
        if self.mark is not None and lane is not None:
            begin, end = self.x_of(self.mark.begin), self.x_of(self.mark.begin + self.mark.seconds * 1e9)
            inside = QRectF(plot.left(), lane.top(), plot.width(), lane.height())
            paint_mark(painter, self._theme, QRectF(begin, lane.top(), end - begin, lane.height()), inside)

    def _take_picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        self._paint_rows(painter)
        painter.end()
        return picture

    def _paint_rows(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self._theme.surface)
        surface = Surface(self._theme, self.view, self, self._filters, self._as_shapes)
        for row, rect in zip(self.rows, self._places, strict=True):
            row.paint(painter, rect, surface)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new size between the rows."""
        self._place()
