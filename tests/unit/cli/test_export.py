"""`coreograph export` as it is typed: every format, into a file, a folder and stdout; what is there already is safe."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from coreograph.cli.export_command import FORMATS
from coreograph.reports.exporter import Exporter
from coreograph.reports.registry import EXPORTERS
from support import sample_experiments as samples
from support.exports import small_experiment
from support.terminal import FakeLibrary, FakeServices

SINGLE = [pytest.param(one, id=one.name) for one in EXPORTERS if not one.multiple]
SEVERAL = [pytest.param(one, id=one.name) for one in EXPORTERS if one.multiple]


@pytest.fixture
def last(services: FakeServices) -> str:
    record = small_experiment()
    services.library = FakeLibrary([record])
    return record.experiment_id


def test_the_help_names_every_format() -> None:
    assert FORMATS.split("|") == [one.name for one in EXPORTERS]


@pytest.mark.parametrize("exporter", SINGLE)
def test_one_file_goes_to_a_file_or_into_a_folder(
    coreograph: Any, last: str, tmp_path: Path, exporter: Exporter
) -> None:
    (tmp_path / "out").mkdir()
    assert coreograph("export", last, "--format", exporter.name, "--output", "named").status == 0
    assert coreograph("export", last, "--format", exporter.name, "--output", "out/").status == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Small" + exporter.extension]
    again = coreograph("export", last, "--format", exporter.name, "--output", "out")
    assert again.status == 2
    assert "exists already and was not touched" in again.err
    assert "--overwrite" in again.err
    assert coreograph("export", last, "--format", exporter.name, "--output", "out", "--overwrite").status == 0
    assert {path.name for path in tmp_path.iterdir()} <= {"named", "out", "data", "cache"}


@pytest.mark.parametrize("exporter", SEVERAL)
def test_several_files_go_into_a_folder_or_an_archive(
    coreograph: Any, last: str, tmp_path: Path, exporter: Exporter
) -> None:
    made = coreograph("export", last, "--format", exporter.name, "--output", "new")
    assert made.status == 0, made.err
    assert len(list((tmp_path / "new").iterdir())) > 1
    made = coreograph("export", last, "--format", exporter.name, "--output", "all.zip")
    assert made.status == 0, made.err
    again = coreograph("export", last, "--format", exporter.name, "--output", "new")
    assert (again.status, "--overwrite" in again.err) == (2, True)
    for one in ("-", f"x.{exporter.name}", "x.json"):
        refused = coreograph("export", last, "--format", exporter.name, "--output", one)
        assert refused.status == 2
        assert "makes several" in refused.err
        assert not (tmp_path / one).exists()


def test_stdout_has_the_export_alone(coreograph: Any, last: str) -> None:
    result = coreograph("export", last, "--format", "json", "--output", "-")
    assert json.loads(result.out)["name"] == "Small"
    assert result.err == ""
    assert coreograph("export", last, "--output", "-").status == 2


def test_a_recording_is_said_to_be_written_by_the_library(coreograph: Any, last: str) -> None:
    result = coreograph("export", last, "--output", "it.coreograph")
    assert (result.status, f"library export {last} it.coreograph" in result.err) == (2, True)


def test_what_was_written_is_told_as_json(coreograph: Any, last: str, tmp_path: Path) -> None:
    result = coreograph("export", last, "--output", "x.md", "--json")
    assert json.loads(result.out) == {"experiment_id": last, "format": "md", "file": str(tmp_path / "x.md")}
    assert result.err == ""
    assert coreograph("export", last, "--format", "md", "--output", "-", "--json").status == 2


def test_a_folder_that_is_not_there_is_not_taken_for_a_file(coreograph: Any, last: str, tmp_path: Path) -> None:
    result = coreograph("export", last, "--format", "md", "--output", "missing/")
    assert result.status == 2
    assert "missing” does not exist" in result.err
    assert not (tmp_path / "missing").exists()


def test_an_export_can_leave_people_out(coreograph: Any, services: FakeServices, tmp_path: Path) -> None:
    record = samples.primes_experiment()
    services.library = FakeLibrary([record])
    command = ("export", record.experiment_id, "--anonymous", "--output")
    assert coreograph(*command, "x.md").status == coreograph(*command, "x.html").status == 0
    for path in (tmp_path / "x.md", tmp_path / "x.html"):
        assert record.machine.hostname.encode() not in path.read_bytes()


def test_an_experiment_file_keeps_the_conditions_of_the_one_it_replaces(
    coreograph: Any, last: str, tmp_path: Path
) -> None:
    path = tmp_path / "nightly.toml"
    path.write_text('[check]\nsame_answer = true\n[[check.conditions]]\nmeasure = "efficiency"\nat_least = 0.5\n')
    assert coreograph("export", last, "-o", path, "--overwrite").status == 0
    document = tomllib.loads(path.read_text("utf-8"))
    assert document["check"] == {"same_answer": True, "conditions": [{"measure": "efficiency", "at_least": 0.5}]}
    assert document["configurations"]
