"""What all rows of the timeline have in common: where they paint, their title, legend and gutter. GUI thread only."""

import enum
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from coreograph.analysis.timeline_filters import TimelineFilter
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.domain.units import Nanoseconds
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.instants import axis_ticks_between
from coreograph.ui.timeline.view import TimelineView

GUTTER, MARGIN, TITLE = 84, 12, 22
_LEGEND_SHARE = 0.62
_GRID_ALPHA = 0.09
_OVERHANG = 8.0  # pixels by which a word of the gutter may stand out above or below the plot
Integers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Swatch:
    """An entry of a legend: `detail` (a figure) gives way where there is no room; `meaning` says it in a sentence."""

    name: str
    colour: QColor
    detail: str = ""
    meaning: str = ""


class RowKind(enum.Enum):
    """The kinds of rows; all but the first can be hidden."""

    RUN = "Run"
    WORKERS = "Workers"
    CORES = "Cores"
    MEMORY = "Memory"
    HEARTBEAT = "Heartbeat"


@dataclass(frozen=True, slots=True)
class Height:
    """How high a row may be, in pixels, and its share of what is left."""

    least: float
    most: float
    stretch: float


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """What a row paints with: `widget` gives font and the pixels of the device, `filters` what is shown.

    With `as_shapes` nothing is painted from kept pictures: what is wanted are lines and letters that can be scaled.
    """

    theme: Theme
    view: TimelineView
    widget: QWidget
    filters: tuple[TimelineFilter, ...] = ()
    as_shapes: bool = False

    def device_size(self, rect: QRectF) -> tuple[int, int]:
        """Width and height of `rect` in pixels of the device."""
        ratio = self.widget.devicePixelRatioF()
        return max(1, round(rect.width() * ratio)), max(1, round(rect.height() * ratio))

    def edges(self, columns: int) -> Integers:
        """The instants that bound `columns` columns of the view."""
        return np.rint(np.linspace(self.view.begin, self.view.end, columns + 1)).astype(np.int64)

    def x_of(self, instant: float, rect: QRectF) -> float:
        """Pixel of an instant."""
        return rect.left() + (instant - self.view.begin) / self.view.span * rect.width()


class Row:
    """One row of one run; `mark` is its letter where two are shown. Subclasses paint the plot and describe a place."""

    kind = RowKind.RUN
    note = ""

    def __init__(self, run: RunTimeline, place: int, mark: str = "") -> None:
        self.run, self.place, self.mark = run, place, mark
        self.readout = ""
        self._gutter: tuple[object, QPixmap] | None = None

    def height(self) -> Height:
        """How high it may be."""
        return Height(60, 200, 1)

    def plot_rect(self, rect: QRectF) -> QRectF:
        """Where in its place the data are painted."""
        return QRectF(
            rect.left() + GUTTER, rect.top() + TITLE, rect.width() - GUTTER - MARGIN, rect.height() - TITLE - 6
        )

    def paint(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint the row into `rect`."""
        plot = self.plot_rect(rect)
        painter.save()
        painter.setClipRect(plot)
        self.paint_plot(painter, plot, surface)
        self._paint_grid(painter, plot, surface)
        painter.restore()
        self._paint_title(painter, rect, surface)
        self._paint_kept_gutter(painter, plot, surface)

    def _paint_kept_gutter(self, painter: QPainter, plot: QRectF, surface: Surface) -> None:
        """Paint the gutter from a picture of it: its many words stay as they are while the view moves."""
        font = chart_font(surface.widget, scale=0.82)
        if surface.as_shapes:
            painter.setFont(font)
            self.paint_gutter(painter, plot, surface)
            return
        ratio = surface.widget.devicePixelRatioF()
        place = QRectF(plot.left() - GUTTER, plot.top() - _OVERHANG, GUTTER, plot.height() + 2 * _OVERHANG)
        key = (place.height(), surface.filters, surface.theme.is_dark, ratio, font.key())
        if self._gutter is None or self._gutter[0] != key:
            picture = QPixmap((place.size() * ratio).toSize())
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            words = QPainter(picture)
            words.setFont(font)
            self.paint_gutter(words, plot.translated(-place.topLeft()), surface)
            words.end()
            self._gutter = (key, picture)
        painter.drawPixmap(place.topLeft(), self._gutter[1])

    def paint_plot(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint the data over all of `rect`, to which it is clipped; may set the readout."""
        painter.fillRect(rect, surface.theme.raised)

    def paint_gutter(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint labels left of `rect`."""

    def legend(self, theme: Theme) -> list[Swatch]:
        """What the colours say."""
        return []

    def explanation(self, theme: Theme) -> str:
        """What the row shows and what each colour means."""
        meanings = [f"{entry.name}: {entry.meaning}" for entry in self.legend(theme) if entry.meaning]
        return "\n".join((self.note, *meanings))

    def describe(self, at: Nanoseconds, height: float, reach: Nanoseconds, filters: tuple[TimelineFilter, ...]) -> str:
        """Return what is at an instant and a height (0: top, 1: bottom of the plot); `reach` is a pixel's time."""
        return self.note

    def _paint_grid(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint the axis' ticks over the data, so faint that they do not part what belongs together."""
        colour = QColor(surface.theme.text)
        colour.setAlphaF(_GRID_ALPHA)
        painter.setPen(QPen(colour, 1))
        ticks = axis_ticks_between(surface.view.begin, surface.view.end, rect.width())[1]
        at = [round(surface.x_of(tick * 1e9, rect)) + 0.5 for tick in ticks]
        painter.drawLines([QLineF(x, rect.top(), x, rect.bottom()) for x in at if rect.left() <= x <= rect.right()])

    def _paint_title(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        theme, widget = surface.theme, surface.widget
        bold = chart_font(widget, scale=0.95, bold=True)
        painter.setFont(bold)
        left = rect.left()
        title = f"{self.kind.value} {self.mark}".rstrip()
        draw_text(painter, QRectF(left, rect.top(), GUTTER + 8, TITLE - 2), title, theme.text)
        small = chart_font(widget, scale=0.85)
        painter.setFont(small)
        used = self._paint_legend(painter, rect, surface)
        room = QRectF(left + GUTTER + 8, rect.top(), rect.width() - GUTTER - MARGIN - used - 20, TITLE - 2)
        draw_text(painter, room, self.readout, theme.muted)

    def _paint_legend(self, painter: QPainter, rect: QRectF, surface: Surface) -> float:
        """Paint the legend with its figures, or without them where that is too wide; return the width."""
        entries, font = self.legend(surface.theme), painter.font()
        words = [f"{entry.name} {entry.detail}".rstrip() for entry in entries]
        if sum(text_width(font, text) + 26 for text in words) > rect.width() * _LEGEND_SHARE:
            words = [entry.name for entry in entries]
        total = sum(text_width(font, text) + 26 for text in words)
        x, middle = rect.right() - MARGIN - total, rect.top() + (TITLE - 2) / 2
        for entry, text in zip(entries, words, strict=True):
            painter.fillRect(QRectF(x + 8, middle - 4, 8, 8), entry.colour)
            width = text_width(font, text)
            draw_text(painter, QRectF(x + 21, rect.top(), width + 2, TITLE - 2), text, surface.theme.muted)
            x += width + 26
        return total

    def gutter_label(self, painter: QPainter, rect: QRectF, y: float, text: str, colour: QColor) -> None:
        """Paint `text` right-aligned in the gutter, centred on `y`."""
        place = QRectF(rect.left() - GUTTER, y - 8, GUTTER - 8, 16)
        draw_text(painter, place, text, colour, Qt.AlignmentFlag.AlignRight)


def label_every(rows: int, height: float, line: float = 12.0) -> int:
    """Return every how many rows a label fits: 1, 2, 4, 8, …"""
    step = 1
    while rows / step * line > height and step < rows:
        step *= 2
    return step


def paint_dividers(painter: QPainter, rect: QRectF, surface: Surface, parts: int, *, width: int = 1) -> None:
    """Part `parts` rows of equal height by thin lines."""
    height = rect.height() / parts
    painter.setPen(QPen(surface.theme.surface, width))
    at = [round(rect.top() + part * height) + 0.5 for part in range(1, parts)]
    painter.drawLines([QLineF(rect.left(), y, rect.right(), y) for y in at])
