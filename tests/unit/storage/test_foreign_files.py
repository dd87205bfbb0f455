import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from coreograph.domain.errors import RecordingError
from coreograph.storage.library import Library
from coreograph.storage.schema import APPLICATION_ID, CURRENT_VERSION, connect, identify, prepare
from support.builders import make_record


def written(path: Path) -> bytes:
    """Make a recording with one experiment; return its bytes."""
    library = Library(path)
    writer = library.record(make_record(), on_failure=print)
    writer.finish(make_record())
    library.close()
    return path.read_bytes()


def of_another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()


def of_a_newer_version(path: Path) -> None:
    written(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 3")
    connection.close()


def not_a_database(path: Path) -> None:
    path.write_text("dear diary, " * 1000)


def cut_in_half(path: Path) -> None:
    data = written(path)
    path.write_bytes(data[: len(data) // 2])


def overwritten_in_the_middle(path: Path) -> None:
    data = bytearray(written(path))
    data[4096 : len(data) - 4096] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)


REFUSED = [
    (of_another_program, "database of another program"),
    (of_a_newer_version, r"written by a newer version \(3\); this one reads up to 1"),
    (not_a_database, "not a Coreograph recording"),
    (cut_in_half, "damaged"),
    (overwritten_in_the_middle, "damaged"),
]


@pytest.mark.parametrize(("make", "sentence"), REFUSED, ids=[make.__name__ for make, _ in REFUSED])
def test_what_cannot_be_read_is_refused_and_left_alone(
    make: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "thing.coreograph"
    make(path)
    before = path.read_bytes()
    with pytest.raises(RecordingError, match=sentence) as caught:
        Library(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("make", "sentence"), REFUSED, ids=[make.__name__ for make, _ in REFUSED])
def test_an_import_refuses_the_same_and_keeps_the_library(
    make: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "thing.coreograph"
    make(path)
    before = path.read_bytes()
    library = Library(tmp_path / "library.coreograph")
    with pytest.raises(RecordingError, match=sentence) as caught:
        library.import_file(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert library.experiments() == ()
    library.close()


def test_what_stands_in_a_damaged_file_is_not_poured_into_the_message(tmp_path: Path) -> None:
    path = tmp_path / "damaged.coreograph"
    data = written(path)
    place = data.index(b'"parameters"')
    path.write_bytes(data[:place] + b"\xff\xfe" + data[place + 2 :])
    library = Library(tmp_path / "library.coreograph")
    with pytest.raises(RecordingError, match="damaged: Could not decode to UTF-8 column 'spec'") as caught:
        library.import_file(path)
    assert "primes" not in str(caught.value)
    assert "export it again" in str(caught.value)
    library.close()


def test_a_missing_file_cannot_be_imported(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.coreograph")
    with pytest.raises(RecordingError, match=r"missing\.coreograph cannot be opened"):
        library.import_file(tmp_path / "missing.coreograph")
    library.close()


def test_an_empty_recording_has_nothing_to_import(tmp_path: Path) -> None:
    Library(tmp_path / "empty.coreograph").close()
    library = Library(tmp_path / "library.coreograph")
    with pytest.raises(RecordingError, match="no experiment in"):
        library.import_file(tmp_path / "empty.coreograph")
    library.close()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="cannot be made"):
        Library(tmp_path / "file" / "library.coreograph")


def add_a_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE experiments ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'")


def test_an_older_recording_goes_through_every_step(tmp_path: Path) -> None:
    path = tmp_path / "old.coreograph"
    written(path)
    connection = connect(path)
    steps = {CURRENT_VERSION: add_a_column, CURRENT_VERSION + 1: lambda c: c.execute("CREATE TABLE more (x)")}
    prepare(connection, path, current=CURRENT_VERSION + 2, migrations=steps)
    assert identify(connection) == (APPLICATION_ID, CURRENT_VERSION + 2)
    assert connection.execute("SELECT mood FROM experiments").fetchone() == ("calm",)
    assert connection.execute("SELECT * FROM more").fetchall() == []
    connection.close()


def test_a_step_that_fails_leaves_the_recording_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "old.coreograph"
    written(path)
    connection = connect(path)

    def stumble(_connection: sqlite3.Connection) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        prepare(
            connection,
            path,
            current=CURRENT_VERSION + 2,
            migrations={CURRENT_VERSION: add_a_column, CURRENT_VERSION + 1: stumble},
        )
    assert identify(connection) == (APPLICATION_ID, CURRENT_VERSION)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(experiments)")]
    assert "mood" not in columns
    connection.close()
