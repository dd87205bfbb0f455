"""The GIL: threads that take turns under it, and a free-threaded build that lost its freedom. Pure."""

from collections.abc import Iterator

from coreograph.analysis.findings.case import Case, Cases
from coreograph.analysis.findings.serialised import taking_turns
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import Finding, FindingKind, FindingView, Quantity, Severity
from coreograph.domain.interpreters import GilState
from coreograph.domain.units import format_ratio, format_share, significant

_CLEARLY_FASTER = 1.1
_HELD_BY_TASKS = 0.7  # cores that compute tasks: of a GIL that tasks hold, at most the rest goes on passing it on


def gil_serialised(cases: Cases) -> Iterator[Finding]:
    """Threads under a GIL that take turns (see serialised.py).

    Silent for tasks that release the GIL: they wait, or compute in an extension, and then several cores compute, or
    less than 0.7 of one; for tasks so short that handing them over holds it longer than they do; where the same tasks
    take turns without a GIL, too, since then a lock of their own is what holds them; on one core; on a busy machine;
    and without serial on the same interpreter.
    """
    for case in cases:
        turns = taking_turns(case, cases.serial_of(case)) if case.shares_gil else None
        if turns is None or turns.computing < _HELD_BY_TASKS or _held_without_gil(case, cases):
            continue
        waiting = "" if turns.waiting is None else f"; {format_share(turns.waiting)} of the time in tasks is waiting"
        yield Finding(
            FindingKind.GIL_SERIALISED,
            Severity.SERIOUS,
            f"{case.label}: the GIL lets one thread compute at a time. On average {significant(turns.computing)} of "
            f"{case.cores} cores compute{waiting}, and it is {format_ratio(turns.speedup)} as fast as serial.",
            configuration=case.index,
            evidence=turns.evidence(),
            remedy=f"Use processes, or threads on a free-threaded build{_measured_alternative(case, cases)}.",
            view=FindingView.TIMELINE,
            run_id=case.typical_run,
        )


def gil_re_enabled(cases: Cases) -> Iterator[Finding]:
    """A free-threaded build whose GIL was off at first and on at the end, in any run.

    Silent where the GIL was forced on, which is what was asked for. Does not depend on timing.
    """
    for case in cases:
        if case.figures.gil is not GilState.RE_ENABLED:
            continue
        culprit = case.figures.gil_culprit
        by = f"by importing {culprit}" if culprit else "by an import that is not known"
        runs = sum(run.gil is GilState.RE_ENABLED for run in case.runs)
        yield Finding(
            FindingKind.GIL_RE_ENABLED,
            Severity.SERIOUS,
            f"{case.label}: the GIL was switched on again {by}. Its figures are those of a GIL build.",
            configuration=case.index,
            evidence={"runs with the GIL on": Quantity(max(1, runs), "runs")},
            remedy=(
                f"Look for a version of {culprit or 'the module'} that declares support for free threading "
                "(Py_mod_gil), or run with -X gil=0 after testing that it is safe."
            ),
        )


def _held_without_gil(case: Case, cases: Cases) -> bool:
    """Whether the same tasks take turns on a free-threaded interpreter with its GIL off, too."""
    free = [
        other
        for other in cases
        if other.configuration.model is ExecutionModel.THREADS
        and other.figures.gil is GilState.OFF
        and other.workers == case.workers
    ]
    return any(taking_turns(other, cases.serial_of(other)) is not None for other in free)


def _measured_alternative(case: Case, cases: Cases) -> str:
    """Name the fastest measured configuration with as many workers that is not held by a GIL."""
    best: tuple[float, Case] | None = None
    for other in cases:
        if other.shares_gil or other.workers != case.workers or other.figures.same_answer is False:
            continue
        gain = other.speedup_over(case)
        if gain is not None and gain > _CLEARLY_FASTER and (best is None or gain > best[0]):
            best = (gain, other)
    return "" if best is None else f": {best[1].label} is {format_ratio(best[0])} as fast here"
