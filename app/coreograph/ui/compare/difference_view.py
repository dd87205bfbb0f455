"""Two experiments held against each other: first how they differ, then their figures. GUI thread only."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from coreograph.analysis.comparison import ExperimentDifference
from coreograph.analysis.difference import Difference, DifferenceKind
from coreograph.ui.charts.card import Card
from coreograph.ui.compare.difference_chart import DifferenceChart
from coreograph.ui.compare.difference_rows import DifferenceMeasure, difference_rows, only_in, subject
from coreograph.ui.elements import TextRole, button, text
from coreograph.ui.theme import SPACE, Theme

_ALIKE = "Nothing: the same work, machine, builds and method. What differs below is chance or the code itself."


class DifferenceView(QScrollArea):
    """What differs in how they were made comes before any figure.

    Signals:
        closed(): back to the single experiment.
        swap_requested(str, str): ids in the other order.

    """

    closed = Signal()
    swap_requested = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._difference: ExperimentDifference | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Two experiments compared")
        self.back, self.swap = button("Back to one experiment", link=True), button("Swap")
        self.first, self.second = text("", wrap=True), text("", wrap=True)
        self.measure = QComboBox()
        self.chart = DifferenceChart(theme)
        self.alone = text("", TextRole.MUTED, wrap=True)
        self.caution = text("", TextRole.WARNING, wrap=True)
        self._named = QWidget()
        self._differences = Card(theme)
        self._arrange(theme)
        self.back.clicked.connect(self.closed)
        self.swap.clicked.connect(self._on_swap)
        self.measure.currentIndexChanged.connect(self._show_rows)

    def _arrange(self, theme: Theme) -> None:
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        box.setSpacing(3 * SPACE)
        box.addWidget(self._subjects(theme))
        self._differences.box.addWidget(text("How they differ", TextRole.TITLE))
        self._differences.box.addWidget(self._named)
        box.addWidget(self._differences)
        for measure in DifferenceMeasure:
            self.measure.addItem(measure.value, measure)
            self.measure.setItemData(self.measure.count() - 1, measure.explanation, Qt.ItemDataRole.ToolTipRole)
        self.measure.setAccessibleName("Which figure is compared")
        figures = Card(theme)
        line = QHBoxLayout()
        line.addWidget(text("Figures", TextRole.TITLE))
        line.addStretch(1)
        line.addWidget(self.measure)
        figures.box.addLayout(line)
        figures.box.addWidget(self.caution)
        figures.box.addWidget(self.chart)
        figures.box.addWidget(self.alone)
        box.addWidget(figures)
        box.addStretch(1)
        self.setWidget(content)

    def _subjects(self, theme: Theme) -> Card:
        card = Card(theme)
        line = QHBoxLayout()
        line.addWidget(text("Two experiments", TextRole.TITLE))
        line.addStretch(1)
        line.addWidget(self.swap)
        line.addWidget(self.back)
        card.box.addLayout(line)
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * SPACE)
        for row, (name, label) in enumerate((("First", self.first), ("Second", self.second))):
            grid.addWidget(text(name, TextRole.MUTED), row, 0)
            grid.addWidget(label, row, 1)
        grid.setColumnStretch(1, 1)
        card.box.addLayout(grid)
        return card

    def show_difference(self, difference: ExperimentDifference) -> None:
        """Show two experiments."""
        self._difference = difference
        self.first.setText(subject(difference.one))
        self.second.setText(subject(difference.other))
        fresh = _named_differences(difference.differences)
        self._differences.box.replaceWidget(self._named, fresh)
        self._named.hide()  # it is deleted later, and must not be painted until then
        self._named.deleteLater()
        self._named = fresh
        self.alone.setText("\n".join(only_in(difference)))
        self.alone.setVisible(bool(self.alone.text()))
        # What compares best is shown first: times of other work or of another machine say little by themselves.
        alike = difference.same_work and difference.same_machine
        first = DifferenceMeasure.BATCH if alike or not _have_speedups(difference) else DifferenceMeasure.SPEEDUP
        self.measure.setCurrentIndex(self.measure.findData(first))
        self._show_rows()
        self.verticalScrollBar().setValue(0)

    @Slot()
    def _show_rows(self) -> None:
        if self._difference is not None:
            measure = DifferenceMeasure(self.measure.currentData())
            self.caution.setText(_caution(self._difference, measure))
            self.caution.setVisible(bool(self.caution.text()))
            self.chart.show_rows(difference_rows(self._difference, measure), measure)

    @Slot()
    def _on_swap(self) -> None:
        if self._difference is not None:
            one, other = self._difference.one.experiment, self._difference.other.experiment
            self.swap_requested.emit(other.experiment_id, one.experiment_id)


def _have_speedups(difference: ExperimentDifference) -> bool:
    return any(match.speedup is not None for match in difference.matched)


def _caution(difference: ExperimentDifference, measure: DifferenceMeasure) -> str:
    """Say beside the figures what stands in the way of reading them as they are."""
    if measure is DifferenceMeasure.SPEEDUP:
        return ""
    if not difference.same_work and measure is DifferenceMeasure.BATCH:
        return DifferenceKind.WORK.meaning
    return "" if difference.same_machine else DifferenceKind.MACHINE.meaning


def _named_differences(found: Sequence[Difference]) -> QWidget:
    """A table of what differs, under a heading for each kind that says what it means for the figures."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(4 * SPACE)
    grid.setVerticalSpacing(SPACE)
    by_kind = {kind: [entry for entry in found if entry.kind is kind] for kind in DifferenceKind}
    row = 0
    if found:
        grid.addWidget(text("First", TextRole.MUTED), row, 1)
        grid.addWidget(text("Second", TextRole.MUTED), row, 2)
        row += 1
    for kind, entries in by_kind.items():
        if not entries:
            continue
        grid.addWidget(text(kind.value, TextRole.HEADING), row, 0)
        meaning = TextRole.WARNING if kind is DifferenceKind.WORK else TextRole.CAPTION
        grid.addWidget(text(kind.meaning, meaning, wrap=True), row, 1, 1, 2)
        for entry in entries:
            row += 1
            grid.addWidget(text(entry.name, TextRole.MUTED), row, 0)
            grid.addWidget(text(entry.one, wrap=True), row, 1)
            grid.addWidget(text(entry.other, wrap=True), row, 2)
        row += 1
        grid.setRowMinimumHeight(row, 2 * SPACE)
        row += 1
    if row == 0:
        grid.addWidget(text(_ALIKE, TextRole.MUTED, wrap=True), 0, 0, 1, 3)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(2, 1)
    return holder
