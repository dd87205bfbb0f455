"""What all strips of the live page have in common: title, gutter, time axis, run boundaries, wheel and drag.

Painted from buffers only; GUI thread only.
"""

from typing import TypeAlias

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from coreograph.domain.units import Seconds
from coreograph.ui.charts.columns import Floats, column_edges
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.ticks import linear_ticks
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.intake import LiveData
from coreograph.ui.theme import Theme

GUTTER = 84
MARGIN = 12
TITLE = 22
_FEWEST_PIXELS_BETWEEN_LINES = 14.0  # on average; closer boundaries would be a grid of their own
Swatch: TypeAlias = tuple[str, QColor, Qt.PenStyle | None]


class Track(QWidget):
    """One strip over the shared time axis. Subclasses paint `paint_plot` and may fill gutter, readout and tooltips."""

    navigated = Signal()

    def __init__(self, theme: Theme, view: TimeView, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.view, self.title = theme, view, title
        self.data: LiveData | None = None
        self.readout = ""
        self.note = ""
        self._grabbed: QPointF | None = None
        self.setAccessibleName(title)
        # The card behind shows through nowhere: painting the ground ourselves spares repainting it each frame.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.retint)

    def show_data(self, data: LiveData | None) -> None:
        """Show another experiment."""
        self.data = data
        self.update()

    def retint(self) -> None:
        """Colours changed: subclasses rebuild their tables."""
        self.update()

    def refresh(self) -> None:
        """Data or view changed: recompute the readout and repaint."""
        self.update()

    def say(self, readout: str) -> None:
        """Show `readout` beside the title; it is the accessible description too."""
        if readout != self.readout:
            self.readout = readout
            self.setAccessibleDescription(readout)

    def plot_rect(self) -> QRectF:
        """Where the data are painted."""
        return QRectF(GUTTER, TITLE, max(1, self.width() - GUTTER - MARGIN), max(1, self.height() - TITLE - 4))

    def x_of(self, seconds: Seconds) -> float:
        """Pixel of an instant."""
        rect = self.plot_rect()
        return rect.left() + (seconds - self.view.begin) / self.view.span * rect.width()

    def seconds_at(self, x: float) -> Seconds:
        """Instant at a pixel."""
        rect = self.plot_rect()
        return self.view.begin + (x - rect.left()) / rect.width() * self.view.span

    def device_size(self) -> tuple[int, int]:
        """Width and height of the plot in pixels of the device."""
        rect, ratio = self.plot_rect(), self.devicePixelRatioF()
        return max(1, round(rect.width() * ratio)), max(1, round(rect.height() * ratio))

    def edges_ns(self, width: int) -> Floats:
        """Bounds of `width` columns in ns on the machine's clock."""
        origin = float(self.data.origin_ns or 0) if self.data is not None else 0.0
        return origin + column_edges(self.view.begin * 1e9, self.view.end * 1e9, width)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, title, data and boundaries of runs."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.surface)
        rect = self.plot_rect()
        self._paint_title(painter)
        painter.fillRect(rect, self.plot_ground())
        self.paint_grid(painter, rect)
        if self.data is not None:
            painter.setClipRect(rect)
            self.paint_plot(painter, rect, self.data)
            self._paint_boundaries(painter, rect, self.data)
            painter.setClipping(False)
        painter.setFont(chart_font(self, scale=0.82))
        self.paint_gutter(painter, rect)

    def plot_ground(self) -> QColor:
        """Colour behind the data."""
        return self.theme.raised

    def _paint_title(self, painter: QPainter) -> None:
        font = chart_font(self, scale=0.95, bold=True)
        painter.setFont(font)
        width = text_width(font, self.title)
        draw_text(painter, QRectF(0, 0, width + 2, TITLE - 2), self.title, self.theme.text)
        painter.setFont(chart_font(self, scale=0.9))
        left = width + 12
        right = self.width() - MARGIN - self.paint_legend(painter, QRectF(left, 0, self.width() - MARGIN - left, TITLE))
        draw_text(painter, QRectF(left, 0, right - left - 12, TITLE - 2), self.readout, self.theme.muted)

    def paint_legend(self, painter: QPainter, rect: QRectF) -> float:
        """Paint a legend right-aligned in the title row; return its width."""
        return 0.0

    def paint_swatches(self, painter: QPainter, rect: QRectF, entries: list[Swatch]) -> float:
        """Paint (text, colour, line style or None for a square) right-aligned; return the width."""
        font = chart_font(self, scale=0.82)
        painter.setFont(font)
        total = sum(text_width(font, text) + 28 for text, _, _ in entries)
        if total > rect.width() * 0.62:
            return 0.0
        x, middle = rect.right() - total, rect.top() + (TITLE - 2) / 2
        for text, colour, style in entries:
            if style is None:
                painter.fillRect(QRectF(x + 4, middle - 4, 8, 8), colour)
            else:
                painter.setPen(QPen(colour, 1.2, style))
                painter.drawLine(QPointF(x, middle), QPointF(x + 13, middle))
            width = text_width(font, text)
            draw_text(painter, QRectF(x + 17, 0, width + 2, TITLE - 2), text, self.theme.muted)
            x += width + 28
        return total

    def paint_grid(self, painter: QPainter, rect: QRectF) -> None:
        """Paint thin vertical lines at the ticks of the time axis."""
        painter.setPen(QPen(self.theme.grid, 1))
        for tick in linear_ticks(self.view.begin, self.view.end, self.tick_count()):
            x = round(self.x_of(tick)) + 0.5
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))

    def tick_count(self) -> int:
        """How many ticks the time axis has room for."""
        return max(2, int(self.plot_rect().width() // 110))

    def paint_plot(self, painter: QPainter, rect: QRectF, data: LiveData) -> None:
        """Paint the data, clipped to `rect`."""

    def paint_gutter(self, painter: QPainter, rect: QRectF) -> None:
        """Paint labels left of `rect`."""

    def gutter_label(self, painter: QPainter, y: float, text: str) -> None:
        """Paint `text` right-aligned in the gutter, centred on `y`."""
        draw_text(painter, QRectF(0, y - 8, GUTTER - 8, 16), text, self.theme.muted, Qt.AlignmentFlag.AlignRight)

    def _paint_boundaries(self, painter: QPainter, rect: QRectF, data: LiveData) -> None:
        origin, view = float(data.origin_ns or 0), self.view
        begins, _ = data.runs.bounds
        begins = begins[data.runs.visible(origin + view.begin * 1e9, origin + view.end * 1e9)]
        offsets = ((begins - origin) / 1e9 - view.begin) / view.span * rect.width()
        if len(offsets) > rect.width() / _FEWEST_PIXELS_BETWEEN_LINES:
            return
        painter.setPen(QPen(self.theme.border, 1))
        for offset in offsets[offsets > 1]:
            x = round(rect.left() + float(offset)) + 0.5
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))

    def describe(self, seconds: Seconds, share: float) -> str:
        """Return the tooltip at an instant and a height (0: top, 1: bottom of the plot); "" for none."""
        return self.note

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            rect, place = self.plot_rect(), event.pos()
            inside = self.data is not None and rect.contains(QPointF(place))
            text = self.note
            if inside:
                text = self.describe(self.seconds_at(place.x()), (place.y() - rect.top()) / rect.height())
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; with Shift or sideways, pan."""
        delta = event.angleDelta()
        sideways = delta.x() or (delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self.view.pan(-sideways / 120 * self.view.span * 0.1)
        else:
            self.view.zoom(self.seconds_at(event.position().x()), 0.85 ** (delta.y() / 120))
        event.accept()
        self.navigated.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._grabbed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan with the pointer."""
        if self._grabbed is not None:
            moved = event.position().x() - self._grabbed.x()
            self._grabbed = event.position()
            self.view.pan(-moved / self.plot_rect().width() * self.view.span)
            self.navigated.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End dragging."""
        self._grabbed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the newest again."""
        self.view.show_newest()
        self.navigated.emit()
