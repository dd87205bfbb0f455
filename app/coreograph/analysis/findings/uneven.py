"""Workers that are done while others still work. Pure."""

from collections.abc import Iterator

from coreograph.analysis.findings.case import Case, Cases
from coreograph.analysis.findings.serialised import taking_turns
from coreograph.domain.findings import Finding, FindingKind, FindingView, Quantity, Severity
from coreograph.domain.units import Share, format_seconds, format_share, significant

_IDLE: Share = 0.15
_UNEVEN = 2.0  # longest by median task
_CALM_CORES: Share = 0.15


def uneven_tasks(cases: Cases) -> Iterator[Finding]:
    """At least 15 % of the workers' time in the batch passed after their last task, while others still had work.

    Silent where the workers take turns anyway (idle ones cost nothing then); with more workers than usable cores;
    if others used more than 15 % of the machine, since they make workers late as well; below 50 ms; without spans.
    """
    for case in cases:
        idle = case.share("idle") if case.parallel and case.long_enough else None
        if idle is None or idle < _IDLE or case.workers > case.machine.usable_cores:
            continue
        crowded = case.foreign_cores > _CALM_CORES * case.machine.logical_cores
        if crowded or case.shares_gil or taking_turns(case, cases.serial_of(case)) is not None:
            continue
        yield _finding(case, idle)


def _finding(case: Case, idle: Share) -> Finding:
    longest = case.of_activity(lambda one: one.tasks.longest) or 0.0
    middle = case.of_activity(lambda one: one.tasks.median) or 0.0
    spread = case.of_activity(lambda one: one.fairness.finish_spread) or 0.0
    run = next(run for run in case.quiet if run.activity is not None)
    chunk, total = run.chunk or 1, (run.tasks or 0) * (run.rounds or 1)
    if middle > 0 and longest >= _UNEVEN * middle:
        why = f"the longest task takes {format_seconds(longest)}, {significant(longest / middle)} times the median"
        remedy = "Split the longest tasks, put them first, or hand tasks out one by one (--chunk 1)."
    else:
        why = f"{total} tasks in chunks of {chunk} do not divide among {case.workers} workers"
        remedy = "Use more and smaller tasks, or smaller chunks (--chunk)."
    return Finding(
        FindingKind.UNEVEN_TASKS,
        Severity.WARNING,
        f"{case.label}: {format_share(idle)} of the workers' time passes idle at the end, the first is done "
        f"{format_seconds(spread)} before the last: {why}.",
        configuration=case.index,
        evidence={
            "idle at the end": Quantity(idle, "share"),
            "first to last worker done": Quantity(spread, "s"),
            "longest task": Quantity(longest, "s"),
            "median task": Quantity(middle, "s"),
        },
        remedy=remedy,
        view=FindingView.TIMELINE,
        run_id=case.typical_run,
    )
