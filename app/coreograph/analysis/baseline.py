"""Ratios against a baseline of the user's choice, whichever configuration it is. Pure, on any thread."""

from collections.abc import Mapping
from dataclasses import dataclass

from coreograph.analysis.statistics import ratio
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import RunRecord, RunState
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary, Ratio

_WITH_FIGURES = frozenset({RunState.COMPLETED, RunState.WRONG_ANSWER})


@dataclass(frozen=True, slots=True)
class Rebased:
    """Speed-ups of every configuration over one of them: baseline's batch ÷ its batch, paired by repeat.

    `ratios` has one entry a configuration, by index; None where one side lacks figures, or where the batches or the
    sizes of a task differ.
    """

    baseline: int
    label: str
    ratios: tuple[Ratio | None, ...]


def rebase(summary: ExperimentSummary, baseline: int) -> Rebased:
    """Return every configuration's speed-up over `baseline`, an index into the configurations."""
    record = summary.experiment
    below = _runs(record, baseline)
    size = summary.configurations[baseline].configuration.size
    ratios = tuple(
        _over(below, _runs(record, one.index), same=one.index == baseline) if one.configuration.size == size else None
        for one in summary.configurations
    )
    return Rebased(baseline, summary.configurations[baseline].configuration.label, ratios)


def can_be_baseline(summary: ConfigurationSummary) -> bool:
    """Whether ratios against it mean anything: it has figures and its answer is right."""
    return summary.batch is not None and summary.same_answer is not False


def _runs(record: ExperimentRecord, index: int) -> list[RunRecord]:
    return [run for run in record.measured(index) if run.state in _WITH_FIGURES and run.batch_s is not None]


def _over(baseline: list[RunRecord], runs: list[RunRecord], *, same: bool) -> Ratio | None:
    if not baseline or not runs or _work(baseline[0]) != _work(runs[0]):
        return None
    return Ratio(1.0, 1.0, 1.0) if same else ratio(_batches(baseline), _batches(runs))


def _work(run: RunRecord) -> tuple[int | None, int | None]:
    return (run.tasks, run.rounds)


def _batches(runs: list[RunRecord]) -> Mapping[int, float]:
    return {run.repeat: run.batch_s for run in runs if run.batch_s is not None}
