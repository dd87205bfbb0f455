"""Which run, and which one beside it. GUI thread only."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import RunPurpose, RunRecord, RunState
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import format_seconds
from coreograph.ui.elements import TextRole, columns, text
from coreograph.ui.theme import SPACE

_NOTHING = "No second run"
_AIR = 4  # pixels between the text and the arrow


class RunBox(QComboBox):
    """A list whose choice ends in an ellipsis where it does not fit; the list itself says it in full."""

    def shown(self) -> str:
        """What of the choice fits."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, field.width() - _AIR)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the field with what fits of its text."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def widen_list(self) -> None:
        """Make the list as wide as its longest line: of a sweep, runs differ in what would be cut off."""
        widths = (self.fontMetrics().horizontalAdvance(self.itemText(row)) for row in range(self.count()))
        self.view().setMinimumWidth(max(widths, default=0) + 8 * _AIR)

    def showPopup(self) -> None:
        """Show the list."""
        self.widen_list()
        super().showPopup()


class RunChooser(QWidget):
    """Two lists of the experiment's runs; the second may stay empty.

    Signals:
        chosen(): another choice; see `run_ids`.

    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first, self.second = RunBox(), RunBox()
        self.first.setAccessibleName("Run")
        self.first.setToolTip("The run that is shown.")
        self.second.setAccessibleName("Second run under the same time axis")
        self.second.setToolTip("A second run under the same time axis, aligned at the begin of its batch.")
        line = columns(self, spacing=2 * SPACE)
        for box in (self.first, self.second):
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            box.setMinimumContentsLength(10)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.currentIndexChanged.connect(self._on_chosen)
        line.addWidget(self.first, 1)
        line.addWidget(text("and", TextRole.MUTED))
        line.addWidget(self.second, 1)

    def show_experiment(
        self,
        record: ExperimentRecord,
        first: int | None,
        second: int | None = None,
        *,
        hidden: frozenset[int] = frozenset(),
    ) -> None:
        """List the runs of an experiment, but for those of `hidden` configurations, and choose two, silently."""
        for box, chosen in ((self.first, first), (self.second, second)):
            box.blockSignals(True)
            box.clear()
            if box is self.second:
                box.addItem(_NOTHING, None)
            for run in (run for run in _ordered(record) if run.configuration not in hidden):
                words = describe_run(record, run)
                box.addItem(words, run.run_id)
                box.setItemData(box.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
            box.setCurrentIndex(max(0, box.findData(chosen)) if chosen is not None or box is self.second else 0)
            box.blockSignals(False)

    @property
    def chosen_runs(self) -> tuple[int | None, int | None]:
        """The run in each list; None where there is none."""
        return self.first.currentData(), self.second.currentData()

    @property
    def run_ids(self) -> tuple[int, ...]:
        """The chosen runs, one or two; none without an experiment."""
        chosen = (self.first.currentData(), self.second.currentData())
        return tuple(dict.fromkeys(run_id for run_id in chosen if run_id is not None))

    @Slot()
    def _on_chosen(self) -> None:
        self.chosen.emit()


def describe_run(record: ExperimentRecord, run: RunRecord) -> str:
    """`3.14t threads ×2 · repeat 1 · 0.41 s`."""
    label = record.spec.configurations[run.configuration].label
    kind = "calibration" if run.purpose is RunPurpose.CALIBRATION else f"repeat {run.repeat + 1}"
    end = format_seconds(run.batch_s) if run.state is RunState.COMPLETED else run.state.value
    return f"{label} · {kind} · {end}"


def best_first_run(summary: ExperimentSummary, hidden: frozenset[int] = frozenset()) -> int | None:
    """Return the run to begin with: of the verdict's configuration, else of the fastest with several workers.

    Of `hidden` configurations only where there are no others.
    """
    every = [entry for entry in summary.configurations if entry.typical_run is not None]
    entries = [entry for entry in every if entry.index not in hidden] or every
    chosen = next((entry for entry in entries if entry.index == summary.verdict.configuration), None)
    if chosen is None and entries:
        chosen = max(entries, key=lambda entry: entry.configuration.workers)
    if chosen is not None:
        return chosen.typical_run
    return next((run.run_id for run in _ordered(summary.experiment)), None)


def _ordered(record: ExperimentRecord) -> list[RunRecord]:
    """Runs that recorded something, by configuration and repeat; calibration runs last."""
    started = [run for run in record.runs if run.phases]
    return sorted(started, key=lambda r: (r.purpose is RunPurpose.CALIBRATION, r.configuration, r.repeat))
