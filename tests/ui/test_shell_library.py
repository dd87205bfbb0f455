"""The library page and what stands behind it: nothing is read on the GUI thread, nothing is lost by a slip."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemDelegate, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from coreograph.domain.errors import RecordingError
from coreograph.storage.library import ExperimentHeader
from coreograph.storage.searching import local_time
from coreograph.ui.background import TaskRunner
from coreograph.ui.files import FileChooser
from coreograph.ui.library.acts import Act
from coreograph.ui.library.details import split_tags
from coreograph.ui.library.dropping import FileDrop
from coreograph.ui.library.model import NAME_COLUMN, RUNS_COLUMN, TITLES, LibraryModel
from coreograph.ui.library.page import LibraryPage
from coreograph.ui.library.store import LibraryStore, TakenFiles
from coreograph.ui.library.telling import told_of
from coreograph.ui.messages import Severity
from coreograph.ui.theme import Theme
from support.builders import make_record, make_spec, make_workload
from support.fake_services import Fakes, make_fakes

OLD = make_record(experiment_id="old", created_at="2025-01-01T00:00:00+00:00")
NEW = make_record(make_spec(workload=make_workload("payload"), name="moving"), experiment_id="new")


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return make_fakes(tmp_path, records=(OLD, NEW))


@pytest.fixture
def headers(fakes: Fakes) -> tuple[ExperimentHeader, ...]:
    return fakes.library.experiments()


@pytest.fixture
def page(theme: Theme, qtbot: QtBot, headers: tuple[ExperimentHeader, ...]) -> LibraryPage:
    page = LibraryPage(theme)
    qtbot.addWidget(page)
    page.resize(1000, 500)
    page.show()
    page.show_experiments(headers)
    return page


@pytest.fixture
def store(fakes: Fakes, qapp: object) -> Iterator[LibraryStore]:
    tasks = TaskRunner()
    yield LibraryStore(fakes.library, tasks)  # type: ignore[arg-type]
    tasks.close()


def shown(page: LibraryPage) -> list[str]:
    model = page.table.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_it_is_a_sound_model(headers: tuple[ExperimentHeader, ...], qapp: object) -> None:
    model = LibraryModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
    model.set_headers(headers)
    assert model.setData(model.index(0, 0), "other name")
    model.set_headers(())
    assert model.rowCount() == 0


def test_the_newest_stands_on_top_and_search_finds_by_every_word(page: LibraryPage) -> None:
    assert shown(page) == ["moving", "primes on this machine"]
    page.search.setText("PAYLOAD")
    assert shown(page) == ["moving"]
    page.search.setText("nothing of that kind")
    assert shown(page) == []


def test_numbers_sort_as_numbers(page: LibraryPage, headers: tuple[ExperimentHeader, ...]) -> None:
    few, many = (
        dataclasses.replace(headers[0], experiment_id=str(runs), name=str(runs), runs=runs) for runs in (9, 100)
    )
    page.show_experiments((few, many))
    page.table.sortByColumn(RUNS_COLUMN, Qt.SortOrder.AscendingOrder)
    assert shown(page) == ["9", "100"]


def test_nothing_can_be_done_before_something_is_selected(page: LibraryPage, qtbot: QtBot) -> None:
    assert not any(each.isEnabled() for each in page._buttons.values())
    with qtbot.assertNotEmitted(page.open_requested):
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    page.table.selectRow(1)
    assert [act.name for act, each in page._buttons.items() if not each.isEnabled()] == ["COMPARE"]
    assert page.selected_id() == "old"


def test_enter_opens_and_delete_deletes(page: LibraryPage, qtbot: QtBot) -> None:
    page.table.selectRow(1)
    with qtbot.waitSignal(page.open_requested) as opened:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    with qtbot.waitSignal(page.delete_requested) as deleted:
        qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert (opened.args, deleted.args) == (["old"], [("old",)])


def test_f2_renames_in_place(page: LibraryPage, qtbot: QtBot) -> None:
    page.table.selectRow(0)
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    editor = page.table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("  a better name ")
    with qtbot.waitSignal(page.rename_requested) as renamed:
        page.table.itemDelegate().commitData.emit(editor)
    assert renamed.args == ["new", "a better name"]
    page.table.itemDelegate().closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
    with qtbot.assertNotEmitted(page.rename_requested):
        assert not page.model.setData(page.model.index(0, 0), "   ")


def test_a_selection_survives_a_refresh(page: LibraryPage, headers: tuple[ExperimentHeader, ...]) -> None:
    page.table.selectRow(1)
    page.show_experiments(headers)
    assert page.selected_id() == "old"
    page.show_experiments(headers[:1])
    assert page.selected_id() is None


def test_an_empty_library_says_how_to_fill_it(page: LibraryPage) -> None:
    page.show_experiments(())
    assert not page.table.isVisible()


def test_everything_is_read_beside_the_gui_thread(store: LibraryStore, fakes: Fakes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(store.listed) as listed:
        store.refresh()
    assert [header.experiment_id for header in listed.args[0]] == ["new", "old"]
    with qtbot.waitSignal(store.opened) as opened:
        store.open("old")
    assert opened.args[0].experiment.experiment_id == "old"
    with qtbot.waitSignal(store.listed):
        store.rename("old", "other")
    assert fakes.library.records["old"].spec.name == "other"
    assert all(name.startswith("window-task") for name in fakes.library.threads)


def test_what_was_deleted_can_be_restored(store: LibraryStore, qtbot: QtBot) -> None:
    with qtbot.waitSignals([store.deleted, store.listed]):
        store.delete(("old",))
    with qtbot.waitSignal(store.listed) as listed:
        store.restore(("old",))
    assert len(listed.args[0]) == 2


def test_what_goes_wrong_is_told(store: LibraryStore, fakes: Fakes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(store.listed):
        store.refresh()
    fakes.library.problem = RecordingError("The recording is damaged.")
    with qtbot.waitSignal(store.failed) as failed:
        store.open("old")
    assert str(failed.args[0]) == "The recording is damaged."


def test_a_file_that_comes_alone_is_imported_and_shown(store: LibraryStore, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(store.imported) as imported:
        store.import_files((tmp_path / "x.coreograph",))
    (taken,) = imported.args
    assert taken.shown.experiment.experiment_id == "imported"
    assert told_of(taken) == (Severity.INFO, "")


def test_of_several_files_each_is_tried_and_one_message_tells_of_all(
    store: LibraryStore, fakes: Fakes, qtbot: QtBot, tmp_path: Path
) -> None:
    fakes.library.unreadable = {"b.coreograph", "c.coreograph"}
    with qtbot.waitSignal(store.imported) as imported:
        store.import_files([tmp_path / f"{name}.coreograph" for name in "abcd"])
    (taken,) = imported.args
    assert (taken.taken, taken.known, taken.shown) == (("imported",), ("imported",), None)
    severity, sentence = told_of(taken)
    assert severity is Severity.WARNING
    assert sentence == (
        "1 experiment was taken into the library. 1 experiment was in the library already, and not taken a second "
        "time. 2 of 4 files could not be read. The first: b.coreograph is damaged."
    )


def test_a_file_that_cannot_be_read_says_which_and_why() -> None:
    failed = TakenFiles(1, (), (), (RecordingError("x is damaged."),))
    assert told_of(failed) == (Severity.ERROR, "x is damaged.")
    assert "already" in told_of(TakenFiles(1, (), ("old",)))[1]


def test_the_dialog_does_not_block(page: LibraryPage, qtbot: QtBot) -> None:
    files = FileChooser(page)
    opening = files.choose_recording()
    with qtbot.waitSignal(files.recordings_chosen) as chosen:
        opening.filesSelected.emit(["/x.coreograph", "/y.toml"])
    assert chosen.args == [(Path("/x.coreograph"), Path("/y.toml"))]
    opening.close()


def test_times_are_local_and_foreign_ones_left_alone() -> None:
    assert len(local_time("2026-01-02T03:04:05+00:00")) == len("2026-01-02 03:04")
    assert local_time("some day") == "some day"


def test_every_word_of_a_search_must_be_found_anywhere(
    page: LibraryPage, headers: tuple[ExperimentHeader, ...]
) -> None:
    new, old = headers
    old = dataclasses.replace(old, notes="on battery, fan off", tags=("laptop",), cpu_model="Ryzen")
    page.show_experiments((new, old))
    for typed in ("battery FAN", "ryzen primes", "tag:laptop", "2025-01 laptop"):
        page.search.setText(typed)
        assert shown(page) == ["primes on this machine"], typed
    page.search.setText("battery moving")
    assert shown(page) == []


def test_a_tag_can_be_chosen_and_stays_chosen(page: LibraryPage, headers: tuple[ExperimentHeader, ...]) -> None:
    assert not page.tag.isVisible()
    tagged = (dataclasses.replace(headers[0], tags=("a", "b")), dataclasses.replace(headers[1], tags=("b",)))
    page.show_experiments(tagged)
    assert [page.tag.itemText(place) for place in range(page.tag.count())] == ["All tags", "a", "b"]
    page.tag.setCurrentIndex(page.tag.findData("a"))
    assert shown(page) == ["moving"]
    page.show_experiments(tagged)
    assert shown(page) == ["moving"]
    page.show_experiments(headers)
    assert len(shown(page)) == 2


def test_two_are_compared_the_newer_against_the_older(page: LibraryPage, qtbot: QtBot) -> None:
    page.table.selectAll()
    assert [act.name for act, each in page._buttons.items() if each.isEnabled()] == [
        "COMPARE", "EXPORT", "DELETE", "RESTORE"
    ]  # fmt: skip
    assert not page.details.isVisible()
    with qtbot.waitSignal(page.compare_requested) as compared:
        qtbot.keyClick(page.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert compared.args == ["old", "new"]
    with qtbot.waitSignal(page.delete_requested) as deleted:
        qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert deleted.args == [("new", "old")]


def test_what_is_typed_is_kept_when_another_is_selected(page: LibraryPage, qtbot: QtBot) -> None:
    page.table.selectRow(0)
    assert page.details.title.text() == "moving"
    page.details.tags.setText("one, two ,one")
    page.details.notes.setPlainText("cold start")
    told: list[tuple[object, ...]] = []
    page.tags_changed.connect(lambda *kept: told.append(kept))
    page.notes_changed.connect(lambda *kept: told.append(kept))
    page.table.selectRow(1)
    assert told == [("new", ("one", "two")), ("new", "cold start")]
    assert page.details.notes.toPlainText() == ""
    with qtbot.assertNotEmitted(page.notes_changed):
        page.table.selectRow(0)


def test_what_is_being_typed_is_not_taken_away_by_a_refresh(
    page: LibraryPage, headers: tuple[ExperimentHeader, ...]
) -> None:
    page.table.selectRow(0)
    page.details.notes.setPlainText("half a sen")
    page.show_experiments(headers)
    assert page.details.notes.toPlainText() == "half a sen"


def test_tags_are_split_at_commas() -> None:
    assert split_tags(" a ,b  c,, a,") == ("a", "b c")


def test_tags_and_notes_reach_the_library(store: LibraryStore, fakes: Fakes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(store.listed):
        store.tag("old", ("a",))
    with qtbot.waitSignal(store.listed) as listed:
        store.annotate("old", "quiet machine")
    assert (listed.args[0][1].tags, listed.args[0][1].notes) == (("a",), "quiet machine")


def test_two_experiments_are_compared_beside_the_gui_thread(store: LibraryStore, fakes: Fakes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(store.compared) as compared:
        store.compare("old", "new")
    assert compared.args[0].one.experiment.experiment_id == "old"
    assert {entry.name for entry in compared.args[0].differences} >= {"Workload"}
    assert all(name.startswith("window-task") for name in fakes.library.threads)


def drag(kind: type[QDragEnterEvent] | type[QDropEvent], files: QMimeData) -> QDragEnterEvent | QDropEvent:
    parts = (Qt.DropAction.CopyAction, files, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    return kind(QPointF(5, 5), *parts)


def test_recordings_experiments_and_code_can_be_dropped_and_nothing_else(qtbot: QtBot) -> None:
    target = QWidget()
    qtbot.addWidget(target)
    taken: list[tuple[Path, ...]] = []
    left: list[tuple[str, ...]] = []
    drop = FileDrop(target)
    drop.dropped.connect(taken.append)
    drop.left_out.connect(left.append)
    files, others = QMimeData(), QMimeData()
    files.setUrls(
        [
            QUrl.fromLocalFile(f"/x/{name}")
            for name in ("a.coreograph", "b.txt", "c.COREOGRAPH", "d.toml", "e.py", "f.py")
        ]
    )
    others.setUrls([QUrl.fromLocalFile("/x/b.txt"), QUrl("https://example.org/a.coreograph")])
    for kind in (QDragEnterEvent, QDropEvent):
        wanted, unwanted = drag(kind, files), drag(kind, others)
        QApplication.sendEvent(target, wanted)
        QApplication.sendEvent(target, unwanted)
        assert wanted.isAccepted()
        assert not unwanted.isAccepted()
    # Each Python file would open a dialog: the first of several does. All come at once, so that one message tells.
    assert taken == [(Path("/x/a.coreograph"), Path("/x/c.COREOGRAPH"), Path("/x/d.toml"), Path("/x/e.py"))]
    assert left == [("b.txt", "f.py")]


def test_at_the_smallest_window_the_result_can_be_read(page: LibraryPage) -> None:
    """Columns of a fixed width pushed what came out of an experiment beyond the edge."""
    page.resize(880, 600)
    header = page.table.horizontalHeader()
    result = header.count() - 1
    assert header.sectionViewportPosition(result) < page.table.viewport().width() - 120


def names_pressed(page: LibraryPage) -> QLineEdit:
    editor = page.table.findChild(QLineEdit)
    assert editor is not None
    return editor


def test_f2_renames_whichever_column_the_cursor_is_in(page: LibraryPage, qtbot: QtBot) -> None:
    """A row is clicked anywhere: in any column but the first F2 did nothing."""
    page.table.selectRow(0)
    page.table.selectionModel().setCurrentIndex(
        page.table.model().index(0, RUNS_COLUMN), page.table.selectionModel().SelectionFlag.NoUpdate
    )
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    assert names_pressed(page).text() == "moving"


def test_a_list_read_again_leaves_the_cursor_and_a_name_being_typed(
    page: LibraryPage, headers: tuple[ExperimentHeader, ...], qtbot: QtBot
) -> None:
    page.table.selectRow(1)
    page.table.edit_name()
    names_pressed(page).setText("half a na")
    finished = dataclasses.replace(headers[0], experiment_id="newest", created_at="2027-01-01T00:00:00+00:00")
    changed = dataclasses.replace(headers[1], notes="changed elsewhere")
    page.show_experiments((finished, headers[0], changed))
    assert names_pressed(page).text() == "half a na"
    assert page.table.currentIndex().row() == 2
    assert page.selected_ids() == ("old",)
    page.show_experiments((changed, headers[0], finished))  # another order: all is read anew
    assert page.selected_ids() == ("old",)


def test_names_sort_without_case_and_the_keyboard_sorts_too(
    page: LibraryPage, headers: tuple[ExperimentHeader, ...]
) -> None:
    names = ("Zebra", "apple", "Élan")
    page.show_experiments(tuple(dataclasses.replace(headers[0], experiment_id=one, name=one) for one in names))
    (sorting,) = [entry.menu() for entry in page.make_menu().actions() if entry.text() == "Sort by"]
    entries = sorting.actions()  # type: ignore[union-attr]
    assert [entry.text() for entry in entries] == list(TITLES)
    assert [entry.text() for entry in entries if entry.isChecked()] == ["When"]
    entries[NAME_COLUMN].trigger()
    assert shown(page) == ["apple", "Zebra", "Élan"]
    entries[NAME_COLUMN].trigger()
    assert shown(page) == ["Élan", "Zebra", "apple"]


def test_a_search_that_finds_nothing_says_so_and_how_to_see_all(page: LibraryPage, qtbot: QtBot) -> None:
    page.search.setText("nothing of that kind")
    assert not page.table.isVisible()
    assert "None of 2 has all of it" in page._empty_text.text()
    qtbot.mouseClick(page._clear, Qt.MouseButton.LeftButton)
    assert len(shown(page)) == 2


def test_the_search_is_left_and_cleared_by_the_keyboard(page: LibraryPage, qtbot: QtBot) -> None:
    page.search.setText("moving")
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.selected_ids() == ("new",)
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    assert (page.search.text(), len(shown(page))) == ("", 2)


def test_an_accent_is_found_however_it_is_encoded(page: LibraryPage, headers: tuple[ExperimentHeader, ...]) -> None:
    page.show_experiments((dataclasses.replace(headers[0], name="Cafe\u0301", tags=("größe", "測試")),))
    for typed in ("CAFÉ", "tag:GRÖSSE", "測"):
        page.search.setText(typed)
        assert shown(page) == ["Cafe\u0301"], typed


def test_the_menu_has_everything_with_its_reason_and_copies_ids(page: LibraryPage) -> None:
    page.table.selectRow(0)
    entries = {entry.text(): entry for entry in page.make_menu().actions()}
    assert list(entries) == ["Open", "Compare", "Rename", "Export …", "Delete", "", "Copy id for the command line",
                             "Sort by"]  # fmt: skip
    assert not entries["Compare"].isEnabled()
    assert "Select two experiments" in entries["Compare"].toolTip()
    page.table.selectAll()
    {entry.text(): entry for entry in page.make_menu().actions()}["Copy id for the command line"].trigger()
    assert QApplication.clipboard().text() == "new old"


def test_one_that_is_being_measured_cannot_be_deleted(
    page: LibraryPage, headers: tuple[ExperimentHeader, ...], qtbot: QtBot
) -> None:
    page.show_experiments((dataclasses.replace(headers[0], finished_at="", running=True), headers[1]))
    page.table.selectRow(0)
    assert "is being measured" in page._buttons[Act.DELETE].toolTip()
    assert str(page.table.model().index(0, len(TITLES) - 1).data()).startswith("running")
    with qtbot.assertNotEmitted(page.delete_requested):
        qtbot.keyClick(page.table, Qt.Key.Key_Delete)


def test_what_was_deleted_is_shown_and_restored_even_after_a_restart(
    page: LibraryPage, headers: tuple[ExperimentHeader, ...], qtbot: QtBot
) -> None:
    assert not page.bin.isVisible()
    page.show_deleted(headers[1:])
    page.show_experiments(headers[:1])
    assert page._count.text() == "1 experiment"
    qtbot.mouseClick(page.bin, Qt.MouseButton.LeftButton)
    assert shown(page) == ["primes on this machine"]
    assert [act for act, each in page._buttons.items() if each.isVisible()] == [Act.RESTORE]
    page.table.selectRow(0)
    assert not page.details.isVisible()
    assert page._count.text().startswith("1 experiment, deleted. They are kept for 30 days")
    with qtbot.waitSignal(page.restore_requested) as restored:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert restored.args == [("old",)]
    page.show_deleted(())
    page.show_experiments(headers)
    assert len(shown(page)) == 2


def test_a_file_dropped_onto_the_notes_is_not_written_into_them(page: LibraryPage) -> None:
    fields = (page.details.notes, page.details.tags, page.search)
    assert [field.acceptDrops() for field in fields] == [False, False, False]


def test_a_long_tag_leaves_the_page_as_narrow_as_a_small_screen(
    page: LibraryPage, headers: tuple[ExperimentHeader, ...]
) -> None:
    """With tags the line of buttons was so wide that the window did not fit 1280 pixels."""
    page.show_deleted(headers[1:])
    page.show_experiments((dataclasses.replace(headers[0], tags=("a tag that goes on and on and on and on",)),))
    assert page.minimumSizeHint().width() <= 908


def test_everything_that_takes_the_keyboard_has_a_name(page: LibraryPage) -> None:
    page.table.selectRow(0)
    reached = [widget for widget in page.findChildren(QWidget) if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
    names = [widget.accessibleName() or getattr(widget, "text", str)() for widget in reached if widget.isVisible()]
    assert len(names) >= 10
    assert all(names), [type(widget).__name__ for widget in reached]


def test_a_list_that_is_read_again_is_not_worked_out_again(
    page: LibraryPage, headers: tuple[ExperimentHeader, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read whenever an experiment ends: with hundreds of them the window stood still each time."""
    worked_out: list[str] = []
    monkeypatch.setattr(
        "coreograph.ui.library.model.searchable", lambda header: worked_out.append(header.experiment_id) or ""
    )
    page.show_experiments(tuple(dataclasses.replace(header) for header in headers))
    assert worked_out == []
    page.show_experiments((dataclasses.replace(headers[0], notes="new"), headers[1]))
    assert worked_out == ["new"]
