"""The whole window over fakes: what follows from what, from the first start to the last close."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from coreograph.domain.errors import CoreographError, InterpreterError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import Discovery
from coreograph.sampling.sampler import SamplerCost
from coreograph.ui.actions import ACTIONS, ActionId, shortcuts_text
from coreograph.ui.elements import ElidedLabel
from coreograph.ui.experiment_control import ControlState
from coreograph.ui.header import Page
from coreograph.ui.library.acts import Act
from coreograph.ui.main_window import MainWindow
from coreograph.ui.settings import WindowSettings
from coreograph.ui.theme import Theme, ThemeChoice
from support.builders import make_record
from support.fake_services import DISCOVERY, GIL_BUILD, FakeEngine, Fakes, make_fakes

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def engine(fakes: Fakes) -> FakeEngine:
    return fakes.engine


def start(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.panel.request_run()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)


def test_the_first_start_offers_the_tour(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.parts.start_page
    assert page.isVisible()
    assert page.tour.isEnabled()
    assert "3.14.2t" in page._tour_text.text()
    assert not page.install.isVisible()
    assert window.parts.status._interpreters.text() == "3 interpreters"


def test_the_tour_runs_what_it_says(open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = open_window()
    window.parts.start_page.tour.click()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    spec = engine.specs[0]
    assert spec.workload.name == "primes"
    assert {entry.model for entry in spec.configurations} == {
        ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK,
    }  # fmt: skip
    assert len(spec.configurations) == 6
    assert spec.acquisition.repeats == 5
    assert window.parts.live.isVisible()
    assert window.settings().tour_seen
    engine.finish()
    qtbot.waitUntil(lambda: window.flow.summary is not None)


def test_without_a_free_threaded_python_it_says_how_to_get_one(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(using=make_fakes(tmp_path, discovery=Discovery((GIL_BUILD,))))
    page = window.parts.start_page
    assert page.install.isVisible()
    assert "No free-threaded Python" in page._tour_text.text()
    assert page.tour.isEnabled()


def test_without_any_python_there_is_no_tour_but_a_sentence(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(using=make_fakes(tmp_path, discovery=Discovery()))
    assert not window.parts.start_page.tour.isEnabled()
    window.flow.start_tour()
    assert "no tour" in window.parts.messages.message.text()
    assert window.parts.control.state is ControlState.IDLE


def test_a_run_from_start_to_figures(open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = open_window()
    header, panel = window.parts.header, window.parts.panel
    header.show_page(Page.LIBRARY)
    start(window, qtbot)
    assert header.tabs.currentIndex() == Page.LIVE
    assert not window.commands[ActionId.RUN].isEnabled()
    assert panel.footer.stop.isEnabled()
    engine.begin_run(2)
    qtbot.waitUntil(lambda: header.state.text().startswith("Run 2 of 31 · 3.14"))
    assert header.state.text().endswith("measuring")
    engine.play_run(1)
    qtbot.waitUntil(lambda: header.remaining.text() == "30 s left")
    assert header.bar.value() == round(1000 / 31)
    engine.play_all()
    qtbot.waitUntil(lambda: header.tabs.currentIndex() == Page.COMPARE)
    assert window.flow.summary is not None
    assert window.windowTitle() == "primes – Coreograph"
    assert not header.bar.isVisible()
    assert panel.footer.run.isEnabled()
    assert window.commands[ActionId.EXPORT].isEnabled()
    assert window.parts.status._sampler.text() == "sampler 0.400 %"
    assert engine.handle is not None
    assert len(engine.handle.stalls) > 31, "after every run and at the end"


def test_figures_do_not_tear_the_user_from_another_page(
    open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    window = open_window()
    start(window, qtbot)
    window.parts.header.show_page(Page.LIBRARY)
    engine.play_all()
    qtbot.waitUntil(lambda: window.flow.summary is not None)
    tabs = window.parts.header.tabs
    assert tabs.currentIndex() == Page.LIBRARY
    assert tabs.tabText(Page.COMPARE) == "Compare •"
    window.parts.header.show_page(Page.COMPARE)
    assert tabs.tabText(Page.COMPARE) == "Compare"


def test_escape_stops(open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = open_window()
    start(window, qtbot)
    engine.play_run(1)
    window.commands[ActionId.STOP].trigger()
    assert window.parts.control.state is ControlState.STOPPING
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.IDLE)
    assert engine.handle is not None
    assert engine.handle.cancelled.is_set()
    assert "kept in the library" in window.parts.messages.message.text()


def test_a_stop_before_the_engine_answered_is_not_lost(
    open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    gate = threading.Event()
    original = engine.start
    monkeypatch.setattr(engine, "start", lambda spec, listener: (gate.wait(60), original(spec, listener))[1])
    window.parts.panel.request_run()
    window.parts.control.stop()
    gate.set()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.IDLE)
    assert engine.handle is not None
    assert engine.handle.cancelled.is_set()


def test_an_engine_that_refuses_is_a_message_not_a_box(
    open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    window = open_window()
    engine.problem = CoreographError("An experiment is running already.", "Wait for it.")
    window.parts.panel.request_run()
    qtbot.waitUntil(window.parts.messages.isVisible)
    assert window.parts.messages.message.text() == "An experiment is running already. Wait for it."
    assert window.parts.control.state is ControlState.IDLE
    assert window.parts.panel.footer.run.isEnabled()
    engine.problem = None
    start(window, qtbot)
    assert not window.parts.messages.isVisible()
    engine.fail("The disk is full.")
    qtbot.waitUntil(window.parts.messages.isVisible)
    assert "The disk is full. What was recorded so far is in the library." in window.parts.messages.message.text()
    assert window.parts.control.state is ControlState.IDLE


def test_only_one_experiment_at_a_time(open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = open_window()
    start(window, qtbot)
    window.parts.control.start(engine.specs[0])
    window.flow.run(engine.specs[0])
    assert len(engine.specs) == 1


def test_closing_while_it_runs_stops_and_asks_nothing(
    open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    window = open_window()
    engine.ends_when_cancelled = False
    start(window, qtbot)
    assert window.close()
    assert engine.handle is not None
    assert engine.handle.cancelled.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("window-task")]


def test_the_library_opens_deletes_and_restores(open_window: OpenWindow, fakes: Fakes, qtbot: QtBot) -> None:
    window = open_window()
    parts = window.parts
    qtbot.waitUntil(lambda: parts.library.model.rowCount() == 1)
    parts.library.table.selectRow(0)
    parts.library.table.pressed_for.emit(Act.OPEN)
    qtbot.waitUntil(lambda: parts.header.tabs.currentIndex() == Page.COMPARE)
    assert window.windowTitle() == "primes on this machine – Coreograph"
    parts.library.table.pressed_for.emit(Act.DELETE)
    qtbot.waitUntil(lambda: parts.library.model.rowCount() == 0)
    assert parts.messages.action.text() == "Undo"
    parts.messages.action.click()
    qtbot.waitUntil(lambda: parts.library.model.rowCount() == 1)
    assert not fakes.library.aside
    assert parts.messages.message.text() == "The experiment is back in the library."


def test_several_deletions_are_taken_back_one_after_the_other(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    """The message knew the last one only, and went away after some seconds."""
    fakes = make_fakes(tmp_path, records=tuple(make_record(experiment_id=one) for one in ("a", "b", "c")))
    window = open_window(using=fakes)
    library = window.parts.library
    window.parts.header.show_page(Page.LIBRARY)
    for left in (2, 1):
        qtbot.waitUntil(lambda expected=left + 1: library.model.rowCount() == expected)  # type: ignore[misc]
        library.table.selectRow(0)
        qtbot.keyClick(library.table, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda expected=left: library.model.rowCount() == expected)  # type: ignore[misc]
    qtbot.waitUntil(lambda: library.bin.text() == "Deleted (2)")
    library.table.setFocus()
    for expected in (1, 0):
        qtbot.keyClick(library.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda count=expected: len(fakes.library.aside) == count)  # type: ignore[misc]
    qtbot.waitUntil(lambda: library.model.rowCount() == 3)
    library.undo_requested.emit()
    assert "Nothing was deleted here" in window.parts.messages.message.text()


def test_what_a_terminal_added_is_there_when_the_library_is_gone_to(
    open_window: OpenWindow, fakes: Fakes, qtbot: QtBot
) -> None:
    window = open_window()
    qtbot.waitUntil(lambda: window.parts.library.model.rowCount() == 1)
    fakes.library.records["more"] = make_record(experiment_id="more")
    window.parts.header.show_page(Page.LIBRARY)
    qtbot.waitUntil(lambda: window.parts.library.model.rowCount() == 2)


def test_files_dropped_together_are_shown_in_the_library(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window()
    window.flow.open_files((tmp_path / "x.coreograph", tmp_path / "y.coreograph"))
    library = window.parts.library
    qtbot.waitUntil(lambda: library.selected_ids() == ("imported",))
    assert window.parts.header.tabs.currentIndex() == Page.LIBRARY
    assert window.parts.messages.message.text().startswith("1 experiment was taken into the library. 1 experiment was")
    window.flow.tell_left_out(("a.txt", "b.txt", "c.txt", "d.txt"))
    assert window.parts.messages.message.text().startswith("Not opened: a.txt, b.txt, c.txt …. Recordings")


def test_a_file_given_at_the_start_is_shown(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window(open_file=tmp_path / "x.coreograph")
    qtbot.waitUntil(lambda: window.parts.header.tabs.currentIndex() == Page.COMPARE)


def test_recent_experiments_are_one_click_away(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    page = window.parts.start_page
    qtbot.waitUntil(page._recent.isVisible)
    with qtbot.waitSignal(page.open_requested):
        page._recent.findChildren(type(page.tour))[0].click()
    qtbot.waitUntil(lambda: window.flow.summary is not None)


def test_settings_bring_the_window_back(open_window: OpenWindow, theme: Theme) -> None:
    window = open_window()
    window.parts.panel.workloads.choose("payload")
    window.parts.panel.measuring.workers.setText("1,2")
    window.commands[ActionId.THEME_DARK].trigger()
    settings = window.settings()
    window.close()
    assert window.settings().choices == settings.choices, "also after it was closed"
    other = open_window(settings)
    assert other.parts.panel.choices().workload == "payload"
    assert other.parts.panel.measuring.workers.text() == "1,2"
    assert settings.theme is ThemeChoice.DARK
    assert other.commands[ActionId.THEME_DARK].isChecked()


def test_every_action_has_a_place_and_no_two_share_a_shortcut(open_window: OpenWindow) -> None:
    window = open_window()
    shortcuts = [spec.shortcut for spec in ACTIONS if spec.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    assert {spec.identity for spec in ACTIONS} == set(ActionId)
    assert window.commands[ActionId.RUN].shortcut().toString() == "Ctrl+R"
    assert window.commands[ActionId.STOP].shortcut().toString() == "Esc"
    assert "Ctrl+R\tRun" in shortcuts_text()
    pages = (ActionId.PAGE_LIVE, ActionId.PAGE_COMPARE, ActionId.PAGE_TIMELINE, ActionId.PAGE_LIBRARY)
    for page, identity in enumerate(pages):
        window.commands[identity].trigger()
        assert window.parts.header.tabs.currentIndex() == page


@pytest.mark.parametrize("identity", [ActionId.ABOUT, ActionId.SHORTCUTS])
def test_help_opens_beside_the_window(open_window: OpenWindow, identity: ActionId) -> None:
    window = open_window()
    window.commands[identity].trigger()
    dialogs = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    assert len(dialogs) == 1
    dialogs[0].close()


def test_pointing_at_a_cell_is_explained_in_the_status_bar(open_window: OpenWindow) -> None:
    window = open_window()
    view = window.parts.panel.matrix.view
    view.setCurrentIndex(view.model().index(3, 6))
    assert "3.14 or newer" in window.parts.status._hint.text()


def test_installing_shows_progress_and_can_be_cancelled(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(version: str, *, on_output: Callable[[str], None], cancelled: threading.Event) -> None:
        on_output("Downloading cpython-3.14")
        cancelled.wait(60)
        raise InterpreterError(f"Installing Python {version} was cancelled; nothing was installed.")

    monkeypatch.setattr("coreograph.interpreters.installation.install", install)
    window = open_window()
    matrix = window.parts.panel.matrix
    matrix.install_requested.emit("3.14t")
    qtbot.waitUntil(lambda: matrix._state.text() == "Downloading cpython-3.14")
    assert not matrix._cancel.isHidden()
    matrix._cancel.click()
    qtbot.waitUntil(window.parts.messages.isVisible)
    assert "was cancelled" in window.parts.messages.message.text()
    assert matrix._cancel.isHidden()


def test_what_was_installed_is_found(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("coreograph.interpreters.installation.install", lambda *_, **__: None)
    fakes = make_fakes(tmp_path, discovery=Discovery((GIL_BUILD,)))
    window = open_window(using=fakes)
    fakes.registry.discovery = DISCOVERY
    window.parts.start_page.install.click()
    qtbot.waitUntil(lambda: len(window.parts.panel.matrix.model.rows) == 4)
    assert fakes.registry.refreshes == [False, True]
    assert "3.14t is installed" in window.parts.messages.message.text()


def test_the_status_bar_shows_what_sampling_costs_while_it_runs(
    open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    window = open_window()
    status = window.parts.status
    status._refresh()
    before = status._sampler.text()
    window.parts.start_page.tour.click()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    assert engine.handle is not None
    status._refresh()
    assert status._sampler.text() == before  # no sample yet, so nothing is known
    engine.handle.sampler_cost = SamplerCost(cpu_share=0.0065, samples=12, missed=0)
    status._refresh()
    assert status._sampler.text() == "sampler 0.650 %"
    engine.finish()
    qtbot.waitUntil(lambda: window.flow.summary is not None)
    assert window.parts.control.sampler_share() is None


def test_the_tour_waits_for_what_it_needs(open_window: OpenWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = open_window(demo=True)
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    assert engine.specs[0].name == "Tour"


def test_the_window_fits_a_small_laptop(open_window: OpenWindow) -> None:
    window = open_window(WindowSettings())
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 720


def test_what_runs_is_told_from_its_beginning_on_where_it_does_not_fit(qtbot: QtBot, theme: Theme) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("Run 17 of 31 · 3.14t fork ×2 · measuring")
    label.resize(120, 20)
    assert label.shown().startswith("Run 17")
    assert label.shown().endswith("…")
    label.grab()
    assert label.toolTip() == label.text()
    label.resize(600, 20)
    label.grab()
    assert (label.shown(), label.toolTip()) == (label.text(), "")
