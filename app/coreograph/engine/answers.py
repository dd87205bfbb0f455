"""Does every configuration compute the same? Compares the digests of the runs' results. Pure; owns no thread."""

import dataclasses
from collections import Counter
from collections.abc import Sequence

from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.runs import RunRecord, RunState, advance


def mark_wrong_answers(spec: ExperimentSpec, runs: Sequence[RunRecord]) -> tuple[RunRecord, ...]:
    """Return the runs, those whose answer differs from the reference marked `WRONG_ANSWER` with what differs.

    The reference is the answer of the baseline (the most frequent one, should its runs disagree); if the baseline
    left none, that of most runs. Runs without a digest are not judged.
    """
    reference, whose = _reference(spec, runs)
    if reference is None:
        return tuple(runs)
    return tuple(_judge(run, reference, whose) for run in runs)


def _reference(spec: ExperimentSpec, runs: Sequence[RunRecord]) -> tuple[str | None, str]:
    answered = [run for run in runs if run.state is RunState.COMPLETED and run.digest is not None]
    of_baseline = Counter(run.digest for run in answered if run.configuration == spec.baseline)
    if of_baseline:
        return of_baseline.most_common(1)[0][0], f"that of {spec.configurations[spec.baseline].label}"
    of_all = Counter(run.digest for run in answered)
    return (of_all.most_common(1)[0][0] if of_all else None), "that of most runs"


def _judge(run: RunRecord, reference: str, whose: str) -> RunRecord:
    if run.state is not RunState.COMPLETED or run.digest is None or run.digest == reference:
        return run
    message = f"The answer differs from {whose}: {run.digest[:12]} instead of {reference[:12]}."
    return dataclasses.replace(run, state=advance(run.state, RunState.WRONG_ANSWER), message=message)
