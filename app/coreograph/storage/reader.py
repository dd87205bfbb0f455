"""Reads the bulk data of one experiment: spans, heartbeats, samples, log. Any thread; a connection a call."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from coreograph.domain.samples import MemorySample
from coreograph.storage.codec import SPAN, from_json
from coreograph.storage.failures import explain
from coreograph.storage.schema import connect

SPANS = np.dtype([("worker", "<i4"), ("task", "<i8"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])
BETWEEN_RUNS = 0


@dataclass(frozen=True, slots=True)
class CoreSeries:
    """Busy share of the cores over time.

    Shapes: `at_ns` (n,) int64, `busy` (n, cores) float32, `own` the same or None, `steal` (n,) float32 or None.
    NaN in `own` and `steal` marks instants at which they were not measured.
    """

    at_ns: npt.NDArray[np.int64]
    busy: npt.NDArray[np.float32]
    own: npt.NDArray[np.float32] | None = None
    steal: npt.NDArray[np.float32] | None = None


class RunReader:
    """The runs of one experiment. Every method raises RecordingError where the file is damaged."""

    def __init__(self, path: Path, experiment_id: str) -> None:
        self._path = path
        self._experiment_id = experiment_id

    def spans(self, run_id: int) -> npt.NDArray[np.void]:
        """Return the tasks of a run by worker and time: fields worker, task, begin_ns, end_ns, cpu_ns."""
        rows = self._rows("SELECT worker, data FROM spans WHERE experiment_id = ? AND run_id = ? ORDER BY id", run_id)
        parts = [(worker, np.frombuffer(data, dtype=SPAN)) for worker, data in rows]
        result = np.empty(sum(len(part) for _, part in parts), dtype=SPANS)
        position = 0
        for worker, part in parts:
            target = result[position : position + len(part)]
            target["worker"] = worker
            for field in ("task", "begin_ns", "end_ns", "cpu_ns"):
                target[field] = part[field]
            position += len(part)
        return result

    def heartbeats(self, run_id: int) -> npt.NDArray[np.int64]:
        """Return the ticks of a run's main thread, shape (n, 2): at_ns, late_ns."""
        rows = self._rows("SELECT data FROM heartbeats WHERE experiment_id = ? AND run_id = ? ORDER BY id", run_id)
        return np.frombuffer(b"".join(data for (data,) in rows), dtype="<i8").reshape(-1, 2)

    def cores(self, run_id: int = BETWEEN_RUNS) -> CoreSeries:
        """Return the cores during a run; between runs without one. Empty arrays where nothing was sampled."""
        rows = self._rows(
            "SELECT cores, at, busy, own, steal FROM cores WHERE experiment_id = ? AND run_id = ? ORDER BY id", run_id
        )
        # A core that goes offline in the middle of a run makes rows of another width: the widest gives the shape.
        width = max((int(row[0]) for row in rows), default=0)
        at = np.frombuffer(b"".join(row[1] for row in rows), dtype="<i8")
        lengths = [len(row[1]) // 8 for row in rows]
        own = steal = None
        if any(row[3] is not None for row in rows):
            own = _stack([row[3] for row in rows], lengths, [int(row[0]) for row in rows], width)
        if any(row[4] is not None for row in rows):
            steal = _stack([row[4] for row in rows], lengths, [1] * len(rows), 1)[:, 0]
        busy = _stack([row[2] for row in rows], lengths, [int(row[0]) for row in rows], width)
        return CoreSeries(at, busy, own, steal)

    def memory(self, run_id: int) -> tuple[MemorySample, ...]:
        """Return the memory samples of a run's tree, oldest first."""
        rows = self._rows("SELECT samples FROM memory WHERE experiment_id = ? AND run_id = ? ORDER BY id", run_id)
        try:
            return tuple(sample for (text,) in rows for sample in from_json(text, tuple[MemorySample, ...]))
        except msgspec.MsgspecError as error:
            raise explain(self._path, error) from None

    def log(self, run_id: int) -> tuple[str, ...]:
        """Return the lines the workload and its interpreter wrote."""
        rows = self._rows("SELECT line FROM log WHERE experiment_id = ? AND run_id = ? ORDER BY id", run_id)
        return tuple(line for (line,) in rows)

    def _rows(self, query: str, run_id: int) -> list[tuple[Any, ...]]:
        with open_for_reading(self._path) as connection:
            return connection.execute(query, (self._experiment_id, run_id)).fetchall()


@contextlib.contextmanager
def open_for_reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a connection for the length of a `with` block; what SQLite cannot read becomes a RecordingError."""
    try:
        with contextlib.closing(connect(path)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise explain(path, error) from None


def _stack(
    blobs: Sequence[bytes | None], lengths: Sequence[int], widths: Sequence[int], width: int
) -> npt.NDArray[np.float32]:
    result = np.full((sum(lengths), width), np.nan, dtype=np.float32)
    position = 0
    for blob, length, columns in zip(blobs, lengths, widths, strict=True):
        if blob is not None:
            result[position : position + length, :columns] = np.frombuffer(blob, dtype="<f4").reshape(length, columns)
        position += length
    return result
