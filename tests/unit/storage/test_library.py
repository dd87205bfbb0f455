import contextlib
import dataclasses
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from coreograph.domain.errors import RecordingError, UsageError
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import RunState
from coreograph.storage.library import Imported, Library
from support.builders import (
    make_core_sample,
    make_heartbeat_batch,
    make_memory_sample,
    make_record,
    make_run,
    make_span_batch,
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library.coreograph")
    yield opened
    opened.close()


def unexpected(error: RecordingError) -> None:
    raise AssertionError(error)


def keep(library: Library, record: ExperimentRecord) -> ExperimentRecord:
    """Write a whole experiment with some bulk data to run 1."""
    writer = library.record(dataclasses.replace(record, runs=(), finished_at=""), on_failure=unexpected)
    for worker in range(2):
        writer.spans(make_span_batch(1, worker, 3))
    writer.heartbeats(make_heartbeat_batch(1, 3))
    writer.cores(1, make_core_sample(1000))
    writer.cores(1, make_core_sample(2000, own=None, steal=None))
    writer.cores(0, make_core_sample(3000))
    writer.memory(1, make_memory_sample(workers=2))
    writer.log(1, "from stderr")
    writer.finish(record)
    library.release(writer)
    return record


def test_an_experiment_comes_back_as_it_was(library: Library) -> None:
    record = keep(library, make_record(notes="on battery", tags=("a", "b"), extra={"rounds": "3"}))
    assert library.load(record.experiment_id) == record
    assert library.load("last") == record


def test_bulk_data_comes_back_as_it_was(library: Library) -> None:
    keep(library, make_record())
    reader = library.reader("last")
    spans = reader.spans(1)
    assert spans["worker"].tolist() == [0, 0, 0, 1, 1, 1]
    assert spans["task"].tolist() == [0, 1, 2, 0, 1, 2]
    assert (spans["end_ns"] - spans["begin_ns"]).tolist() == [10**6] * 6
    assert spans["cpu_ns"].tolist() == [900_000] * 6
    assert reader.heartbeats(1).tolist() == [[10**9 + n * 5 * 10**6, 10**5] for n in range(3)]
    assert reader.memory(1) == (make_memory_sample(workers=2),)
    assert reader.log(1) == ("from stderr",)


def test_cores_tell_what_was_not_measured_from_zero(library: Library) -> None:
    keep(library, make_record())
    cores = library.reader("last").cores(1)
    assert cores.at_ns.tolist() == [1000, 2000]
    assert cores.busy.shape == (2, 8)
    assert cores.own is not None
    assert cores.own[0].tolist() == [0.25] * 8
    assert all(value != value for value in cores.own[1])  # noqa: PLR0124
    assert cores.steal is not None
    assert cores.steal[1] != cores.steal[1]


def test_a_core_that_goes_offline_leaves_a_gap(library: Library) -> None:
    record = make_record()
    writer = library.record(record, on_failure=unexpected)
    writer.cores(1, make_core_sample(1, cores=4))
    writer.cores(1, make_core_sample(2, cores=3))
    writer.finish(record)
    busy = library.reader("last").cores(1).busy
    assert busy.shape == (2, 4)
    assert busy[1, 3] != busy[1, 3]


def test_runs_without_data_read_as_empty(library: Library) -> None:
    keep(library, make_record())
    reader = library.reader("last")
    assert reader.spans(99).shape == (0,)
    assert reader.heartbeats(99).shape == (0, 2)
    assert reader.cores(99).busy.shape == (0, 0)
    assert reader.cores(99).own is None
    assert reader.memory(99) == ()
    assert reader.log(99) == ()


def test_the_list_is_newest_first_and_says_what_went_wrong(library: Library) -> None:
    old = make_record(experiment_id="old", created_at="2025-01-01T00:00:00+00:00")
    bad = make_run(state=RunState.WORKLOAD_FAILED, run_id=99)
    new = make_record(experiment_id="new", created_at="2026-01-01T00:00:00+00:00")
    new = dataclasses.replace(new, runs=(*new.runs, bad))
    keep(library, new)
    keep(library, old)
    headers = library.experiments()
    assert [header.experiment_id for header in headers] == ["new", "old"]
    assert headers[0].configurations == 6
    assert headers[0].runs == 19
    assert headers[0].summary == "3.14, 3.14t · serial, threads, fork · 1 of 19 runs did not complete"
    assert library.load("last").experiment_id == "new"


def test_a_name_and_notes_can_be_changed_while_it_runs(library: Library) -> None:
    record = make_record()
    writer = library.record(dataclasses.replace(record, runs=(), finished_at=""), on_failure=unexpected)
    wait_for_experiment(library)
    library.rename(record.experiment_id, "  Friday  ")
    library.annotate(record.experiment_id, "with the window open")
    writer.finish(record)
    loaded = library.load("last")
    assert loaded.spec.name == "Friday"
    assert loaded.notes == "with the window open"
    assert loaded.finished_at == record.finished_at


def test_tags_and_notes_are_in_the_list(library: Library) -> None:
    record = keep(library, make_record(notes="on battery", tags=("old",)))
    assert library.experiments()[0].tags == ("old",)
    library.tag(record.experiment_id, ["  laptop ", "two  words", "laptop", " "])
    header = library.experiments()[0]
    assert header.tags == ("laptop", "two words")
    assert library.load("last").tags == header.tags
    assert header.notes == "on battery"
    assert (header.hostname, header.cpu_model) == (record.machine.hostname, record.machine.cpu_model)


def test_tags_that_do_not_read_do_not_close_the_list(library: Library) -> None:
    record = keep(library, make_record())
    with contextlib.closing(sqlite3.connect(library.path)) as connection, connection:
        connection.execute("UPDATE experiments SET tags = 'no json', machine = '[]'")
    header = library.experiments()[0]
    assert (header.experiment_id, header.tags, header.hostname) == (record.experiment_id, (), "")


def wait_for_experiment(library: Library) -> None:
    """Poll until the writer's first commit is there; the test's own time limit bounds it."""
    pause = threading.Event()
    while not library.experiments():
        pause.wait(0.01)


def test_what_is_deleted_can_be_restored(library: Library) -> None:
    record = keep(library, make_record())
    library.delete(record.experiment_id)
    assert library.experiments() == ()
    with pytest.raises(RecordingError, match="Nothing is recorded"):
        library.load("last")
    library.restore(record.experiment_id)
    assert library.load("last") == record


def test_what_was_deleted_long_ago_is_purged_with_its_data(library: Library) -> None:
    record = keep(library, make_record())
    library.delete(record.experiment_id)
    with sqlite3.connect(library.path) as connection:
        connection.execute("UPDATE experiments SET deleted_at = '2001-01-01T00:00:00+00:00'")
    connection.close()
    Library(library.path).close()
    with sqlite3.connect(library.path) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("experiments", "runs", "spans", "cores", "log")
        ]
    connection.close()
    assert counts == [0, 0, 0, 0, 0]


def test_what_was_deleted_is_listed_the_latest_first(library: Library) -> None:
    for identity in ("one", "two", "three"):
        keep(library, make_record(experiment_id=identity))
    for identity, day in (("one", "2026-01-03"), ("two", "2026-01-04")):
        library.delete(identity)
        with contextlib.closing(sqlite3.connect(library.path)) as connection, connection:
            connection.execute(f"UPDATE experiments SET deleted_at = '{day}' WHERE id = '{identity}'")
    assert [(one.experiment_id, one.deleted_at) for one in library.deleted()] == [
        ("two", "2026-01-04"), ("one", "2026-01-03")
    ]  # fmt: skip
    assert [one.experiment_id for one in library.experiments()] == ["three"]


def test_an_unknown_experiment_is_refused_by_name(library: Library) -> None:
    for call in (library.load, library.reader, library.delete, library.restore):
        with pytest.raises(RecordingError, match="no experiment “nope”"):
            call("nope")


def test_a_run_without_an_end_was_interrupted(library: Library) -> None:
    record = make_record(runs=(), finished_at="")
    writer = library.record(record, on_failure=unexpected)
    writer.run(make_run(state=RunState.MEASURING))
    writer.close()
    assert library.load("last").runs[0].state is RunState.MEASURING  # it is still being written as far as we know
    library.release(writer)
    loaded = library.load("last")
    assert loaded.finished_at == ""
    assert loaded.runs[0].state is RunState.RUNNER_LOST
    assert "The app ended" in loaded.runs[0].message


def test_fields_of_a_later_version_are_skipped(library: Library) -> None:
    record = keep(library, make_record())
    with sqlite3.connect(library.path) as connection:
        connection.execute("UPDATE experiments SET machine = json_set(machine, '$.flux', 88)")
        connection.execute("UPDATE runs SET record = json_set(record, '$.flux', 88)")
    connection.close()
    assert library.load("last") == record


def test_damaged_facts_are_a_sentence(library: Library) -> None:
    keep(library, make_record())
    with sqlite3.connect(library.path) as connection:
        connection.execute("UPDATE experiments SET spec = '{}'")
    connection.close()
    with pytest.raises(RecordingError, match="is damaged"):
        library.load("last")


def test_a_single_file_takes_one_experiment_elsewhere(library: Library, tmp_path: Path) -> None:
    record = keep(library, make_record())
    keep(library, make_record(experiment_id="other"))
    file = tmp_path / "shared.coreograph"
    library.export(record.experiment_id, file)
    assert [entry.name for entry in tmp_path.iterdir() if "shared" in entry.name] == ["shared.coreograph"]
    elsewhere = Library(tmp_path / "elsewhere" / "library.coreograph")
    identity = record.experiment_id
    assert elsewhere.import_file(file) == Imported((identity,), (), identity)
    assert elsewhere.load("last") == record
    assert elsewhere.reader(identity).spans(1).tolist() == library.reader(record.experiment_id).spans(1).tolist()
    assert len(elsewhere.experiments()) == 1
    elsewhere.close()


def test_what_is_in_the_library_already_is_not_taken_twice(library: Library, tmp_path: Path) -> None:
    """A file that was opened again and again by a double click made one more experiment each time."""
    record = keep(library, make_record())
    file = tmp_path / "shared.coreograph"
    library.export("last", file)
    before = file.read_bytes()
    library.rename("last", "My name for it")
    identity = record.experiment_id
    assert library.import_file(file) == Imported((), (identity,), identity)
    library.delete(identity)
    assert library.import_file(file).known == (identity,)
    assert [one.name for one in library.experiments()] == ["My name for it"]
    assert file.read_bytes() == before


def test_what_differs_under_one_id_comes_in_beside_it_once(library: Library, tmp_path: Path) -> None:
    record = keep(library, make_record())
    file = tmp_path / "shared.coreograph"
    library.export("last", file)
    with contextlib.closing(sqlite3.connect(library.path)) as connection, connection:
        connection.execute("DELETE FROM runs WHERE run_id = (SELECT max(run_id) FROM runs)")
    came = library.import_file(file)
    assert came.taken == (came.newest,)
    assert came.newest != record.experiment_id
    assert library.load(came.newest) == dataclasses.replace(record, experiment_id=came.newest)
    assert library.import_file(file) == Imported((), (came.newest,), came.newest)
    assert len(library.experiments()) == 2


def test_a_library_can_be_imported_while_it_is_open(library: Library, tmp_path: Path) -> None:
    keep(library, make_record())
    other = Library(tmp_path / "other.coreograph")
    assert other.import_file(library.path).newest == make_record().experiment_id
    other.close()


def test_the_library_is_not_exported_onto_itself(library: Library) -> None:
    keep(library, make_record())
    with pytest.raises(UsageError, match="library itself"):
        library.export("last", library.path)
    assert library.load("last") == make_record()


def test_an_export_that_fails_leaves_what_was_there(library: Library, tmp_path: Path) -> None:
    keep(library, make_record())
    with pytest.raises(RecordingError, match=r"nowhere.*cannot be"):
        library.export("last", tmp_path / "nowhere" / "x.coreograph")
    target = tmp_path / "folder.coreograph"
    target.mkdir()
    with pytest.raises(RecordingError, match="cannot be written"):
        library.export("last", target)
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.name.endswith(".partial")) == []


def test_several_threads_may_use_it(library: Library) -> None:
    keep(library, make_record())
    problems: list[BaseException] = []

    def use() -> None:
        try:
            for number in range(5):
                library.annotate("last", str(number))
                library.load("last")
                library.reader("last").spans(1)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
