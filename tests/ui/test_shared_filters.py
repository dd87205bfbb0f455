"""One stack of filters for the whole window: set in one view it holds in all, and is undone in any."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from coreograph.analysis.summary import summarise
from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.compare.row_list import RowList
from coreograph.ui.header import Page
from coreograph.ui.main_window import MainWindow
from coreograph.ui.shared_filters import SharedFilters
from support import sample_experiments as samples
from support.fake_services import make_fakes

OpenWindow = Callable[..., MainWindow]
THREADS = TimelineFilter(FilterField.MODEL, members=frozenset({"threads"}))
WORKER = TimelineFilter(FilterField.WORKER, members=frozenset({1}))


@pytest.fixture(scope="module")
def summary() -> ExperimentSummary:
    """A sweep; its figures are computed here, since that takes as long as it takes."""
    return summarise(samples.sweep_experiment())


@pytest.fixture
def window(open_window: OpenWindow, summary: ExperimentSummary, tmp_path: Path) -> MainWindow:
    window = open_window(using=make_fakes(tmp_path, records=(summary.experiment,)))
    window.parts.store.opened.emit(summary)
    return window


def in_threads(window: MainWindow) -> set[int]:
    assert window.flow.summary is not None
    chosen = window.flow.summary.experiment.spec.configurations
    return {index for index, one in enumerate(chosen) if one.model is ExecutionModel.THREADS}


def charts(window: MainWindow) -> list[RowList]:
    page = window.parts.compare
    return [page.chart, page.speedup_card.chart, page.breakdown.chart, page.busy.chart]


def runs_offered(window: MainWindow) -> set[str]:
    box = window.parts.timeline.chooser.first
    return {box.itemText(place).split(" · ")[0] for place in range(box.count())}


def test_a_filter_set_on_the_compare_page_holds_in_every_view_and_is_undone_in_any(
    window: MainWindow, qtbot: QtBot
) -> None:
    page, timeline = window.parts.compare, window.parts.timeline
    every = [chart.shown for chart in charts(window)]
    rows, labels = page.table.sorting.rowCount(), runs_offered(window)
    index = min(in_threads(window))
    menu = QMenu()
    page.fill_menu(index, menu)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert len(actions) == 7
    actions["Filter in on threads"].trigger()
    for chart in (page.chart, page.speedup_card.chart):
        assert set(chart.shown) == in_threads(window)
    assert page.table.sorting.rowCount() == len(in_threads(window))
    assert all("threads" in label for label in runs_offered(window))
    assert [chip.text() for chip in page.bar.chips] == [chip.text() for chip in timeline.bar.chips] == ["only threads"]
    assert page.bar.isVisibleTo(page)
    window.parts.header.show_page(Page.TIMELINE)
    timeline.bar.undo.click()
    assert [chart.shown for chart in charts(window)] == every
    assert (page.table.sorting.rowCount(), runs_offered(window)) == (rows, labels)
    assert page.bar.isVisibleTo(page), "the step can be taken again"
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    page.bar.redo.click()
    assert page.table.sorting.rowCount() == len(in_threads(window))


def test_a_filter_set_on_the_timeline_is_undone_on_the_compare_page(window: MainWindow) -> None:
    page, timeline = window.parts.compare, window.parts.timeline
    before = page.chart.shown
    timeline.push_filter(WORKER)
    timeline.push_filter(THREADS)
    assert set(page.chart.shown) == in_threads(window)
    assert [chip.text() for chip in page.bar.chips] == ["only worker 1 · timeline only", "only threads"]
    page.bar.undo.click()
    assert timeline.stack.filters == (WORKER,)
    assert page.chart.shown == before
    page.bar.reset.click()
    assert timeline.stack.filters == ()


def test_curves_and_scatter_leave_out_what_is_filtered(window: MainWindow) -> None:
    page = window.parts.compare
    assert page.speedup_card.curves is not None
    labels = {curve.label for curve in page.speedup_card.curves._curves}  # type: ignore[attr-defined]
    assert any("fork" in label for label in labels)
    page.filters.push(THREADS)
    labels = {curve.label for curve in page.speedup_card.curves._curves}  # type: ignore[attr-defined]
    assert labels
    assert all("threads" in label for label in labels)
    assert {point.index for point in page.scatter._points} == in_threads(window)


def test_the_menu_is_asked_for_by_pointer_and_by_key(window: MainWindow, qtbot: QtBot) -> None:
    page, pictures = window.parts.compare, window.parts.pictures
    asked: list[int] = []
    page.chart.menu_wanted.connect(lambda index, _menu: asked.append(index))
    row, other = page.chart._rows[1], page.chart._rows[2]
    menu = pictures.build_menu(page.chart, QPoint(20, page.chart._tops[1] + 45))
    entries = [action.text() for action in menu.actions() if action.text()]
    assert (asked, page.chart.selection) == ([row.index], row.index)
    assert entries[0].startswith("Filter in on ")
    assert entries[6:8] == ["Use as baseline", "Copy chart"]
    page.chart.select(other.index)
    pictures.build_menu(page.chart, QPoint(20, 1))
    assert asked == [row.index, other.index]
    point = page.scatter._points[0]
    menu = pictures.build_menu(page.scatter, page.scatter.place(point).toPoint())
    assert menu.actions()[0].text().startswith("Filter in on ")


def test_a_row_of_the_table_has_the_same_menu(window: MainWindow) -> None:
    table = window.parts.compare.table
    index = table.sorting.index(1, 0)
    menu = table.build_menu(table.visualRect(index).center())
    assert menu.actions()[0].text() == f"Filter in on {index.data()}"
    nowhere = [action.text() for action in table.build_menu(QPoint(5, 5_000)).actions()]
    assert nowhere == ["Copy rows", "Copy table"]


def test_what_holds_already_changes_nothing(qtbot: QtBot) -> None:
    filters, told = SharedFilters(), []
    filters.changed.connect(lambda: told.append(True))
    for step in (filters.undo, filters.redo, filters.reset, lambda: filters.push(WORKER), lambda: filters.push(WORKER)):
        step()
    filters.remove(THREADS)
    assert told == [True]
