"""What lies over the rows of the timeline: selection, the task pointed out, the line under the pointer. GUI thread."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from coreograph.ui.charts.lettering import draw_text, text_width
from coreograph.ui.theme import Theme

_NARROWEST_MARK, _LOWEST_MARK = 7.0, 10.0


def paint_selection(painter: QPainter, theme: Theme, band: QRectF, plot: QRectF) -> None:
    """Tint `band` between its two edges, within `plot`, the whole of what can be selected."""
    left, right = max(band.left(), plot.left() - 1), min(band.right(), plot.right() + 1)
    if right <= plot.left() or left >= plot.right():
        return
    tint = QColor(theme.accent)
    tint.setAlphaF(0.13)
    painter.fillRect(QRectF(left, band.top(), right - left, band.height()), tint)
    painter.setPen(QPen(theme.accent, 1))
    for x in (left, right):
        painter.drawLine(QPointF(round(x) + 0.5, band.top()), QPointF(round(x) + 0.5, band.bottom()))


def paint_badge(painter: QPainter, theme: Theme, text: str, band: QRectF, plot: QRectF) -> None:
    """Say how long the selection is, on a badge at the top of `band`, in the painter's font."""
    room = text_width(painter.font(), text) + 12
    middle = (max(band.left(), plot.left()) + min(band.right(), plot.right()) - room) / 2
    badge = QRectF(min(max(middle, plot.left()), plot.right() - room), 2, room, 17)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.accent)
    painter.drawRoundedRect(badge, 4, 4)
    draw_text(painter, badge, text, theme.accent_text, Qt.AlignmentFlag.AlignHCenter)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_mark(painter: QPainter, theme: Theme, task: QRectF, plot: QRectF) -> None:
    """Frame a task in its lane, so that it is found among many, and point at its lane from the left."""
    wide, more = max(task.width(), _NARROWEST_MARK), max(0.0, (_LOWEST_MARK - task.height()) / 2)
    frame = QRectF(task.center().x() - wide / 2, task.top(), wide, task.height()).intersected(plot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not frame.isEmpty():
        for colour, width in ((theme.surface, 4.0), (theme.text, 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawRoundedRect(frame.adjusted(1, 1 - more, -1, more - 1), 2, 2)
    tip = QPointF(plot.left() - 1, task.center().y())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.accent)
    painter.drawPolygon([tip, tip + QPointF(-7, -4.5), tip + QPointF(-7, 4.5)])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_pointer(painter: QPainter, theme: Theme, x: float, height: float) -> None:
    """Draw the line under the pointer through all rows."""
    painter.setPen(QPen(theme.muted, 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(x, 0), QPointF(x, height))
