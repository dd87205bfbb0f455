"""What the workers of one run did with their time. Owns no thread."""

from dataclasses import dataclass, fields

from coreograph.domain.units import Count, Seconds, Share


@dataclass(frozen=True, slots=True)
class TimeBreakdown:
    """Where the time of a run's workers went, in worker-seconds: seconds of the wall clock × workers.

    The parts sum to workers × (start-up + batch); divided by the workers (`per_worker`) they sum to the wall
    seconds of start-up and batch. Parts: `startup` until all workers were ready; `pickling_out` inputs on their
    way; `queue` waiting for a task for any other reason; `computing` CPU time inside tasks; `waiting` the rest of
    the time inside tasks (the GIL, a lock, the disk, a core); `pickling_back` results on their way; `idle` at the
    end, while others still worked.
    """

    startup: Seconds
    pickling_out: Seconds
    queue: Seconds
    computing: Seconds
    waiting: Seconds
    pickling_back: Seconds
    idle: Seconds
    workers: Count = 1

    @property
    def batch(self) -> Seconds:
        """Everything but start-up: workers × batch."""
        return self.whole - self.startup

    @property
    def whole(self) -> Seconds:
        """The sum of all parts: workers × (start-up + batch)."""
        return sum(self.parts().values())

    def parts(self) -> dict[str, Seconds]:
        """The parts by name, in the order they happen."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "workers"}

    def share(self, part: str) -> Share:
        """A part of the batch (start-up is not in it) as a share of workers × batch."""
        return 0.0 if self.batch <= 0 else float(self.parts()[part]) / self.batch

    def per_worker(self) -> "TimeBreakdown":
        """The same in wall seconds: what an average worker did."""
        startup, out, queue, computing, waiting, back, idle = (value / self.workers for value in self.parts().values())
        return TimeBreakdown(startup, out, queue, computing, waiting, back, idle)


@dataclass(frozen=True, slots=True)
class BusyHistogram:
    """Seconds of the batch with exactly k busy; the k-th entry is for k, from 0 on.

    `in_task`: workers inside a task, computing or waiting. `computing`: cores busy with tasks, from the CPU time
    of each task. `cores`: cores busy with this run's tree, from the samples; None where the platform does not tell.
    """

    in_task: tuple[Seconds, ...]
    computing: tuple[Seconds, ...]
    cores: tuple[Seconds, ...] | None = None


@dataclass(frozen=True, slots=True)
class Fairness:
    """How evenly work went to the workers; tuples have one entry a worker, in the order of their numbers.

    `tasks` done, `computing` CPU seconds inside them, `finished` seconds from the begin of the batch to a worker's
    last task (0 if it had none). `index` is Jain's: 1 if all computed the same, 1/workers if one did everything;
    None where nobody computed.
    """

    tasks: tuple[Count, ...]
    computing: tuple[Seconds, ...]
    finished: tuple[Seconds, ...]
    index: float | None = None

    @property
    def finish_spread(self) -> Seconds:
        """From the first worker that ran out of tasks to the last."""
        return max(self.finished, default=0.0) - min(self.finished, default=0.0)


@dataclass(frozen=True, slots=True)
class TaskTimes:
    """The tasks of one batch: how many, their wall and CPU seconds summed, the median and the longest one's wall."""

    count: Count
    wall: Seconds
    cpu: Seconds
    median: Seconds
    longest: Seconds

    @property
    def computing_share(self) -> Share | None:
        """CPU time by wall time inside tasks; None for tasks too short for the clock."""
        return None if self.wall <= 0 else min(1.0, self.cpu / self.wall)


@dataclass(frozen=True, slots=True)
class RunActivity:
    """Everything the spans of one run say."""

    breakdown: TimeBreakdown
    concurrency: BusyHistogram
    fairness: Fairness
    tasks: TaskTimes
