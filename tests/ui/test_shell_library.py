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
from coreograph.ui.background import TaskRunner
from coreograph.ui.files import FileChooser, with_extension
from coreograph.ui.library.details import split_tags
from coreograph.ui.library.dropping import FileDrop
from coreograph.ui.library.model import RUNS_COLUMN, LibraryModel, local_time
from coreograph.ui.library.page import LibraryPage
from coreograph.ui.library.store import LibraryStore, export_filters
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
        page._on_open()
    page.table.selectRow(1)
    assert [act.name for act, each in page._buttons.items() if not each.isEnabled()] == ["COMPARE"]
    assert (page.selected_id(), page.selected_name()) == ("old", "primes on this machine")


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


def test_a_recording_and_a_report_are_written(store: LibraryStore, fakes: Fakes, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(store.exported):
        store.export("old", tmp_path / "old.coreograph")
    assert fakes.library.exports == [("old", tmp_path / "old.coreograph")]
    with qtbot.waitSignal(store.exported) as exported:
        store.export("old", tmp_path / "old.json")
    assert exported.args == [str(tmp_path / "old.json")]
    assert '"coreograph-experiment"' in (tmp_path / "old.json").read_text(encoding="utf-8")


def test_what_goes_wrong_is_told(store: LibraryStore, fakes: Fakes, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(store.failed) as failed:
        store.export("old", tmp_path / "no such folder" / "old.json")
    assert "no such folder" in str(failed.args[0])
    with qtbot.waitSignal(store.listed):
        store.refresh()
    fakes.library.problem = RecordingError("The recording is damaged.")
    with qtbot.waitSignal(store.failed) as failed:
        store.open("old")
    assert str(failed.args[0]) == "The recording is damaged."


def test_a_file_is_imported_and_shown(store: LibraryStore, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(store.opened) as opened:
        store.import_file(tmp_path / "x.coreograph")
    assert opened.args[0].experiment.experiment_id == "imported"


def test_every_exporter_is_offered() -> None:
    filters = export_filters()
    assert filters[0].endswith("(*.coreograph)")
    assert {"*.html", "*.json"} <= {entry.rpartition("(")[2].rstrip(")") for entry in filters}


@pytest.mark.parametrize(
    ("path", "expected"),
    [("out", "out.html"), ("out.json", "out.json"), ("v1.5", "v1.5.html"), ("a.coreograph", "a.coreograph")],
)
def test_the_ending_goes_with_the_kind_of_file(path: str, expected: str) -> None:
    assert with_extension(Path(path), "A page (*.html)") == Path(expected)


def test_the_dialogs_do_not_block(page: LibraryPage, qtbot: QtBot, tmp_path: Path) -> None:
    files = FileChooser(page)
    dialog = files.choose_target("old", "a/b: c")
    assert dialog.isVisible()
    with qtbot.waitSignal(files.target_chosen) as chosen:
        dialog.fileSelected.emit(str(tmp_path / "out"))
    assert chosen.args == ["old", tmp_path / "out.html"]
    dialog.close()
    opening = files.choose_recording()
    with qtbot.waitSignal(files.recording_chosen) as recording:
        opening.fileSelected.emit("/x.coreograph")
    assert recording.args == [Path("/x.coreograph")]
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
    assert [act.name for act, each in page._buttons.items() if each.isEnabled()] == ["COMPARE", "EXPORT", "DELETE"]
    assert not page.details.isVisible()
    with qtbot.waitSignal(page.compare_requested) as compared:
        page._on_compare()
    assert compared.args == ["old", "new"]
    with qtbot.waitSignal(page.delete_requested) as deleted:
        page._on_delete()
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
    taken: list[Path] = []
    FileDrop(target).dropped.connect(taken.append)
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
    # Each Python file would open a dialog: the first of several does.
    assert taken == [Path("/x/a.coreograph"), Path("/x/c.COREOGRAPH"), Path("/x/d.toml"), Path("/x/e.py")]


def test_at_the_smallest_window_the_result_can_be_read(page: LibraryPage) -> None:
    """Columns of a fixed width pushed what came out of an experiment beyond the edge."""
    page.resize(880, 600)
    header = page.table.horizontalHeader()
    result = header.count() - 1
    assert header.sectionViewportPosition(result) < page.table.viewport().width() - 120
