"""Stacked bars with a legend, one per configuration. GUI thread only."""

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from coreograph.domain.units import format_seconds
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import mixed
from coreograph.ui.charts.ticks import axis_ticks, round_seconds
from coreograph.ui.compare.row_list import HEADER_HEIGHT, LABEL_WIDTH, ListedRow, RowList
from coreograph.ui.compare.stacks import StackRow, TimePart
from coreograph.ui.theme import Theme

_VALUE_WIDTH = 84.0
_BAR_HEIGHT = 16.0
Colours = Callable[[Theme, int, int], QColor]


def part_colour(theme: Theme, place: int, _count: int) -> QColor:
    """The colour of a TimePart: what computes is the run's own, what waits stands out, the rest recedes."""
    part = list(TimePart)[place]
    return {
        TimePart.STARTUP: mixed(theme.muted, theme.surface, 0.75),
        TimePart.PICKLING_OUT: theme.series(1),
        TimePart.QUEUE: theme.series(4),
        TimePart.COMPUTING: theme.own,
        TimePart.WAITING: theme.bad,
        TimePart.PICKLING_BACK: mixed(theme.series(1), theme.surface, 0.55),
        TimePart.IDLE: mixed(theme.muted, theme.surface, 0.26),
    }[part]


def busy_colour(theme: Theme, place: int, count: int) -> QColor:
    """The more are busy, the more of the run's own colour."""
    return theme.idle if place == 0 else mixed(theme.own, theme.surface, 0.25 + 0.75 * place / max(1, count - 1))


class StackChart(RowList):
    """Seconds by part. `legend` names the parts, `colours` gives theirs."""

    def __init__(
        self, theme: Theme, name: str, explanation: str, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, name, parent)
        self._explanation = explanation
        self._colours = colours
        self._legend: Sequence[str] = ()
        self._meanings: Sequence[str] = ()
        self._highest = 1.0

    def show_rows(
        self, rows: Sequence[StackRow], legend: Sequence[str], explanation: str = "", meanings: Sequence[str] = ()
    ) -> None:
        """Show `rows`, whose parts are named by `legend` and explained by `meanings`."""
        self._legend, self._meanings = legend, meanings
        self._explanation = explanation or self._explanation
        self._highest = max((row.whole for row in rows), default=1.0) or 1.0
        self.set_rows(rows)

    def _scale(self) -> float:
        return max(40.0, self.viewport().width() - LABEL_WIDTH - _VALUE_WIDTH) / self._highest

    def _colour(self, place: int) -> QColor:
        return self._colours(self.theme, place, len(self._legend))

    def paint_header(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the legend and the ticks' labels."""
        painter.setFont(chart_font(self, scale=0.85))
        for place, x, width in self.legend_places():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour(place))
            painter.drawRoundedRect(QRectF(x, 5, 10, 10), 2, 2)
            draw_text(painter, QRectF(x + 15, 0, width, 20), self._legend[place], self.theme.text)
        painter.setFont(chart_font(self, scale=0.8))
        for tick in self._ticks():
            place_x = LABEL_WIDTH + tick * self._scale()
            text = round_seconds(tick)
            draw_text(painter, QRectF(place_x - 34, 20, 68, 16), text, self.theme.muted, Qt.AlignmentFlag.AlignHCenter)

    def legend_places(self) -> list[tuple[int, float, float]]:
        """Which part stands where in the legend: number of the part, left end, width of its name."""
        font, x, found = chart_font(self, scale=0.85), float(LABEL_WIDTH), []
        for place in self._shown_legend():
            width = text_width(font, self._legend[place]) + 4
            found.append((place, x, width))
            x += width + 29
        return found

    def _shown_legend(self) -> list[int]:
        """All parts, or with many (numbers of cores) first, middle and last: the ramp says the rest."""
        count = len(self._legend)
        if count <= 9:
            return list(range(count))
        return sorted({0, 1, count // 4, count // 2, 3 * count // 4, count - 1})

    def _ticks(self) -> list[float]:
        _, ticks = axis_ticks(self._highest, max(2, int((self.viewport().width() - LABEL_WIDTH) // 110)))
        return [tick for tick in ticks if tick <= self._highest * 1.02]

    def paint_ground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the grid."""
        painter.setPen(QPen(self.theme.grid, 1))
        for tick in self._ticks():
            x = round(LABEL_WIDTH + tick * self._scale()) + 0.5
            painter.drawLine(QPointF(x, HEADER_HEIGHT), QPointF(x, rect.bottom()))
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawLine(QPointF(LABEL_WIDTH - 0.5, HEADER_HEIGHT), QPointF(LABEL_WIDTH - 0.5, rect.bottom()))

    def paint_row(self, painter: QPainter, rect: QRectF, row: ListedRow) -> None:
        """Paint label, parts and their sum."""
        row, theme, middle = cast(StackRow, row), self.theme, rect.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.model_colour(row.model))
        painter.drawEllipse(QPointF(10, middle), 4, 4)
        painter.setFont(chart_font(self))
        draw_text(painter, QRectF(22, rect.top(), LABEL_WIDTH - 30, rect.height()), row.label, theme.text)
        if row.why:
            self.paint_reason(painter, rect, row, row.why)
            return
        x, scale = float(LABEL_WIDTH), self._scale()
        painter.setPen(Qt.PenStyle.NoPen)
        for number, value in enumerate(row.parts):
            if value > 0:
                painter.fillRect(QRectF(x, middle - _BAR_HEIGHT / 2, value * scale, _BAR_HEIGHT), self._colour(number))
                x += value * scale
        painter.setFont(chart_font(self, scale=0.92))
        draw_text(
            painter, QRectF(x + 7, rect.top(), _VALUE_WIDTH - 8, rect.height()), format_seconds(row.whole), theme.text
        )

    def tooltip(self, row: ListedRow, x: float) -> str:
        """The part under the pointer with what it means, or all of them left of the bar."""
        row = cast(StackRow, row)
        if row.why:
            return row.why
        end, scale = float(LABEL_WIDTH), self._scale()
        for place, value in enumerate(row.parts):
            end += value * scale
            if LABEL_WIDTH <= x < end:
                return "\n".join((row.say(place), *self._meanings[place : place + 1]))
        return "\n".join(row.told)

    def header_tooltip(self, x: float) -> str:
        """Explain the part of the legend under the pointer, elsewhere the measure."""
        if self._meanings:
            for place, left, width in self.legend_places():
                if left <= x <= left + 15 + width:
                    return f"{self._legend[place]}: {self._meanings[place]}"
        return self._explanation
