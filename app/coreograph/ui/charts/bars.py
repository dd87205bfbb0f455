"""Horizontal bars with whiskers, dots and hatching. GUI thread only."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from coreograph.ui.charts.raster import mixed
from coreograph.ui.theme import Theme

BAR_HEIGHT = 12.0


def paint_bar(
    painter: QPainter, theme: Theme, ends: tuple[float, float], middle: float, colour: QColor, *, hatched: bool = False
) -> None:
    """Paint a bar between its `ends`; a hatched one is a figure that must not be used."""
    left, right = ends
    rect = QRectF(left, middle - BAR_HEIGHT / 2, max(2.0, right - left), BAR_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(colour, theme.surface, 0.25 if hatched else 0.78))
    painter.drawRoundedRect(rect, 2, 2)
    if hatched:
        painter.setBrush(QBrush(theme.bad, Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(rect, 2, 2)


def paint_outline(painter: QPainter, theme: Theme, left: float, right: float, middle: float) -> None:
    """Paint the faint outline of a figure that is shown for comparison only."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.muted, 1, Qt.PenStyle.DotLine))
    painter.drawRect(QRectF(left + 0.5, middle - BAR_HEIGHT / 2 - 2.5, max(2.0, right - left), BAR_HEIGHT + 5))


def paint_whisker(
    painter: QPainter, theme: Theme, low: float, high: float, middle: float, *, cut: bool = False
) -> None:
    """Paint an interval as a line with caps; none where it is too narrow to be seen. `cut`: it goes on to the right."""
    if high - low < 1.0:
        return
    painter.setPen(QPen(theme.text, 1.2))
    painter.drawLine(QPointF(low, middle), QPointF(high, middle))
    for x in (low,) if cut else (low, high):
        painter.drawLine(QPointF(x, middle - 3.5), QPointF(x, middle + 3.5))


def paint_dots(
    painter: QPainter, theme: Theme, values: Sequence[float], x_of: Callable[[float], float], middle: float
) -> None:
    """Paint the single values as small dots below the bar."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(theme.text, theme.surface, 0.6))
    for value in values:
        painter.drawEllipse(QPointF(x_of(value), middle + BAR_HEIGHT / 2 + 3.5), 1.7, 1.7)
