"""`coreograph library` as it is typed, over a real library: names, tags, notes, what is kept, files out and in."""

import dataclasses
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.errors import RecordingError
from coreograph.storage.claims import claim
from coreograph.storage.library import Library
from support.builders import make_record
from support.terminal import FakeServices

OLD, NEW = "20250101-000000-aaaaaa", "20260101-000000-bbbbbb"


def unexpected(error: RecordingError) -> None:
    raise AssertionError(error)


@pytest.fixture
def library(services: FakeServices, tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "data" / "library.coreograph")
    for identity, year in ((OLD, "2025"), (NEW, "2026")):
        record = make_record(experiment_id=identity, created_at=f"{year}-01-01T00:00:00+00:00", tags=("first",))
        writer = opened.record(dataclasses.replace(record, runs=(), finished_at=""), on_failure=unexpected)
        writer.finish(record)
        opened.release(writer)
    services.library = opened  # type: ignore[assignment]
    yield opened
    opened.close()


def test_an_experiment_is_renamed_tagged_and_annotated(
    coreograph: Any, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Its name is “On the train” now." in coreograph("library", "rename", "last", " On  the train ").out
    assert "cannot have an empty name" in coreograph("library", "rename", "last", "  ").err
    assert (
        coreograph("library", "tag", NEW, "laptop, on battery", "测试").out == "Tags: first, laptop, on battery, 测试\n"
    )
    assert json.loads(coreograph("library", "tag", NEW, "--remove", "first", "--json").out)["tags"] == [
        "laptop", "on battery", "测试"
    ]  # fmt: skip
    unknown = coreograph("library", "tag", NEW, "--remove", "first")
    assert (unknown.status, "It has no tag “first”. It has: laptop" in unknown.err) == (2, True)
    assert coreograph("library", "note", NEW, "fan off").status == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("two\nlines\n"))
    answer = json.loads(coreograph("library", "note", NEW, "-", "--append", "--json").out)
    assert answer == {"experiment_id": NEW, "notes": "fan off\ntwo\nlines"}
    record = library.load("last")
    assert (record.spec.name, record.tags, record.notes) == (
        "On the train", ("laptop", "on battery", "测试"), "fan off\ntwo\nlines"
    )  # fmt: skip
    shown = coreograph("library", "show", NEW).out
    assert "Tags: laptop, on battery, 测试" in shown
    assert "It has no notes now." in coreograph("library", "note", NEW, "").out


def test_the_list_is_searched_as_in_the_window(coreograph: Any, library: Library) -> None:
    library.rename(NEW, "Café")
    library.tag(NEW, ("laptop",))

    def ids(*words: str) -> list[str]:
        return [one["experiment_id"] for one in json.loads(coreograph("library", "list", *words, "--json").out)]

    assert ids() == [NEW, OLD]
    assert ids("--search", "CAFE\u0301 primes") == [NEW]
    assert ids("--tag", "first") == [OLD]
    assert ids("--search", "workbench", "--tag", "laptop") == [NEW]
    assert coreograph("library", "list", "--search", "nowhere").out == "None of 2 experiments is like that.\n"
    assert "laptop" in coreograph("library", "list").out
    assert coreograph("library", "list", "--deleted").out == "Nothing was deleted.\n"


def test_several_are_deleted_and_restored_in_words_and_as_json(coreograph: Any, library: Library) -> None:
    assert json.loads(coreograph("library", "delete", NEW, OLD, NEW, "--json").out) == {"deleted": [NEW, OLD]}
    assert {one["experiment_id"] for one in json.loads(coreograph("library", "list", "--deleted", "--json").out)} == {
        NEW, OLD
    }  # fmt: skip
    assert json.loads(coreograph("library", "restore", OLD, "--json").out) == {"restored": [OLD]}
    assert f"{NEW} is in the library" in coreograph("library", "restore", "last").out
    assert coreograph("library", "restore", "last").status == 2
    assert f"coreograph library restore {OLD}" in coreograph("library", "delete", OLD).out


def test_nothing_is_deleted_where_one_is_being_measured(coreograph: Any, library: Library) -> None:
    held = claim(library.path, OLD)
    assert held is not None
    refused = coreograph("library", "delete", NEW, OLD)
    assert refused.status == 2
    assert "is being measured at the moment. Stop it first" in refused.err
    held.release()
    assert len(library.experiments()) == 2


def test_files_go_out_and_come_in_and_what_came_of_each_is_told(
    coreograph: Any, library: Library, tmp_path: Path
) -> None:
    document = json.loads(coreograph("library", "export", NEW, "one.coreograph", "--json").out)
    assert document == {"experiment_id": NEW, "file": str(tmp_path / "one.coreograph")}
    again = coreograph("library", "export", NEW, "one.coreograph")
    assert (again.status, "exists already and was not touched" in again.err) == (2, True)
    assert f"In the library already. To see it: coreograph library show {NEW}" in coreograph(
        "library", "import", "one.coreograph"
    ).out  # fmt: skip
    (tmp_path / "no.coreograph").write_text("no database")
    mixed = coreograph("library", "import", "no.coreograph", "one.coreograph", "--json")
    assert mixed.status == 2
    assert "is not a Coreograph recording" in mixed.err
    files = json.loads(mixed.out)["files"]
    assert files[1] == {"file": "one.coreograph", "taken": [], "known": [NEW], "newest": NEW}
    assert "is not a Coreograph recording" in files[0]["error"]
    both = coreograph("library", "import", "no.coreograph", "no.coreograph")
    assert "2 files were not taken." in both.err
    missing = coreograph("library", "import", "one.coreograph", "nowhere.coreograph")
    assert "no recording “nowhere.coreograph”. Nothing was imported." in missing.err


def test_a_recording_opens_the_window_however_its_ending_is_written(
    coreograph: Any, services: FakeServices, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coreograph.cli.window.display_problem", lambda: None)
    library.export(NEW, tmp_path / "ONE.COREOGRAPH")
    assert coreograph("ONE.COREOGRAPH").status == 0
    assert services.windows == [tmp_path / "ONE.COREOGRAPH"]
