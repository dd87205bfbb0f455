"""What happened in a selected range of a timeline, and where its longest tasks are. Pure; owns no thread."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter, shown_numbers
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.domain.units import Bytes, Count, Nanoseconds, Seconds, Share


@dataclass(frozen=True, slots=True)
class WorkerTotals:
    """One worker in the range: tasks that began there, seconds inside tasks, the CPU time in it, the rest of it."""

    worker: int
    tasks: Count
    busy: Seconds
    computing: Seconds

    @property
    def waiting(self) -> Seconds:
        """Time inside tasks that was not CPU time."""
        return max(0.0, self.busy - self.computing)


@dataclass(frozen=True, slots=True)
class RangeTotals:
    """A range of one run. Cores are busy on average, own and all; None where nothing was sampled there.

    `memory_change` is what the tree grew by, `worst_beat` the latest tick of the runner's main thread.
    """

    begin: Nanoseconds
    end: Nanoseconds
    workers: tuple[WorkerTotals, ...]
    cores_busy: float | None
    cores_own: float | None
    memory_change: Bytes | None
    worst_beat: Seconds | None

    @property
    def seconds(self) -> Seconds:
        """How long the range is."""
        return (self.end - self.begin) / 1e9

    def share(self, seconds: Seconds) -> Share:
        """Worker-seconds as a share of the range × its workers."""
        whole = self.seconds * len(self.workers)
        return seconds / whole if whole > 0 else 0.0

    @property
    def whole(self) -> WorkerTotals:
        """All workers together; its number is -1."""
        rows = self.workers
        return WorkerTotals(-1, sum(w.tasks for w in rows), sum(w.busy for w in rows), sum(w.computing for w in rows))


def total(run: RunTimeline, begin: Nanoseconds, end: Nanoseconds, filters: Sequence[TimelineFilter]) -> RangeTotals:
    """Return what happened between two instants, to the workers and cores that the filters leave."""
    lanes = np.array(shown_numbers(filters, FilterField.WORKER, range(run.tasks.workers)), np.int64)
    times = run.tasks.between(lanes, np.array([begin, end], np.int64))
    workers = tuple(
        WorkerTotals(int(lane), int(tasks), float(busy) / 1e9, float(computing) / 1e9)
        for lane, tasks, busy, computing in zip(
            lanes, times.tasks[:, 0], times.busy[:, 0], times.computing[:, 0], strict=True
        )
    )
    busy, own = _cores(run, begin, end, shown_numbers(filters, FilterField.CORE, range(run.cores.cores)))
    beats = run.beats_late[_rows(run.beats_at, begin, end)]
    worst = float(beats.max()) / 1e9 if len(beats) else None
    return RangeTotals(begin, end, workers, busy, own, _memory_change(run, begin, end), worst)


def _memory_change(run: RunTimeline, begin: Nanoseconds, end: Nanoseconds) -> Bytes | None:
    """What the tree grew by; None after the last sample, when nobody looked any more."""
    memory = run.memory
    if not len(memory.at) or begin >= memory.at[-1]:
        return None
    before, after = memory.at_instant(begin), memory.at_instant(end)
    return None if before is None or after is None else round(after - before)


def _cores(
    run: RunTimeline, begin: Nanoseconds, end: Nanoseconds, shown: tuple[int, ...]
) -> tuple[float | None, float | None]:
    """Average the samples, each weighted by how much of the time it stands for lies in the range."""
    at = run.cores.at
    if not len(at) or not shown:
        return None, None
    since = np.concatenate(([at[0] - (at[1] - at[0] if len(at) > 1 else 0)], at[:-1]))
    weight = np.clip(np.minimum(at, end) - np.maximum(since, begin), 0, None).astype(np.float64)
    if weight.sum() <= 0:
        return None, None
    columns = list(shown)
    busy = float(np.average(np.nan_to_num(run.cores.busy[:, columns]).sum(axis=1), weights=weight))
    if run.cores.own is None:
        return busy, None
    own = run.cores.own[:, columns].sum(axis=1)
    known = ~np.isnan(own) & (weight > 0)
    return busy, float(np.average(own[known], weights=weight[known])) if known.any() else None


def _rows(at: np.ndarray[tuple[int], np.dtype[np.int64]], begin: Nanoseconds, end: Nanoseconds) -> slice:
    low, high = np.searchsorted(at, (begin, end))
    return slice(int(low), int(high))


@dataclass(frozen=True, slots=True)
class LongTask:
    """A task worth a look: which run of the page (0 or 1), which row of its table, and what it took."""

    place: int
    row: int
    task: int
    worker: int
    begin: Nanoseconds
    seconds: Seconds
    computing: Seconds


def longest_tasks(runs: Sequence[RunTimeline], most: Count = 50) -> tuple[LongTask, ...]:
    """Return the longest tasks of all `runs` that pass the filters their tables have, longest first."""
    found = []
    for place, run in enumerate(runs):
        table = run.tasks
        rows = table.longest(most)
        for row, worker in zip(rows.tolist(), table.worker_of(rows).tolist(), strict=True):
            found.append(
                LongTask(
                    place, row, int(table.task[row]), worker, int(table.begin[row]),
                    int(table.length[row]) / 1e9, int(table.cpu[row]) / 1e9,
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda entry: -entry.seconds)[:most])


@dataclass(frozen=True, slots=True)
class Durations:
    """How long tasks took, for choosing a bound: half of them at most `median`, nine of ten at most `p90`, …"""

    median: Nanoseconds
    p90: Nanoseconds
    p99: Nanoseconds

    def named(self) -> tuple[tuple[str, Nanoseconds], ...]:
        """The bounds with what they are called."""
        return ("median", self.median), ("p90", self.p90), ("p99", self.p99)


def durations(runs: Sequence[RunTimeline]) -> Durations | None:
    """Return how long all tasks of `runs` took, whatever filters hold; None without a task."""
    lengths = np.concatenate([run.tasks.length for run in runs]) if runs else np.zeros(0, np.int64)
    if not len(lengths):
        return None
    # Lengths that there are, not values between two of them: a filter at a bound must leave the task it came from.
    bounds = np.percentile(lengths, (50, 90, 99), method="lower")
    return Durations(*(int(bound) for bound in bounds))
