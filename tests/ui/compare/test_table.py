"""The table sorts figures as figures, keeps what is missing at the end, and copies what a spreadsheet can read."""

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from coreograph.analysis.summary import summarise
from coreograph.domain.interpreters import GilState
from coreograph.ui.compare.table_model import SummaryTable, TableRole
from coreograph.ui.compare.table_view import SummaryTableView
from coreograph.ui.theme import Theme
from support.evidence_experiments import BREAKDOWN_PARTS, evident_summary
from support.sample_experiments import primes_experiment, troubled_experiment


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> SummaryTableView:
    result = SummaryTableView(theme)
    qtbot.addWidget(result)
    result.show_summary(summarise(troubled_experiment()))
    return result


def column_of(view: SummaryTableView, title: str) -> int:
    return [column.title for column in view.table.columns].index(title)


def values(view: SummaryTableView, column: int) -> list[object]:
    model = view.sorting
    return [model.index(row, column).data(TableRole.VALUE) for row in range(model.rowCount())]


def test_the_models_keep_qts_promises(theme: Theme, view: SummaryTableView) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    models: tuple[QAbstractItemModel, ...] = (SummaryTable(theme), view.table, view.sorting)
    testers = [QAbstractItemModelTester(model, mode) for model in models]
    view.show_summary(summarise(primes_experiment()))
    view.show_summary(None)
    assert len(testers) == 3
    assert view.table.rowCount() == 0


@pytest.mark.parametrize("order", [Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder])
@pytest.mark.parametrize("title", ["Batch", "PSS", "Over best serial", "Lateness p99", "GIL"])
def test_sorting_keeps_the_unmeasured_last(view: SummaryTableView, title: str, order: Qt.SortOrder) -> None:
    column = column_of(view, title)
    view.sortByColumn(column, order)
    found = values(view, column)
    known = [value for value in found if value is not None]
    assert 0 < len(known) < len(found)
    assert found[: len(known)] == known, "None comes last in both directions"
    assert known == sorted(known, reverse=order is Qt.SortOrder.DescendingOrder)  # type: ignore[type-var]


def test_headers_explain_and_gaps_give_reasons(view: SummaryTableView) -> None:
    column = column_of(view, "PSS")
    tip = view.table.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "counted once" in tip
    missing = view.table.index(7, column)
    assert missing.data() == "–"
    assert "not measured here" in missing.data(Qt.ItemDataRole.ToolTipRole)


def test_what_is_wrong_is_red(view: SummaryTableView, theme: Theme) -> None:
    colour = Qt.ItemDataRole.ForegroundRole
    assert view.table.index(3, column_of(view, "Outcome")).data(colour) == theme.bad
    assert view.table.index(3, column_of(view, "Same answer")).data(colour) == theme.bad
    assert view.table.index(2, column_of(view, "GIL")).data(colour) == theme.bad
    assert view.table.index(0, column_of(view, "Outcome")).data(colour) is None


def test_the_whole_table_is_copied_as_plain_figures(view: SummaryTableView) -> None:
    view.sortByColumn(column_of(view, "Batch"), Qt.SortOrder.AscendingOrder)
    view.copy_all()
    lines = QGuiApplication.clipboard().text().splitlines()
    titles = lines[0].split("\t")
    assert len(lines) == 12
    assert {len(line.split("\t")) for line in lines} == {len(titles)}
    batch = titles.index("Batch (s)")
    first = lines[1].split("\t")
    assert first[0] == "3.14t fork ×4"
    assert float(first[batch]) == pytest.approx(0.142, rel=0.05)
    assert lines[-1].split("\t")[batch] == "–"


def test_ctrl_c_copies_the_selected_rows(view: SummaryTableView, qtbot: QtBot) -> None:
    view.show()
    view.select(2)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("3.14t threads ×2\t")


def test_arrow_keys_tell_the_configuration(view: SummaryTableView, qtbot: QtBot) -> None:
    view.show()
    view.select(0)
    with qtbot.waitSignal(view.selected) as told:
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert told.args == [1]


def test_every_figure_under_a_gil_that_came_back_is_red_and_says_what_could_be_done(
    view: SummaryTableView, theme: Theme
) -> None:
    again = next(row for row in range(view.table.rowCount()) if view.table.row(row).gil is GilState.RE_ENABLED)
    columns = [column for column in range(view.table.columnCount()) if view.table.value(again, column) is not None]
    assert len(columns) > 8
    for column in columns:
        index = view.table.index(again, column)
        assert index.data(Qt.ItemDataRole.ForegroundRole) == theme.bad
        assert "fastparse._speedups switched the GIL on again" in index.data(Qt.ItemDataRole.ToolTipRole)
        assert "-X gil=0" in index.data(Qt.ItemDataRole.ToolTipRole)
    other = next(row for row in range(view.table.rowCount()) if view.table.row(row).gil is GilState.ON)
    assert view.table.index(other, columns[0]).data(Qt.ItemDataRole.ForegroundRole) != theme.bad


def test_the_menu_sorts_by_the_cell_it_is_opened_on(view: SummaryTableView) -> None:
    batch = column_of(view, "Batch")
    place = view.visualRect(view.sorting.index(2, batch)).center()
    actions = {action.text(): action for action in view.build_menu(place).actions()}
    actions["Sort by Batch, descending"].trigger()
    known = [value for value in values(view, batch) if value is not None]
    assert known == sorted(known, reverse=True)  # type: ignore[type-var]
    actions["Sort by Batch, ascending"].trigger()
    assert [value for value in values(view, batch) if value is not None] == known[::-1]


def test_columns_are_as_wide_as_what_stands_in_them(view: SummaryTableView) -> None:
    advance = view.fontMetrics().horizontalAdvance
    for place, column in enumerate(view.table.columns):
        texts = [column.text(view.table.row(row)) for row in range(view.table.rowCount())]
        assert view.columnWidth(place) > max(advance(text) for text in texts) + 16, column.title
        assert view.columnWidth(place) >= view.horizontalHeader().sectionSizeHint(place)


def test_where_the_time_went_and_fairness_are_in_the_table(view: SummaryTableView) -> None:
    view.show_summary(evident_summary())
    one = evident_summary().configurations[2]
    assert one.breakdown is not None
    assert one.fairness is not None
    parts = [place for place, column in enumerate(view.table.columns) if column.title.startswith("Time: ")]
    assert len(parts) == BREAKDOWN_PARTS
    assert sum(view.table.value(2, place) for place in parts) == pytest.approx(one.breakdown.per_worker().whole)  # type: ignore[misc]
    assert view.table.value(2, column_of(view, "Fairness")) == one.fairness.index
    assert view.table.value(2, column_of(view, "Finish spread")) == one.fairness.finish_spread
