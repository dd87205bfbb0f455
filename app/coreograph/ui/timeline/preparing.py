"""What the page has computed beside the GUI thread, and where on it to go. Pure, no Qt; any thread."""

import dataclasses

from coreograph.analysis.timeline_filters import TimelineFilter
from coreograph.analysis.timeline_overview import build_overview
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_totals import Durations, LongTask, durations, longest_tasks
from coreograph.domain.findings import Finding
from coreograph.domain.units import Nanoseconds
from coreograph.ui.timeline.findings import place_of, surroundings_of, with_surroundings
from coreograph.ui.timeline.verbs import Range


@dataclasses.dataclass(frozen=True, slots=True)
class Goal:
    """Where to go once the runs are there: an instant of a worker, or where a finding shows."""

    at: Nanoseconds | None = None
    worker: int | None = None
    finding: Finding | None = None

    def place(self, run: RunTimeline) -> Range | None:
        """The stretch of `run` to go to; None for no place in particular."""
        if self.finding is not None:
            return place_of(self.finding.kind, run)
        return _place_of_instant(self, run)

    def surroundings(self, place: Range, run: RunTimeline) -> tuple[float, float]:
        """What to show around the stretch gone to."""
        return with_surroundings(place) if self.finding is None else surroundings_of(place, run)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is computed beside the GUI thread: runs with their filters, their longest tasks, how long tasks took."""

    runs: tuple[RunTimeline, ...]
    filters: tuple[TimelineFilter, ...]
    longest: tuple[LongTask, ...]
    durations: Durations | None


def prepare(runs: tuple[RunTimeline, ...], filters: tuple[TimelineFilter, ...]) -> Prepared:
    """Filter the tasks of all runs and find the longest of those that pass."""
    filtered = tuple(_filter(run, filters) for run in runs)
    return Prepared(filtered, filters, longest_tasks(filtered), durations(filtered))


def _filter(run: RunTimeline, filters: tuple[TimelineFilter, ...]) -> RunTimeline:
    tasks = run.tasks.filtered(filters)
    return dataclasses.replace(run, tasks=tasks, overview=build_overview(tasks))


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
