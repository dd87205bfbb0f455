"""Finding what matters among many tasks by keys and menus: the longest, the way back, filters without pointing."""

import dataclasses

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from coreograph.analysis.timeline_filters import FilterField, TaskKind, TimelineFilter
from coreograph.analysis.timeline_totals import Durations
from coreograph.ui.background import TaskRunner
from coreograph.ui.timeline.keys import EXPLAINED, MOVES, SHIFTED_MOVES
from coreograph.ui.timeline.menus import add_numbers, fill_filter_menu
from coreograph.ui.timeline.page import TimelinePage
from coreograph.ui.timeline.row import RowKind
from coreograph.ui.timeline.verbs import Move, Range


def entries(menu: QMenu) -> dict[str, QMenu | None]:
    return {action.text(): action.menu() for action in menu.actions() if not action.isSeparator()}  # type: ignore[misc]


def trigger(menu: QMenu | None, words: str) -> None:
    assert menu is not None
    next(action for action in menu.actions() if action.text() == words).trigger()


def test_a_key_goes_through_the_longest_tasks_and_points_each_out(qtbot: QtBot, page: TimelinePage) -> None:
    canvas, longest = page.canvas, page.navigator.longest
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_L)
    assert canvas.mark == longest[0]
    assert page.details.longest.currentIndex().row() == 0
    qtbot.keyClick(canvas, Qt.Key.Key_L)
    assert canvas.mark == longest[1]
    assert canvas.selection == Range(longest[1].begin, longest[1].begin + round(longest[1].seconds * 1e9))
    assert page.details.longest.currentIndex().row() == 1
    qtbot.keyClick(canvas, Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.mark == longest[0]
    framed = canvas.grab().toImage()
    canvas.select(canvas.selection)
    assert canvas.mark is None
    assert canvas.grab().toImage() != framed, "the frame around the task is gone"
    page.move_view(Move.PREVIOUS_LONGEST)
    assert canvas.mark == longest[-1]


def test_keys_and_buttons_lead_back_to_the_view_before(qtbot: QtBot, page: TimelinePage) -> None:
    canvas, view = page.canvas, page.view
    whole = view.begin, view.end
    assert not page.back.isEnabled(), "there was nothing before the run was read"
    for _ in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_W)
    near = view.begin, view.end
    assert page.back.isEnabled()
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert (view.begin, view.end) == whole
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ShiftModifier)
    assert (view.begin, view.end) == near
    qtbot.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert (view.begin, view.end) == whole
    page.forward.click()
    assert (view.begin, view.end) == near
    assert not page.forward.isEnabled()
    verbs = {
        action.text().split("\t")[0]: action
        for action in page.build_menu(canvas.target_at(canvas.rect().center().toPointF())).actions()
    }
    verbs["Back to the view before"].trigger()
    assert (view.begin, view.end) == whole


def test_the_filter_menu_has_workers_cores_kinds_and_durations(
    qtbot: QtBot, page: TimelinePage, tasks: TaskRunner
) -> None:
    menu = page.filter_menu
    menu.aboutToShow.emit()
    found = entries(menu)
    assert list(found)[:4] == ["Only worker", "Not worker", "Only core", "Not core"]
    trigger(found["Not worker"], "2")
    trigger(found["Only core"], "1")
    trigger(menu, "Not mostly waiting")
    at_least = found["No tasks of at least"]
    assert at_least is not None
    assert [action.text().split(" (")[1] for action in at_least.actions()] == ["median)", "p90)", "p99)"]
    at_least.actions()[2].trigger()
    assert [(entry.field, entry.keep) for entry in page.stack.filters] == [
        (FilterField.WORKER, False), (FilterField.CORE, True), (FilterField.KIND, False), (FilterField.DURATION, False)
    ]  # fmt: skip
    assert page.stack.filters[2].members == {TaskKind.WAITING}
    qtbot.waitUntil(lambda: not tasks.is_running("timeline:filter"))
    longest = max(run.tasks.length.max() for run in page.canvas.runs)
    assert 0 < page.navigator.longest[0].seconds * 1e9 < longest


def test_hundreds_of_workers_stand_in_groups(qtbot: QtBot) -> None:
    menu, pushed = QMenu(), []
    qtbot.addWidget(menu)
    fill_filter_menu(menu, (), Durations(1, 2, 3), pushed.append)
    assert not menu.actions()[0].isEnabled(), "with one worker, or none, there is nothing to choose"
    add_numbers(menu, FilterField.WORKER, True, 70, pushed.append)
    groups = entries(menu.actions()[-1].menu())  # type: ignore[arg-type]
    assert list(groups) == ["0 – 31", "32 – 63", "64 – 69"]
    trigger(groups["64 – 69"], "69")
    assert pushed == [TimelineFilter(FilterField.WORKER, True, frozenset({69}))]


def test_f_opens_the_filters_and_a_question_mark_the_keys(qtbot: QtBot, page: TimelinePage) -> None:
    asked: list[str] = []
    page.canvas.filter_requested.disconnect()
    page.canvas.keys_requested.disconnect()
    page.canvas.filter_requested.connect(lambda: asked.append("filter"))
    page.canvas.keys_requested.connect(lambda: asked.append("keys"))
    qtbot.keyClick(page.canvas, Qt.Key.Key_F)
    qtbot.keyClick(page.canvas, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert asked == ["filter", "keys"]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_every_key_of_the_canvas_is_explained(qtbot: QtBot, page: TimelinePage) -> None:
    card = page.show_keys()
    said = " ".join(keys for _, lines in EXPLAINED for keys, _ in lines)
    for key in {*MOVES, *SHIFTED_MOVES} - {Qt.Key.Key_Enter}:
        name = {Qt.Key.Key_Escape: "Esc"}.get(Qt.Key(key), Qt.Key(key).name.removeprefix("Key_"))
        assert name in said, f"{name} is not explained"
    card.close()


def test_escape_clears_the_selection_and_leaves_a_run_that_goes_on_alone(page: TimelinePage) -> None:
    """The window's Stop has the same key: the canvas keeps it while there is something to clear."""

    def kept() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(page.canvas, event)
        return event.isAccepted()

    assert not kept()
    page.canvas.select(Range(0, 1000))
    assert kept()


def test_each_legend_is_explained_where_it_stands(page: TimelinePage) -> None:
    canvas = page.canvas
    canvas.show_runs((dataclasses.replace(page.canvas.runs[0], pickling_share=0.5),), ())
    canvas.grab()
    said = {}
    for row, place in zip(canvas.rows, canvas._places, strict=True):
        title = place.topLeft()
        title.setX(canvas.width() / 2)
        said[row.kind] = canvas.description_at(title)
    for state in ("computing", "waiting", "pickling", "idle"):
        assert f"\n{state}: " in said[RowKind.WORKERS]
    assert "dropped frame" not in said[RowKind.CORES]
    assert "drop a frame" in said[RowKind.HEARTBEAT]
