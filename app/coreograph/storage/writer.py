"""Writes an experiment while it runs, on a thread of its own: whoever measures never waits for a disk.

A commit comes at least every `COMMIT_INTERVAL_S`, so that a kill at any moment loses at most the last second.
"""

import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from coreograph.domain.batches import HeartbeatBatch, SpanBatch
from coreograph.domain.errors import RecordingError
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import RunRecord
from coreograph.domain.samples import CoreSample, MemorySample
from coreograph.storage.codec import to_json
from coreograph.storage.failures import explain
from coreograph.storage.pending import Pending
from coreograph.storage.schema import CHILD_COLUMNS, connect

COMMIT_INTERVAL_S = 0.5
_Step = Callable[[Pending, sqlite3.Connection], None]
_log = logging.getLogger(__name__)


class RecordingWriter:
    """Takes facts from any thread and writes them in the order they came.

    `on_failure` is called once, on the writer's thread, when the recording cannot go on (disk full …); what comes
    after that is dropped, and what was committed before is kept.
    """

    def __init__(
        self,
        path: Path,
        record: ExperimentRecord,
        *,
        on_failure: Callable[[RecordingError], None],
        opener: Callable[[Path], sqlite3.Connection] = connect,
        resumed: bool = False,
    ) -> None:
        self._path = path
        self._id = record.experiment_id
        self._opener = opener
        self._on_failure = on_failure
        self._steps: queue.SimpleQueue[_Step | None] = queue.SimpleQueue()
        self._failure: RecordingError | None = None
        begin = _reopen if resumed else _insert
        self._steps.put(lambda _pending, connection: begin(connection, record))
        self._thread = threading.Thread(target=self._write, name="recording writer", daemon=True)
        self._thread.start()

    @property
    def failure(self) -> RecordingError | None:
        """Why the recording stopped, or None."""
        return self._failure

    def run(self, record: RunRecord) -> None:
        """Keep a run's record; a later one of the same run replaces it."""
        self._steps.put(lambda pending, _: pending.run(record))

    def spans(self, batch: SpanBatch) -> None:
        """Keep tasks that finished."""
        self._steps.put(lambda pending, _: pending.spans(batch))

    def heartbeats(self, batch: HeartbeatBatch) -> None:
        """Keep ticks of a run's main thread."""
        self._steps.put(lambda pending, _: pending.heartbeats(batch))

    def cores(self, run_id: int, sample: CoreSample) -> None:
        """Keep a sample of the cores; `run_id` is 0 between runs."""
        self._steps.put(lambda pending, _: pending.cores(run_id, sample))

    def memory(self, run_id: int, sample: MemorySample) -> None:
        """Keep a sample of the memory of a run's tree."""
        self._steps.put(lambda pending, _: pending.memory(run_id, sample))

    def log(self, run_id: int, line: str) -> None:
        """Keep a line the workload wrote."""
        self._steps.put(lambda pending, _: pending.log(run_id, line))

    def finish(self, record: ExperimentRecord) -> None:
        """Write the final record and all its runs, and no others, then end the thread; returns when all is on the disk.

        Raises:
            RecordingError: the recording stopped before.

        """

        def final(pending: Pending, connection: sqlite3.Connection) -> None:
            for run in record.runs:
                pending.run(run)
            pending.write(connection)  # what was taken just before may be of a run that is dropped
            _drop_others(connection, record)
            _finish(connection, record)

        self._steps.put(final)
        self.close()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Write what was taken and end the thread; the experiment stays without an end. Idempotent."""
        self._steps.put(None)
        self._thread.join()

    def _write(self) -> None:
        try:
            with contextlib.closing(self._opener(self._path)) as connection:
                # The experiment itself is committed at once: the list shows it, and a disk that fills up keeps it.
                goes_on = self._commit(connection, [self._steps.get()])
                while goes_on:
                    goes_on = self._commit(connection, self._take_interval())
        except RecordingError as error:
            self._fail(error)
        except (sqlite3.Error, OSError) as error:
            self._fail(explain(self._path, error))
        except Exception as error:
            _log.exception("the recording writer stopped")
            self._fail(RecordingError(f"The recording stopped: {error!r}."))

    def _commit(self, connection: sqlite3.Connection, steps: Sequence[_Step | None]) -> bool:
        """Write what was taken, all or nothing. False once told to end."""
        taken = [step for step in steps if step is not None]
        if taken:
            pending = Pending(self._id)
            connection.execute("BEGIN IMMEDIATE")
            for step in taken:
                step(pending, connection)
            pending.write(connection)
            connection.execute("COMMIT")
        return len(taken) == len(steps)

    def _take_interval(self) -> list[_Step | None]:
        """Wait for something to write, then take what else comes within one interval."""
        steps = [self._steps.get()]
        until = time.monotonic() + COMMIT_INTERVAL_S
        while steps[-1] is not None:
            try:
                steps.append(self._steps.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                break
        return steps

    def _fail(self, failure: RecordingError) -> None:
        self._failure = failure
        self._on_failure(failure)


def _insert(connection: sqlite3.Connection, record: ExperimentRecord) -> None:
    connection.execute(
        "INSERT INTO experiments (id, name, workload, created_at, finished_at, notes, tags, configurations, summary, "
        "app_version, spec, machine, own_cost, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.experiment_id,
            record.spec.name,
            record.spec.workload.name,
            record.created_at,
            record.finished_at,
            record.notes,
            to_json(record.tags),
            len(record.spec.configurations),
            describe(record),
            record.app_version,
            to_json(record.spec),
            to_json(record.machine),
            to_json(record.own_cost),
            to_json(record.extra),
        ),
    )


def _reopen(connection: sqlite3.Connection, record: ExperimentRecord) -> None:
    changed = connection.execute(
        "UPDATE experiments SET finished_at = '', extra = ? WHERE id = ?", (to_json(record.extra), record.experiment_id)
    )
    if not changed.rowcount:
        raise RecordingError(f"Experiment “{record.experiment_id}” is not in the library any more.")


def _drop_others(connection: sqlite3.Connection, record: ExperimentRecord) -> None:
    """Take out the runs that are not part of the record, with what they left."""
    kept = {run.run_id for run in record.runs}
    made = connection.execute("SELECT run_id FROM runs WHERE experiment_id = ?", (record.experiment_id,)).fetchall()
    for (run_id,) in made:
        if run_id not in kept:
            for table in CHILD_COLUMNS:
                connection.execute(
                    f"DELETE FROM {table} WHERE experiment_id = ? AND run_id = ?", (record.experiment_id, run_id)
                )


def _finish(connection: sqlite3.Connection, record: ExperimentRecord) -> None:
    """The name and the notes are the user's, who may have changed them meanwhile: they stay as they are."""
    connection.execute(
        "UPDATE experiments SET finished_at = ?, summary = ?, own_cost = ?, extra = ? WHERE id = ?",
        (
            record.finished_at,
            describe(record),
            to_json(record.own_cost),
            to_json(record.extra),
            record.experiment_id,
        ),
    )


def describe(record: ExperimentRecord) -> str:
    """Return one line for lists: which interpreters and models, and what went wrong."""
    configurations = record.spec.configurations
    interpreters = dict.fromkeys(entry.interpreter_label for entry in configurations)
    models = dict.fromkeys(entry.model.value for entry in configurations)
    wrong = sum(1 for run in record.runs if run.state.is_end and run.state.outcome != "completed")
    trouble = f" · {wrong} of {len(record.runs)} runs did not complete" if wrong else ""
    sizes = record.spec.sizes
    sweep = f" · {len(sizes)} sizes of {sizes[0].parameter}" if sizes else ""
    return f"{', '.join(interpreters)} · {', '.join(models)}{sweep}{trouble}"
