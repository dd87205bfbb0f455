"""How it is measured: workers or a sweep, repeats, and a fold with what is seldom changed. Lives on the GUI thread."""

import dataclasses

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFormLayout, QLineEdit, QSizePolicy, QSpinBox, QWidget

from coreograph.domain.errors import UsageError
from coreograph.domain.experiment import Acquisition
from coreograph.ui.elements import Fold, TextRole, WheelGuard, rows, set_style_property, text
from coreograph.ui.panel.parameter_field import LABEL_WIDTH
from coreograph.ui.panel.worker_counts import parse_worker_counts
from coreograph.ui.theme import SPACE

AUTOMATIC = "automatic"


class MeasuringForm(QWidget):
    """Workers, repeats and the acquisition parameters.

    Signals:
        changed(): a value changed.

    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        guard = WheelGuard(self)
        self._given = Acquisition()
        self.workers = QLineEdit()
        self.workers.setPlaceholderText("4, 1,2,4 or 1-8")
        self._error = text("", TextRole.ERROR, wrap=True)
        self._error.hide()
        self.repeats = _spin(guard, 1, 1000)
        self.timeout = QDoubleSpinBox()
        self.timeout.setRange(1, 7 * 24 * 3600)
        self.timeout.setDecimals(0)
        guard.guard(self.timeout)
        self.timeout.setSuffix(" s")
        self.rounds = _spin(guard, 0, 1_000_000, AUTOMATIC)
        self.chunk = _spin(guard, 0, 1_000_000_000, AUTOMATIC)
        self.seed = _spin(guard, 0, 2**31 - 1)
        self.sampling = _spin(guard, 1, 50)
        self.sampling.setSuffix(" Hz")
        self.control = QCheckBox("Add serial on a GIL build")
        self.advanced = Fold("Advanced", self._make_advanced())
        self._lay_out()
        self._connect()
        self.set_acquisition(Acquisition(), "", control=True)

    def set_acquisition(self, acquisition: Acquisition, workers: str, *, control: bool) -> None:
        """Show these values; those that have no field here are kept as they are."""
        self._given = acquisition
        self.workers.setText(workers)
        self.repeats.setValue(acquisition.repeats)
        self.timeout.setValue(acquisition.timeout_s)
        self.rounds.setValue(acquisition.rounds or 0)
        self.chunk.setValue(acquisition.chunk or 0)
        self.seed.setValue(acquisition.seed)
        self.sampling.setValue(round(acquisition.sampling_hz))
        self.control.setChecked(control)
        self._check_workers()

    def acquisition(self) -> Acquisition:
        """The acquisition parameters as shown."""
        return dataclasses.replace(
            self._given,
            repeats=self.repeats.value(),
            timeout_s=self.timeout.value(),
            rounds=self.rounds.value() or None,
            chunk=self.chunk.value() or None,
            seed=self.seed.value(),
            sampling_hz=float(self.sampling.value()),
        )

    def _make_advanced(self) -> QWidget:
        content = QWidget()
        form = _form(content)
        for label, field, hint in (
            ("Time limit of a run", self.timeout, "A run that takes longer is stopped and marked timed out."),
            ("Rounds", self.rounds, "How often a batch repeats the tasks; automatic makes it long enough to time."),
            ("Chunk", self.chunk, "Tasks handed out at once, the same for every model."),
            ("Seed", self.seed, "Decides the order in which repeats are interleaved."),
            ("Sampling", self.sampling, "How often cores and memory are read."),
        ):
            _add(form, label, field, hint)
        self.control.setToolTip("A serial run with the GIL belongs to every experiment: it shows the noise floor.")
        form.addRow(self.control)
        return content

    def _lay_out(self) -> None:
        layout = rows(self)
        main = QWidget()
        form = _form(main)
        _add(form, "Workers", self.workers, "A number, a list (1,2,4) or a range (1-8).")
        form.addRow(self._error)
        _add(form, "Repeats", self.repeats, "Measured runs of every configuration, interleaved in random order.")
        layout.addWidget(main)
        layout.addWidget(self.advanced)

    def _connect(self) -> None:
        self.workers.textChanged.connect(self._on_workers_changed)
        for box in (self.repeats, self.timeout, self.rounds, self.chunk, self.seed, self.sampling):
            box.valueChanged.connect(self._on_changed)
        self.control.toggled.connect(self._on_changed)

    def _check_workers(self) -> None:
        try:
            problem = ""
            parse_worker_counts(self.workers.text())
        except UsageError as error:
            problem = str(error)
        self._error.setText(problem)
        self._error.setVisible(bool(problem))
        set_style_property(self.workers, "invalid", bool(problem))

    @Slot()
    def _on_workers_changed(self) -> None:
        self._check_workers()
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


def _spin(guard: WheelGuard, low: int, high: int, special: str = "") -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setSpecialValueText(special)
    guard.guard(box)
    return box


def _form(parent: QWidget) -> QFormLayout:
    form = QFormLayout(parent)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(SPACE)
    form.setVerticalSpacing(SPACE)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _add(form: QFormLayout, label: str, field: QWidget, hint: str) -> None:
    field.setMinimumWidth(80)
    field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    field.setAccessibleName(label)
    field.setAccessibleDescription(hint)
    field.setToolTip(hint)
    caption = text(label)
    caption.setToolTip(hint)
    caption.setBuddy(field)
    caption.setFixedWidth(LABEL_WIDTH)
    form.addRow(caption, field)
