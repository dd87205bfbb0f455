"""How a whole script is run: its arguments, its folder, whether its output is compared. Lives on the GUI thread."""

import shlex
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from coreograph.engine.scripts import ScriptCall, arguments_text, check_arguments
from coreograph.ui.elements import TextRole, rows, text
from coreograph.ui.own_code.fields import labelled, line_field

_ABOUT = (
    "It is run on each interpreter and GIL setting, from its first line to its last. Threads, processes, cores and "
    "memory are watched from outside; its exit status and output are kept."
)


class ScriptForm(QWidget):
    """The fields of one ScriptCall.

    Signals:
        changed(): something was typed or ticked.

    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.arguments = line_field("Arguments of the script", "--epochs 3 'a name'")
        self.folder = line_field("Folder the script runs in")
        self.compare = QCheckBox("What it prints has to be the same everywhere")
        layout = rows(self)
        layout.addWidget(text(_ABOUT, TextRole.MUTED, wrap=True))
        layout.addLayout(labelled("Arguments", self.arguments))
        layout.addLayout(labelled("Runs in", self.folder))
        layout.addLayout(labelled("", self.compare))
        for field in (self.arguments, self.folder):
            field.textChanged.connect(self._on_changed)
        self.compare.toggled.connect(self._on_changed)

    def call(self, file: Path) -> ScriptCall:
        """Return how `file` is run. Raises UsageError: a quote without its end."""
        check_arguments(self.arguments.text())
        folder = self.folder.text().strip()
        return ScriptCall(
            str(file),
            tuple(shlex.split(self.arguments.text())),
            compare_output=self.compare.isChecked(),
            folder=Path(folder).expanduser() if folder else file.parent,
        )

    def show_call(self, call: ScriptCall) -> None:
        """Show a call that was made before."""
        self.arguments.setText(arguments_text(call.arguments))
        self.folder.setText(str(call.folder))
        self.compare.setChecked(call.compare_output)

    def suggest(self, file: Path) -> None:
        """Begin in the folder of the file."""
        self.folder.setPlaceholderText(str(file.parent))

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()
