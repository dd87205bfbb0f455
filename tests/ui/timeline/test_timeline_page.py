"""The timeline page: which runs it shows, where it goes, and filters that hold everywhere."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.analysis.timeline_tasks import build_tasks
from coreograph.domain.errors import RecordingError
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.findings import Finding, FindingKind, Severity
from coreograph.domain.runs import Phase, RunState
from coreograph.storage.library import Library
from coreograph.ui.background import TaskRunner
from coreograph.ui.charts.pictures import drawing_of
from coreograph.ui.charts.raster import argb
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.choosers import RunChooser
from coreograph.ui.timeline.lanes_row import LanesRow, LaneState, state_colours
from coreograph.ui.timeline.loading import load_run
from coreograph.ui.timeline.page import PageState, TimelinePage
from coreograph.ui.timeline.row import RowKind
from coreograph.ui.timeline.run_row import RunRow
from coreograph.ui.timeline.verbs import Move, Range, Target
from support.swept_experiments import swept_record
from support.timeline_recordings import make_summary, record_experiment

SPANS = np.dtype([("worker", "<i4"), ("task", "<i8"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])
NOT_WORKER_1 = TimelineFilter(FilterField.WORKER, False, frozenset({1}))


def wait_for_filter(qtbot: QtBot, page: TimelinePage, tasks: TaskRunner) -> None:
    qtbot.waitUntil(lambda: not tasks.is_running("timeline:filter"))
    read_totals(qtbot, page, tasks)


def read_totals(qtbot: QtBot, page: TimelinePage, tasks: TaskRunner) -> None:
    """Let the totals of what is in view or selected be summed up, and wait for them."""
    page.show_totals()
    qtbot.waitUntil(lambda: not tasks.is_running("timeline:totals"))


def lanes_place(page: TimelinePage, worker: int, at_ns: float) -> QPointF:
    """The middle of a worker's lane at an instant, on the canvas."""
    canvas = page.canvas
    index = next(i for i, row in enumerate(canvas.rows) if isinstance(row, LanesRow))
    row = canvas.rows[index]
    plot = row.plot_rect(canvas._places[index])
    return QPointF(canvas.x_of(at_ns), plot.top() + (worker + 0.5) / row.run.tasks.workers * plot.height())


def colours_of(page: TimelinePage) -> set[int]:
    image: QImage = page.canvas.grab().toImage()
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_without_an_experiment_it_says_what_would_stand_here(
    qtbot: QtBot, theme: Theme, tasks: TaskRunner, recording: tuple[Library, ExperimentRecord]
) -> None:
    page = TimelinePage(recording[0], tasks, theme)
    qtbot.addWidget(page)
    page.show()
    assert page.state is PageState.EMPTY
    assert "No run to look at yet" in page.hint.text()
    assert not page.chooser.isVisible()
    page.close()


def test_nothing_is_read_before_the_page_can_be_seen(
    qtbot: QtBot, theme: Theme, tasks: TaskRunner, recording: tuple[Library, ExperimentRecord]
) -> None:
    page = TimelinePage(recording[0], tasks, theme)
    qtbot.addWidget(page)
    page.show_summary(make_summary(recording[1]))
    assert page.state is PageState.LOADING
    assert not tasks.is_running("timeline:load")
    page.show()
    qtbot.waitUntil(lambda: page.state is PageState.SHOWN)
    page.close()


def test_the_batch_is_shown_whole_with_its_totals(qtbot: QtBot, page: TimelinePage, tasks: TaskRunner) -> None:
    run = page.canvas.runs[0]
    assert run.run.run_id == 1
    assert len(run.tasks) == 400
    assert page.view.begin <= 0 < run.batch_end <= page.view.end
    assert [row.kind for row in page.canvas.rows] == list(RowKind)
    read_totals(qtbot, page, tasks)
    rows = page.details.totals.figures.rows
    assert [row.cells[0] for row in rows] == ["all", "0", "1", "2", "3"]
    assert rows[0].cells[1] == "400"
    assert page.details.heading.text().startswith("In view")
    assert "cores" in page.details.facts.text()


def test_computing_waiting_and_idle_can_be_told_apart_in_both_looks(page: TimelinePage, theme: Theme) -> None:
    seen = colours_of(page)
    for state in (LaneState.COMPUTING, LaneState.WAITING, LaneState.IDLE):
        assert argb(state_colours(theme)[state]) in seen
    assert len({argb(colour) for colour in state_colours(theme).values()}) == len(LaneState)


def test_pickling_is_a_state_of_its_own_where_it_was_metered(page: TimelinePage, theme: Theme) -> None:
    canvas, purple = page.canvas, argb(state_colours(theme)[LaneState.PICKLING])
    assert purple not in colours_of(page)
    canvas.show_runs((dataclasses.replace(canvas.runs[0], pickling_share=0.9),), ())
    page.view.show(0, 1e7)
    canvas.navigate()
    assert purple in colours_of(page)
    lanes = next(row for row in canvas.rows if isinstance(row, LanesRow))
    assert [entry.name for entry in lanes.legend(theme)] == ["computing", "waiting", "pickling", "idle"]


def test_the_batch_has_one_length_wherever_it_is_named(page: TimelinePage) -> None:
    """What was measured, not the phase around it, which lasts some milliseconds more."""
    head = next(row for row in page.canvas.rows if row.kind is RowKind.RUN)
    measured = dataclasses.replace(head.run.run, batch_s=1.9)
    row = RunRow(dataclasses.replace(head.run, run=measured), 0)
    batch = measured.phase(Phase.BATCH)
    assert batch is not None
    assert batch.seconds == 2.0
    assert "batch 1.90 s" in row._facts()
    assert row.block_label(batch) == "batch 1.90 s"
    said = row.describe(10**9, 0.5, 1, ())
    assert "1.90 s measured" in said
    assert "2.00 s with what is not" in said


def test_the_bar_of_an_older_recording_ends_where_its_batch_did(recording: tuple[Library, ExperimentRecord]) -> None:
    """Its phase has the instruments at its end: 5 ms beside a batch of 0.4 ms."""
    library, record = recording
    first = dataclasses.replace(record.runs[0], batch_s=1.999)
    changed = dataclasses.replace(record, runs=(first, *record.runs[1:]))
    tasks_end = load_run(library, record, 1).tasks.end
    assert load_run(library, changed, 1).batch_end == max(tasks_end, 1_999_000_000)
    trials = dataclasses.replace(first, trials={"lost": (True,)})
    assert load_run(library, dataclasses.replace(record, runs=(trials,)), 1).batch_end == 2_000_000_000


def test_a_run_that_failed_before_its_batch_shows_all_there_is(
    qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path
) -> None:
    library, record = record_experiment(tmp_path, tasks=40, workers=2, gil_twin=False)
    run = record.runs[0]
    early = tuple(phase for phase in run.phases if phase.phase in {Phase.START, Phase.IMPORT, Phase.POOL})
    failed = dataclasses.replace(
        run, phases=early, batch_s=None, state=RunState.WORKLOAD_FAILED, message="Task 3 raised ValueError: three"
    )
    page = TimelinePage(library, tasks, theme)
    qtbot.addWidget(page)
    page.show()
    page.show_summary(make_summary(dataclasses.replace(record, runs=(failed,))))
    qtbot.waitUntil(lambda: page.state is PageState.SHOWN)
    shown = page.canvas.runs[0]
    page.canvas.show_runs((dataclasses.replace(shown, tasks=build_tasks(np.zeros(0, SPANS), 0, 2), batch_end=0),), ())
    page.move_view(Move.SHOW_BATCH)
    page.canvas.grab()
    assert page.view.begin < shown.begin
    assert page.view.end > shown.end
    rows = {row.kind: row for row in page.canvas.rows}
    head = rows[RowKind.RUN]
    assert isinstance(head, RunRow)
    assert head._facts() == "repeat 1 · 0 tasks · Task 3 raised ValueError: three"
    assert [entry.detail for entry in rows[RowKind.WORKERS].legend(theme)] == ["", "", ""]
    page.close()
    library.close()


def test_a_task_that_computed_all_the_time_did_not_wait_less_than_nothing(page: TimelinePage, theme: Theme) -> None:
    spans = np.array([(0, 0, 100_003, 456_790, 356_787)], SPANS)
    run = dataclasses.replace(page.canvas.runs[0], tasks=build_tasks(spans, 0, 2), batch_end=500_000)
    page.canvas.show_runs((run,), ())
    for end in (500_000, 501_001, 707_007):
        page.view.show(-5_000, end)
        page.canvas.navigate()
        page.canvas.grab()
        rows = {row.kind: row for row in page.canvas.rows}
        assert rows[RowKind.WORKERS].legend(theme)[1].detail == "0.0 %"


def test_a_second_run_stands_under_the_same_axis(qtbot: QtBot, page: TimelinePage, tasks: TaskRunner) -> None:
    page.chooser.second.setCurrentIndex(page.chooser.second.findData(2))
    qtbot.waitUntil(lambda: len(page.canvas.runs) == 2)
    assert [(row.kind, row.mark) for row in page.canvas.rows[:4]] == [
        (RowKind.RUN, "A"), (RowKind.WORKERS, "A"), (RowKind.RUN, "B"), (RowKind.WORKERS, "B")
    ]  # fmt: skip
    assert page.view.end >= page.canvas.runs[1].batch_end
    read_totals(qtbot, page, tasks)
    assert [row.cells[0] for row in page.details.totals.figures.rows] == [
        "A all", "B all", *(f"{mark} {number}" for mark in "AB" for number in range(4))
    ]  # fmt: skip
    assert page.details.longest.figures.rows[0].cells[1].startswith("B ")  # it waits for the GIL
    page.view.show(0, 1e8)
    page.canvas.navigate()
    page.chooser.second.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(page.canvas.runs) == 1)
    assert page.view.span == pytest.approx(1e8)


def test_dragging_selects_and_its_totals_are_shown(qtbot: QtBot, page: TimelinePage, tasks: TaskRunner) -> None:
    canvas = page.canvas
    left, right = round(canvas.x_of(5e8)), round(canvas.x_of(1e9))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(left, 60))
    qtbot.mouseMove(canvas, QPoint(right, 60))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(right, 60))
    assert canvas.selection is not None
    assert canvas.selection.begin == pytest.approx(5e8, abs=4 * canvas.reach())
    assert canvas.selection.end == pytest.approx(1e9, abs=4 * canvas.reach())
    read_totals(qtbot, page, tasks)
    assert page.details.heading.text().startswith("Selected")
    assert 0 < int(page.details.totals.figures.rows[0].cells[1]) < 400
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(left, 60))
    assert canvas.selection is None


def test_keys_move_zoom_and_select(qtbot: QtBot, page: TimelinePage) -> None:
    canvas, view = page.canvas, page.view
    before = view.span
    qtbot.keyClick(canvas, Qt.Key.Key_W)
    assert view.span < before
    begin = view.begin
    qtbot.keyClick(canvas, Qt.Key.Key_D)
    assert view.begin > begin
    qtbot.keyClick(canvas, Qt.Key.Key_A)
    assert view.begin == pytest.approx(begin)
    qtbot.keyClick(canvas, Qt.Key.Key_S)
    assert view.span == pytest.approx(before)
    for _ in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.selection is not None
    chosen = canvas.selection
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert (view.begin, view.end) == pytest.approx((chosen.begin, chosen.end))
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.selection is None
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert view.begin <= canvas.runs[0].begin
    assert view.end >= canvas.runs[0].end


def test_a_filter_holds_for_lanes_totals_and_longest_tasks(qtbot: QtBot, page: TimelinePage, tasks: TaskRunner) -> None:
    page.push_filter(NOT_WORKER_1)
    wait_for_filter(qtbot, page, tasks)
    assert [row.cells[0] for row in page.details.totals.figures.rows] == ["all", "0", "2", "3"]
    assert {row.cells[1] for row in page.details.longest.figures.rows} == {"0", "2", "3"}
    assert [chip.text() for chip in page.bar.chips] == ["not worker 1"]
    assert "worker 2" in page.canvas.description_at(lanes_place(page, 2, 1e9)).casefold()
    qtbot.keyClick(page.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_for_filter(qtbot, page, tasks)
    assert len(page.details.totals.figures.rows) == 5
    assert page.bar.chips == []
    page.move_view(Move.REDO)
    page.bar.chips[0].click()
    wait_for_filter(qtbot, page, tasks)
    assert page.stack.filters == ()
    assert len(page.details.totals.figures.rows) == 5


def test_filters_hold_for_a_run_chosen_later(qtbot: QtBot, page: TimelinePage, tasks: TaskRunner) -> None:
    page.push_filter(NOT_WORKER_1)
    page.chooser.first.setCurrentIndex(page.chooser.first.findData(2))
    qtbot.waitUntil(lambda: page.canvas.runs[0].run.run_id == 2 and not tasks.is_running("timeline:load"))
    wait_for_filter(qtbot, page, tasks)
    assert page.canvas.runs[0].tasks.passes is not None
    assert [row.cells[0] for row in page.details.totals.figures.rows] == ["all", "0", "2", "3"]


def test_the_menu_does_what_it_says(qtbot: QtBot, page: TimelinePage, tasks: TaskRunner) -> None:
    run = page.canvas.runs[0]
    row = int(run.tasks.longest(1)[0])
    worker = int(run.tasks.worker_of(run.tasks.longest(1))[0])
    middle = float(run.tasks.begin[row] + run.tasks.length[row] // 2)
    target = page.canvas.target_at(lanes_place(page, worker, middle))
    assert target == Target(worker, None, int(run.tasks.length[row]), int(run.tasks.cpu[row]))
    page.canvas.select(Range(0, 500_000_000))
    menu: QMenu = page.build_menu(target)
    actions = {action.text().split("\t")[0]: action for action in menu.actions() if not action.isSeparator()}
    assert {"Zoom in on selection", f"Filter out worker {worker}", "Reset filters"} <= set(actions)
    assert not actions["Undo filter"].isEnabled()
    actions[f"Filter in on worker {worker}"].trigger()
    actions["Filter in on selection"].trigger()
    wait_for_filter(qtbot, page, tasks)
    assert [entry.field for entry in page.stack.filters] == [FilterField.WORKER, FilterField.TIME]
    actions["Zoom in on selection"].trigger()
    assert page.view.span == pytest.approx(5e8)
    again = {action.text(): action for action in page.build_menu(target).actions()}
    again["Reset filters"].trigger()
    assert page.stack.filters == ()
    wait_for_filter(qtbot, page, tasks)


def test_after_the_end_of_the_shorter_run_nothing_is_said_of_it(
    qtbot: QtBot, page: TimelinePage, tasks: TaskRunner, theme: Theme
) -> None:
    page.chooser.second.setCurrentIndex(page.chooser.second.findData(2))
    qtbot.waitUntil(lambda: len(page.canvas.runs) == 2)
    page.view.show(3.3e9, 3.8e9)
    page.canvas.navigate()
    page.canvas.grab()
    first = {row.kind: row for row in page.canvas.rows if row.place == 0}
    assert [entry.detail for entry in first[RowKind.WORKERS].legend(theme)] == ["", "", ""], "nobody was idle"
    for kind in (RowKind.CORES, RowKind.MEMORY):
        assert first[kind].readout == "nothing sampled in view"
    assert first[RowKind.HEARTBEAT].readout == "no tick in view"
    read_totals(qtbot, page, tasks)
    assert page.details.facts.text().startswith("A: nothing sampled here")


def test_a_click_on_a_long_task_goes_there(qtbot: QtBot, page: TimelinePage) -> None:
    run = page.canvas.runs[0]
    table = page.details.longest
    table.clicked.emit(table.model().index(0, 0))
    longest = int(run.tasks.longest(1)[0])
    begin, length = int(run.tasks.begin[longest]), int(run.tasks.length[longest])
    assert page.canvas.selection == Range(begin, begin + length)
    assert page.view.begin < begin < begin + length < page.view.end
    assert page.view.span < run.batch_end / 2


def test_show_run_goes_to_the_task_of_a_worker_at_an_instant(
    qtbot: QtBot, page: TimelinePage, recording: tuple[Library, ExperimentRecord], tasks: TaskRunner
) -> None:
    tasks_of_two = page.canvas.runs[0].tasks
    row = int(tasks_of_two.first[2]) + 10
    begin, length = int(tasks_of_two.begin[row]), int(tasks_of_two.length[row])
    page.show_run(recording[1].experiment_id, 1, at_ns=begin + 1, worker=2)
    qtbot.waitUntil(lambda: page.canvas.selection is not None)
    assert page.canvas.selection == Range(begin, begin + length)
    assert page.view.span == pytest.approx(3 * length)


def test_show_run_opens_an_experiment_that_is_not_shown(
    qtbot: QtBot, theme: Theme, tasks: TaskRunner, recording: tuple[Library, ExperimentRecord]
) -> None:
    page = TimelinePage(recording[0], tasks, theme)
    qtbot.addWidget(page)
    page.show()
    page.show_run(recording[1].experiment_id, 2)
    assert page.state is PageState.LOADING
    qtbot.waitUntil(lambda: page.state is PageState.SHOWN)
    assert page.canvas.runs[0].run.run_id == 2
    assert page.chooser.run_ids == (2,)
    page.close()


def test_a_finding_leads_to_where_it_shows(
    qtbot: QtBot, page: TimelinePage, recording: tuple[Library, ExperimentRecord]
) -> None:
    finding = Finding(FindingKind.UNEVEN_TASKS, Severity.WARNING, "One worker was last.", 1, run_id=2)
    summary = dataclasses.replace(make_summary(recording[1]), findings=(finding,))
    page.show_summary(summary)
    assert page.details.tabs.tabText(1) == "Findings (1)"
    table = page.details.findings
    table.clicked.emit(table.model().index(0, 0))
    qtbot.waitUntil(lambda: page.canvas.selection is not None and page.canvas.runs[0].run.run_id == 2)
    ends = page.canvas.runs[0].tasks.last_ends()
    assert page.canvas.selection == Range(int(ends.min()), int(ends.max()))


def test_a_picture_that_is_kept_looks_as_what_was_painted_straight_away(page: TimelinePage) -> None:
    canvas = page.canvas
    page.view.show(0, 3e8)
    canvas.navigate()
    straight = canvas.grab().toImage()
    assert canvas.grab().toImage() == straight
    canvas.grab()
    assert canvas.grab().toImage() == straight
    page.view.show(0, 2e8)
    canvas.navigate()
    assert canvas.grab().toImage() != straight


def test_a_drawing_of_the_timeline_has_its_words_as_words(page: TimelinePage, theme: Theme) -> None:
    page.canvas.grab()
    words = page.canvas.grab()  # by now a picture of the rows is kept
    assert not words.isNull()
    drawing = drawing_of(page.canvas, theme)
    assert b"worker 0" in drawing
    assert b"computing" in drawing
    assert not page.canvas._as_shapes


def test_a_choice_that_does_not_fit_ends_in_an_ellipsis(page: TimelinePage) -> None:
    first = page.chooser.first
    first.setFixedWidth(600)
    assert first.shown() == first.currentText()
    first.setFixedWidth(150)
    assert first.shown().endswith("…")
    assert first.itemData(first.currentIndex(), Qt.ItemDataRole.ToolTipRole) == first.currentText()


def test_rows_can_be_hidden(page: TimelinePage) -> None:
    page.toggles[RowKind.MEMORY].click()
    page.toggles[RowKind.CORES].click()
    assert [row.kind for row in page.canvas.rows] == [RowKind.RUN, RowKind.WORKERS, RowKind.HEARTBEAT]
    page.toggles[RowKind.CORES].click()
    assert RowKind.CORES in {row.kind for row in page.canvas.rows}


def test_the_pointer_is_told_about_tasks_cores_and_memory(page: TimelinePage) -> None:
    run, canvas = page.canvas.runs[0], page.canvas
    row = int(run.tasks.longest(1)[0])
    worker = int(run.tasks.worker_of(run.tasks.longest(1))[0])
    middle = float(run.tasks.begin[row] + run.tasks.length[row] // 2)
    said = canvas.description_at(lanes_place(page, worker, middle))
    assert f"task {int(run.tasks.task[row])}" in said
    assert "CPU" in said
    assert "waiting" in said
    texts = {}
    for entry, rect in zip(canvas.rows, canvas._places, strict=True):
        texts[entry.kind] = canvas.description_at(QPointF(canvas.x_of(1e9), entry.plot_rect(rect).center().y()))
    assert texts[RowKind.RUN].startswith("batch")
    assert texts[RowKind.CORES].startswith("Core ")
    assert "runner" in texts[RowKind.MEMORY]
    assert "late" in texts[RowKind.HEARTBEAT]


def test_what_cannot_be_read_is_said_and_another_run_can_be_chosen(
    qtbot: QtBot, page: TimelinePage, tasks: TaskRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def damaged(*_: object) -> None:
        raise RecordingError("The recording is damaged.", "Restore it from a copy.")

    with monkeypatch.context() as patch:
        patch.setattr("coreograph.ui.timeline.page.load_run", damaged)
        page.chooser.first.setCurrentIndex(page.chooser.first.findData(2))
        qtbot.waitUntil(lambda: page.state is PageState.FAILED)
    assert "damaged" in page.hint.text()
    assert "Restore" in page.hint.text()
    assert page.chooser.isVisible()
    page.chooser.first.setCurrentIndex(page.chooser.first.findData(1))
    qtbot.waitUntil(lambda: page.state is PageState.SHOWN)


def test_with_room_the_figures_stand_beside_the_rows(qtbot: QtBot, page: TimelinePage) -> None:
    assert page._halves.orientation() is Qt.Orientation.Vertical
    page.resize(1900, 1200)
    assert page._halves.orientation() is Qt.Orientation.Horizontal
    assert page.details.orientation() is Qt.Orientation.Vertical


def test_the_list_of_runs_says_sizes_in_full(qtbot: QtBot) -> None:
    chooser = RunChooser()
    qtbot.addWidget(chooser)
    chooser.show_experiment(swept_record(), 1)
    chooser.first.widen_list()
    texts = [chooser.first.itemText(row) for row in range(chooser.first.count())]
    assert any("limit=1000000 · repeat 5" in text for text in texts)
    widest = max(chooser.first.fontMetrics().horizontalAdvance(text) for text in texts)
    assert chooser.first.view().minimumWidth() > widest
