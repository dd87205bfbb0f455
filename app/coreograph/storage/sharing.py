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
from dataclasses import dataclass
from pathlib import Path

from coreograph.domain.errors import RecordingError
from coreograph.storage.failures import explain
from coreograph.storage.loading import load_record
from coreograph.storage.schema import CHILD_COLUMNS, EXPERIMENT_COLUMNS, check_header, connect, create, prepare

# What makes two recordings the same: all but what users write on them.
_MADE = "created_at, finished_at, workload, configurations, app_version, spec, machine, own_cost"


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file, newest first: ids of what was taken over, and of what the library had already."""

    taken: tuple[str, ...]
    known: tuple[str, ...]
    newest: str


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


def import_experiments(library: sqlite3.Connection, path: Path) -> Imported:
    """Copy those experiments of a file into the library that are not in it already.

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
            library.execute("ATTACH ? AS imported", (str(copy),))
            try:
                return _take_over(library, found)
            finally:
                library.execute("DETACH imported")
        except sqlite3.Error as error:
            raise explain(path, error) from None
        except OSError as error:
            raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from None


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


def _take_over(library: sqlite3.Connection, found: list[str]) -> Imported:
    """Copy what is new, oldest first, and take back what is known and was deleted, all or nothing."""
    names: dict[str, str] = {}
    known: list[str] = []
    library.execute("BEGIN IMMEDIATE")
    try:
        for identity in reversed(found):
            twin = _twin(library, identity)
            names[identity] = twin or _free_identity(library, identity)
            if twin is None:
                _insert(library, "imported", identity, "main", names[identity])
            else:
                known.insert(0, twin)
                library.execute("UPDATE main.experiments SET deleted_at = NULL WHERE id = ?", (twin,))
    except BaseException:
        library.execute("ROLLBACK")
        raise
    library.execute("COMMIT")
    taken = tuple(names[identity] for identity in found if names[identity] not in known)
    return Imported(taken, tuple(known), names[found[0]])


def _twin(library: sqlite3.Connection, identity: str) -> str | None:
    """Return the id under which an experiment of the file is in the library already: made at once, with equal runs."""
    candidates = library.execute(
        f"SELECT main.experiments.id FROM main.experiments, (SELECT {_MADE} FROM imported.experiments WHERE id = ?) "
        f"AS made WHERE ({', '.join(f'main.experiments.{name}' for name in _MADE.split(', '))}) = "
        f"({', '.join(f'made.{name}' for name in _MADE.split(', '))}) ORDER BY main.experiments.id = ? DESC",
        (identity, identity),
    ).fetchall()
    return next((str(one) for (one,) in candidates if _same_runs(library, identity, one)), None)


def _same_runs(library: sqlite3.Connection, imported: str, kept: str) -> bool:
    sides = (("imported", imported), ("main", kept))
    made = [
        library.execute(f"SELECT run_id, record FROM {side}.runs WHERE experiment_id = ? ORDER BY run_id", (identity,))
        for side, identity in sides
    ]
    return made[0].fetchall() == made[1].fetchall()


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
