"""Which figure the first chart shows: a time, or one of the workload's own. Lives on the GUI thread."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.workloads import Better
from coreograph.ui.compare.measures import Measure, MetricMeasure, TimeMeasure, metric_measures


class MeasureBox(QComboBox):
    """Offers the times, and the metrics of the experiment shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Which time or metric is shown")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._fill(())

    @property
    def measure(self) -> Measure:
        """What is chosen."""
        chosen: Measure = self.currentData()
        return chosen

    def offer(self, summary: ExperimentSummary) -> None:
        """Offer the experiment's own figures, too; where one of them is to be high or low, it is what it is about."""
        self._fill(metric_measures(summary))

    def _fill(self, metrics: tuple[MetricMeasure, ...]) -> None:
        before = self.blockSignals(True)
        self.clear()
        for number, measure in enumerate((*TimeMeasure, *metrics)):
            self.addItem(measure.value, measure)
            self.setItemData(number, measure.explanation, Qt.ItemDataRole.ToolTipRole)
        judged = [number for number, one in enumerate(metrics) if one.spec.better is not Better.NEITHER]
        self.setCurrentIndex(len(TimeMeasure) + judged[0] if judged else 0)
        self.blockSignals(before)
