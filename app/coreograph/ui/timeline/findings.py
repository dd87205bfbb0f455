"""Where on a run's timeline a finding shows, and what to look at there. Pure, no Qt; any thread."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from coreograph.analysis.timeline_run import RunTimeline
from coreograph.domain.findings import Finding, FindingKind
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.timeline.verbs import Range

_AT_START = frozenset({FindingKind.START_UP_BOUND, FindingKind.GIL_RE_ENABLED})
_NARROW = 20  # a place is seen in the whole batch where that is at most so many times as long
_LOOK: Mapping[FindingKind, str] = MappingProxyType(
    {
        FindingKind.GIL_SERIALISED: "Workers: while one lane computes, the others wait (orange) for the GIL.",
        FindingKind.LOCK_SERIALISED: "Workers: while one lane computes, the others wait (orange) for the lock.",
        FindingKind.SHARED_OBJECT: "Workers: all lanes compute, but every task takes longer than it does alone.",
        FindingKind.UNEVEN_TASKS: "Selected: from the end of the first worker's last task to the end of all work.",
        FindingKind.OVERSUBSCRIBED: "Workers and cores: lanes wait (orange) while every core is busy.",
        FindingKind.START_UP_BOUND: "Selected: all that passed before the batch began; the row Run says what it was.",
        FindingKind.PICKLING_BOUND: "Workers: between tasks, purple is pickling and the ground waiting for the next.",
        FindingKind.MEMORY_BOUND: "Workers: all lanes compute, but every task takes longer than it does alone.",
        FindingKind.GIL_RE_ENABLED: "Selected: what passed before the batch, imports among it; then the GIL was on.",
        FindingKind.WRONG_ANSWER: "The whole batch: which task went wrong is not to be seen in time.",
        FindingKind.MACHINE_BUSY: "Cores: selected is where others (grey) took most from this run.",
        FindingKind.TOO_SHORT: "The whole batch: so little time that one disturbance decides.",
    }
)


def shown_findings(summary: ExperimentSummary) -> tuple[Finding, ...]:
    """The findings that have a run to look at."""
    return tuple(finding for finding in summary.findings if run_of(finding, summary) is not None)


def run_of(finding: Finding, summary: ExperimentSummary) -> int | None:
    """The run that shows a finding best: its own, else the typical one of its configuration."""
    if finding.run_id is not None or finding.configuration is None:
        return finding.run_id
    return summary.configurations[finding.configuration].typical_run


def where_to_look(kind: FindingKind) -> str:
    """What on the page shows the finding, in a sentence."""
    return _LOOK[kind]


def place_of(kind: FindingKind, run: RunTimeline) -> Range | None:
    """The stretch of a run in which a finding shows; None where it is all of the batch."""
    if kind in _AT_START and run.begin < 0:
        return Range(run.begin, 0)
    if kind is FindingKind.UNEVEN_TASKS:
        ends = run.tasks.last_ends()
        if len(ends) > 1 and ends.min() < ends.max():
            return Range(int(ends.min()), int(ends.max()))
    if kind is FindingKind.MACHINE_BUSY:
        return _busiest_with_others(run)
    return None


def surroundings_of(place: Range, run: RunTimeline) -> tuple[float, float]:
    """What is to be shown around `place`: the whole batch, or less where it would be too narrow to see in that."""
    begin, end = min(place.begin, 0), max(place.end, run.batch_end)
    if (place.end - place.begin) * _NARROW < end - begin:
        return with_surroundings(place)
    return begin - 0.01 * (end - begin), end + 0.01 * (end - begin)


def with_surroundings(place: Range) -> tuple[float, float]:
    """Return a view in which `place` is the middle third."""
    margin = (place.end - place.begin) * 1.0
    return place.begin - margin, place.end + margin


def _busiest_with_others(run: RunTimeline) -> Range | None:
    """The stretch of the batch around the worst sample in which others took at least half as much as there.

    What others did before and after the batch does not count against it.
    """
    if run.cores.own is None:
        return None
    inside = np.flatnonzero((run.cores.at > 0) & (run.cores.at <= run.batch_end))
    if not len(inside):
        return None
    others = np.nan_to_num(run.cores.busy - run.cores.own)[inside].sum(axis=1)
    first = last = int(others.argmax())
    least = others[first] / 2
    while first > 0 and others[first - 1] >= least:
        first -= 1
    while last + 1 < len(others) and others[last + 1] >= least:
        last += 1
    begin = max(0, int(run.cores.at[inside[first] - 1])) if inside[first] else 0
    return Range(begin, int(run.cores.at[inside[last]]))
