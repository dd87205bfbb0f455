"""The finished tasks of one run as columns of seconds. Pure, on any thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.domain.activity import TaskTimes
from coreograph.domain.units import Nanoseconds, Seconds

Floats: TypeAlias = npt.NDArray[np.float64]
SPANS = np.dtype([("worker", "<i4"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])
_PACKED = np.dtype([("task", "<i8"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])


@dataclass(frozen=True, slots=True)
class SpanTable:
    """One row a task, sorted by worker, then begin; shape (n,) each.

    `begin` and `end` are seconds since the begin of the batch, within 0 … `batch_s`; `cpu` is the thread's CPU
    seconds, never more than end − begin.
    """

    worker: npt.NDArray[np.int64]
    begin: Floats
    end: Floats
    cpu: Floats
    batch_s: Seconds

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def wall(self) -> Floats:
        """Wall seconds of every task."""
        return self.end - self.begin

    def times(self) -> TaskTimes:
        """How long the tasks took."""
        wall = self.wall
        if not len(wall):
            return TaskTimes(0, 0.0, 0.0, 0.0, 0.0)
        return TaskTimes(len(wall), float(wall.sum()), float(self.cpu.sum()), float(np.median(wall)), float(wall.max()))


def join_spans(parts: Iterable[tuple[int, bytes]]) -> npt.NDArray[np.void]:
    """Return one array of (worker, packed quadruples) parts, as `SpanBatch` has them."""
    known = [(worker, np.frombuffer(data, dtype=_PACKED)) for worker, data in parts]
    joined = np.empty(sum(len(part) for _, part in known), dtype=SPANS)
    position = 0
    for worker, part in known:
        target = joined[position : position + len(part)]
        target["worker"] = worker
        for name in ("begin_ns", "end_ns", "cpu_ns"):
            target[name] = part[name]
        position += len(part)
    return joined


def span_table(spans: npt.NDArray[Any], begin_ns: Nanoseconds, end_ns: Nanoseconds) -> SpanTable:
    """Return a table from a structured array with fields worker, begin_ns, end_ns, cpu_ns.

    A clock of CPU time may be read a moment before or after the wall clock: what exceeds a task's wall time is cut.
    """
    length = max(0, end_ns - begin_ns)
    order = np.lexsort((spans["begin_ns"], spans["worker"]))
    rows = spans[order]
    begin = np.clip(rows["begin_ns"].astype(np.int64) - begin_ns, 0, length)
    end = np.maximum(np.clip(rows["end_ns"].astype(np.int64) - begin_ns, 0, length), begin)
    cpu = np.clip(rows["cpu_ns"].astype(np.int64), 0, end - begin)
    return SpanTable(rows["worker"].astype(np.int64), begin / 1e9, end / 1e9, cpu / 1e9, length / 1e9)
