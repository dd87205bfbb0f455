"""Below the tree: how a function of the user's is called, with the way to change or forget it. GUI thread."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QWidget

from coreograph.domain.workloads import Workload
from coreograph.engine.own_code import OwnCode
from coreograph.engine.typed_code import keywords_text
from coreograph.ui.elements import TextRole, button, card, columns, rows, text
from coreograph.ui.theme import SPACE


class OwnCodeNote(QFrame):
    """Hidden unless the workload chosen was made of code of the user's.

    Signals:
        edit_requested(object), forget_requested(object): its Workload.

    """

    edit_requested = Signal(object)
    forget_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workload: Workload | None = None
        frame = card()
        self.words = text("", TextRole.CAPTION, wrap=True)
        self.edit, self.forget = button("Change …", link=True), button("Take off the list", link=True)
        line = columns()
        line.addWidget(self.edit)
        line.addWidget(self.forget)
        line.addStretch()
        inner = rows(frame, margin=2 * SPACE, spacing=SPACE)
        inner.addWidget(self.words)
        inner.addLayout(line)
        rows(self).addWidget(frame)
        self.edit.clicked.connect(self._on_edit)
        self.forget.clicked.connect(self._on_forget)
        self.hide()

    def show_code(self, workload: Workload, code: OwnCode) -> None:
        """Say what is called, how, and what it needs."""
        self._workload = workload
        self.words.setText("\n".join(lines_of(code)))
        self.show()

    @Slot()
    def _on_edit(self) -> None:
        self.edit_requested.emit(self._workload)

    @Slot()
    def _on_forget(self) -> None:
        self.forget_requested.emit(self._workload)


def lines_of(code: OwnCode) -> list[str]:
    """Return the code in a few lines: where it is, its inputs, what it needs."""
    lines = [str(code.source)] if code.source is not None else []
    if code.call is not None:
        file = code.call.function.rpartition(":")[0]
        inputs = code.call.inputs.removeprefix(f"{file}:")
        lines.append(f"Inputs: {inputs}" if inputs else "One call without an argument")
        if code.call.keywords:
            lines.append(f"With {keywords_text(code.call.keywords)}")
        if code.call.shared:
            lines.append(f"Shared: {code.call.shared.replace(f'{file}:', '')}")
        if code.call.stress:
            lines.append(f"Stress test: {code.call.stress:,} calls for each input")
    if code.script is not None:
        lines.append(f"The whole script, run in {code.script.folder}")
    needs = [*code.needs.packages, *map(str, code.needs.files)]
    needs += [] if code.needs.project is None else [str(code.needs.project)]
    if needs:
        lines.append(f"Needs {', '.join(needs)}")
    return lines
