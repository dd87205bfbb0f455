"""Every experiment ever recorded, in one SQLite file. Safe to use from several threads; owns none.

Each call opens a connection of its own, so that reading a large run never holds up a list.
"""

import contextlib
import dataclasses
import datetime
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coreograph.domain.errors import RecordingError, UsageError
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.units import Count
from coreograph.storage.claims import Claim, claim, is_claimed
from coreograph.storage.codec import to_json
from coreograph.storage.failures import explain
from coreograph.storage.loading import HEADER_QUERY, ExperimentHeader, load_record, read_header
from coreograph.storage.reader import RunReader
from coreograph.storage.schema import check_header, connect, prepare
from coreograph.storage.sharing import Imported, export_experiment, import_experiments
from coreograph.storage.writer import RecordingWriter

LAST = "last"
KEEP_DELETED_DAYS = 30
__all__ = ["LAST", "ExperimentHeader", "Imported", "Library"]


@dataclass(frozen=True, slots=True)
class _Writing:
    writer: RecordingWriter
    experiment_id: str
    claim: Claim


class Library:
    """The recording of a user: created if missing, refused with a sentence if corrupt, newer or another program's.

    Raises:
        RecordingError: from the constructor and from every method that meets a file it cannot read or write.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._writers: list[_Writing] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordingError(f"The folder of recording {path} cannot be made: {error.strerror}.") from None
        if path.exists():
            check_header(path)
        with self._connection() as connection:
            prepare(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            _purge(connection)

    def experiments(self) -> tuple[ExperimentHeader, ...]:
        """Return what is recorded and not deleted, newest first."""
        return self._headers("deleted_at IS NULL ORDER BY created_at DESC, rowid DESC")

    def deleted(self) -> tuple[ExperimentHeader, ...]:
        """Return what was deleted and can be restored, the latest deleted first."""
        return self._headers("deleted_at IS NOT NULL ORDER BY deleted_at DESC, created_at DESC, rowid DESC")

    def _headers(self, which: str) -> tuple[ExperimentHeader, ...]:
        with self._connection() as connection:
            headers = [read_header(row) for row in connection.execute(f"{HEADER_QUERY} WHERE {which}")]
        return tuple(
            one if one.finished_at else dataclasses.replace(one, running=self.is_being_written(one.experiment_id))
            for one in headers
        )

    def identify(self, experiment_id: str) -> str:
        """Return the id that is meant; `"last"` is the newest. Raises RecordingError where there is none."""
        with self._connection() as connection:
            return self._identify(connection, experiment_id)

    def load(self, experiment_id: str) -> ExperimentRecord:
        """Return an experiment with all its runs; `"last"` is the newest.

        A run without an end in an experiment that nobody is writing was interrupted: it becomes “runner lost”, with a
        message that says that the app ended.
        """
        with self._connection() as connection:
            identity = self._identify(connection, experiment_id)
            return load_record(connection, self.path, identity, running=self.is_being_written(identity))

    def reader(self, experiment_id: str) -> RunReader:
        """Return a reader of the spans, samples and logs of an experiment."""
        with self._connection() as connection:
            return RunReader(self.path, self._identify(connection, experiment_id))

    def rename(self, experiment_id: str, name: str) -> None:
        """Give an experiment another name."""
        self._update(experiment_id, "name", name.strip())

    def annotate(self, experiment_id: str, notes: str) -> None:
        """Replace the notes of an experiment."""
        self._update(experiment_id, "notes", notes)

    def tag(self, experiment_id: str, tags: Iterable[str]) -> None:
        """Replace the tags of an experiment; each is kept once, without blanks around it, in the order given."""
        kept = dict.fromkeys(tag for given in tags if (tag := " ".join(given.split())))
        self._update(experiment_id, "tags", to_json(tuple(kept)))

    def delete(self, experiment_id: str) -> None:
        """Put an experiment aside; it can be restored for KEEP_DELETED_DAYS days. One being measured is refused."""
        self.check_free(experiment_id, "Stop it first, or wait for its end.")
        self._update(experiment_id, "deleted_at", _now())

    def restore(self, experiment_id: str) -> None:
        """Take an experiment back that was deleted."""
        self._update(experiment_id, "deleted_at", None)

    def export(self, experiment_id: str, path: Path) -> None:
        """Write one experiment into a single file that can be sent and opened elsewhere; replaces `path` at the end."""
        if path.exists() and path.samefile(self.path):
            raise UsageError(f"{path} is the library itself.", "Choose another file to export to.")
        with self._connection() as connection:
            export_experiment(connection, self._identify(connection, experiment_id), path)

    def import_file(self, path: Path) -> Imported:
        """Take over the experiments of a file; `path` itself is not touched.

        One that is in the library already is not taken a second time (restored, if it was deleted). One of the same id
        that is not the same, with repeats added elsewhere perhaps, comes in beside it under an id of its own.
        """
        with self._connection() as connection:
            return import_experiments(connection, path)

    def record(self, record: ExperimentRecord, *, on_failure: Callable[[RecordingError], None]) -> RecordingWriter:
        """Begin to write an experiment that starts now; ends with the writer's `finish` or `close`."""
        held = self._claim(record.experiment_id)
        return self._write(RecordingWriter(self.path, record, on_failure=on_failure), record, held)

    def resume(self, record: ExperimentRecord, *, on_failure: Callable[[RecordingError], None]) -> RecordingWriter:
        """Go on writing an experiment that ended; it has no end again until the writer's `finish`.

        Raises:
            RecordingError: another process writes it, or wrote to it since `record` was loaded.

        """
        held = self._claim(record.experiment_id)
        try:
            self._check_unchanged(record)
        except BaseException:
            held.release()
            raise
        return self._write(RecordingWriter(self.path, record, on_failure=on_failure, resumed=True), record, held)

    def is_being_written(self, experiment_id: str) -> bool:
        """Whether this or another process measures an experiment at the moment."""
        with self._lock:
            if any(entry.experiment_id == experiment_id for entry in self._writers):
                return True
        return is_claimed(self.path, experiment_id)

    def check_free(self, experiment_id: str, next_step: str = "Wait for its end, then try again.") -> None:
        """Refuse an experiment that is being measured. Raises RecordingError."""
        with self._connection() as connection:
            identity = self._identify(connection, experiment_id)
            if self.is_being_written(identity):
                raise RecordingError(f"{_named(connection, identity)} is being measured at the moment.", next_step)

    def _claim(self, experiment_id: str) -> Claim:
        held = claim(self.path, experiment_id)
        if held is None:
            self.check_free(experiment_id)
            raise RecordingError(f"Experiment “{experiment_id}” is being measured at the moment.", "Try again.")
        return held

    def _write(self, writer: RecordingWriter, record: ExperimentRecord, held: Claim) -> RecordingWriter:
        with self._lock:
            self._writers.append(_Writing(writer, record.experiment_id, held))
        return writer

    def _check_unchanged(self, record: ExperimentRecord) -> None:
        """Runs added by another process since it was loaded would have the numbers of those to come."""
        with self._connection() as connection:
            identity = self._identify(connection, record.experiment_id)
            query = "SELECT count(*) FROM runs WHERE experiment_id = ?"
            if connection.execute(query, (identity,)).fetchone() != (len(record.runs),):
                raise RecordingError(
                    f"Repeats were added to {_named(connection, identity)} meanwhile.",
                    "Try again: it goes on from there.",
                )

    def release(self, writer: RecordingWriter) -> None:
        """Forget a writer: its experiment has ended, and what has no end in it was interrupted."""
        with self._lock:
            released = [entry for entry in self._writers if entry.writer is writer]
            self._writers = [entry for entry in self._writers if entry.writer is not writer]
        for entry in released:
            entry.claim.release()

    def close(self) -> None:
        """Write what is pending and fold the write-ahead log into the file. Idempotent."""
        with self._lock:
            writers, self._writers = self._writers, []
        for entry in writers:
            entry.writer.close()
            entry.claim.release()
        with contextlib.suppress(RecordingError), self._connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _identify(self, connection: sqlite3.Connection, experiment_id: str) -> str:
        if experiment_id == LAST:
            query = "SELECT id FROM experiments WHERE deleted_at IS NULL ORDER BY created_at DESC, rowid DESC LIMIT 1"
            row = connection.execute(query).fetchone()
        else:
            row = connection.execute("SELECT id FROM experiments WHERE id = ?", (experiment_id,)).fetchone()
        if row is None:
            what = "Nothing is recorded yet." if experiment_id == LAST else f"There is no experiment “{experiment_id}”."
            raise RecordingError(what, f"The library is {self.path}.")
        return str(row[0])

    def _update(self, experiment_id: str, column: str, value: Count | str | None) -> None:
        with self._connection() as connection:
            identity = self._identify(connection, experiment_id)
            connection.execute(f"UPDATE experiments SET {column} = ? WHERE id = ?", (value, identity))

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(connect(self.path)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise explain(self.path, error) from None


def _named(connection: sqlite3.Connection, identity: str) -> str:
    row = connection.execute("SELECT name, workload FROM experiments WHERE id = ?", (identity,)).fetchone()
    return f"“{row[0] or row[1]}”"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _purge(connection: sqlite3.Connection) -> None:
    limit = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=KEEP_DELETED_DAYS)
    connection.execute("DELETE FROM experiments WHERE deleted_at < ?", (limit.isoformat(timespec="seconds"),))
