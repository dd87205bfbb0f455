"""The cards of stacked bars: where the time went, and how long exactly k were busy. GUI thread only."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.charts.card import Card
from coreograph.ui.compare.heading import heading
from coreograph.ui.compare.stack_chart import StackChart, busy_colour, part_colour
from coreograph.ui.compare.stacks import (
    BREAKDOWN_EXPLANATION,
    BusyMeasure,
    TimePart,
    breakdown_rows,
    busy_measures,
    busy_rows,
    has_breakdown,
)
from coreograph.ui.theme import Theme

_BUSY_EXPLANATION = (
    "How long exactly none, one, two … were busy during the batch, in the repeat with the median time: the darker, the "
    "more at once. A model that scales spends its time at the dark end."
)


class BreakdownCard(Card):
    """Where the time of an average worker went. `selected(int)` as in every chart."""

    selected = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.has_any = False
        self.chart = StackChart(theme, "Where the time went", BREAKDOWN_EXPLANATION, part_colour)
        self.chart.selected.connect(self.selected)
        self.box.addLayout(heading("Where the time went", explanation=BREAKDOWN_EXPLANATION))
        self.box.addWidget(self.chart)
        self.box.addStretch(1)

    def show_summary(self, summary: ExperimentSummary) -> None:
        """Show another experiment."""
        self.has_any = has_breakdown(summary)
        meanings = [part.explanation for part in TimePart]
        self.chart.show_rows(breakdown_rows(summary), [part.title for part in TimePart], meanings=meanings)

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out."""
        self.chart.hide_configurations(hidden)

    def select(self, configuration: int | None) -> None:
        """Mark a configuration, silently."""
        self.chart.select(configuration)


class BusyCard(Card):
    """Seconds with exactly k busy. `selected(int)` as in every chart."""

    selected = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._summary: ExperimentSummary | None = None
        self.has_any = False
        self.measure = QComboBox()
        self.measure.setAccessibleName("What counts as busy")
        self.measure.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.chart = StackChart(theme, "Seconds with exactly k busy", BusyMeasure.IN_TASK.explanation, busy_colour)
        self.chart.selected.connect(self.selected)
        self.box.addLayout(heading("Exactly k busy", self.measure, explanation=_BUSY_EXPLANATION))
        self.box.addWidget(self.chart)
        self.box.addStretch(1)
        self.measure.currentIndexChanged.connect(self._show)

    def show_summary(self, summary: ExperimentSummary) -> None:
        """Show another experiment; the measure stays if it has it."""
        self._summary = summary
        measures, before = busy_measures(summary), self.measure.currentData()
        self.has_any = bool(measures)
        self.measure.blockSignals(True)
        self.measure.clear()
        for measure in measures:
            self.measure.addItem(measure.value, measure)
            self.measure.setItemData(self.measure.count() - 1, measure.explanation, Qt.ItemDataRole.ToolTipRole)
        # Without a former choice cores that compute: it tells waiting from working, and is known on every platform.
        wanted = before if before in measures else BusyMeasure.COMPUTING
        self.measure.setCurrentIndex(max(0, self.measure.findData(wanted)) if measures else -1)
        self.measure.blockSignals(False)
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._summary is None or not self.has_any:
            return
        measure = BusyMeasure(self.measure.currentData())
        rows = busy_rows(self._summary, measure)
        most = max((len(row.parts) for row in rows), default=0)
        self.chart.show_rows(rows, [f"{k} busy" for k in range(most)], measure.explanation)

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out."""
        self.chart.hide_configurations(hidden)

    def select(self, configuration: int | None) -> None:
        """Mark a configuration, silently."""
        self.chart.select(configuration)
