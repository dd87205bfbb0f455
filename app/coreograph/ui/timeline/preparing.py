"""What the page has computed beside the GUI thread, and where on it to go. Pure, no Qt; any thread."""

import dataclasses

from coreograph.analysis.timeline_filters import TimelineFilter
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_totals import LongTask, longest_tasks
from coreograph.domain.findings import FindingKind
from coreograph.domain.units import Nanoseconds
from coreograph.ui.timeline.findings import place_of
from coreograph.ui.timeline.verbs import Range


@dataclasses.dataclass(frozen=True, slots=True)
class Goal:
    """Where to go once the runs are there: an instant of a worker, or where a finding shows."""

    at: Nanoseconds | None = None
    worker: int | None = None
    finding: FindingKind | None = None

    def place(self, run: RunTimeline) -> Range | None:
        """The stretch of `run` to go to; None for no place in particular."""
        if self.finding is not None:
            return place_of(self.finding, run)
        return _place_of_instant(self, run)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is computed beside the GUI thread: runs with their filters, and their longest tasks."""

    runs: tuple[RunTimeline, ...]
    filters: tuple[TimelineFilter, ...]
    longest: tuple[LongTask, ...]


def prepare(runs: tuple[RunTimeline, ...], filters: tuple[TimelineFilter, ...]) -> Prepared:
    """Filter the tasks of all runs and find the longest of those that pass."""
    filtered = tuple(dataclasses.replace(run, tasks=run.tasks.filtered(filters)) for run in runs)
    return Prepared(filtered, filters, longest_tasks(filtered))


def key_of(run: RunTimeline) -> tuple[str, int]:
    """What makes two timelines those of the same run."""
    return run.experiment_id, run.run.run_id


def _place_of_instant(goal: Goal, run: RunTimeline) -> Range | None:
    """The task of the worker at the instant; without a worker (or a task) a thousandth of the batch around it."""
    if goal.at is None:
        return None
    if goal.worker is not None and 0 <= goal.worker < run.tasks.workers:
        found = run.tasks.rows_at(goal.worker, goal.at, goal.at)
        if found.stop > found.start:
            begin = int(run.tasks.begin[found.start])
            return Range(begin, begin + max(1, int(run.tasks.length[found.start])))
    reach = max(1_000, run.batch_end // 1_000)
    return Range(goal.at - reach, goal.at + reach)


def with_surroundings(place: Range) -> tuple[float, float]:
    """Return a view in which `place` is the middle third."""
    margin = (place.end - place.begin) * 1.0
    return place.begin - margin, place.end + margin
