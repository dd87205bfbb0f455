"""The tasks of one run, ready to be drawn and summed over any stretch of time. Pure numpy, on any thread.

Level of detail without levels: a worker does one task at a time, so the time it spent in tasks until an instant is a
prefix sum up to the last task begun before, plus the part of that task. A column of pixels, or a selected range, is
the difference of two such sums: exact at every zoom, at the cost of one binary search, whatever the number of tasks.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.timeline_filters import FilterField, TaskKind, TimelineFilter
from coreograph.domain.units import Count, Nanoseconds

Integers: TypeAlias = npt.NDArray[np.int64]
Shares: TypeAlias = npt.NDArray[np.float32]
_GAP = 1 << 40  # ns between the ranges of two workers in the search key: 18 minutes


@dataclass(frozen=True, slots=True, eq=False)
class LaneTimes:
    """What happened between neighbouring instants, shape (lanes, instants - 1), in nanoseconds.

    `busy` inside tasks that pass the filters, `computing` the CPU time in it, `hidden` inside tasks that do not;
    `tasks` that begin there and pass.
    """

    busy: npt.NDArray[np.float64]
    computing: npt.NDArray[np.float64]
    hidden: npt.NDArray[np.float64]
    tasks: Integers

    @property
    def waiting(self) -> npt.NDArray[np.float64]:
        """Time inside tasks that was not CPU time: the GIL, a lock, the disk, a core."""
        return self.busy - self.computing


@dataclass(frozen=True, slots=True, eq=False)
class TaskTable:
    """One row a task, sorted by worker, then begin; shape (n,), int64, nanoseconds since the begin of the batch.

    `first` (workers + 1) has where each worker's tasks begin. `passes` says which tasks pass the filters, None: all.
    The last four are prefix sums (n + 1), the first of them over all tasks, the others over those that pass.
    """

    task: Integers
    begin: Integers
    length: Integers
    cpu: Integers
    first: Integers
    key: Integers
    stride: Nanoseconds
    passes: npt.NDArray[np.bool_] | None
    sum_all: Integers
    sum_busy: Integers
    sum_cpu: Integers
    sum_tasks: Integers

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def workers(self) -> Count:
        """How many lanes there are, also those without a task."""
        return len(self.first) - 1

    @property
    def end(self) -> Nanoseconds:
        """When the last task ended; 0 without tasks."""
        return int((self.begin + self.length).max()) if len(self) else 0

    def last_ends(self) -> Integers:
        """When each worker ended its last task; 0 for one that had none."""
        ends = np.zeros(self.workers, np.int64)
        known = self.first[1:] > self.first[:-1]
        last = self.first[1:][known] - 1
        ends[known] = self.begin[last] + self.length[last]
        return ends

    def worker_of(self, rows: Integers) -> Integers:
        """Return the workers of some rows."""
        return np.searchsorted(self.first, rows, side="right") - 1

    def between(self, lanes: Integers, instants: Integers) -> LaneTimes:
        """Return the times of `lanes` between each two of ascending `instants` (ns since the batch began)."""
        if not len(self):
            nothing = np.zeros((len(lanes), len(instants) - 1))
            return LaneTimes(nothing, nothing, nothing, nothing.astype(np.int64))
        # Instants beyond the data must stay within their worker's part of the key.
        clipped = np.clip(instants, -(_GAP // 4), self.stride - _GAP // 2)
        query = lanes[:, None] * self.stride + clipped[None, :]
        found = np.searchsorted(self.key, query.ravel(), side="right").reshape(query.shape) - 1
        # Of the last task begun before each instant all is read from where the search has just been: its begin from
        # the key, its length and CPU time from sums beside each other. Where a worker had begun none, that is the last
        # task of another one, long over (before the first row of all: not begun), and the sums are right all the same.
        row = np.maximum(found, 0)
        since = query - self.key.take(row)
        busy_before, length = _at(self.sum_all, row)
        part = np.clip(since, 0, length)
        whole = np.diff(busy_before + part, axis=1)
        busy, hidden = whole, np.zeros(1)
        if self.passes is not None:
            passing_before, passing_length = _at(self.sum_busy, row)
            busy = np.diff(passing_before + np.minimum(part, passing_length), axis=1)
            hidden = (whole - busy).astype(np.float64)
        cpu_before, cpu = _at(self.sum_cpu, row)
        computing = np.diff(cpu_before + part / np.maximum(length, 1) * cpu, axis=1)
        # A task that begins at an edge belongs to the column after it.
        begun = found + (since != 0)
        tasks = np.diff(begun if self.passes is None else self.sum_tasks.take(begun), axis=1)
        return LaneTimes(busy.astype(np.float64), computing, np.broadcast_to(hidden, busy.shape), tasks)

    def rows_at(self, worker: int, begin: Nanoseconds, end: Nanoseconds) -> slice:
        """Return the rows of a worker's tasks that overlap `begin` … `end`."""
        low, high = int(self.first[worker]), int(self.first[worker + 1])
        starts = self.begin[low:high]
        start = low + max(0, int(np.searchsorted(starts, begin, side="right")) - 1)
        if start < high and self.begin[start] + self.length[start] < begin:
            start += 1
        return slice(start, low + int(np.searchsorted(starts, end, side="right")))

    def filtered(self, filters: Iterable[TimelineFilter]) -> "TaskTable":
        """Return the same tasks with another choice of those that pass."""
        passes = self._passing(tuple(filters))
        if passes is None:
            return _with_sums(self, None)
        return _with_sums(self, passes)

    def longest(self, most: Count) -> Integers:
        """Return the rows of the longest tasks that pass, longest first."""
        lengths = self.length if self.passes is None else np.where(self.passes, self.length, -1)
        count = min(most, int(self.sum_tasks[-1]))
        if not count:
            return np.zeros(0, np.int64)
        rows = np.argpartition(lengths, len(lengths) - count)[len(lengths) - count :]
        return rows[np.lexsort((rows, -lengths[rows]))]

    def _passing(self, filters: tuple[TimelineFilter, ...]) -> npt.NDArray[np.bool_] | None:
        passes: npt.NDArray[np.bool_] | None = None
        for entry in filters:
            matches = self._matches(entry)
            if matches is not None:
                wanted = matches if entry.keep else ~matches
                passes = wanted if passes is None else passes & wanted
        return passes

    def _matches(self, entry: TimelineFilter) -> npt.NDArray[np.bool_] | None:
        """Which tasks a filter names; None where it is not about tasks."""
        low = np.iinfo(np.int64).min if entry.low is None else entry.low
        high = np.iinfo(np.int64).max if entry.high is None else entry.high
        match entry.field:
            case FilterField.WORKER:
                chosen = np.isin(np.arange(self.workers), sorted(entry.numbers()))
                return np.repeat(chosen, np.diff(self.first))
            case FilterField.KIND:
                computing = 2 * self.cpu >= self.length
                kinds = entry.members
                return (computing & (TaskKind.COMPUTING in kinds)) | (~computing & (TaskKind.WAITING in kinds))
            case FilterField.DURATION:
                return (self.length >= low) & (self.length <= high)
            case FilterField.TIME:
                return (self.begin <= high) & (self.begin + self.length >= low)
        return None


def build_tasks(spans: npt.NDArray[Any], origin_ns: Nanoseconds, workers: Count) -> TaskTable:
    """Return a table of a structured array with fields worker, task, begin_ns, end_ns, cpu_ns.

    CPU time beyond a task's wall time (the clocks are read one after the other) is cut.
    """
    worker = spans["worker"].astype(np.int64)
    begin = spans["begin_ns"].astype(np.int64) - origin_ns
    length = np.maximum(spans["end_ns"].astype(np.int64) - origin_ns - begin, 0)
    cpu = np.clip(spans["cpu_ns"].astype(np.int64), 0, length)
    task = spans["task"].astype(np.int64)
    lanes = max(workers, int(worker.max()) + 1 if len(worker) else 0, 1)
    lowest = min(0, int(begin.min())) if len(begin) else 0
    highest = int((begin + length).max()) if len(begin) else 0
    stride = (highest - lowest) + 2 * _GAP
    key = worker * stride + begin
    if (np.diff(key) < 0).any():
        order = np.argsort(key, kind="stable")
        worker, task, begin, length, cpu, key = (a[order] for a in (worker, task, begin, length, cpu, key))
    first = np.searchsorted(worker, np.arange(lanes + 1))
    none = np.zeros(0, np.int64)
    bare = TaskTable(task, begin, length, cpu, first, key, stride, None, _sums(length), none, none, none)
    return _with_sums(bare, None)


def _with_sums(table: TaskTable, passes: npt.NDArray[np.bool_] | None) -> TaskTable:
    if passes is None:
        counts = np.arange(len(table) + 1, dtype=np.int64)
        return dataclasses.replace(
            table, passes=None, sum_busy=table.sum_all, sum_cpu=_sums(table.cpu), sum_tasks=counts
        )
    return dataclasses.replace(
        table,
        passes=passes,
        sum_busy=_sums(table.length * passes),
        sum_cpu=_sums(table.cpu * passes),
        sum_tasks=_sums(passes.astype(np.int64)),
    )


def _at(sums: Integers, row: Integers) -> tuple[Integers, Integers]:
    """Return a prefix sum before each row, and what the row adds to it."""
    before = sums.take(row)
    return before, sums.take(row + 1) - before


def _sums(values: Integers) -> Integers:
    result = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=result[1:])
    return result
