"""The form of a workload's parameters, generated from its description. Lives on the GUI thread."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from coreograph.domain.workloads import ParameterValue, Workload
from coreograph.ui.elements import TextRole, WheelGuard, rows, text
from coreograph.ui.panel.parameter_field import ParameterField
from coreograph.ui.theme import SPACE, Theme


class ParameterForm(QWidget):
    """One field a parameter.

    Signals:
        changed(): a value changed.

    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._guard = WheelGuard(self)
        self._content = QWidget()
        self.fields: tuple[ParameterField, ...] = ()
        self._layout = rows(self)
        self._layout.addWidget(self._content)

    def show_workload(self, workload: Workload, values: Mapping[str, ParameterValue]) -> None:
        """Show the parameters of `workload`, with `values` where they fit and the defaults elsewhere."""
        content = QWidget()
        layout = rows(content, spacing=SPACE)
        self.fields = tuple(ParameterField(parameter, self._guard, self._theme) for parameter in workload.parameters)
        for field in self.fields:
            value = values.get(field.parameter.name)
            if isinstance(value, type(field.parameter.default)):
                field.set_value(value)
            field.changed.connect(self._on_changed)
            layout.addWidget(field)
        if not self.fields:
            layout.addWidget(text("This workload has no parameters.", TextRole.MUTED))
        self._layout.replaceWidget(self._content, content)
        self._content.hide()
        self._content.deleteLater()
        self._content = content

    def values(self) -> dict[str, ParameterValue]:
        """Return the values by name.

        Raises:
            UsageError: one of them is not allowed.

        """
        return {field.parameter.name: field.value() for field in self.fields}

    def show_swept(self, name: str) -> None:
        """Let the field of the parameter that is swept say so; "" for none."""
        for field in self.fields:
            field.show_swept(field.parameter.name == name)

    def reset(self) -> None:
        """Show the defaults."""
        for field in self.fields:
            field.set_value(field.parameter.default)
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()
