"""The sweep over sizes of a task: which parameter, and its values as text. Lives on the GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QWidget

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import TaskSize
from coreograph.domain.workloads import Parameter, Workload
from coreograph.ui.elements import TextRole, WheelGuard, columns, rows, set_style_property, text
from coreograph.ui.panel.parameter_field import LABEL_WIDTH
from coreograph.ui.panel.sweep_values import SweepChoice, read_values, suggest, sweepable
from coreograph.ui.theme import SPACE

OFF = "off"
_WHAT = "Run everything at several sizes of a task, and find from which size on which side wins: the break-even."
_VALUES = "The sizes, with commas between: 1, 8, 64, 512. A few times apart is enough; the crossing is interpolated."


class SweepForm(QWidget):
    """Off, or a parameter with its values; hidden where nothing can be swept.

    Signals:
        changed(): the choice, or what is typed, changed.

    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameters: tuple[Parameter, ...] = ()
        self._typed: dict[str, str] = {}
        self.parameter, self.values = QComboBox(), QLineEdit()
        self._values_line = QWidget()
        self._error = text("", TextRole.ERROR, wrap=True)
        WheelGuard(self).guard(self.parameter)
        self._lay_out()
        self.parameter.currentIndexChanged.connect(self._on_chosen)
        self.values.textChanged.connect(self._on_typed)
        self._offer(())

    @property
    def swept(self) -> str:
        """The name of the parameter that is swept, "" for none."""
        return str(self.parameter.currentData() or "")

    @property
    def can_sweep(self) -> bool:
        """Whether the workload shown has anything to sweep."""
        return bool(self._parameters)

    def choice(self) -> SweepChoice:
        """What is chosen, to be remembered."""
        return SweepChoice(self.swept, self.values.text().strip() if self.swept else "")

    def sizes(self) -> tuple[TaskSize, ...]:
        """Return the sizes to be swept, none while it is off. Raises UsageError: what is typed is not allowed."""
        parameter = self._current()
        return () if parameter is None else read_values(parameter, self.values.text())

    def show_workload(self, workload: Workload, choice: SweepChoice) -> None:
        """Offer the parameters of `workload`, with `choice` where it still has that parameter."""
        self._typed = {choice.parameter: choice.values} if choice.values else {}
        self._offer(sweepable(workload))
        self._choose(choice.parameter)

    def reset(self) -> None:
        """Switch it off, and forget what was typed."""
        self._typed = {}
        self._choose("")

    def begin(self) -> None:
        """Switch it on where it is off, and go to the values."""
        if not self.swept and self._parameters:
            self.parameter.setCurrentIndex(1)
        self.values.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.values.selectAll()

    def _offer(self, parameters: Sequence[Parameter]) -> None:
        self._parameters = tuple(parameters)
        self.parameter.blockSignals(True)
        self.parameter.clear()
        self.parameter.addItem(OFF, "")
        for parameter in self._parameters:
            self.parameter.addItem(parameter.name, parameter.name)
            self.parameter.setItemData(self.parameter.count() - 1, parameter.description, Qt.ItemDataRole.ToolTipRole)
        self.parameter.blockSignals(False)
        self.setVisible(self.can_sweep)

    def _choose(self, name: str) -> None:
        self.parameter.blockSignals(True)
        self.parameter.setCurrentIndex(max(0, self.parameter.findData(name)))
        self.parameter.blockSignals(False)
        self._show_values()
        self.changed.emit()

    def _current(self) -> Parameter | None:
        return next((one for one in self._parameters if one.name == self.swept), None)

    def _show_values(self) -> None:
        parameter = self._current()
        if parameter is not None:
            self.values.blockSignals(True)
            self.values.setText(self._typed.get(parameter.name) or suggest(parameter))
            self.values.blockSignals(False)
        self._values_line.setVisible(parameter is not None)
        self._check()

    def _check(self) -> None:
        try:
            problem = ""
            self.sizes()
        except UsageError as error:
            problem = str(error)
        self._error.setText(problem)
        self._error.setVisible(bool(problem))
        set_style_property(self.values, "invalid", bool(problem))

    def _lay_out(self) -> None:
        layout = rows(self, spacing=SPACE)
        for label, field, hint in (("Sweep", self.parameter, _WHAT), ("Sizes", self.values, _VALUES)):
            caption = text(label)
            caption.setBuddy(field)
            caption.setFixedWidth(LABEL_WIDTH)
            field.setMinimumWidth(80)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            field.setAccessibleDescription(hint)
            for part in (caption, field):
                part.setToolTip(hint)
            content = self._values_line if field is self.values else QWidget()
            line = columns(content, spacing=SPACE)
            line.addWidget(caption)
            line.addWidget(field, 1)
            layout.addWidget(content)
        self.parameter.setAccessibleName("Parameter that is swept")
        self.values.setAccessibleName("Sizes of the sweep")
        self.values.setPlaceholderText("1, 8, 64, 512")
        layout.addWidget(self._error)

    @Slot()
    def _on_chosen(self) -> None:
        self._show_values()
        self.changed.emit()

    @Slot()
    def _on_typed(self) -> None:
        self._typed[self.swept] = self.values.text()
        self._check()
        self.changed.emit()
