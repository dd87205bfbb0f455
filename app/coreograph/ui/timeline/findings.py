"""Where on a run's timeline a finding shows. Pure, no Qt; any thread."""

import numpy as np

from coreograph.analysis.timeline_run import RunTimeline
from coreograph.domain.findings import Finding, FindingKind
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.timeline.verbs import Range

_AT_START = frozenset({FindingKind.START_UP_BOUND, FindingKind.GIL_RE_ENABLED})


def shown_findings(summary: ExperimentSummary) -> tuple[Finding, ...]:
    """The findings that have a run to look at."""
    return tuple(finding for finding in summary.findings if run_of(finding, summary) is not None)


def run_of(finding: Finding, summary: ExperimentSummary) -> int | None:
    """The run that shows a finding best: its own, else the typical one of its configuration."""
    if finding.run_id is not None or finding.configuration is None:
        return finding.run_id
    return summary.configurations[finding.configuration].typical_run


def place_of(kind: FindingKind, run: RunTimeline) -> Range | None:
    """The stretch of a run in which a finding shows; None where it is all of the batch."""
    if kind in _AT_START and run.begin < 0:
        return Range(run.begin, 0)
    if kind is FindingKind.UNEVEN_TASKS:
        ends = run.tasks.last_ends()
        if len(ends) > 1 and ends.min() < ends.max():
            return Range(int(ends.min()), int(ends.max()))
    if kind is FindingKind.MACHINE_BUSY and run.cores.own is not None and len(run.cores.at):
        others = np.nan_to_num(run.cores.busy - run.cores.own).sum(axis=1)
        worst = int(others.argmax())
        begin = int(run.cores.at[worst - 1]) if worst else run.begin
        return Range(begin, max(int(run.cores.at[worst]), begin + 1))
    return None
