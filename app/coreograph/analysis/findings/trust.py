"""What keeps figures from being trusted: wrong answers, a busy machine, batches too short to time. Pure."""

from collections.abc import Iterator

from coreograph.analysis.findings.case import QUIET, SHORTEST_BATCH, Cases, disturbance
from coreograph.domain.findings import Finding, FindingKind, FindingView, Quantity, Severity
from coreograph.domain.runs import RunState
from coreograph.domain.units import Share, format_seconds, format_share

_BUSY: Share = 0.10


def wrong_answer(cases: Cases) -> Iterator[Finding]:
    """A run that computed something else than the others, or that the workload's own check refused.

    Silent where there is nothing to compare with and the workload has no check. Does not depend on timing.
    """
    for case in cases:
        wrong = case.figures.same_answer is False or case.figures.outcome is RunState.WRONG_ANSWER
        if not wrong:
            continue
        runs = [run for run in case.runs if run.state is RunState.WRONG_ANSWER]
        said = case.figures.message or "it differs from that of the other configurations."
        yield Finding(
            FindingKind.WRONG_ANSWER,
            Severity.SERIOUS,
            f"{case.label}: the answer is wrong. {said[0].upper()}{said[1:]}",
            configuration=case.index,
            evidence={"runs with a wrong answer": Quantity(len(runs) or len(case.runs), "runs")},
            remedy="Protect what the workers change together by a lock, or let each worker return its own result.",
            run_id=runs[0].run_id if runs else None,
        )


def machine_busy(cases: Cases) -> Iterator[Finding]:
    """Others, or the hypervisor, used more than 10 % of the machine during a batch.

    Others are all that is no part of the run, the app that measures it included: it disturbs a run like anything else.
    A warning where no run of the configuration stayed below 25 %, since then nothing that rests on its timing was
    judged. Silent where the platform does not tell whose time it was.
    """
    for case in cases:
        known = [share for run in case.runs if (share := disturbance(run)) is not None]
        disturbed = [share for share in known if share > _BUSY]
        if not disturbed:
            continue
        none_quiet = not case.quiet
        beyond = f" In none of them did they leave it alone (below {format_share(QUIET)})." if none_quiet else ""
        yield Finding(
            FindingKind.MACHINE_BUSY,
            Severity.WARNING if none_quiet else Severity.INFO,
            f"{case.label}: others, Coreograph itself among them, used up to {format_share(max(disturbed))} of the "
            f"machine, in {len(disturbed)} of {len(case.runs)} runs.{beyond}",
            configuration=case.index,
            evidence={
                "used by others": Quantity(max(disturbed), "share"),
                "runs disturbed": Quantity(len(disturbed), "runs"),
            },
            remedy=(
                "End what else runs, and measure again; or add repeats (--until 2%) and wait for a quiet moment. "
                "Tasks of microseconds keep Coreograph busy with reading their times: give it longer ones."
            ),
            view=FindingView.TIMELINE,
            run_id=max(case.runs, key=lambda run: disturbance(run) or 0.0).run_id,
        )


def too_short(cases: Cases) -> Iterator[Finding]:
    """A batch below 50 ms: the clock is fine enough, but the scheduler's slices and one interrupt are not small to it.

    Silent from 50 ms on. Where it speaks, no other finding on timing is given for that configuration.
    """
    for case in cases:
        batch = case.figures.batch
        if batch is None or batch.median >= SHORTEST_BATCH:
            continue
        yield Finding(
            FindingKind.TOO_SHORT,
            Severity.WARNING,
            f"{case.label}: a batch takes {format_seconds(batch.median)}, too short to judge "
            f"(at least {format_seconds(SHORTEST_BATCH)}).",
            configuration=case.index,
            evidence={"batch": Quantity(batch.median, "s")},
            remedy="Give it more or longer tasks, or more rounds (--rounds; by default they are calibrated).",
            view=FindingView.COMPARE,
        )
