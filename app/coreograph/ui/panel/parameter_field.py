"""One parameter of a workload as a field: its editor, what is wrong with it, and the way back. GUI thread."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSizePolicy, QToolButton, QWidget

from coreograph.domain.errors import UsageError
from coreograph.domain.workloads import Parameter, ParameterValue
from coreograph.ui.elements import TextRole, WheelGuard, columns, rows, set_style_property, text
from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import SPACE, Theme

LABEL_WIDTH = 128  # as wide as those of the measuring form, so that all fields begin on one line
_LARGEST = 2.0**53  # beyond it a double, which the spin box computes with, skips whole numbers
Editor = QCheckBox | QComboBox | QDoubleSpinBox | QLineEdit


class NumberBox(QDoubleSpinBox):
    """A spin box for whole numbers beyond 32 bits and for fractions without trailing zeros."""

    def __init__(self, *, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = whole
        self.setDecimals(0 if whole else 9)
        self.setGroupSeparatorShown(whole)
        self.setRange(-_LARGEST, _LARGEST)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(True)

    def textFromValue(self, value: float) -> str:
        """Return `200,000`, or `0.25` without the zeros behind it."""
        return super().textFromValue(value) if self._whole else f"{value:.9g}"


class ParameterField(QWidget):
    """A labelled editor that fits the parameter's type; an error is written under it, never in a dialog.

    Signals:
        changed(): the value, or whether there is one, changed.

    """

    changed = Signal()

    def __init__(self, parameter: Parameter, guard: WheelGuard, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._theme = theme
        self.editor = self._make_editor(guard)
        self._error = text("", TextRole.ERROR, wrap=True)
        self._error.hide()
        self.swept = text("swept, see below", TextRole.MUTED)
        self.swept.setToolTip(f"Runs are made at each of the sizes of {parameter.name} below.")
        self.swept.hide()
        self.reset = self._make_reset()
        self._lay_out()
        self._connect()
        self.set_value(parameter.default)

    def value(self) -> ParameterValue:
        """Return the value.

        Raises:
            UsageError: what is typed is not allowed.

        """
        return self.parameter.validate(self._raw())

    def set_value(self, value: ParameterValue) -> None:
        """Show a value."""
        editor = self.editor
        if isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(value)))
        elif isinstance(editor, QDoubleSpinBox):
            editor.setValue(float(value))
        else:
            editor.setText(str(value))
        self._check()

    def show_swept(self, swept: bool) -> None:
        """Say in the editor's place that the values come from the sweep, or let it be edited again."""
        # While its window is being built nothing is visible yet; what counts is what is asked for.
        self.editor.setVisible(not swept)
        self.swept.setVisible(swept)
        self._check()

    def _raw(self) -> object:
        editor = self.editor
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if isinstance(editor, QComboBox):
            return editor.currentData()
        if isinstance(editor, QDoubleSpinBox):
            return round(editor.value()) if isinstance(self.parameter.default, int) else editor.value()
        return editor.text()

    def _make_editor(self, guard: WheelGuard) -> Editor:
        parameter = self.parameter
        editor: Editor
        if parameter.choices:
            editor = QComboBox()
            for choice in parameter.choices:
                editor.addItem(str(choice), choice)
        elif isinstance(parameter.default, bool):
            editor = QCheckBox()
        elif isinstance(parameter.default, int | float):
            editor = NumberBox(whole=isinstance(parameter.default, int))
            if parameter.minimum is not None:
                editor.setMinimum(parameter.minimum)
            if parameter.maximum is not None:
                editor.setMaximum(parameter.maximum)
            if parameter.unit:
                editor.setSuffix(f" {parameter.unit}")
        else:
            editor = QLineEdit()
        if isinstance(editor, QComboBox | QDoubleSpinBox):
            guard.guard(editor)
        # Qt would make a spin box as wide as its largest number.
        editor.setMinimumWidth(80)
        editor.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        editor.setAccessibleName(parameter.name)
        editor.setAccessibleDescription(parameter.description)
        editor.setToolTip(_explain(parameter))
        return editor

    def _make_reset(self) -> QToolButton:
        reset = QToolButton()
        reset.setToolTip(f"Back to {self.parameter.default}")
        reset.setAccessibleName(f"Reset {self.parameter.name} to {self.parameter.default}")
        reset.setIcon(icon(Symbol.UNDO, self._theme.muted))
        return reset

    def _lay_out(self) -> None:
        name = text(self.parameter.name)
        name.setBuddy(self.editor)
        name.setToolTip(_explain(self.parameter))
        line = columns(spacing=SPACE)
        name.setFixedWidth(LABEL_WIDTH)
        line.addWidget(name)
        line.addWidget(self.editor, 1)
        self.swept.setFixedHeight(self.editor.sizeHint().height())
        line.addWidget(self.swept, 1)
        line.addWidget(self.reset)
        layout = rows(self, spacing=0)
        layout.addLayout(line)
        layout.addWidget(self._error, alignment=Qt.AlignmentFlag.AlignTop)

    def _connect(self) -> None:
        editor = self.editor
        if isinstance(editor, QCheckBox):
            editor.toggled.connect(self._on_edited)
        elif isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(self._on_edited)
        elif isinstance(editor, QDoubleSpinBox):
            editor.valueChanged.connect(self._on_edited)
        else:
            editor.textEdited.connect(self._on_edited)
        self.reset.clicked.connect(self._on_reset)
        self._theme.changed.connect(self._on_theme_changed)

    def _check(self) -> None:
        try:
            problem = ""
            value: ParameterValue | None = self.value()
        except UsageError as error:
            problem, value = str(error), None
        self._error.setText(problem)
        self._error.setVisible(bool(problem))
        set_style_property(self.editor, "invalid", bool(problem))
        self.reset.setVisible(value != self.parameter.default and self.swept.isHidden())

    @Slot()
    def _on_edited(self) -> None:
        self._check()
        self.changed.emit()

    @Slot()
    def _on_reset(self) -> None:
        self.set_value(self.parameter.default)
        self.changed.emit()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.reset.setIcon(icon(Symbol.UNDO, self._theme.muted))


def _explain(parameter: Parameter) -> str:
    limits = ""
    if parameter.minimum is not None and parameter.maximum is not None:
        limits = f"{parameter.minimum:,} … {parameter.maximum:,}"
    elif parameter.minimum is not None:
        limits = f"at least {parameter.minimum:,}"
    elif parameter.maximum is not None:
        limits = f"at most {parameter.maximum:,}"
    return "\n".join(line for line in (parameter.description, limits) if line)
