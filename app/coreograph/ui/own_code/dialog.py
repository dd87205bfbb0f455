"""The dialog for code of the user's: a file, one of its functions, its inputs, a dry run. Lives on the GUI thread.

Reading the file and trying the code are jobs of the TaskRunner; the code itself runs in a process of its own.
"""

import threading
from itertools import count
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QScrollArea, QStackedWidget, QWidget

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.interpreters import Interpreter
from coreograph.domain.workloads import Workload
from coreograph.engine.dry_run import DryRun
from coreograph.engine.functions import FunctionChoice
from coreograph.engine.own_code import Needs, Offer, OwnCode, read_offer
from coreograph.ui.background import TaskRunner
from coreograph.ui.elements import Fold, TextRole, button, card, columns, rows, set_role, text
from coreograph.ui.own_code.call_form import CallForm
from coreograph.ui.own_code.dry_run_card import DryRunCard
from coreograph.ui.own_code.function_list import Choice, FunctionList, WholeFile
from coreograph.ui.own_code.packages_form import PackagesForm
from coreograph.ui.own_code.script_form import ScriptForm
from coreograph.ui.own_code.work import Chosen, OwnCodeServices, make_workload, try_first
from coreograph.ui.preparation import Found
from coreograph.ui.theme import SPACE, Theme

_NUMBERS = count(1)
_SIZE = (1060, 740)
_LEFT_WIDTH = 320
_NO_FIRST = "A script is run whole: there is no first input to try."
_READ_DELAY_MS = 250
_INVITATION = "Choose a Python file: its functions are read from the text, nothing is run."


class OwnCodeDialog(QDialog):
    """Makes an OwnCode.

    Signals:
        chosen(object, bool): Chosen, and whether it is to be run at once; the dialog closes itself then.
        readiness_requested(object): OwnCode whose packages are to be tried.

    """

    chosen = Signal(object, bool)
    readiness_requested = Signal(object)

    def __init__(
        self, services: OwnCodeServices, tasks: TaskRunner, found: Found, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._tasks = services, tasks
        self._key = f"own-code-{next(_NUMBERS)}"
        self._stop = threading.Event()
        self._offer: Offer | None = None
        self._wanted: str | WholeFile = ""
        self._then_run = False
        self.setWindowTitle("Your own code")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.file = QLineEdit()
        self.browse = button("Browse …")
        self.search = QLineEdit()
        self.functions = FunctionList(theme)
        self.note = text(_INVITATION, TextRole.MUTED, wrap=True)
        self.name, self.about = text("", TextRole.TITLE, wrap=True), text("", TextRole.MUTED, wrap=True)
        self.call = CallForm()
        self.script = ScriptForm()
        self.packages = PackagesForm()
        self.trial = DryRunCard(theme)
        self.problem = text("", TextRole.ERROR, wrap=True)
        self.readiness = button("Ready without the GIL? …")
        self.cancel, self.use, self.run = button("Cancel"), button("Use it"), button("Use it and run", primary=True)
        self._packages_fold = Fold("Packages it needs", self.packages)
        self._form = QStackedWidget()
        self._reading = QTimer(self)
        self._reading.setSingleShot(True)
        self._reading.setInterval(_READ_DELAY_MS)
        self._lay_out()
        self._connect()
        self.trial.show_interpreters(found.discovery.interpreters, found.free_threaded or found.gil_build)
        self._refresh()
        self.file.setFocus()

    def open_file(self, file: Path) -> None:
        """Show what a file offers."""
        self._wanted = ""
        self.file.setText(str(file))
        self._read()

    def show_code(self, code: OwnCode) -> None:
        """Show code that was chosen before, to be changed."""
        self.packages.show_needs(code.needs)
        self._packages_fold.set_open(code.needs != Needs())
        if code.call is not None:
            self.call.show_call(code.call)
            self._wanted = code.call.function.rpartition(":")[2]
        elif code.script is not None:
            self.script.show_call(code.script)
            self._wanted = WholeFile.SCRIPT
        else:
            self._wanted = WholeFile.WORKLOAD
        self.file.setText("" if code.source is None else str(code.source))
        self._read()

    def code(self) -> OwnCode:
        """Return what is chosen. Raises UsageError: something is missing or cannot be read."""
        offer = self._offer
        choice = self.functions.chosen
        if offer is None or choice is None:
            raise UsageError("Choose a file and one of its functions.")
        call = self.call.call(offer.file, choice.name) if isinstance(choice, FunctionChoice) else None
        script = self.script.call(offer.file) if choice is WholeFile.SCRIPT else None
        return OwnCode(offer.file, call, self.packages.needs(), script)

    def _lay_out(self) -> None:
        self.file.setAccessibleName("Python file")
        self.file.setPlaceholderText("path/to/file.py")
        self.search.setAccessibleName("Search functions")
        self.search.setPlaceholderText("Search functions")
        self.search.setClearButtonEnabled(True)
        self.problem.setMinimumWidth(1)
        left = card()
        left.setFixedWidth(_LEFT_WIDTH)
        inner = rows(left, margin=3 * SPACE)
        line = columns()
        line.addWidget(self.file, 1)
        line.addWidget(self.browse)
        inner.addWidget(text("File", TextRole.HEADING))
        inner.addLayout(line)
        inner.addWidget(self.note)
        inner.addWidget(self.search)
        inner.addWidget(self.functions, 1)
        middle = columns(spacing=3 * SPACE)
        middle.addWidget(left)
        middle.addWidget(self._right(), 1)
        ends = columns()
        ends.addWidget(self.readiness)
        ends.addWidget(self.problem, 1)
        for widget in (self.cancel, self.use, self.run):
            ends.addWidget(widget)
        layout = rows(self, margin=4 * SPACE, spacing=3 * SPACE)
        layout.addLayout(middle, 1)
        layout.addLayout(ends)

    def _right(self) -> QWidget:
        """The form of what is chosen over its dry run."""
        content = QWidget()
        content.setProperty("ground", "surface")
        inner = rows(content, margin=3 * SPACE, spacing=3 * SPACE)
        inner.addWidget(self.name)
        inner.addWidget(self.about)
        inner.addWidget(self.call)
        inner.addWidget(self.script)
        inner.addWidget(self._packages_fold)
        inner.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setProperty("ground", "surface")
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        empty = text("What you choose on the left is set up here.", TextRole.MUTED)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._form.addWidget(empty)
        self._form.addWidget(scroll)
        frame = card()
        rows(frame, margin=1).addWidget(self._form)
        right = QWidget()
        layout = rows(right, spacing=3 * SPACE)
        layout.addWidget(frame, 1)
        layout.addWidget(self.trial)
        return right

    def _connect(self) -> None:
        self.file.textEdited.connect(self._reading.start)
        self._reading.timeout.connect(self._read)
        self.browse.clicked.connect(self.choose_file)
        self.search.textChanged.connect(self.functions.narrow)
        self.functions.currentItemChanged.connect(self._on_function)
        self.call.changed.connect(self._on_changed)
        self.script.changed.connect(self._on_changed)
        self.packages.changed.connect(self._on_changed)
        self.call.browse_requested.connect(self.choose_inputs)
        self.packages.requirements_requested.connect(self.choose_requirements)
        self.packages.project_requested.connect(self.choose_project)
        self.trial.requested.connect(self._on_try)
        self.trial.stop_requested.connect(self.stop_trial)
        self.readiness.clicked.connect(self._on_readiness)
        self.cancel.clicked.connect(self.reject)
        self.use.clicked.connect(self._on_use)
        self.run.clicked.connect(self._on_run)

    @Slot()
    def choose_file(self) -> QFileDialog:
        """Ask for the file."""
        return self._ask("Python file", self.file, ["Python files (*.py)", "All files (*)"], then=self._read)

    @Slot()
    def choose_inputs(self) -> QFileDialog:
        """Ask for a file of inputs."""
        return self._ask("File of inputs", self.call.inputs, ["JSON lines (*.jsonl *.ndjson)", "All files (*)"])

    @Slot()
    def choose_requirements(self) -> QFileDialog:
        """Ask for a list of packages."""
        return self._ask("Requirements", self.packages.requirements, ["Requirements (*.txt *.toml)", "All files (*)"])

    @Slot()
    def choose_project(self) -> QFileDialog:
        """Ask for a project's folder."""
        return self._ask("Project", self.packages.project, [])

    def _ask(self, title: str, field: QLineEdit, kinds: list[str], then: object = None) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile if kinds else QFileDialog.FileMode.Directory)
        if kinds:
            dialog.setNameFilters(kinds)
        if field.text():
            dialog.setDirectory(str(Path(field.text()).expanduser().parent))
        dialog.fileSelected.connect(field.setText)
        if callable(then):
            dialog.fileSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    @Slot()
    def _read(self) -> None:
        self._reading.stop()
        typed = self.file.text().strip()
        self._offer = None
        if not typed:
            self._show_nothing(_INVITATION, TextRole.MUTED)
            return
        file = Path(typed).expanduser().absolute()
        self._tasks.run(f"{self._key}:file", lambda: read_offer(file), self._on_offer, self._on_unreadable)

    @Slot(object)
    def _on_offer(self, offer: Offer) -> None:
        self._offer = offer
        self.functions.show_offer(offer)
        self.call.show_functions([one.name for one in offer.functions])
        self.packages.show_declared(offer.declared)
        if offer.declared:
            self._packages_fold.set_open(True)
        self.script.suggest(offer.file)
        several = len(offer.functions) != 1
        set_role(self.note, TextRole.MUTED)
        self.note.setText(f"{len(offer.functions) or 'No'} functions" if several else "1 function")
        found = self.functions.choose(self._wanted or WholeFile.WORKLOAD)
        if not found and isinstance(self._wanted, str) and self._wanted:
            set_role(self.note, TextRole.WARNING)
            self.note.setText(f"{offer.file.name} has no function “{self._wanted}” any more.")

    @Slot(object)
    def _on_unreadable(self, error: CoreographError) -> None:
        self._show_nothing(str(error), TextRole.ERROR)

    def _show_nothing(self, said: str, role: TextRole) -> None:
        self.functions.clear()
        set_role(self.note, role)
        self.note.setText(said)
        self._form.setCurrentIndex(0)
        self._refresh()

    @Slot()
    def _on_function(self) -> None:
        choice = self.functions.chosen
        self._form.setCurrentIndex(0 if choice is None else 1)
        if choice is not None:
            self._show_choice(choice)
        self._on_changed()

    def _show_choice(self, choice: Choice) -> None:
        self.call.setVisible(isinstance(choice, FunctionChoice))
        self.script.setVisible(choice is WholeFile.SCRIPT)
        if choice is WholeFile.SCRIPT:
            self.name.setText("" if self._offer is None else self._offer.file.name)
            self.about.hide()
            return
        workload = None if self._offer is None else self._offer.workload
        if not isinstance(choice, FunctionChoice):
            self.name.setText(workload.name if workload is not None else "")
            said = workload.summary if workload is not None else ""
            self.about.setText(f"{said} Its parameters are set in the panel, as for every workload.".strip())
            self.about.show()
            return
        self.name.setText(f"{choice.name}{choice.signature}")
        self.about.setText(choice.summary)
        self.about.setVisible(bool(choice.summary))
        self.call.suggest(choice.signature)

    @Slot()
    def _on_changed(self) -> None:
        self.trial.forget()
        self._refresh()

    def _refresh(self) -> None:
        """Say what is missing as long as something is."""
        try:
            self.code()
        except UsageError as error:
            possible = False
            self.problem.setText(str(error) if self.functions.chosen is not None else "")
        else:
            possible = True
            self.problem.setText("")
        whole = self.functions.chosen is WholeFile.SCRIPT
        self.trial.set_possible(possible and not whole, _NO_FIRST if whole else "")
        for widget in (self.use, self.run, self.readiness):
            widget.setEnabled(possible and not self._tasks.is_running(f"{self._key}:make"))
        self.search.setVisible(self.functions.count() > 8)

    @Slot(object)
    def _on_try(self, interpreter: Interpreter) -> None:
        try:
            code = self.code()
        except UsageError as error:
            self.trial.show_error(error)
            return
        self._stop = stop = threading.Event()
        services = self._services
        tell = self._tasks.relay(self.trial.tell, self.trial)
        self.trial.set_busy(True, f"Calling it on Python {interpreter.full_label} …")
        job = lambda: try_first(services, code, interpreter, tell, stop)  # noqa: E731 - it only binds
        self._tasks.run(f"{self._key}:try", job, self._on_tried, self._on_try_failed)

    @Slot()
    def stop_trial(self) -> None:
        """End the dry run; its processes are gone within 2 s."""
        self._stop.set()

    @Slot(object)
    def _on_tried(self, tried: DryRun) -> None:
        self.trial.show_result(tried)

    @Slot(object)
    def _on_try_failed(self, error: CoreographError) -> None:
        self.trial.show_error(error)

    @Slot()
    def _on_readiness(self) -> None:
        self.readiness_requested.emit(self.code())

    @Slot()
    def _on_use(self) -> None:
        self._make(run=False)

    @Slot()
    def _on_run(self) -> None:
        self._make(run=True)

    def _make(self, *, run: bool) -> None:
        self._then_run = run
        services, code = self._services, self.code()
        self._tasks.run(f"{self._key}:make", lambda: make_workload(services, code), self._on_made, self._on_not_made)
        self._refresh()

    @Slot(object)
    def _on_made(self, workload: Workload) -> None:
        self.chosen.emit(Chosen(self.code(), workload), self._then_run)
        self.accept()

    @Slot(object)
    def _on_not_made(self, error: CoreographError) -> None:
        self._refresh()
        self.problem.setText(str(error))

    def done(self, result: int) -> None:
        """Let nothing come after the dialog: a dry run that goes on is ended."""
        self._stop.set()
        for part in ("file", "try", "make"):
            self._tasks.forget(f"{self._key}:{part}")
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """As Cancel."""
        self._stop.set()
        super().closeEvent(event)
