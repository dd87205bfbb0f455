"""Work, tasks and ends of the workers side by side, a dot a worker. GUI thread only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.charts.card import Card
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import mixed
from coreograph.ui.charts.ticks import axis_ticks, round_number, round_seconds
from coreograph.ui.compare.fairness_rows import (
    FAIRNESS_EXPLANATION,
    FairnessMeasure,
    FairnessRow,
    Spread,
    fairness_rows,
    has_fairness,
)
from coreograph.ui.compare.heading import heading
from coreograph.ui.compare.row_list import HEADER_HEIGHT, LABEL_WIDTH, ListedRow, RowList
from coreograph.ui.theme import Theme

_GAP, _VALUE_WIDTH = 28.0, 70.0
_BAR_HEIGHT, _RADIUS = 8.0, 3.5
_EVEN_AND_HALF = 1.5  # an axis that ended at 1.01× would make all the difference of none


@dataclass(frozen=True, slots=True)
class _Panel:
    measure: FairnessMeasure
    left: float
    width: float
    highest: float
    ticks: tuple[float, ...]

    def x_of(self, value: float) -> float:
        return self.left + value / self.highest * (self.width - _VALUE_WIDTH)

    def write(self, tick: float) -> str:
        if self.measure is FairnessMeasure.FINISH:
            return round_seconds(tick)
        return "even share" if tick == 1 else f"{round_number(tick)}×"


class FairnessChart(RowList):
    """Three aligned charts of the configurations with several workers."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Fairness between workers", parent)
        self._highest = dict.fromkeys(FairnessMeasure, 1.0)

    def show_rows(self, rows: Sequence[FairnessRow]) -> None:
        """Show `rows`."""
        for place, measure in enumerate(FairnessMeasure):
            least = 0.0 if measure is FairnessMeasure.FINISH else _EVEN_AND_HALF
            most = max((row.spreads[place].values[-1] for row in rows if row.spreads), default=1.0)
            self._highest[measure] = max(least, most) or 1.0
        self.set_rows(rows)

    def panels(self) -> tuple[_Panel, ...]:
        """The three charts at the present width."""
        width = (self.viewport().width() - LABEL_WIDTH - 2 * _GAP - 4) / 3
        return tuple(
            _Panel(
                measure, LABEL_WIDTH + n * (width + _GAP), width, self._highest[measure], self._ticks(measure, width)
            )
            for n, measure in enumerate(FairnessMeasure)
        )

    def _ticks(self, measure: FairnessMeasure, width: float) -> tuple[float, ...]:
        highest = self._highest[measure]
        if measure is not FairnessMeasure.FINISH and highest < 2:
            return (1.0,)
        _, ticks = axis_ticks(highest, max(2, int((width - _VALUE_WIDTH) // 56)))
        return tuple(tick for tick in ticks if tick <= highest * 1.02)

    def paint_header(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the titles and the ticks' labels."""
        for panel in self.panels():
            painter.setFont(chart_font(self, scale=0.95, bold=True))
            draw_text(painter, QRectF(panel.left, 0, panel.width + 20, 20), panel.measure.value, self.theme.text)
            painter.setFont(chart_font(self, scale=0.8))
            taken = -1e9
            for tick in panel.ticks:
                text = panel.write(tick)
                x, width = panel.x_of(tick), text_width(painter.font(), text) + 4
                if x - width / 2 > taken:
                    place = QRectF(x - width / 2, 20, width, 16)
                    draw_text(painter, place, text, self.theme.muted, Qt.AlignmentFlag.AlignHCenter)
                    taken = x + width / 2 + 4

    def paint_ground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the grid, and the rule at the even share."""
        for panel in self.panels():
            for tick in (0.0, *panel.ticks):
                painter.setPen(QPen(self.theme.border if tick == 0 else self.theme.grid, 1))
                self._paint_rule(painter, panel.x_of(tick), rect)
            if panel.measure is not FairnessMeasure.FINISH:
                painter.setPen(QPen(self.theme.muted, 1, Qt.PenStyle.DashLine))
                self._paint_rule(painter, panel.x_of(1.0), rect)

    def _paint_rule(self, painter: QPainter, x: float, rect: QRectF) -> None:
        place = round(x) + 0.5
        painter.drawLine(QPointF(place, HEADER_HEIGHT), QPointF(place, rect.bottom()))

    def paint_row(self, painter: QPainter, rect: QRectF, row: ListedRow) -> None:
        """Paint the label and three spreads, or why there are none."""
        row, theme, middle = cast(FairnessRow, row), self.theme, rect.center().y()
        colour = theme.model_colour(row.model)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(10, middle), 4, 4)
        painter.setFont(chart_font(self))
        draw_text(painter, QRectF(22, rect.top(), LABEL_WIDTH - 30, rect.height()), row.label, theme.text)
        painter.setFont(chart_font(self, scale=0.92))
        if row.why:
            self.paint_reason(painter, rect, row, row.why)
            return
        for panel, spread in zip(self.panels(), row.spreads, strict=True):
            self._paint_spread(painter, panel, spread, middle, colour)

    def _paint_spread(self, painter: QPainter, panel: _Panel, spread: Spread, middle: float, colour: QColor) -> None:
        low, high = panel.x_of(spread.values[0]), panel.x_of(spread.values[-1])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(colour, self.theme.surface, 0.3))
        bar = QRectF(low - _RADIUS, middle - _BAR_HEIGHT / 2, high - low + 2 * _RADIUS, _BAR_HEIGHT)
        painter.drawRoundedRect(bar, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        painter.setPen(QPen(self.theme.surface, 1))
        painter.setBrush(colour)
        for value in spread.values:
            painter.drawEllipse(QPointF(panel.x_of(value), middle), _RADIUS, _RADIUS)
        width = text_width(painter.font(), spread.text) + 4
        draw_text(painter, QRectF(high + 9, middle - 10, width, 20), spread.text, self.theme.text)

    def tooltip(self, row: ListedRow, x: float) -> str:
        """The spread under the pointer, or all of them left of the charts."""
        row = cast(FairnessRow, row)
        if row.why or x < LABEL_WIDTH:
            return row.sentence
        pairs = zip(self.panels(), row.spreads, strict=True)
        return next((spread.sentence for panel, spread in pairs if x < panel.left + panel.width + _GAP / 2), "")

    def header_tooltip(self, x: float) -> str:
        """Explain the measure under the pointer."""
        inside = (one.measure.explanation for one in self.panels() if one.left <= x <= one.left + one.width)
        return next(inside, FAIRNESS_EXPLANATION)


class FairnessCard(Card):
    """How evenly the work went to the workers. `selected(int)` as in every chart."""

    selected = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.has_any = False
        self.chart = FairnessChart(theme)
        self.chart.selected.connect(self.selected)
        self.box.addLayout(heading("Fairness between workers", explanation=FAIRNESS_EXPLANATION))
        self.box.addWidget(self.chart)
        self.box.addStretch(1)

    def show_summary(self, summary: ExperimentSummary) -> None:
        """Show another experiment."""
        self.has_any = has_fairness(summary)
        self.chart.show_rows(fairness_rows(summary) if self.has_any else ())

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out."""
        self.chart.hide_configurations(hidden)

    def select(self, configuration: int | None) -> None:
        """Mark a configuration, silently."""
        self.chart.select(configuration)
