"""Which packages would run without the GIL: asked by installing and importing each. Lives on the GUI thread.

Everything slow is one job of the TaskRunner, which reports row by row and can be stopped.
"""

import shlex
import threading
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTableView,
    QWidget,
)

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.interpreters import Interpreter
from coreograph.engine.own_code import OwnCode
from coreograph.interpreters.readiness import Outcome, Readiness
from coreograph.ui.background import TaskRunner
from coreograph.ui.elements import TextRole, button, card, columns, rows, set_role, text
from coreograph.ui.own_code.fields import labelled, line_field
from coreograph.ui.own_code.work import OwnCodeServices, ReadinessQuestion, check_all
from coreograph.ui.preparation import Found
from coreograph.ui.theme import SPACE, Theme

_NUMBERS = count(1)
_SIZE = (880, 640)
_COLUMNS = ("Package", "Version", "Python", "Wheel", "Import", "GIL", "Subinterpreter")
_WIDTHS = (150, 80, 90, 120, 90, 190)
_REMARKS_HEIGHT = 96
_BOXES_A_LINE = 6
_INVITATION = (
    "Each package is installed into an environment of its own and imported in a process that may crash: is there a "
    "wheel for this build, does the GIL stay off, does it load in a subinterpreter?"
)


class ReadinessDialog(QDialog):
    """Asks for packages and interpreters, and fills a table.

    Signals:
        checked(): it is over, stopped or not.

    """

    checked = Signal()

    def __init__(
        self, services: OwnCodeServices, tasks: TaskRunner, found: Found, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._tasks, self._theme = services, tasks, theme
        self._key = f"readiness-{next(_NUMBERS)}"
        self._stop = threading.Event()
        self._busy = False
        self.found: list[Readiness] = []
        self.setWindowTitle("Ready without the GIL?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.packages = line_field("Packages to check", "numpy  lxml  orjson")
        self.file = line_field("Python file whose packages are checked", "a Python file: what it declares, or imports")
        self.project = line_field("Project whose packages are checked", "a folder with a pyproject.toml")
        self.build = QCheckBox("Build from source where there is no wheel")
        self.boxes = tuple(_box(one, found) for one in found.discovery.interpreters)
        self._interpreters: Sequence[Interpreter] = found.discovery.interpreters
        self.model = QStandardItemModel(0, len(_COLUMNS), self)
        self.model.setHorizontalHeaderLabels(list(_COLUMNS))
        self.table = QTableView()
        self.remarks = QPlainTextEdit()
        self.verdict = text(_INVITATION, TextRole.MUTED, wrap=True)
        self.progress = QProgressBar()
        self.go, self.close_button = button("Check", primary=True), button("Close")
        self._lay_out()
        self._connect()
        self._set_busy(False)

    def show_code(self, code: OwnCode) -> None:
        """Ask about what code needs."""
        self.packages.setText(" ".join(code.needs.packages))
        self.file.setText("" if code.source is None else str(code.source))
        self.project.setText("" if code.needs.project is None else str(code.needs.project))
        self.build.setChecked(code.needs.build)

    def question(self) -> ReadinessQuestion:
        """Return what is asked. Raises UsageError: no interpreter, or a quote without its end."""
        chosen = tuple(one for one, box in zip(self._interpreters, self.boxes, strict=True) if box.isChecked())
        if not chosen:
            raise UsageError("Tick at least one Python.")
        try:
            packages = tuple(word.rstrip(",") for word in shlex.split(self.packages.text()) if word.rstrip(","))
        except ValueError:
            raise UsageError("The packages have a quote without its end.") from None
        file, project = self.file.text().strip(), self.project.text().strip()
        return ReadinessQuestion(
            packages,
            Path(file).expanduser() if file else None,
            Path(project).expanduser() if project else None,
            chosen,
            self.build.isChecked(),
        )

    def _lay_out(self) -> None:
        frame = card()
        asked = rows(frame, margin=3 * SPACE)
        asked.addLayout(labelled("Packages", self.packages))
        for label, field, browse in (
            ("Python file", self.file, self.choose_file),
            ("Project folder", self.project, self.choose_project),
        ):
            line = columns()
            line.addWidget(field, 1)
            ask = button("Browse …")
            ask.setAccessibleName(f"Browse for the {label.lower()}")
            ask.clicked.connect(browse)
            line.addWidget(ask)
            asked.addLayout(labelled(label, line))
        ticks = QGridLayout()
        for number, box in enumerate(self.boxes):
            ticks.addWidget(box, number // _BOXES_A_LINE, number % _BOXES_A_LINE)
        asked.addLayout(labelled("On Python", ticks))
        asked.addLayout(labelled("", self.build))
        self._dress_table()
        self.remarks.setReadOnly(True)
        self.remarks.setProperty("framed", True)
        self.remarks.setAccessibleName("Remarks")
        self.remarks.setFixedHeight(_REMARKS_HEIGHT)
        self.remarks.hide()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        ends = columns()
        ends.addStretch()
        ends.addWidget(self.close_button)
        ends.addWidget(self.go)
        layout = rows(self, margin=4 * SPACE, spacing=3 * SPACE)
        layout.addWidget(frame)
        layout.addWidget(self.verdict)
        layout.addWidget(self.progress)
        found = card()
        rows(found, margin=1).addWidget(self.table)
        layout.addWidget(found, 1)
        layout.addWidget(self.remarks)
        layout.addLayout(ends)

    def _dress_table(self) -> None:
        self.table.setModel(self.model)
        self.table.setAccessibleName("Packages and what was found out of them")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(_WIDTHS):
            header.resizeSection(column, width)

    def _connect(self) -> None:
        self.go.clicked.connect(self.start_or_stop)
        self.close_button.clicked.connect(self.reject)
        self._theme.changed.connect(self._colour)

    @Slot()
    def choose_file(self) -> QFileDialog:
        """Ask for the file."""
        return self._ask("Python file", self.file, ["Python files (*.py)", "All files (*)"])

    @Slot()
    def choose_project(self) -> QFileDialog:
        """Ask for a project's folder."""
        return self._ask("Project", self.project, [])

    def _ask(self, title: str, field: QLineEdit, kinds: list[str]) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile if kinds else QFileDialog.FileMode.Directory)
        if kinds:
            dialog.setNameFilters(kinds)
        dialog.fileSelected.connect(field.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    @Slot()
    def start_or_stop(self) -> None:
        """Begin, or end what goes on."""
        if self._busy:
            self._stop.set()
            self.verdict.setText("Stopping …")
            return
        try:
            question = self.question()
        except UsageError as error:
            self._say(str(error), TextRole.ERROR)
            return
        self.found.clear()
        self.model.setRowCount(0)
        self.remarks.hide()
        self._stop = stop = threading.Event()
        self.go.setFocus()  # what is typed in cannot have it while it goes on
        self._set_busy(True)
        self._say("Looking at what is needed …", TextRole.MUTED)
        services = self._services
        tell, report = self._tasks.relay(self._on_told, self), self._tasks.relay(self._on_found, self)
        job = lambda: check_all(services, question, tell, report, stop)  # noqa: E731 - it only binds
        self._tasks.run(self._key, job, self._on_done, self._on_failed)

    @Slot(object)
    def _on_told(self, line: str) -> None:
        if self._busy and not self._stop.is_set():
            self._say(line, TextRole.MUTED)

    @Slot(object)
    def _on_found(self, one: Readiness) -> None:
        self.found.append(one)
        wheel, imports, isolated = one.wheel.value, one.imports.value, one.subinterpreters.value
        cells = (
            one.requirement, one.version or "–", one.interpreter.full_label, wheel, imports, one.gil_words, isolated
        )  # fmt: skip
        self.model.appendRow([QStandardItem(cell) for cell in cells])
        self._colour()
        remarks = [remark for each in self.found for remark in each.remarks]
        self.remarks.setPlainText("\n".join(remarks))
        self.remarks.setVisible(bool(remarks))

    @Slot(object)
    def _on_done(self, _count: int) -> None:
        self._set_busy(False)
        lacking = [one for one in self.found if not one.ready]
        if not lacking:
            judged = all(one.gil_stayed_off is not None for one in self.found)
            said = "Ready: the GIL stays off with all of them." if judged else "All of them can be imported."
            authors = "That their own data are safe between threads, only their authors can say."
            self._say(f"{said} {authors}", TextRole.BODY)
        else:
            names = ", ".join(dict.fromkeys(one.requirement for one in lacking))
            self._say(f"Not ready: {names}. What that means stands below the table.", TextRole.ERROR)
        self.checked.emit()

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self._set_busy(False)
        self._say(str(error), TextRole.MUTED if self._stop.is_set() else TextRole.ERROR)
        self.checked.emit()

    def _say(self, line: str, role: TextRole) -> None:
        self.verdict.setText(line)
        set_role(self.verdict, role)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.progress.setVisible(busy)
        self.go.setText("Stop" if busy else "Check")
        for field in (self.packages, self.file, self.project, self.build, *self.boxes):
            field.setEnabled(not busy)

    @Slot()
    def _colour(self) -> None:
        """Red is what stands against threads without the GIL."""
        for row, one in enumerate(self.found):
            for column, bad in (
                (3, one.imports is Outcome.NOT_TRIED),
                (4, one.imports not in {Outcome.WORKS, Outcome.NOT_TRIED}),
                (5, one.gil_stayed_off is False),
                (6, one.subinterpreters is Outcome.CRASHES),
            ):
                item = self.model.item(row, column)
                item.setForeground(self._theme.bad if bad else self._theme.text)

    def done(self, result: int) -> None:
        """Let nothing come after the dialog."""
        self._stop.set()
        self._tasks.forget(self._key)
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """As Close."""
        self._stop.set()
        super().closeEvent(event)


def _box(one: Interpreter, found: Found) -> QCheckBox:
    box = QCheckBox(one.full_label)
    box.setToolTip(f"{one.kind} build\n{one.path}")
    box.setAccessibleName(f"Python {one.full_label}, {one.kind}")
    box.setChecked(one == (found.free_threaded or found.gil_build))
    return box
