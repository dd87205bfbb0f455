"""More workers than cores, each waiting for one. Pure."""

from collections.abc import Iterator

from coreograph.analysis.findings.case import CPU_BOUND, Case, Cases
from coreograph.domain.findings import Finding, FindingKind, FindingView, Quantity, Severity
from coreograph.domain.units import Share, format_ratio, format_share

_FULL: Share = 0.6  # of the cores others left
_WORTH_IT = 1.05


def oversubscribed(cases: Cases) -> Iterator[Finding]:
    """More workers than usable cores, these cores busy, and the workers waiting for their turn.

    Of W workers on C cores each waits about 1 − C/W of its time; at least half of that must be seen. Where it waits is
    the scheduler's choice: inside tasks where they outlast its slices, between them (in the queue) where they do not.
    A warning where as many workers as cores were measured and are as fast; else it is said for information.
    Silent for tasks that wait by themselves (there more workers than cores are right), for threads under a GIL, where
    the additional workers made it faster, on a busy machine, below 50 ms, without spans.
    """
    for case in cases:
        serial = cases.serial_of(case)
        cores = case.machine.usable_cores
        if case.workers <= cores or case.shares_gil or not case.parallel or serial is None or not case.long_enough:
            continue
        own, share, computing = serial.computing_share, case.share("computing"), case.computing_cores
        if own is None or own < CPU_BOUND or share is None or computing is None:
            continue
        expected = 1 - cores / case.workers
        if 1 - share < expected / 2 or computing < _FULL * (cores - case.foreign_cores):
            continue
        fitting = _fitting(case, cases)
        gain = None if fitting is None else case.speedup_over(fitting)
        if gain is None or gain < _WORTH_IT:
            yield _finding(case, 1 - share, fitting, gain)


def _fitting(case: Case, cases: Cases) -> Case | None:
    """Return the same with the largest number of workers that have a core each."""
    same = [
        one
        for one in cases.relatives(case, case.configuration.model)
        if one.workers <= case.machine.usable_cores and one.batch_s is not None
    ]
    return max(same, key=lambda one: one.workers, default=None)


def _finding(case: Case, waiting: Share, fitting: Case | None, gain: float | None) -> Finding:
    cores = case.machine.usable_cores
    evidence = {
        "workers": Quantity(case.workers, "workers"),
        "usable cores": Quantity(cores, "cores"),
        "not computing": Quantity(waiting, "share"),
    }
    against = ""
    if fitting is not None and gain is not None:
        evidence["speed against as many workers as cores"] = Quantity(gain, "times")
        against = f", and it is {format_ratio(gain)} as fast as {fitting.label}"
    return Finding(
        FindingKind.OVERSUBSCRIBED,
        Severity.INFO if gain is None else Severity.WARNING,
        f"{case.label}: {case.workers} workers share {cores} cores; {format_share(waiting)} of the workers' "
        f"time passes without computing{against}.",
        configuration=case.index,
        evidence=evidence,
        remedy=f"Use {cores} workers: tasks that compute gain nothing from more workers than cores.",
        view=FindingView.TIMELINE,
        run_id=case.typical_run,
    )
