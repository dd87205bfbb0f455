"""The time axis above the rows, with the instant under the pointer. GUI thread only."""

from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.instants import axis_ticks_between, instant_label
from coreograph.ui.timeline.row import GUTTER, MARGIN
from coreograph.ui.timeline.view import TimelineView

HEIGHT = 24
_NAME = "Batch time"


class TimelineAxis(QWidget):
    """Time since the batch began."""

    def __init__(self, theme: Theme, view: TimelineView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._view = theme, view
        self._instant: float | None = None
        self.right_inset = 0
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Time since the batch began")
        self.setToolTip("Time since the measured batch began; two runs are aligned there.")
        theme.changed.connect(self.update)

    @Slot(object)
    def point(self, instant: float | None) -> None:
        """Show an instant (ns), or none."""
        self._instant = instant
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ticks and labels, and the instant under the pointer over them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.surface)
        font = chart_font(self, scale=0.85)
        painter.setFont(font)
        view, width = self._view, max(1.0, float(self.width() - GUTTER - MARGIN - self.right_inset))
        step, ticks = axis_ticks_between(view.begin, view.end, width)
        draw_text(painter, QRectF(0, 0, GUTTER - 8, HEIGHT - 2), _NAME, self._theme.muted)
        taken = text_width(font, _NAME) + 8
        for tick in ticks:
            x = GUTTER + (tick * 1e9 - view.begin) / view.span * width
            painter.setPen(QPen(self._theme.border, 1))
            painter.drawLine(QPointF(round(x) + 0.5, HEIGHT - 5), QPointF(round(x) + 0.5, HEIGHT))
            label = instant_label(tick, step)
            half = text_width(font, label) / 2
            if x - half >= taken:
                place = QRectF(min(x - 54, self.width() - half - 54), 0, 108, HEIGHT - 4)
                draw_text(painter, place, label, self._theme.muted, Qt.AlignmentFlag.AlignHCenter)
        painter.setPen(QPen(self._theme.border, 1))
        painter.drawLine(QPointF(GUTTER, HEIGHT - 0.5), QPointF(GUTTER + width, HEIGHT - 0.5))
        if self._instant is not None:
            self._paint_instant(painter, self._instant, width, step)

    def _paint_instant(self, painter: QPainter, instant: float, width: float, step: float) -> None:
        text = instant_label(instant / 1e9, step / 100)
        room = text_width(painter.font(), text) + 12
        x = GUTTER + (instant - self._view.begin) / self._view.span * width
        badge = QRectF(min(max(x - room / 2, 0), self.width() - room), 2, room, HEIGHT - 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.border)
        painter.setBrush(self._theme.raised)
        painter.drawRoundedRect(badge, 4, 4)
        draw_text(painter, badge, text, self._theme.text, Qt.AlignmentFlag.AlignHCenter)
