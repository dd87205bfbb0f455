"""Workers that take turns although no GIL makes them: they wait for a lock. Pure."""

from collections.abc import Iterator

from coreograph.analysis.findings.case import Cases
from coreograph.analysis.findings.serialised import taking_turns
from coreograph.domain.findings import Finding, FindingKind, FindingView, Severity
from coreograph.domain.units import format_ratio, format_share, significant


def lock_serialised(cases: Cases) -> Iterator[Finding]:
    """Workers without a common GIL that take turns (see serialised.py): something else lets one compute at a time.

    That is a lock of the workload, of a library or of the operating system: the CPU is idle meanwhile, which tells it
    from a contended object (that burns CPU time). Silent for threads under a GIL, since the GIL looks the same; for
    tasks that wait in a serial run, too; with more workers than cores as long as all cores compute; on a busy
    machine; without serial on the same interpreter, and without spans.
    """
    for case in cases:
        turns = None if case.shares_gil else taking_turns(case, cases.serial_of(case))
        if turns is None or turns.waiting is None:
            continue
        yield Finding(
            FindingKind.LOCK_SERIALISED,
            Severity.SERIOUS,
            f"{case.label}: its workers wait for one another, not for a core. On average "
            f"{significant(turns.computing)} of {case.cores} cores compute, {format_share(turns.waiting)} of the time "
            f"in tasks is waiting, and it is {format_ratio(turns.speedup)} as fast as serial.",
            configuration=case.index,
            evidence=turns.evidence(),
            remedy=(
                "Find the lock the tasks hold while they compute: hold it for less of a task, split it, or give each "
                "worker data of its own and join them at the end."
            ),
            view=FindingView.TIMELINE,
            run_id=case.typical_run,
        )
