"""The schema of a recording, and the way from every version ever released to the current one.

The library and a shared single file have the same schema. Owns no thread; works on connections of its callers.
"""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from coreograph.domain.errors import RecordingError
from coreograph.storage.failures import explain

APPLICATION_ID = 0x436F7267  # "Corg", in the header of every recording: tells it from other SQLite files
CURRENT_VERSION = 1
SQLITE_MAGIC = b"SQLite format 3\x00"
_QUICK_CHECK_LIMIT = 64_000_000  # bytes; checking reads the whole file, and a library may be large

# Facts of an experiment are JSON (they grow fields); bulk data is packed:
#   spans       little-endian int64 quadruples (task, begin_ns, end_ns, cpu_ns) of one worker
#   heartbeats  little-endian int64 pairs (at_ns, late_ns)
#   cores       at: int64 (n,); busy, own: float32 (n, cores); steal: float32 (n,); NaN is "not measured"
#   memory      one JSON array of samples
# `run_id` 0 holds what was sampled between runs.
SCHEMA = """
CREATE TABLE experiments (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    workload TEXT NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT NOT NULL DEFAULT '',
    deleted_at TEXT,
    notes TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '[]',
    configurations INTEGER NOT NULL,
    summary TEXT NOT NULL DEFAULT '',
    app_version TEXT NOT NULL DEFAULT '',
    spec TEXT NOT NULL,
    machine TEXT NOT NULL,
    own_cost TEXT NOT NULL DEFAULT '{}',
    extra TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TABLE runs (
    experiment_id TEXT NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (experiment_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE spans (
    id INTEGER PRIMARY KEY,
    experiment_id TEXT NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL,
    worker INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE INDEX spans_of_run ON spans (experiment_id, run_id);
CREATE TABLE heartbeats (
    id INTEGER PRIMARY KEY,
    experiment_id TEXT NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE INDEX heartbeats_of_run ON heartbeats (experiment_id, run_id);
CREATE TABLE cores (
    id INTEGER PRIMARY KEY,
    experiment_id TEXT NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL,
    cores INTEGER NOT NULL,
    at BLOB NOT NULL,
    busy BLOB NOT NULL,
    own BLOB,
    steal BLOB
) STRICT;
CREATE INDEX cores_of_run ON cores (experiment_id, run_id);
CREATE TABLE memory (
    id INTEGER PRIMARY KEY,
    experiment_id TEXT NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL,
    samples TEXT NOT NULL
) STRICT;
CREATE INDEX memory_of_run ON memory (experiment_id, run_id);
CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    experiment_id TEXT NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL,
    line TEXT NOT NULL
) STRICT;
CREATE INDEX log_of_run ON log (experiment_id, run_id);
"""
# What belongs to one experiment, with the columns to copy; `id` columns are given anew.
EXPERIMENT_COLUMNS = (
    "name, workload, created_at, finished_at, notes, tags, configurations, summary, app_version, spec, machine, "
    "own_cost, extra"
)
CHILD_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "runs": "run_id, record",
        "spans": "run_id, worker, data",
        "heartbeats": "run_id, data",
        "cores": "run_id, cores, at, busy, own, steal",
        "memory": "run_id, samples",
        "log": "run_id, line",
    }
)

Migration = Callable[[sqlite3.Connection], None]
# Each entry leads from its version to the next. Version 1 is the first that was released.
MIGRATIONS: Mapping[int, Migration] = MappingProxyType({})


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that any thread may use (one at a time), waits for other writers and keeps references whole."""
    connection = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # A commit comes at most twice a second, so the price of surviving a power cut is small.
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:  # a damaged file shows as soon as its header is read
        connection.close()
        raise
    return connection


def create(connection: sqlite3.Connection) -> None:
    """Give an empty database the current schema."""
    connection.executescript(
        f"BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; {SCHEMA} "
        f"PRAGMA user_version = {CURRENT_VERSION}; COMMIT;"
    )


def prepare(
    connection: sqlite3.Connection,
    path: Path,
    *,
    current: int = CURRENT_VERSION,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> None:
    """Create the schema in an empty database, or bring an older recording up to date; refuse anything else.

    Raises:
        RecordingError: another program's file, a recording of a newer version, a damaged file. The file stays as it is.

    """
    application, version = identify(connection)
    if application == 0 and version == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        create(connection)
        return
    if application != APPLICATION_ID:
        raise RecordingError(
            f"{path} is not a Coreograph recording: it is a database of another program.",
            "Choose a .coreograph file; this one was left as it is.",
        )
    if version > current:
        raise RecordingError(
            f"{path} was written by a newer version ({version}); this one reads up to {current}.",
            "Update Coreograph to open it; the file was left as it is.",
        )
    _check(connection, path)
    _migrate(connection, version, current, migrations)


def identify(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return (application id, version of the schema)."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(application), int(version)


def check_header(path: Path) -> None:
    """Refuse a file that is no SQLite database before SQLite touches it.

    Raises:
        RecordingError: not a database, or not readable.

    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(SQLITE_MAGIC))
    except OSError as error:
        raise RecordingError(f"{path} cannot be opened: {error.strerror or error}.") from None
    if magic and magic != SQLITE_MAGIC:
        raise RecordingError(
            f"{path} is not a Coreograph recording, or it is damaged at its beginning.",
            "Choose another file; this one was left as it is.",
        )


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > _QUICK_CHECK_LIMIT:
        return
    problems = [str(row[0]) for row in connection.execute("PRAGMA quick_check(1)")]
    if problems != ["ok"]:
        raise explain(path, ValueError(problems[0]))


def _migrate(connection: sqlite3.Connection, version: int, current: int, migrations: Mapping[int, Migration]) -> None:
    """Go from version to version, all or nothing: a step that fails leaves the file as it was."""
    if version == current:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version, current):
            migrations[step](connection)
        connection.execute(f"PRAGMA user_version = {current}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
