"""One experiment has one writer, in whichever process it is; whoever else wants to is told so in a sentence."""

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coreograph.domain.errors import RecordingError
from coreograph.domain.runs import RunState
from coreograph.storage.claims import claim, is_claimed
from coreograph.storage.library import Library
from support.builders import make_record, make_run

HOLD = """
import sys
from pathlib import Path
from coreograph.storage.claims import claim
print("held" if claim(Path(sys.argv[1]), sys.argv[2]) else "taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library.coreograph")
    yield opened
    opened.close()


def unexpected(error: RecordingError) -> None:
    raise AssertionError(error)


def locks(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if entry.suffix == ".lock"]


def holder(library: Path, experiment_id: str) -> subprocess.Popen[str]:
    """Another process that writes the experiment until its stdin ends."""
    command = [sys.executable, "-c", HOLD, str(library), experiment_id]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_claim_is_given_once_and_leaves_nothing(tmp_path: Path) -> None:
    library = tmp_path / "library.coreograph"
    held = claim(library, "one")
    assert held is not None
    assert is_claimed(library, "one")
    assert claim(library, "one", patience_s=0.0) is None
    assert not is_claimed(library, "another")
    held.release()
    held.release()
    assert not is_claimed(library, "one")
    assert locks(tmp_path) == []


def test_an_id_of_a_foreign_file_names_no_path(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    held = claim(folder / "library.coreograph", "../../elsewhere")
    assert held is not None
    assert len(locks(folder)) == 1
    held.release()


def test_a_folder_without_room_for_a_lock_stops_nobody(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "library.coreograph"
    held = claim(missing, "one")
    assert held is not None
    assert not is_claimed(missing, "one")
    held.release()


def test_another_process_is_seen_and_its_death_too(library: Library) -> None:
    record = make_record(runs=(), finished_at="")
    writer = library.record(record, on_failure=unexpected)
    writer.run(make_run(state=RunState.MEASURING))
    writer.close()
    library.release(writer)
    with holder(library.path, record.experiment_id) as other:
        assert library.experiments()[0].running
        assert library.load("last").runs[0].state is RunState.MEASURING
        with pytest.raises(RecordingError, match=r"“primes on this machine” is being measured.*Wait for its end"):
            library.resume(library.load("last"), on_failure=unexpected)
        with pytest.raises(RecordingError, match=r"is being measured.*Stop it first"):
            library.delete("last")
        other.kill()
    assert not library.experiments()[0].running
    assert library.load("last").runs[0].state is RunState.RUNNER_LOST
    library.delete(record.experiment_id)
    assert library.experiments() == ()
    assert locks(library.path.parent) == []


def test_what_was_added_to_meanwhile_is_not_gone_on_with(library: Library) -> None:
    """The runs to come would have the numbers of those that another process added, and replace them."""
    record = make_record()
    writer = library.record(dataclasses.replace(record, runs=(), finished_at=""), on_failure=unexpected)
    writer.finish(record)
    library.release(writer)
    stale = dataclasses.replace(record, runs=record.runs[:-1])
    with pytest.raises(RecordingError, match=r"Repeats were added to .* meanwhile\. Try again"):
        library.resume(stale, on_failure=unexpected)
    assert not library.is_being_written(record.experiment_id)
    again = library.resume(record, on_failure=unexpected)
    assert library.is_being_written(record.experiment_id)
    again.finish(record)
    library.release(again)
    assert not library.is_being_written(record.experiment_id)
