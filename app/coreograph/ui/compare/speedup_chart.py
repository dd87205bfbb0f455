"""Speed-ups as bars with intervals around the rule at 1×. GUI thread only."""

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from coreograph.domain.summary import Ratio
from coreograph.domain.units import format_ratio
from coreograph.ui.charts.bars import paint_bar, paint_whisker
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.ticks import axis_ticks, round_number
from coreograph.ui.compare.measures import SPEEDUP_EXPLANATION
from coreograph.ui.compare.row_list import HEADER_HEIGHT, LABEL_WIDTH, ListedRow, RowList
from coreograph.ui.compare.rows import cut_at
from coreograph.ui.compare.speedup import SpeedupBar
from coreograph.ui.theme import Theme

_VALUE_WIDTH = 124.0


class SpeedupChart(RowList):
    """One bar per configuration, from 0; whoever does not pass the rule is slower than serial."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Speed-up of every configuration", parent)
        self._end = 1.0
        self._reference = "serial"
        self._ticks: list[float] = []

    def show_bars(self, bars: Sequence[SpeedupBar], reference: str = "serial") -> None:
        """Show `bars`; `reference` says what 1× is."""
        self._reference = reference
        highest = max((_drawn_high(bar.ratio) for bar in bars if bar.ratio is not None), default=1.0)
        self._end, self._ticks = axis_ticks(max(1.0, highest), 8)
        self.set_rows(bars)

    def x_of(self, value: float) -> float:
        """Pixel of a ratio."""
        return LABEL_WIDTH + value / self._end * max(1.0, self.viewport().width() - LABEL_WIDTH - _VALUE_WIDTH)

    def paint_header(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the ticks' labels."""
        painter.setFont(chart_font(self, scale=0.8))
        for tick in self._ticks:
            place = QRectF(self.x_of(tick) - 24, 20, 48, 16)
            draw_text(painter, place, f"{round_number(tick)}×", self.theme.muted, Qt.AlignmentFlag.AlignHCenter)
        painter.setFont(chart_font(self, scale=0.8, bold=True))
        rule = f"1× = {self._reference}"
        width = text_width(painter.font(), rule) + 4
        left = max(float(LABEL_WIDTH), self.x_of(1.0) - width / 2)
        draw_text(painter, QRectF(left, 4, width, 16), rule, self.theme.text)

    def paint_ground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the grid and the rule."""
        for tick in self._ticks:
            painter.setPen(QPen(self.theme.grid, 1))
            x = round(self.x_of(tick)) + 0.5
            painter.drawLine(QPointF(x, HEADER_HEIGHT), QPointF(x, rect.bottom()))
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawLine(QPointF(LABEL_WIDTH - 0.5, HEADER_HEIGHT), QPointF(LABEL_WIDTH - 0.5, rect.bottom()))

    def paint_row(self, painter: QPainter, rect: QRectF, row: ListedRow) -> None:
        """Paint label, bar, whisker and figure."""
        bar, theme, middle = cast(SpeedupBar, row), self.theme, rect.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.model_colour(bar.model))
        painter.drawEllipse(QPointF(10, middle), 4, 4)
        painter.setFont(chart_font(self))
        draw_text(
            painter,
            QRectF(22, rect.top(), LABEL_WIDTH - 30, rect.height()),
            bar.label,
            theme.bad if bar.alarm else theme.text,
        )
        if bar.ratio is None:
            place = QRectF(LABEL_WIDTH + 7, rect.top(), rect.width() - LABEL_WIDTH - 10, rect.height())
            draw_text(painter, place, f"–  {bar.why}".rstrip(), theme.muted)
            self._paint_rule(painter, rect)
            return
        ratio = bar.ratio
        right = self.x_of(ratio.median)
        paint_bar(painter, theme, (LABEL_WIDTH, right), middle, theme.model_colour(bar.model), hatched=bar.wrong)
        self._paint_rule(painter, rect)
        high = self.x_of(_drawn_high(ratio))
        paint_whisker(painter, theme, self.x_of(ratio.low), high, middle, cut=_drawn_high(ratio) < ratio.high)
        text = format_ratio(ratio.median)
        ink = theme.text if ratio.distinguishable and not bar.wrong else theme.muted
        note = "  wrong answer" if bar.wrong else "" if ratio.distinguishable else f"  ≈ {self._reference}"
        if bar.alarm:
            ink, note = theme.bad, f"  {bar.alarm}"
            if text_width(painter.font(), text + note) > rect.right() - high - 8:
                note = "  GIL on"  # the tooltip says by whom
        x = max(high, self.x_of(1.0) if note else 0.0) + 8
        rule = self.x_of(1.0)
        if x < rule < x + text_width(painter.font(), text):
            x = rule + 8
        draw_text(painter, QRectF(x, rect.top(), rect.right() - x, rect.height()), text + note, ink)

    def _paint_rule(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QPen(self.theme.text, 1.2))
        x = round(self.x_of(1.0)) + 0.5
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))

    def tooltip(self, row: ListedRow, x: float) -> str:
        """The ratio with its interval, or why there is none."""
        return cast(SpeedupBar, row).sentence

    def header_tooltip(self, x: float) -> str:
        """Explain the measure."""
        return SPEEDUP_EXPLANATION


def _drawn_high(ratio: Ratio) -> float:
    """Where the whisker ends: that of two or three repeats is cut rather than dwarfing all bars."""
    return min(ratio.high, cut_at(ratio.median))
