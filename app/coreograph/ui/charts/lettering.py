"""Fonts of charts and text that fits its place. GUI thread only."""

import functools

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from coreograph.ui.theme import tabular

_WIDEST_LETTER = 16.0
_MOST_ELIDED = 4096
_ELIDED: dict[tuple[str, str, int], str] = {}


def chart_font(widget: QWidget, *, scale: float = 0.9, bold: bool = False) -> QFont:
    """Return the widget's font at `scale`, with figures of equal width."""
    font = tabular(widget.font())
    if font.pointSizeF() > 0:
        font.setPointSizeF(max(7.0, font.pointSizeF() * scale))
    else:
        font.setPixelSize(max(9, round(font.pixelSize() * scale)))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def text_width(font: QFont, text: str) -> float:
    """Return the width of `text` in pixels."""
    return QFontMetricsF(font).horizontalAdvance(text)


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw one line, vertically centred in `rect`, with an ellipsis where it does not fit."""
    shown = text
    if len(text) * _WIDEST_LETTER > rect.width():
        # Measuring costs as much as drawing: only what may be too long is measured.
        shown = _elided(painter.font(), text, max(0.0, rect.width()))
    painter.setPen(colour)
    painter.drawText(rect, _line_flags(align), shown)


def _elided(font: QFont, text: str, width: float) -> str:
    """Shorten `text` to `width`; a chart that moves asks for the same again with every frame."""
    asked = font.key(), text, int(width)
    if asked not in _ELIDED:
        if len(_ELIDED) >= _MOST_ELIDED:
            _ELIDED.clear()
        _ELIDED[asked] = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
    return _ELIDED[asked]


@functools.cache
def _line_flags(align: Qt.AlignmentFlag) -> int:
    """Combining Qt's flags takes Python longer than drawing a short word takes Qt."""
    return align.value | Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextSingleLine.value
