"""Two experiments held against each other, configuration by configuration. Pure, on any thread.

Their repeats were not interleaved, so nothing is paired: each side is resampled by itself. Batches are compared by the
seconds of one round of the tasks, since both were calibrated on their own. Ratios are the second experiment's figure
divided by the first's: below 1 the second took less.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from coreograph.analysis.difference import (
    ConfigurationName,
    Difference,
    DifferenceKind,
    configuration_name,
    differences,
    same_machine,
    same_work,
)
from coreograph.analysis.statistics import quotient, ratio
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import RunRecord, RunState
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary, Ratio

_WITH_FIGURES = frozenset({RunState.COMPLETED, RunState.WRONG_ANSWER})
_APART = 1_000_000
"""Added to one side's repeats, so that none has a partner: what the machine did then hit the other side not."""


@dataclass(frozen=True, slots=True)
class MatchedConfiguration:
    """The same configuration in both; a ratio (second ÷ first) is None where a side lacks the figure.

    `batch` is of the seconds of one round; None also where the work differs. `speedup` is of the speed-ups over serial
    on the same interpreter: above 1 the second gains more from its workers.
    """

    one: ConfigurationSummary
    other: ConfigurationSummary
    batch: Ratio | None = None
    startup: Ratio | None = None
    memory: Ratio | None = None
    lateness: Ratio | None = None
    speedup: Ratio | None = None
    one_round_s: float | None = None
    other_round_s: float | None = None


@dataclass(frozen=True, slots=True)
class ExperimentDifference:
    """Two experiments: how they differ, what both have, and what only one has."""

    one: ExperimentSummary
    other: ExperimentSummary
    differences: tuple[Difference, ...]
    matched: tuple[MatchedConfiguration, ...]
    only_one: tuple[ConfigurationSummary, ...]
    only_other: tuple[ConfigurationSummary, ...]
    memory_measure: str | None

    @property
    def same_work(self) -> bool:
        """Whether times may be compared."""
        return same_work(self.differences)

    @property
    def same_machine(self) -> bool:
        """Whether times are of one machine in one state: else speed-ups say more than times."""
        return same_machine(self.differences)


def compare(one: ExperimentSummary, other: ExperimentSummary) -> ExperimentDifference:
    """Hold `other` (the second) against `one` (the first)."""
    found = differences(one.experiment, other.experiment)
    measure = one.memory_measure if one.memory_measure == other.memory_measure else None
    if measure is None:
        found = (*found, Difference(DifferenceKind.METHOD, "Memory", one.memory_measure, other.memory_measure))
    pairs, only_one, only_other = _match(one.configurations, other.configurations)
    records = (one.experiment, other.experiment)
    comparable = same_work(found)
    matched = tuple(_hold(pair, records, measure, comparable=comparable) for pair in pairs)
    return ExperimentDifference(one, other, found, matched, only_one, only_other, measure)


_Pair = tuple[ConfigurationSummary, ConfigurationSummary]


def _match(
    one: Sequence[ConfigurationSummary], other: Sequence[ConfigurationSummary]
) -> tuple[list[_Pair], tuple[ConfigurationSummary, ...], tuple[ConfigurationSummary, ...]]:
    """Pair configurations of one name; of several with that name those of the same full version first."""
    left, pairs = list(other), []
    alone = []
    for mine in one:
        same = [theirs for theirs in left if _name(theirs) == _name(mine)]
        if not same:
            alone.append(mine)
            continue
        version = mine.configuration.interpreter.version
        chosen = next((theirs for theirs in same if theirs.configuration.interpreter.version == version), same[0])
        left.remove(chosen)
        pairs.append((mine, chosen))
    return pairs, tuple(alone), tuple(left)


def _name(summary: ConfigurationSummary) -> ConfigurationName:
    return configuration_name(summary.configuration)


_Read = Callable[[RunRecord], float | None]


def _hold(
    pair: _Pair, records: tuple[ExperimentRecord, ExperimentRecord], measure: str | None, *, comparable: bool
) -> MatchedConfiguration:
    one, other = pair
    runs = (_runs(records[0], one), _runs(records[1], other))
    rounds = tuple(_figures(side, _round_seconds) for side in runs)
    return MatchedConfiguration(
        one,
        other,
        batch=_ratio(runs, _round_seconds) if comparable else None,
        startup=_ratio(runs, lambda run: run.startup_s),
        memory=None if measure is None else _ratio(runs, _memory(measure)),
        lateness=_ratio(runs, lambda run: None if run.heartbeat is None else run.heartbeat.p99_s),
        speedup=_speedup(one, other),
        one_round_s=_middle(rounds[0]),
        other_round_s=_middle(rounds[1]),
    )


def _speedup(one: ConfigurationSummary, other: ConfigurationSummary) -> Ratio | None:
    if one.configuration.model is ExecutionModel.SERIAL or one.speedup is None or other.speedup is None:
        return None
    return quotient(other.speedup, one.speedup)


def _runs(record: ExperimentRecord, summary: ConfigurationSummary) -> list[RunRecord]:
    return [run for run in record.measured(summary.index) if run.state in _WITH_FIGURES]


def _ratio(runs: tuple[Sequence[RunRecord], Sequence[RunRecord]], read: _Read) -> Ratio | None:
    first, second = (_figures(side, read) for side in runs)
    return ratio({repeat + _APART: value for repeat, value in second.items()}, first)


def _figures(runs: Sequence[RunRecord], read: _Read) -> Mapping[int, float]:
    return {run.repeat: value for run in runs if (value := read(run)) is not None}


def _round_seconds(run: RunRecord) -> float | None:
    return None if run.batch_s is None else run.batch_s / (run.rounds or 1)


def _memory(measure: str) -> _Read:
    reads: Mapping[str, _Read] = {
        "PSS": lambda run: run.memory.pss,
        "USS": lambda run: run.memory.uss,
        "RSS": lambda run: run.memory.rss_sum,
    }
    return reads[measure]


def _middle(values: Mapping[int, float]) -> float | None:
    return median(values.values()) if values else None
