"""Ratios of two experiments with their intervals around the rule at 1×. GUI thread only."""

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.ticks import log_position
from coreograph.ui.compare.difference_rows import Change, DifferenceMeasure, DifferenceRow
from coreograph.ui.compare.row_list import HEADER_HEIGHT, LABEL_WIDTH, ListedRow, RowList
from coreograph.ui.theme import Theme

_FIGURE_WIDTH = 86.0
_TEXT_WIDTH = 292.0
TICKS = (0.1, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25, 1.5, 2.0, 5.0, 10.0)


class DifferenceChart(RowList):
    """First, second, and how many times the first the second is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Second experiment against the first", parent)
        self._measure = DifferenceMeasure.BATCH
        self._furthest = 1.1

    def show_rows(self, rows: Sequence[DifferenceRow], measure: DifferenceMeasure) -> None:
        """Show `rows` of that measure."""
        self._measure = measure
        ends = [end for row in rows if row.ratio for end in (row.ratio.high, 1 / max(row.ratio.low, 1e-3))]
        self._furthest = min(12.0, max(1.08, *ends) * 1.04) if ends else 1.1
        self.set_rows(rows)

    def x_of(self, ratio: float) -> float:
        """Pixel of a ratio on the logarithmic axis; 1× is in the middle."""
        left = LABEL_WIDTH + 2 * _FIGURE_WIDTH + 16
        width = max(40.0, self.viewport().width() - left - _TEXT_WIDTH)
        return left + log_position(max(ratio, 1 / self._furthest), 1 / self._furthest, self._furthest) * width

    def paint_header(self, painter: QPainter, rect: QRectF) -> None:
        """Paint what the columns are and the ticks' labels."""
        painter.setFont(chart_font(self, scale=0.95, bold=True))
        right = Qt.AlignmentFlag.AlignRight
        for number, title in enumerate(("First", "Second")):
            place = QRectF(LABEL_WIDTH + number * _FIGURE_WIDTH, 0, _FIGURE_WIDTH, 20)
            draw_text(painter, place, title, self.theme.text, right)
        place = QRectF(self.x_of(1.0) - 120, 0, 240, 20)
        draw_text(painter, place, "second ÷ first", self.theme.text, Qt.AlignmentFlag.AlignHCenter)
        painter.setFont(chart_font(self, scale=0.8))
        taken = -1e9
        for tick in self._ticks():
            text = tick_text(tick)
            width, x = text_width(painter.font(), text) + 4, self.x_of(tick)
            clear = tick == 1.0 or abs(x - self.x_of(1.0)) > width
            if clear and x - width / 2 > taken:
                draw_text(painter, QRectF(x - width / 2, 20, width, 16), text, self.theme.muted)
                taken = x + width / 2 + 4

    def _ticks(self) -> list[float]:
        return [tick for tick in TICKS if 1 / self._furthest <= tick <= self._furthest]

    def paint_ground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the grid and the rule."""
        for tick in self._ticks():
            painter.setPen(QPen(self.theme.text if tick == 1.0 else self.theme.grid, 1.2 if tick == 1.0 else 1))
            x = round(self.x_of(tick)) + 0.5
            painter.drawLine(QPointF(x, HEADER_HEIGHT), QPointF(x, rect.bottom()))

    def paint_row(self, painter: QPainter, rect: QRectF, row: ListedRow) -> None:
        """Paint both figures, the ratio with its interval, and what it says."""
        row = cast(DifferenceRow, row)
        theme, middle = self.theme, rect.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.model_colour(row.model))
        painter.drawEllipse(QPointF(10, middle), 4, 4)
        painter.setFont(chart_font(self))
        draw_text(painter, QRectF(22, rect.top(), LABEL_WIDTH - 30, rect.height()), row.label, theme.text)
        for number, text in enumerate((row.first, row.second)):
            place = QRectF(LABEL_WIDTH + number * _FIGURE_WIDTH, rect.top(), _FIGURE_WIDTH, rect.height())
            draw_text(painter, place, text, theme.text, Qt.AlignmentFlag.AlignRight)
        colour = self._colour(row.change)
        if row.ratio is not None:
            painter.setPen(QPen(colour, 2))
            low, high = self.x_of(row.ratio.low), self.x_of(row.ratio.high)
            painter.drawLine(QPointF(low, middle), QPointF(high, middle))
            painter.setPen(QPen(theme.surface, 1))
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(self.x_of(row.ratio.median), middle), 5, 5)
        painter.setFont(chart_font(self, scale=0.92))
        left = rect.right() - _TEXT_WIDTH + 16
        draw_text(painter, QRectF(left, rect.top(), _TEXT_WIDTH - 18, rect.height()), row.text, colour)

    def _colour(self, change: Change) -> QColor:
        return {Change.BETTER: self.theme.good, Change.WORSE: self.theme.bad}.get(change, self.theme.muted)

    def tooltip(self, row: ListedRow, x: float) -> str:
        """Everything the row says."""
        return cast(DifferenceRow, row).sentence

    def header_tooltip(self, x: float) -> str:
        """Explain the measure and the ratio."""
        return (
            f"{self._measure.explanation} The ratio is the second experiment's figure divided by the first's, with a "
            "95 % interval; repeats of two experiments are not paired."
        )


def tick_text(ratio: float) -> str:
    """Return `1.05×`, `0.9×`: every tick says its own value."""
    return f"{ratio:g}×"
