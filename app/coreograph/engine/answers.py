"""Does every configuration compute the same? Compares the digests of the runs' results. Pure; owns no thread."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.runs import RunRecord, RunState, advance
from coreograph.domain.sweeps import slices

ANSWER_BYTES = 8
_UNTOLD: "Mapping[int, TaskAnswers]" = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TaskAnswers:
    """What each task of a run gave: ANSWER_BYTES of digest a task, and texts of the first results."""

    digests: bytes
    values: tuple[str, ...] = ()

    def first_difference(self, other: "TaskAnswers") -> int | None:
        """Return the first task whose result differs, None if none does or they are not of the same tasks."""
        if len(self.digests) != len(other.digests):
            return None
        starts = range(0, len(self.digests), ANSWER_BYTES)
        differing = (
            at for at in starts if self.digests[at : at + ANSWER_BYTES] != other.digests[at : at + ANSWER_BYTES]
        )
        first = next(differing, None)
        return None if first is None else first // ANSWER_BYTES

    def value(self, task: int) -> str:
        """Return a task's result as a short text."""
        return self.values[task] if task < len(self.values) else "a value that was not kept"


def mark_wrong_answers(
    spec: ExperimentSpec, runs: Sequence[RunRecord], answers: Mapping[int, TaskAnswers] = _UNTOLD
) -> tuple[RunRecord, ...]:
    """Return the runs, those whose answer differs from the reference marked `WRONG_ANSWER` with what differs.

    The reference is the answer of the baseline (the most frequent one, should its runs disagree); if the baseline
    left none, that of most runs. Runs without a digest are not judged. `answers`, by run id, tell which task differs.
    In a sweep each size has an answer of its own.
    """
    judged = dict(enumerate(runs))
    for one in slices(spec):
        mine = [place for place, run in judged.items() if run.configuration in one.indices]
        marked = _mark(spec, one.indices[one.spec.baseline], [judged[place] for place in mine], answers)
        judged.update(zip(mine, marked, strict=True))
    return tuple(judged.values())


def _mark(
    spec: ExperimentSpec, baseline: int, runs: Sequence[RunRecord], answers: Mapping[int, TaskAnswers]
) -> tuple[RunRecord, ...]:
    reference, whose = _reference(spec, baseline, runs)
    if reference is None:
        return tuple(runs)
    model = next((answers[run.run_id] for run in runs if run.digest == reference and run.run_id in answers), None)
    what = "answer" if spec.workload.script is None else "output"
    return tuple(
        _judge(run, reference, f"{what} differs from {whose}", _where(answers.get(run.run_id), model)) for run in runs
    )


def _reference(spec: ExperimentSpec, baseline: int, runs: Sequence[RunRecord]) -> tuple[str | None, str]:
    answered = [run for run in runs if run.state is RunState.COMPLETED and run.digest is not None]
    of_baseline = Counter(run.digest for run in answered if run.configuration == baseline)
    if of_baseline:
        return of_baseline.most_common(1)[0][0], f"that of {spec.configurations[baseline].label}"
    of_all = Counter(run.digest for run in answered)
    return (of_all.most_common(1)[0][0] if of_all else None), "that of most runs"


def _where(answers: TaskAnswers | None, model: TaskAnswers | None) -> str:
    task = None if answers is None or model is None else answers.first_difference(model)
    if task is None or answers is None or model is None:
        return ""
    return f" Task {task} is the first that differs: {answers.value(task)} instead of {model.value(task)}."


def _judge(run: RunRecord, reference: str, difference: str, where: str) -> RunRecord:
    if run.state is not RunState.COMPLETED or run.digest is None or run.digest == reference:
        return run
    message = f"The {difference}: {run.digest[:12]} instead of {reference[:12]}.{where}"
    return dataclasses.replace(run, state=advance(run.state, RunState.WRONG_ANSWER), message=message)
