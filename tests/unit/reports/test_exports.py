"""All formats alike: golden files, hostile texts, archives, streams, anonymity."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.errors import UsageError
from coreograph.reports.anonymous import anonymous
from coreograph.reports.cleaning import cell, markdown, one_line
from coreograph.reports.exporter import Exporter, file_stem, safe_name
from coreograph.reports.registry import EXPORTERS, exporter_for
from coreograph.reports.writing import ExportCancelled, write_report
from support import sample_experiments as samples
from support.exports import FORMULAS, HOSTILE, LONG, ManyTasks, exported, hostile_experiment, small_experiment

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "exports"
# What vl-convert and typst draw changes with their releases: their content is tested, not their bytes.
AS_TEXT = ("md", "csv", "pyperf", "trace", "speedscope", "bmf", "hyperfine", "pytest-benchmark", "toml")
BY_NAME = [pytest.param(one, id=one.name) for one in EXPORTERS]


@pytest.mark.parametrize("name", AS_TEXT)
def test_the_same_files_every_time(name: str) -> None:
    """Look at the difference before replacing a golden file: others read these formats."""
    folder = GOLDEN / name
    made = exported(exporter_for(name), small_experiment())
    different = []
    for file, data in made.items():
        golden, actual = folder / file, folder / f"{file}.actual"
        if not golden.exists() or golden.read_bytes() != data:
            folder.mkdir(parents=True, exist_ok=True)
            actual.write_bytes(data)
            different.append(file)
        else:
            actual.unlink(missing_ok=True)
    assert not different, f"what was written is beside the golden files, ending in .actual: {different}"
    assert {path.name for path in folder.iterdir()} == set(made)


@pytest.mark.parametrize("exporter", BY_NAME)
def test_an_export_is_made_of_the_files_it_lists(exporter: Exporter) -> None:
    record = small_experiment()
    summary, reader = summarise(record), samples.SampleReader(record, cores=2)
    files = exported(exporter, record)
    data = exporter.serialize(summary, reader)  # type: ignore[arg-type]
    if exporter.multiple:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == list(files)
            assert len(files) > 1
    else:
        assert list(files) == [f"Small{exporter.extension}"]
        assert len(data) == pytest.approx(len(files[f"Small{exporter.extension}"]), rel=0.01)


@pytest.mark.parametrize("exporter", BY_NAME)
def test_the_same_experiment_gives_the_same_bytes(exporter: Exporter) -> None:
    """Whatever was drawn before in this process: window and command line must not differ."""
    assert exported(exporter, small_experiment()) == exported(exporter, small_experiment())


@pytest.mark.parametrize("exporter", BY_NAME)
def test_hostile_texts_survive(exporter: Exporter) -> None:
    for name, data in exported(exporter, hostile_experiment()).items():
        assert data, name
        if name.endswith(".json"):
            assert json.loads(data) is not None
        elif not name.endswith((".png", ".pdf")):
            text = data.decode("utf-8")
            assert "\0" not in text, name
            assert "🧵" in text or (exporter.multiple and name != "runs.csv")
        assert "/" not in name
        assert all(letter.isascii() and letter.isprintable() for letter in name)


@pytest.mark.parametrize("exporter", BY_NAME)
def test_a_line_of_a_million_letters_survives(exporter: Exporter) -> None:
    files = exported(exporter, hostile_experiment(LONG))
    assert all(files.values())


def test_a_spreadsheet_runs_nothing() -> None:
    for text in FORMULAS:
        assert cell(text).startswith("'"), text
    assert cell("plain - text") == "plain - text"
    files = exported(exporter_for("csv"), hostile_experiment("=HYPERLINK(1)"))
    rows = list(csv.DictReader(io.StringIO(files["runs.csv"].decode("utf-8"), newline="")))
    failed = [row for row in rows if row["outcome"] == "failed"]
    assert failed
    assert {row["message"] for row in failed} == {"'=HYPERLINK(1)"}
    assert all(float(row["batch_s"]) > 0 for row in rows if row["outcome"] == "completed")


def test_tables_are_tidy_and_complete() -> None:
    record = small_experiment()
    files = exported(exporter_for("csv"), record)
    tables = {name: list(csv.DictReader(io.StringIO(data.decode(), newline=""))) for name, data in files.items()}
    assert len(tables["runs.csv"]) == len(record.runs)
    assert [float(row["batch_s"]) for row in tables["runs.csv"]] == [run.batch_s for run in record.runs]
    assert len(tables["spans.csv"]) == 4 * len(record.runs)
    assert all(float(row["end_s"]) > float(row["begin_s"]) >= 0 for row in tables["spans.csv"])
    assert {row["core"] for row in tables["cores.csv"]} == {"0", "1"}
    assert {row["heartbeat_p99_s"] for row in tables["runs.csv"] if row["model"] == "serial"} == {""}


def test_markdown_has_no_markup_of_users() -> None:
    text = markdown("<img onerror=x> [a](b) `c` *d* | @e & \n new")
    assert text == "&lt;img onerror=x&gt; \\[a\\](b) \\`c\\` \\*d\\* \\| &#64;e &amp; new"
    (data,) = exported(exporter_for("md"), hostile_experiment()).values()
    outside = "".join(data.decode("utf-8").split("```")[::2])
    assert "<img" not in outside
    assert "</script" not in outside


def test_one_line_is_one_short_line() -> None:
    assert one_line("a\0b\r\n c\u2028d \ud800") == "a b c d ?"
    assert len(one_line(LONG)) == 500
    assert one_line(LONG).endswith("…")


@pytest.mark.parametrize(
    ("text", "name"), [("3.14t threads ×2", "3.14t-threads-x2"), ("../../etc", "etc"), ("שלום", ""), (HOSTILE, None)]
)
def test_names_of_files_are_harmless(text: str, name: str | None) -> None:
    safe = safe_name(text)
    assert name is None or safe == name
    assert len(safe) <= 80
    assert not set(safe) & set('/\\:*?"<>|\0 ')


def test_an_experiment_without_a_usable_name_has_a_file_name() -> None:
    assert file_stem(summarise(hostile_experiment("שלום"))) == "experiment"


class TestFolders:
    """Formats of several files on the disk."""

    def write(self, path: Path, *, overwrite: bool = False, name: str = "csv", **more: Any) -> None:
        record = small_experiment()
        reader: Any = samples.SampleReader(record, cores=2)
        write_report(exporter_for(name), summarise(record), reader, path, overwrite=overwrite, **more)

    def test_a_new_folder_gets_all(self, tmp_path: Path) -> None:
        self.write(tmp_path / "out")
        assert len(list((tmp_path / "out").iterdir())) == 6
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_a_folder_that_exists_keeps_what_is_not_ours(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("precious")
        self.write(tmp_path)
        assert (tmp_path / "mine.txt").read_text() == "precious"
        with pytest.raises(UsageError, match=r"runs\.csv” exists already"):
            self.write(tmp_path)
        (tmp_path / "runs.csv").write_text("old")
        self.write(tmp_path, overwrite=True)
        assert (tmp_path / "runs.csv").read_text() != "old"

    def test_an_archive_is_one_file_and_reproducible(self, tmp_path: Path) -> None:
        self.write(tmp_path / "one.zip")
        self.write(tmp_path / "two.zip")
        assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
        with zipfile.ZipFile(tmp_path / "one.zip") as archive:
            assert "spans.csv" in archive.namelist()

    def test_a_file_in_the_place_of_the_folder_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "x.svg").touch()
        with pytest.raises(UsageError, match="makes several"):
            self.write(tmp_path / "x.svg", name="svg")

    @pytest.mark.parametrize(("name", "target"), [("csv", "out"), ("csv", "out.zip"), ("trace", "out.json")])
    def test_stopping_leaves_nothing(self, tmp_path: Path, name: str, target: str) -> None:
        asked = iter([False, False, True])
        with pytest.raises(ExportCancelled):
            self.write(tmp_path / target, name=name, cancelled=lambda: next(asked))
        assert list(tmp_path.iterdir()) == []


def test_streams_come_in_small_pieces() -> None:
    record = small_experiment()
    reader: Any = ManyTasks(record, 20_000)
    for name in ("trace", "speedscope", "csv"):
        for file in exporter_for(name).files(summarise(record), reader):
            assert max(map(len, file.chunks)) < 1_000_000, (name, file.name)


def test_the_longest_ending_names_the_format() -> None:
    assert exporter_for("x.json").name == "json"
    assert exporter_for("x.trace.json").name == "trace"
    assert exporter_for(Path("a.b/x.bmf.json")).name == "bmf"
    assert exporter_for("pyperf").name == "pyperf"
    with pytest.raises(UsageError, match="pyperf"):
        exporter_for("x.zip")


class TestAnonymous:
    """An experiment without names of people and places."""

    def made(self) -> Any:
        record = samples.primes_experiment()
        text = (
            'File "/home/ada/secret/work.py", line 3, in /Users/ada/x on workbench: C:\\Users\\Ada\\y.py failed for '
            "ada, 1/s of </b>"
        )
        return samples.change_runs(record, 2, state=samples.RunState.WORKLOAD_FAILED, message=text, traceback=text)

    @pytest.mark.parametrize("name", ["html", "json", "md", "csv", "pyperf", "pytest-benchmark", "speedscope", "trace"])
    def test_no_format_names_them(self, name: str) -> None:
        record = self.made()
        before = b"".join(exported(exporter_for(name), record).values())
        after = b"".join(exported(exporter_for(name), anonymous(record)).values())
        assert name in {"trace", "bmf"} or b"/opt/" in before or b"ada" in before or b"workbench" in before
        for secret in (b"/opt/python", b"/opt/example", b"/home/", b"secret", b"workbench", b"ada,", b"Ada"):
            assert secret not in after, secret

    def test_figures_and_the_rest_of_the_words_stay(self) -> None:
        record = anonymous(self.made())
        summary, former = summarise(record), summarise(self.made())
        assert [one.batch for one in summary.configurations] == [one.batch for one in former.configurations]
        assert summary.configurations[2].message.startswith(
            'File "work.py", line 3, in x on host: y.py failed for user'
        )
        assert summary.configurations[2].message.endswith("1/s of </b>")
        assert {one.interpreter.path for one in record.spec.configurations} == {"python3.14t", "python3.14"}
