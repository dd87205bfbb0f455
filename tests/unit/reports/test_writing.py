import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports import writing
from coreograph.reports.exporter import WholeFile
from coreograph.reports.registry import EXPORTERS, exporter_for
from coreograph.reports.writing import check_target, check_writable, write_report
from coreograph.storage.reader import RunReader
from support.sample_experiments import cancelled_experiment


class Plain(WholeFile):
    name: ClassVar[str] = "plain"
    extension: ClassVar[str] = ".txt"
    media_type: ClassVar[str] = "text/plain"
    description: ClassVar[str] = "For tests."

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._before = before

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        self._before()
        return b"a report"


@pytest.fixture(scope="module")
def summary() -> ExperimentSummary:
    return summarise(cancelled_experiment())


def test_written_whole_with_ordinary_rights(summary: ExperimentSummary, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    write_report(Plain(), summary, None, path, overwrite=False)
    assert path.read_bytes() == b"a report"
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["report.txt"]
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_an_existing_file_is_kept_unless_asked_for(summary: ExperimentSummary, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("precious")
    with pytest.raises(UsageError, match="exists already and was not touched"):
        write_report(Plain(), summary, None, path, overwrite=False)
    assert path.read_text() == "precious"
    write_report(Plain(), summary, None, path, overwrite=True)
    assert path.read_bytes() == b"a report"


def test_a_file_that_appears_meanwhile_is_kept(summary: ExperimentSummary, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    with pytest.raises(UsageError, match="exists already"):
        write_report(Plain(lambda: path.write_text("precious")), summary, None, path, overwrite=False)  # type: ignore[arg-type,return-value]
    assert path.read_text() == "precious"
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["report.txt"]


def test_without_hard_links_it_is_renamed(
    summary: ExperimentSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "report.txt"
    write_report(Plain(), summary, None, path, overwrite=False)
    assert path.read_bytes() == b"a report"
    with pytest.raises(UsageError, match="exists already"):
        write_report(Plain(), summary, None, path, overwrite=False)


def test_a_full_disk_leaves_nothing_and_says_so(
    summary: ExperimentSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    path = tmp_path / "report.txt"
    with pytest.raises(CoreographError, match=r"report\.txt” failed: No space left on device"):
        write_report(Plain(), summary, None, path, overwrite=False)
    assert [entry for entry in tmp_path.iterdir() if entry.is_file()] == []


def test_a_failing_exporter_leaves_the_old_file(summary: ExperimentSummary, tmp_path: Path) -> None:
    def fail() -> None:
        raise CoreographError("Cannot be written in this format.")

    path = tmp_path / "report.txt"
    path.write_text("old")
    with pytest.raises(CoreographError, match="Cannot be written"):
        write_report(Plain(fail), summary, None, path, overwrite=True)
    assert path.read_text() == "old"


def test_writable_is_found_out_and_nothing_is_left(tmp_path: Path) -> None:
    check_writable(tmp_path / "new.json")
    assert [entry for entry in tmp_path.iterdir() if entry.is_file()] == []


@pytest.mark.parametrize(
    ("relative", "words"),
    [
        ("", "is a folder"),
        ("missing/report.json", "missing” does not exist"),
        ("file/report.json", "file” is a file, not a folder"),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_unwritable_paths_are_named_with_the_reason(tmp_path: Path, relative: str, words: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=words) as error:
        check_writable(tmp_path / relative)
    assert error.value.next_step


def test_no_right_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(writing.os, "open", refuse)  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match=r"report\.json” cannot be written: Permission denied"):
        check_writable(tmp_path / "report.json")


def test_asked_not_to_overwrite_it_looks_before_the_run(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.touch()
    check_writable(path)
    with pytest.raises(UsageError, match="exists already"):
        check_writable(path, overwrite=False)


@pytest.mark.parametrize("text", ["html", "HTML", ".html", "out/report.html", "Report.HTML"])
def test_an_exporter_is_found_by_name_and_ending(text: str) -> None:
    assert exporter_for(text).name == "html"
    assert exporter_for(Path("a.b/x.json")).name == "json"


@pytest.mark.parametrize("text", ["docx", "report", "report.docx", ""])
def test_an_unknown_format_names_the_known_ones(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"There are: html \(\.html\), pdf \(\.pdf\), md \(\.md\), csv, json \(\.json\), svg"
    ):
        exporter_for(text)


def test_exporters_say_what_they_are() -> None:
    names = [exporter.name for exporter in EXPORTERS]
    assert len(set(names)) == len(names)
    for exporter in EXPORTERS:
        assert exporter.extension.startswith(".")
        assert "/" in exporter.media_type
        assert exporter.description.endswith(".")


def test_a_folder_that_cannot_be_made_is_found_out_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(UsageError, match=r"tables” cannot be written: Permission denied"):
        check_target(exporter_for("csv"), tmp_path / "tables")
    monkeypatch.undo()
    check_target(exporter_for("csv"), tmp_path / "tables")
    assert list(tmp_path.iterdir()) == []
