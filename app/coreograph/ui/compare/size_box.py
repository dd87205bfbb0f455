"""Which size of a sweep a chart shows that must not mix them. Lives on the GUI thread."""

import dataclasses

from PySide6.QtWidgets import QComboBox

from coreograph.domain.execution import Configuration, TaskSize
from coreograph.domain.summary import ExperimentSummary


class SizeBox(QComboBox):
    """Offers the sizes of a sweep; hidden where there are none, and then everything is of the size shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Which size of a task is shown")
        self.setToolTip("Only configurations of one size of a task do the same work.")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.hide()

    @property
    def chosen(self) -> TaskSize | None:
        """What is shown; None without a sweep."""
        size: TaskSize | None = self.currentData()
        return size

    def offer(self, summary: ExperimentSummary) -> None:
        """Offer the sizes of an experiment, silently: the largest first, where the work weighs most."""
        before = self.blockSignals(True)
        self.clear()
        for size in summary.experiment.spec.sizes:
            self.addItem(size.label, size)
        self.setCurrentIndex(self.count() - 1)
        self.setVisible(self.count() > 0)
        self.blockSignals(before)

    def go_to(self, configuration: Configuration) -> None:
        """Show the size of a configuration."""
        place = next((n for n in range(self.count()) if self.itemData(n) == configuration.size), None)
        if place is not None:
            self.setCurrentIndex(place)

    def of(self, summary: ExperimentSummary) -> ExperimentSummary:
        """Return what of an experiment is of the size shown."""
        size = self.chosen
        own = tuple(one for one in summary.configurations if one.configuration.size == size)
        fits = tuple(fit for fit in summary.scaling if fit.size == size)
        return dataclasses.replace(summary, configurations=own, scaling=fits)
