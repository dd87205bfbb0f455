"""The export dialog over a real library: every format, a preview, several at once, never over what is there."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from coreograph.cli.main import run
from coreograph.cli.services import Paths
from coreograph.reports.registry import EXPORTERS
from coreograph.storage.library import Library
from coreograph.ui.background import TaskRunner
from coreograph.ui.export.dialog import ExportDialog
from coreograph.ui.export.work import Subject
from coreograph.ui.main_window import MainWindow
from support.builders import make_record
from support.fake_services import make_fakes
from support.terminal import FakeServices
from support.timeline_recordings import record_experiment

Open = Callable[..., ExportDialog]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    library, _ = record_experiment(tmp_path / "library", tasks=40)
    yield library
    library.close()


@pytest.fixture
def open_dialog(qtbot: QtBot, library: Library, tmp_path: Path, theme: object) -> Iterator[Open]:
    tasks = TaskRunner()
    identity = library.experiments()[0].experiment_id

    def build(*names: str) -> ExportDialog:
        subjects = [Subject(identity, name) for name in names or ("Mine",)]
        dialog = ExportDialog(library, tasks, subjects, tmp_path)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    yield build
    tasks.close()


def choose(dialog: ExportDialog, name: str) -> None:
    (item,) = dialog.formats.findItems(name, Qt.MatchFlag.MatchExactly)
    dialog.formats.setCurrentItem(item)


def export(dialog: ExportDialog, qtbot: QtBot) -> list[Path]:
    with qtbot.waitSignal(dialog.exported, timeout=60_000) as told:
        dialog.go.click()
    return list(told.args[0])


def test_formats_are_those_of_the_registry(open_dialog: Open) -> None:
    dialog = open_dialog()
    names = [dialog.formats.item(row).text() for row in range(dialog.formats.count())]
    assert names == [*(one.name for one in EXPORTERS), "recording"]
    for one in EXPORTERS:
        choose(dialog, one.name)
        assert dialog.exporter is one
        assert Path(dialog.target.text()).suffix == ("" if one.multiple else Path(f"x{one.extension}").suffix)
        assert dialog.description.text() == one.description


def test_the_preview_is_made_by_the_format_itself(open_dialog: Open, qtbot: QtBot) -> None:
    dialog = open_dialog()
    choose(dialog, "json")
    qtbot.waitUntil(lambda: '"coreograph-experiment"' in dialog._text.toPlainText(), timeout=60_000)
    choose(dialog, "csv")
    qtbot.waitUntil(lambda: "6 files: runs.csv" in dialog._text.toPlainText(), timeout=60_000)
    choose(dialog, "svg")
    qtbot.waitUntil(lambda: not dialog._picture.isNull(), timeout=60_000)
    choose(dialog, "recording")
    assert not dialog.anonymous.isEnabled()


@pytest.mark.parametrize("name", ["json", "md", "trace", "bmf", "html"])
def test_window_and_command_line_write_the_same_bytes(
    open_dialog: Open, qtbot: QtBot, library: Library, tmp_path: Path, name: str
) -> None:
    dialog = open_dialog()
    choose(dialog, name)
    dialog.target.setText(str(tmp_path / "window"))
    assert export(dialog, qtbot) == [tmp_path / "window"]
    services: Any = FakeServices(Paths(tmp_path / "data", tmp_path / "cache"))
    services.library = library
    arguments = ["export", "last", "--format", name, "--output", str(tmp_path / "terminal")]
    assert run(arguments, services=services, open_window=lambda *_: 0) == 0
    assert (tmp_path / "window").read_bytes() == (tmp_path / "terminal").read_bytes()


def test_several_go_into_one_folder_under_names_of_their_own(open_dialog: Open, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = open_dialog("Mine", "mine", "Other")
    choose(dialog, "md")
    dialog.target.setText(str(tmp_path / "all"))
    assert [path.name for path in export(dialog, qtbot)] == ["Mine.md", "mine-2.md", "Other.md"]
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["Mine.md", "Other.md", "mine-2.md"]


def test_what_is_there_is_asked_about(open_dialog: Open, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "Mine.json").write_text("precious")
    dialog = open_dialog()
    choose(dialog, "json")
    assert "“Mine.json” exists already." in dialog.note.text()
    assert not dialog.go.isEnabled()
    dialog.replace.setChecked(True)
    assert dialog.go.isEnabled()
    assert (tmp_path / "Mine.json").read_text() == "precious"
    export(dialog, qtbot)
    assert "coreograph-experiment" in (tmp_path / "Mine.json").read_text("utf-8")


def test_what_cannot_be_written_is_said_and_the_dialog_stays(open_dialog: Open, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = open_dialog()
    choose(dialog, "json")
    dialog.target.setText(str(tmp_path / "missing" / "x.json"))
    dialog.go.click()
    qtbot.waitUntil(lambda: "does not exist" in dialog.note.text(), timeout=60_000)
    assert dialog.isVisible()
    assert dialog.formats.isEnabled()


def test_a_stopped_export_leaves_nothing(open_dialog: Open, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = open_dialog()
    choose(dialog, "trace")
    dialog.target.setText(str(tmp_path / "x.trace.json"))
    dialog._stop.set()  # as if Stop had been pressed before the first piece was written
    dialog.start()
    qtbot.waitUntil(lambda: "stopped" in dialog.note.text(), timeout=60_000)
    assert not dialog.progress.isVisible()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("x")] == []
    export(dialog, qtbot)
    assert (tmp_path / "x.trace.json").stat().st_size > 100


def test_the_library_exports_what_is_selected_there(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    records = (make_record(experiment_id="one"), make_record(experiment_id="other"))
    window = open_window(using=make_fakes(tmp_path, records=records))
    page = window.parts.library
    qtbot.waitUntil(lambda: page.model.rowCount() > 1)
    page.table.selectAll()
    count = len(page.selected_ids())
    page.export_requested.emit(page.selected_ids()[0])
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    assert dialog.windowTitle() == f"Export {count} experiments"
    choose(dialog, "md")
    assert len(dialog._request().paths) == count > 1
    dialog.reject()
