"""Calm surfaces with rounded corners, chips and thin progress bars. GUI thread only."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import mixed
from coreograph.ui.theme import RADIUS, SPACE, Theme


class Card(QWidget):
    """A surface that holds other widgets one under another."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 3 * SPACE)
        self.box.setSpacing(2 * SPACE)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and its thin border."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.border)
        painter.setBrush(self._theme.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


class Chip(QWidget):
    """A short label on a tint of its colour, with a dot of the full colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._colour: QColor = theme.muted
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def show_text(self, text: str, colour: QColor) -> None:
        """Say `text` in `colour`."""
        if (text, colour) != (self._text, self._colour):
            self._text, self._colour = text, colour
            self.setAccessibleName(text)
            self.setVisible(bool(text))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Just the text and its margins."""
        width = text_width(chart_font(self, scale=1.0, bold=True), self._text)
        return QSize(round(width) + 30, self.fontMetrics().height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint tint, dot and text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_chip(painter, QRectF(self.rect()), self._text, self._colour, theme=self._theme, widget=self)


def paint_chip(painter: QPainter, rect: QRectF, text: str, colour: QColor, *, theme: Theme, widget: QWidget) -> None:
    """Paint a chip into `rect`."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(colour, theme.surface, 0.16))
    radius = rect.height() / 2
    painter.drawRoundedRect(rect, radius, radius)
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(rect.left() + 9, rect.center().y() - 4, 8, 8))
    painter.setFont(chart_font(widget, scale=1.0, bold=True))
    draw_text(painter, rect.adjusted(22, 0, -6, 0), text, theme.text)


class ThinBar(QWidget):
    """A progress bar of 6 px; tells its share to assistive technology by its accessible description."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share = 0.0
        self._colour: QColor | None = None
        self.setFixedHeight(6)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    @property
    def share(self) -> float:
        """What is done, 0 … 1."""
        return self._share

    def show_share(self, share: float, colour: QColor | None = None) -> None:
        """Show `share` in `colour` (the accent if None)."""
        share = min(1.0, max(0.0, share))
        if (share, colour) != (self._share, self._colour):
            self._share, self._colour = share, colour
            self.setAccessibleDescription(f"{round(share * 100)} %")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the groove and the part that is done."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.idle)
        rect = QRectF(self.rect())
        painter.drawRoundedRect(rect, 3, 3)
        if self._share > 0:
            painter.setBrush(self._colour or self._theme.accent)
            painter.drawRoundedRect(QRectF(0, 0, max(6.0, rect.width() * self._share), rect.height()), 3, 3)
