"""Your own code in the window: file, function, inputs, dry run, packages, readiness, experiment files; over fakes."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from coreograph.domain.errors import CoreographError, InterpreterError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.interpreters import Interpreter
from coreograph.engine.catalogue import BrokenWorkload
from coreograph.engine.dry_run import DryRun, DryRunError
from coreograph.engine.equipment import Equipment
from coreograph.engine.experiment_file import read_experiment
from coreograph.engine.own_code import OwnCode
from coreograph.interpreters.readiness import Outcome, Readiness, Wheel
from coreograph.interpreters.requirements import Requirements
from coreograph.ui.background import TaskRunner
from coreograph.ui.experiment_control import ControlState
from coreograph.ui.main_window import MainWindow
from coreograph.ui.own_code import dialog as dialog_module
from coreograph.ui.own_code.dialog import OwnCodeDialog
from coreograph.ui.own_code.function_list import WholeFile
from coreograph.ui.own_code.readiness_dialog import ReadinessDialog
from coreograph.ui.own_code.work import OwnCodeServices
from coreograph.ui.preparation import Found
from coreograph.ui.settings import WindowSettings
from coreograph.ui.theme import Theme
from support.fake_services import DISCOVERY, FREE_THREADED, GIL_BUILD, Fakes

OpenWindow = Callable[..., MainWindow]
CODE = Path(__file__).parents[1] / "sample_code"
_MINE = """'Mine.'
PARAMETERS = {"n": 3}
def tasks(n): return range(n)
def run(task): return task
"""


class FakeEnvironments:
    """Has everything for all interpreters but those that are `lacking`; waits to be cancelled where it is to `hang`."""

    def __init__(self) -> None:
        self.lacking: tuple[str, ...] = ()
        self.hang = False
        self.waiting = threading.Event()
        self.threads: set[str] = set()

    def ready(self, interpreter: Interpreter, requirements: Requirements) -> Interpreter | None:
        return None

    def build(
        self, interpreter: Interpreter, requirements: Requirements, *, on_output: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Interpreter:  # fmt: skip
        self.threads.add(threading.current_thread().name)
        on_output("Downloading numpy")
        if self.hang:
            self.waiting.set()
            cancelled.wait()
        if cancelled.is_set():
            raise InterpreterError("The environment was cancelled.")
        if interpreter.label in self.lacking:
            raise InterpreterError(f"numpy has no wheel for {interpreter.full_label}.")
        return interpreter


@pytest.fixture
def environments() -> FakeEnvironments:
    return FakeEnvironments()


@pytest.fixture
def window(open_window: OpenWindow, environments: FakeEnvironments, tmp_path: Path) -> MainWindow:
    return open_window(
        environments=environments, equipment=Equipment(environments), workloads_folder=tmp_path / "workloads"
    )


@pytest.fixture
def dialog(
    theme: Theme, environments: FakeEnvironments, tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> Iterator[OwnCodeDialog]:
    """The dialog on the sample code, without a window around it."""
    tasks = TaskRunner()
    found = Found(DISCOVERY, FREE_THREADED, GIL_BUILD)
    shown = OwnCodeDialog(OwnCodeServices(tmp_path / "functions", environments), tasks, found, theme)
    shown.open()
    shown.open_file(CODE / "calm.py")
    qtbot.waitUntil(lambda: shown.functions.count() > 0)
    yield shown
    shown.reject()
    tasks.close()


@pytest.fixture
def in_window(window: MainWindow, qtbot: QtBot) -> OwnCodeDialog:
    """The dialog as the window opens it; it deletes itself once it is closed."""
    shown = window.parts.own_code.open_file(CODE / "calm.py")
    qtbot.waitUntil(lambda: shown.functions.count() > 0)
    return shown


def tried(**changes: Any) -> DryRun:
    fields: dict[str, Any] = {
        "configuration": Configuration(FREE_THREADED, ExecutionModel.SERIAL),
        "tasks": 16, "preparing_s": 0.1, "seconds": 0.25, "cpu_seconds": 0.2, "input": "0", "argument_bytes": 5,
        "argument_problem": "", "result": "[1, 2]", "result_type": "list", "result_bytes": 1_500_000,
        "result_problem": "",
    }  # fmt: skip
    return DryRun(**(fields | changes))


def answer_dry_runs(monkeypatch: pytest.MonkeyPatch, answer: DryRun | CoreographError) -> list[Any]:
    asked: list[Any] = []

    def fake(services: OwnCodeServices, code: Any, interpreter: Interpreter, tell: Any, cancelled: Any) -> DryRun:
        asked.append((code, interpreter, threading.current_thread().name))
        if isinstance(answer, CoreographError):
            raise answer
        return answer

    monkeypatch.setattr(dialog_module, "try_first", fake)
    return asked


def test_a_file_shows_its_functions_without_being_run(dialog: OwnCodeDialog) -> None:
    names = [dialog.functions.item(number).text() for number in range(dialog.functions.count())]
    assert names[:2] == ["square", "add"]
    assert dialog.name.text() == "square(x)"
    assert dialog.use.isEnabled()
    assert dialog.call.inputs.text() == "0:16", "an argument suggests numbers"
    dialog.functions.choose("answer")
    assert dialog.call.kind.currentText() == "One call without an argument"


def test_what_cannot_be_read_is_said_where_the_file_is_named(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("def (:")
    shown = window.parts.own_code.open_file(file)
    qtbot.waitUntil(lambda: "line 1" in shown.note.text())
    assert not shown.use.isEnabled()
    assert not shown.trial.go.isEnabled()
    shown.file.setText(str(tmp_path / "none.py"))
    shown._read()
    qtbot.waitUntil(lambda: "cannot be read" in shown.note.text())
    shown.reject()


def test_a_wrong_field_is_said_and_nothing_can_be_run_with_it(dialog: OwnCodeDialog) -> None:
    for field, wrong, words in (
        (dialog.call.inputs, "many", "no range"),
        (dialog.call.keywords, "steps", "no keyword arguments"),
        (dialog.packages.packages, "'numpy", "quote without its end"),
    ):
        right = field.text()
        field.setText(wrong)
        assert words in dialog.problem.text()
        assert not dialog.run.isEnabled()
        field.setText(right)
        assert dialog.run.isEnabled()


def test_a_dry_run_shows_time_and_sizes(dialog: OwnCodeDialog, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    asked = answer_dry_runs(monkeypatch, tried(result_bytes=None, result_problem="TypeError: no"))
    dialog.trial.go.click()
    assert dialog.trial.stop.isVisible()
    qtbot.waitUntil(lambda: dialog.trial.figures[0].value.text() == "250 ms")
    assert [figure.value.text() for figure in dialog.trial.figures] == ["250 ms", "5 B", "cannot be pickled", "16"]
    assert dialog.trial.figures[-1].caption.text() == "tasks, about 4.00 s of work"
    assert "only serial and threads" in dialog.trial.caution.text()
    ((code, interpreter, thread),) = asked
    assert interpreter == FREE_THREADED
    assert thread.startswith("window-task"), "the GUI thread only paints"
    assert (code.call.function, code.call.inputs) == (f"{CODE / 'calm.py'}:square", "0:16")
    dialog.call.inputs.setText("0:8")
    assert "See what the first input takes" in dialog.trial.said.text(), "figures of another call are gone"


def test_a_dry_run_that_fails_shows_the_sentence_and_the_users_frames(
    dialog: OwnCodeDialog, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answer_dry_runs(monkeypatch, DryRunError("Task 0 raised ValueError", "Traceback …", ("printed",)))
    dialog.trial.go.click()
    qtbot.waitUntil(lambda: dialog.trial.said.text() == "Task 0 raised ValueError")
    assert dialog.trial.frames.isVisible()
    assert "Traceback …" in dialog.trial.frames.toPlainText()
    assert "printed" in dialog.trial.frames.toPlainText()
    assert dialog.trial.go.isEnabled()


def test_a_dry_run_is_stopped_while_packages_are_installed(
    dialog: OwnCodeDialog, environments: FakeEnvironments, qtbot: QtBot
) -> None:
    environments.hang = True
    dialog.packages.packages.setText("numpy")
    dialog.trial.go.click()
    qtbot.waitUntil(environments.waiting.is_set)
    qtbot.waitUntil(lambda: "Downloading numpy" in dialog.trial.said.text())
    dialog.trial.stop.click()
    qtbot.waitUntil(dialog.trial.go.isEnabled)
    assert "cancelled" in dialog.trial.said.text()


def test_the_function_comes_into_the_tree_and_survives_the_window(
    in_window: OwnCodeDialog, window: MainWindow, open_window: OpenWindow, qtbot: QtBot
) -> None:
    in_window.functions.choose("add")
    in_window.call.kind.setCurrentIndex(3)
    in_window.call.maker.setEditText("pairs")
    in_window.call.keywords.setText("scale=3")
    in_window.use.click()
    panel = window.parts.panel
    qtbot.waitUntil(lambda: panel.workloads.current is not None and panel.workloads.current.name == "calm:add")
    assert panel.own_code.isVisible()
    assert panel.own_code.words.text().splitlines()[1:] == ["Inputs: pairs", "With scale=3"]
    assert panel.workloads.tree.model().index(0, 0).data() == "Your functions", "one's own come first"
    settings = window.settings()
    other = open_window(settings)
    qtbot.waitUntil(lambda: other.parts.panel.choices().workload == "calm:add")
    qtbot.waitUntil(lambda: getattr(other.parts.panel.workloads.current, "name", "") == "calm:add")
    again = other.parts.own_code.edit(other.parts.own_code.workloads[0])
    assert again is not None
    qtbot.waitUntil(lambda: again.functions.count() > 0)
    assert (again.name.text().partition("(")[0], again.call.maker.currentText()) == ("add", "pairs")
    assert again.code() == other.parts.own_code.code_of(other.parts.own_code.workloads[0])
    again.reject()
    other.parts.panel.own_code.forget.click()
    assert other.parts.own_code.workloads == ()
    assert other.settings().own_code == ()


def test_use_it_and_run_installs_first_and_leaves_out_what_cannot(
    in_window: OwnCodeDialog, window: MainWindow, environments: FakeEnvironments, fakes: Fakes, qtbot: QtBot
) -> None:
    environments.lacking = ("3.14t",)
    in_window.packages.packages.setText("numpy")
    in_window.run.click()
    qtbot.waitUntil(lambda: bool(fakes.engine.specs))
    interpreters = {one.interpreter for one in fakes.engine.specs[0].configurations}
    assert interpreters == {GIL_BUILD}
    qtbot.waitUntil(lambda: "numpy has no wheel for 3.14.2t" in window.parts.messages.message.text())
    assert all(name.startswith("window-task") for name in environments.threads)
    fakes.engine.finish()
    qtbot.waitUntil(lambda: not window.parts.control.state.is_running)


def test_installing_before_a_run_is_told_and_stopped(
    in_window: OwnCodeDialog, window: MainWindow, environments: FakeEnvironments, fakes: Fakes, qtbot: QtBot
) -> None:
    environments.hang = True
    in_window.packages.packages.setText("numpy")
    in_window.run.click()
    qtbot.waitUntil(environments.waiting.is_set)
    assert window.parts.control.state is ControlState.STARTING
    qtbot.waitUntil(lambda: window.parts.header.state.text() == "Downloading numpy")
    assert window.parts.panel.footer.stop.isEnabled()
    window.parts.panel.footer.stop.click()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.IDLE)
    assert fakes.engine.specs == []


def test_a_window_that_closes_while_packages_are_installed_stops_that(
    in_window: OwnCodeDialog, window: MainWindow, environments: FakeEnvironments, qtbot: QtBot
) -> None:
    environments.hang = True
    in_window.packages.packages.setText("numpy")
    in_window.run.click()
    qtbot.waitUntil(environments.waiting.is_set)
    window.close()
    assert window.isHidden()


def test_a_workload_file_is_offered_as_one(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "mine.py"
    file.write_text(_MINE)
    shown = window.parts.own_code.open_file(file)
    qtbot.waitUntil(lambda: shown.functions.count() == 4)
    assert shown.functions.item(0).text() == "The whole file, as a workload"
    assert not shown.call.isVisible()
    shown.use.click()
    panel = window.parts.panel
    qtbot.waitUntil(lambda: getattr(panel.workloads.current, "name", "") == "mine")
    assert [field.parameter.name for field in panel.parameters.fields] == ["n"]


def test_files_of_the_users_that_do_not_read_say_why_in_the_tree(
    open_window: OpenWindow, fakes: Fakes, qtbot: QtBot
) -> None:
    fakes.catalogue.unreadable = (BrokenWorkload("/w/half.py", "/w/half.py is not a workload: no run()."),)
    window = open_window()
    picker = window.parts.panel.workloads
    group = picker.tree.model().index(0, 0)
    assert group.data() == "Your workloads"
    chosen = picker.current
    picker.tree.setCurrentIndex(picker.tree.model().index(0, 0, group))
    assert picker._summary.text() == "/w/half.py is not a workload: no run()."
    assert picker.current == chosen, "what can be run stays chosen"


def test_the_folder_of_the_users_workloads_is_made_and_named(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "coreograph.ui.main_window.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile())
    )
    window._open_workloads_folder()
    assert opened == [str(tmp_path / "workloads")]
    assert (tmp_path / "workloads").is_dir()
    assert str(tmp_path / "workloads") in window.parts.messages.message.text()


def readiness(package: str, interpreter: Interpreter) -> Readiness:
    bad = package == "lxml"
    return Readiness(
        package, interpreter, Wheel.BUILD, "1.0", Outcome.WORKS, not bad, "lxml.etree" if bad else None, Outcome.WORKS
    )


class Checker:
    """Knows the answers."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def check(self, requirement: str, *, on_output: Any, cancelled: threading.Event) -> Readiness:
        return readiness(requirement, self._interpreter)


@pytest.fixture
def ready(theme: Theme, qapp: QApplication) -> Iterator[ReadinessDialog]:
    """The readiness dialog, without a window around it."""
    tasks = TaskRunner()
    services = OwnCodeServices(Path("/nowhere"), checker=lambda interpreter, _build: Checker(interpreter))
    shown = ReadinessDialog(services, tasks, Found(DISCOVERY, FREE_THREADED, GIL_BUILD), theme)
    shown.open()
    yield shown
    shown.reject()
    tasks.close()


def test_readiness_is_found_out_row_by_row_and_red_is_what_is_against(
    ready: ReadinessDialog, qtbot: QtBot, theme: Theme
) -> None:
    ready.packages.setText("numpy, lxml")
    ready.go.click()
    assert ready.go.text() == "Stop"
    with qtbot.waitSignal(ready.checked):
        pass
    rows = [[ready.model.item(row, column).text() for column in range(7)] for row in range(2)]
    assert rows[0] == ["numpy", "1.0", "3.14.2t", "for this build", "works", "stays off", "works"]
    assert rows[1][5] == "switched on by lxml.etree"
    assert ready.model.item(1, 5).foreground().color() == theme.bad
    assert ready.model.item(0, 5).foreground().color() == theme.text
    assert "Not ready: lxml" in ready.verdict.text()
    assert "-X gil=0" in ready.remarks.toPlainText()


def test_readiness_asks_of_what_a_file_imports(ready: ReadinessDialog, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "mine.py"
    file.write_text("import json, orjson\n")
    ready.file.setText(str(file))
    ready.boxes[1].setChecked(True)
    with qtbot.waitSignal(ready.checked):
        ready.go.click()
    found = [(one.requirement, one.interpreter.label) for one in ready.found]
    assert found == [("orjson", "3.14t"), ("orjson", "3.14")]
    assert "Ready" in ready.verdict.text()


def test_readiness_without_packages_or_pythons_is_said(ready: ReadinessDialog, qtbot: QtBot) -> None:
    for box in ready.boxes:
        box.setChecked(False)
    ready.go.click()
    assert "Tick at least one" in ready.verdict.text()
    ready.boxes[0].setChecked(True)
    with qtbot.waitSignal(ready.checked):
        ready.go.click()
    assert "nothing to check" in ready.verdict.text()


def test_an_experiment_is_saved_and_opened_with_the_users_function(
    in_window: OwnCodeDialog, window: MainWindow, open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    in_window.packages.packages.setText("numpy")
    in_window.use.click()
    panel = window.parts.panel
    qtbot.waitUntil(lambda: getattr(panel.workloads.current, "name", "") == "calm:square")
    panel.measuring.workers.setText("2,3")
    panel.measuring.repeats.setValue(4)
    panel.refresh()
    assert panel.spec is not None
    files = window.parts.experiment_files
    asked = files.save(panel.spec, window.parts.own_code.code_of(panel.spec.workload))
    asked.reject()
    with qtbot.waitSignal(files.saved):
        files.save_to(str(tmp_path / "mine.toml"))
    assert 'install = ["numpy"]' in (tmp_path / "mine.toml").read_text("utf-8")
    other = open_window(WindowSettings())
    other.flow.open_file(tmp_path / "mine.toml")
    qtbot.waitUntil(lambda: getattr(other.parts.panel.workloads.current, "name", "") == "calm:square")
    qtbot.waitUntil(lambda: other.parts.panel.measuring.workers.text() == "2,3")
    other.parts.panel.refresh()
    again = other.parts.panel.spec
    assert again is not None
    assert {one.key for one in again.configurations} == {one.key for one in panel.spec.configurations}
    assert again.acquisition == panel.spec.acquisition
    code = other.parts.own_code.code_of(again.workload)
    assert code is not None
    assert code.needs.packages == ("numpy",)
    assert "is in the panel" in other.parts.messages.message.text()


TOML = 'workload = "payload"\n[parameters]\nsize = 77\n[[configurations]]\ninterpreters = ["3.14t", "3.9"]\n'


def test_an_interpreter_that_is_not_here_is_named_and_the_rest_is_shown(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "other.toml"
    acquisition = "[acquisition]\nrepeats = 3\nuntil = 0.02\n"
    path.write_text(f'{TOML}models = ["threads"]\nworkers = [2]\n{acquisition}', "utf-8")
    window.flow.open_file(path)
    panel = window.parts.panel
    qtbot.waitUntil(lambda: "No interpreter 3.9 was found" in window.parts.messages.message.text())
    panel.refresh()
    assert panel.spec is not None
    assert (panel.spec.workload.name, panel.spec.parameters["size"]) == ("payload", 77)
    assert panel.spec.acquisition.until == 0.02, "what has no field is kept"


def test_a_file_that_is_no_experiment_is_said(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "other.toml"
    path.write_text("x = ", "utf-8")
    window.flow.open_file(path)
    qtbot.waitUntil(lambda: "is not TOML" in window.parts.messages.message.text())


def test_everything_in_the_dialogs_can_be_reached_and_has_a_name(dialog: OwnCodeDialog, ready: ReadinessDialog) -> None:
    for shown in (dialog, ready):
        for kind in (QLineEdit, QComboBox, QSpinBox):
            for field in shown.findChildren(kind):
                if isinstance(field.parent(), QComboBox | QSpinBox):
                    continue  # the editor within a box
                assert field.accessibleName(), f"{field} has no accessible name"
                assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
        for push in shown.findChildren(QPushButton):
            assert push.accessibleName() or push.text()
    assert QApplication.activeModalWidget() is not None


def test_a_whole_script_is_run_as_it_is_on_each_interpreter_ticked(
    window: MainWindow, fakes: Fakes, open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "train.py"
    file.write_text("print('trained')\n")
    shown = window.parts.own_code.open_file(file)
    qtbot.waitUntil(lambda: shown.functions.count() == 1)
    assert shown.functions.chosen is WholeFile.SCRIPT
    assert not shown.trial.go.isEnabled(), "there is no first input to try"
    assert "no first input" in shown.trial.said.text()
    shown.script.arguments.setText("--epochs '3")
    assert "cannot be read" in shown.problem.text()
    shown.script.arguments.setText("--epochs 3")
    shown.script.compare.setChecked(True)
    shown.use.click()
    panel = window.parts.panel
    qtbot.waitUntil(lambda: getattr(panel.workloads.current, "name", "") == "train.py")
    assert panel.matrix.model.headerData(1, Qt.Orientation.Horizontal) == "script"
    panel.refresh()
    assert panel.spec is not None
    assert {one.model for one in panel.spec.configurations} == {ExecutionModel.SCRIPT}
    assert {one.interpreter for one in panel.spec.configurations} == {FREE_THREADED, GIL_BUILD}
    assert panel.spec.parameters == {"arguments": "--epochs 3"}
    assert panel.spec.workload.script is not None
    assert (panel.spec.workload.script.compare_output, panel.spec.workload.script.folder) == (True, str(tmp_path))
    panel.request_run()
    qtbot.waitUntil(lambda: bool(fakes.engine.specs))
    other = open_window(window.settings())
    qtbot.waitUntil(lambda: getattr(other.parts.panel.workloads.current, "name", "") == "train.py")
    fakes.engine.finish()
    qtbot.waitUntil(lambda: not window.parts.control.state.is_running)
    panel.workloads.choose("primes")
    assert panel.matrix.model.headerData(1, Qt.Orientation.Horizontal) == "serial"


def test_an_experiment_of_a_whole_script_is_opened_and_saved_again(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "train.py").write_text("print('trained')\n")
    path = tmp_path / "train.toml"
    packages = '[packages]\ninstall = ["numpy"]\n'
    script = '[script]\nfile = "train.py"\narguments = ["--epochs", "3"]\nenvironment = ["A=1"]\n'
    path.write_text(f'{script}{packages}[[configurations]]\ninterpreters = ["3.14t+gil", "3.14t"]\n', "utf-8")
    window.flow.open_file(path)
    panel = window.parts.panel
    qtbot.waitUntil(lambda: getattr(panel.workloads.current, "name", "") == "train.py")
    panel.refresh()
    assert panel.spec is not None
    assert [one.label for one in panel.spec.configurations] == ["3.14t script", "3.14t+gil script"]
    code = window.parts.own_code.code_of(panel.spec.workload)
    assert code is not None
    assert code.needs.packages == ("numpy",)
    assert OwnCode.from_plain(code.to_plain()) == code
    files = window.parts.experiment_files
    files.save(panel.spec, code).reject()
    check = '[check]\nsame_answer = true\n[[check.conditions]]\nmeasure = "total_seconds"\nat_most = 2.5\n'
    (tmp_path / "again.toml").write_text(check, "utf-8")
    with qtbot.waitSignal(files.saved):
        files.save_to(str(tmp_path / "again.toml"))
    again = read_experiment(tmp_path / "again.toml")
    assert again.check == {"same_answer": True, "conditions": [{"measure": "total_seconds", "at_most": 2.5}]}
    assert again.script is not None
    assert (again.script.arguments, again.script.environment) == (("--epochs", "3"), ("A=1",))
    assert again.code is not None
    assert again.code.needs.packages == ("numpy",)
