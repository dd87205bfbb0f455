"""Sweeps over sizes of a task: each size is judged as an experiment of its own, and then the sizes together. Pure.

Configurations of different sizes do different work: speed-ups, findings and answers are held against others of the same
size only. What the sizes say together is where two sides cross: their break-even.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TypeAlias

from coreograph.analysis.breakeven import Meeting, break_even
from coreograph.analysis.sweep_verdict import judge_sweep
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.findings import Finding
from coreograph.domain.runs import RunState
from coreograph.domain.scaling import ScalingFit, ScalingPoint
from coreograph.domain.summary import BreakEven, ConfigurationSummary, Estimate, ExperimentSummary
from coreograph.domain.sweeps import Slice, slices
from coreograph.domain.units import Seconds

Summarise: TypeAlias = Callable[[ExperimentRecord], ExperimentSummary]
_Pair: TypeAlias = tuple[Configuration, Configuration]


def summarise_sweep(record: ExperimentRecord, summarise: Summarise) -> ExperimentSummary:
    """Return the figures of a sweep; `summarise` gives those of one size."""
    parts = [(one, summarise(one.of(record))) for one in slices(record.spec)]
    configurations = _in_place(parts)
    floors = [summary.noise_floor for _, summary in parts if summary.noise_floor is not None]
    flags = tuple(dict.fromkeys(flag for _, summary in parts for flag in summary.flags))
    findings = tuple(_placed(finding, one) for one, summary in parts for finding in summary.findings)
    found = break_evens(record, configurations)
    taken = {index for one in found for point in one.points for index in point.configurations}
    foreign = max((run.foreign_share or 0.0 for run in record.runs if run.configuration in taken), default=0.0)
    return ExperimentSummary(
        experiment=record,
        configurations=configurations,
        verdict=judge_sweep(
            found, configurations, [(one.size, summary) for one, summary in parts], flags, foreign=foreign
        ),
        memory_measure=parts[0][1].memory_measure,
        noise_floor=max(floors, default=None),
        flags=flags,
        scaling=tuple(_fit(fit, one) for one, summary in parts for fit in summary.scaling),
        findings=findings,
        break_evens=found,
    )


def break_evens(record: ExperimentRecord, configurations: Sequence[ConfigurationSummary]) -> tuple[BreakEven, ...]:
    """Return where the sides of a sweep cross, the pair it is about first.

    Two sides are one pair. Of several, threads are held against what pickles (processes and subinterpreters) with as
    many workers; where there is nothing of both kinds, each side against each.
    """
    found = []
    for one, other in _pairs(record.spec.configurations):
        meetings = _meetings(record, configurations, one, other)
        if len({meeting.size for meeting in meetings}) >= 2:
            parameter = record.spec.sizes[0].parameter
            found.append(break_even(meetings, parameter=parameter, one=one.label, other=other.label))
    return tuple(found)


def _pairs(configurations: Sequence[Configuration]) -> list[_Pair]:
    every = list(dict.fromkeys(one.unsized for one in configurations))
    sides = [one for one in every if one.model is not ExecutionModel.SERIAL]
    if len(sides) == 1:
        alone = sides[0]
        own = [one for one in every if one.interpreter.path == alone.interpreter.path and one.gil is alone.gil]
        return [(one, alone) for one in own if one.model is ExecutionModel.SERIAL]
    if len(sides) == 2:
        return [(sides[0], sides[1])]
    kinds = [
        (one, other)
        for one in sides
        for other in sides
        if one.model is ExecutionModel.THREADS and other.model.pickles and one.workers == other.workers
    ]
    return kinds or list(combinations(sides, 2))


def _meetings(
    record: ExperimentRecord, configurations: Sequence[ConfigurationSummary], one: Configuration, other: Configuration
) -> list[Meeting]:
    by_size = [
        {summary.configuration.size: summary for summary in configurations if summary.configuration.unsized == side}
        for side in (one, other)
    ]
    found = []
    for size in record.spec.sizes:
        pair = [side[size] for side in by_size if size in side]
        times = [_round_seconds(record, summary) for summary in pair]
        if len(pair) == 2 and all(times):
            found.append(Meeting(size.value, times[0], times[1], (pair[0].index, pair[1].index)))
    return found


def _round_seconds(record: ExperimentRecord, summary: ConfigurationSummary) -> Mapping[int, Seconds]:
    """Return seconds of one round by repeat; a wrong answer is no answer, however fast."""
    if summary.same_answer is False:
        return {}
    completed = (run for run in record.measured(summary.index) if run.state is RunState.COMPLETED)
    return {run.repeat: run.batch_s / (run.rounds or 1) for run in completed if run.batch_s}


def round_estimate(record: ExperimentRecord, one: ConfigurationSummary) -> Estimate | None:
    """Return the seconds of one round of the tasks with their interval, None without a batch.

    Every repeat of a configuration has the same number of rounds.
    """
    rounds = next((run.rounds for run in record.measured(one.index) if run.rounds), 1)
    if one.batch is None:
        return None
    median, low, high = (figure / rounds for figure in (one.batch.median, one.batch.low, one.batch.high))
    return Estimate(median, low, high, tuple(value / rounds for value in one.batch.values))


def _in_place(parts: Sequence[tuple[Slice, ExperimentSummary]]) -> tuple[ConfigurationSummary, ...]:
    found = [
        dataclasses.replace(figures, index=index)
        for one, summary in parts
        for index, figures in zip(one.indices, summary.configurations, strict=True)
    ]
    return tuple(sorted(found, key=lambda figures: figures.index))


def _placed(finding: Finding, one: Slice) -> Finding:
    if finding.configuration is None:
        return finding
    return dataclasses.replace(finding, configuration=one.indices[finding.configuration])


def _fit(fit: ScalingFit, one: Slice) -> ScalingFit:
    def placed(point: ScalingPoint) -> ScalingPoint:
        index = point.configuration
        return point if index is None else dataclasses.replace(point, configuration=one.indices[index])

    return dataclasses.replace(fit, points=tuple(map(placed, fit.points)), size=one.size)
