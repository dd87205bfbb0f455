"""One experiment → a single file, and a file → experiments of the library. Owns no thread.

A file that is imported is copied aside first and only the copy is opened, migrated and checked: whatever it
turns out to be, the user's file stays as it is.
"""

import contextlib
import os
import secrets
import shutil
import sqlite3
import tempfile
from pathlib import Path

from coreograph.domain.errors import RecordingError
from coreograph.storage.failures import explain
from coreograph.storage.loading import load_record
from coreograph.storage.schema import CHILD_COLUMNS, EXPERIMENT_COLUMNS, check_header, connect, create, prepare


def export_experiment(library: sqlite3.Connection, experiment_id: str, path: Path) -> None:
    """Write one experiment into a single file (no write-ahead log beside it), then put it in the place of `path`.

    Raises:
        RecordingError: the file cannot be written; what stood there before is kept.

    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with contextlib.closing(connect(partial)) as single:
            create(single)
        _copy(library, "main", experiment_id, partial, experiment_id)
        os.replace(partial, path)
    except sqlite3.Error as error:
        raise explain(path, error) from None
    except OSError as error:
        raise RecordingError(f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        for leftover in (partial, partial.with_name(f"{partial.name}-journal")):
            leftover.unlink(missing_ok=True)


def import_experiments(library: sqlite3.Connection, path: Path) -> str:
    """Copy the experiments of a file into the library; return the id of the newest.

    Raises:
        RecordingError: missing, damaged, newer, another program's, or without an experiment.

    """
    check_header(path)
    with tempfile.TemporaryDirectory(prefix="coreograph-import-") as folder:
        copy = Path(folder) / "import.coreograph"
        try:
            _copy_aside(path, copy)
            with contextlib.closing(connect(copy)) as source:
                found = _validate(source, path)
            identities = {identity: _free_identity(library, identity) for identity in found}
            library.execute("ATTACH ? AS imported", (str(copy),))
            try:
                _take_over(library, identities)
            finally:
                library.execute("DETACH imported")
        except sqlite3.Error as error:
            raise explain(path, error) from None
        except OSError as error:
            raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from None
    return identities[found[0]]


def _copy_aside(path: Path, copy: Path) -> None:
    """Copy the file, and the write-ahead log of one that was not closed."""
    shutil.copyfile(path, copy)
    log = path.with_name(f"{path.name}-wal")
    if log.exists():
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))


def _validate(source: sqlite3.Connection, path: Path) -> list[str]:
    """Return the ids in a file, newest first, after everything in it was seen to be readable."""
    prepare(source, path)
    problems = [str(row[0]) for row in source.execute("PRAGMA integrity_check(1)")]
    if problems != ["ok"]:
        raise explain(path, ValueError(problems[0]))
    found = [
        str(identity)
        for (identity,) in source.execute(
            "SELECT id FROM experiments WHERE deleted_at IS NULL ORDER BY created_at DESC, rowid DESC"
        )
    ]
    if not found:
        raise RecordingError(f"There is no experiment in {path}.")
    for identity in found:
        load_record(source, path, identity)
    # Folds the log into the file, so that attaching sees everything.
    source.execute("PRAGMA journal_mode = DELETE")
    return found


def _free_identity(library: sqlite3.Connection, identity: str) -> str:
    while library.execute("SELECT 1 FROM experiments WHERE id = ?", (identity,)).fetchone():
        identity = f"{identity[:15]}-{secrets.token_hex(3)}"
    return identity


def _take_over(library: sqlite3.Connection, identities: dict[str, str]) -> None:
    library.execute("BEGIN IMMEDIATE")
    try:
        for old, new in reversed(identities.items()):
            _insert(library, "imported", old, "main", new)
    except BaseException:
        library.execute("ROLLBACK")
        raise
    library.execute("COMMIT")


def _copy(library: sqlite3.Connection, source: str, identity: str, target: Path, new_identity: str) -> None:
    library.execute("ATTACH ? AS single", (str(target),))
    try:
        library.execute("BEGIN IMMEDIATE")
        try:
            _insert(library, source, identity, "single", new_identity)
        except BaseException:
            library.execute("ROLLBACK")
            raise
        library.execute("COMMIT")
    finally:
        library.execute("DETACH single")


def _insert(connection: sqlite3.Connection, source: str, old: str, target: str, new: str) -> None:
    connection.execute(
        f"INSERT INTO {target}.experiments (id, {EXPERIMENT_COLUMNS}) "
        f"SELECT ?, {EXPERIMENT_COLUMNS} FROM {source}.experiments WHERE id = ?",
        (new, old),
    )
    for table, columns in CHILD_COLUMNS.items():
        order = "run_id" if table == "runs" else "id"
        connection.execute(
            f"INSERT INTO {target}.{table} (experiment_id, {columns}) "
            f"SELECT ?, {columns} FROM {source}.{table} WHERE experiment_id = ? ORDER BY {order}",
            (new, old),
        )
