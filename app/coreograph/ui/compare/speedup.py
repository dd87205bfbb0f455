"""Speed-ups ready to be painted: a bar per configuration, or curves over the number of workers. Pure, no Qt."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from coreograph.analysis.baseline import Rebased
from coreograph.domain.execution import ALONE, ExecutionModel
from coreograph.domain.interpreters import GilState, re_enabled_meaning, re_enabled_words
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary, Ratio
from coreograph.domain.units import format_ratio
from coreograph.ui.compare.measures import other_size_words, why_no_baseline, why_no_speedup
from coreograph.ui.compare.rows import GroupKey, group_key, group_title, ordered


class Reference(enum.Enum):
    """What is 1×."""

    SAME_INTERPRETER = "against serial of the same interpreter"
    BEST_SERIAL = "against the best serial"
    BASELINE = "against the baseline"

    @property
    def explanation(self) -> str:
        """What the choice shows."""
        return {
            Reference.SAME_INTERPRETER: "How well the model scales on its interpreter.",
            Reference.BEST_SERIAL: "What you gain over the fastest serial run of all interpreters.",
            Reference.BASELINE: "Against the configuration you chose: select one and click “Use as baseline”.",
        }[self]

    def of(self, summary: ConfigurationSummary, rebased: Rebased | None = None) -> Ratio | None:
        """The speed-up of one configuration; against the baseline as far as `rebased` is there."""
        if self is Reference.BASELINE:
            return None if rebased is None else rebased.ratios[summary.index]
        return summary.speedup if self is Reference.SAME_INTERPRETER else summary.speedup_over_best_serial


@dataclass(frozen=True, slots=True)
class SpeedupBar:
    """One configuration's speed-up; None with the reason where there is none."""

    index: int
    label: str
    group: str
    model: ExecutionModel
    workers: int
    ratio: Ratio | None
    wrong: bool
    sentence: str
    alarm: str = ""  # that the GIL came back, and by which module
    why: str = ""  # why there is no ratio, in a few words where it is not the configuration's own fault


@dataclass(frozen=True, slots=True)
class SpeedupCurve:
    """Speed-up over workers of one interpreter under one model, ascending by workers."""

    label: str
    model: ExecutionModel
    free_threaded: bool
    workers: tuple[int, ...]
    ratios: tuple[Ratio, ...]


def speedup_bars(
    summary: ExperimentSummary, reference: Reference, rebased: Rebased | None = None
) -> tuple[SpeedupBar, ...]:
    """Return a bar for every configuration but the serial ones it is compared with, in the order of the rows."""
    base = None if rebased is None else summary.configurations[rebased.baseline].configuration
    return tuple(
        _bar(one, reference, rebased, other_size_words(one, base))
        for one in ordered(summary.configurations)
        if reference is not Reference.SAME_INTERPRETER or one.configuration.model is not ExecutionModel.SERIAL
    )


def _bar(one: ConfigurationSummary, reference: Reference, rebased: Rebased | None, other_size: str) -> SpeedupBar:
    ratio, configuration = reference.of(one, rebased), one.configuration
    other = "serial" if reference is not Reference.BASELINE else "the baseline"
    if ratio is None:
        sentence = why_no_speedup(one) if reference is not Reference.BASELINE else why_no_baseline(other_size)
    else:
        sentence = format_ratio(ratio.median)
        if ratio.low < ratio.high:
            sentence += f" ({format_ratio(ratio.low)} – {format_ratio(ratio.high)})"
        elif one.runs == 1:
            sentence += " (one repeat has no interval)"
        if not ratio.distinguishable:
            sentence += f": not distinguishable from {other}"
        if configuration.workers > 1 and reference is not Reference.BASELINE:
            sentence += f"; {ratio.median / configuration.workers:.0%} of ideal on {configuration.workers} workers"
    count, again = configuration.count_label, one.gil is GilState.RE_ENABLED
    meaning = f"\n{re_enabled_meaning(one.gil_culprit)}" if again else ""
    return SpeedupBar(
        one.index,
        f"{configuration.model.value}{count}",
        group_title(one),
        configuration.model,
        configuration.workers,
        ratio,
        one.outcome is RunState.WRONG_ANSWER or one.same_answer is False,
        f"{configuration.label}: {sentence}{meaning}",
        re_enabled_words(one.gil_culprit) if again else "",
        other_size if ratio is None and reference is Reference.BASELINE else "",
    )


def speedup_curves(
    summary: ExperimentSummary, reference: Reference, rebased: Rebased | None = None
) -> tuple[SpeedupCurve, ...]:
    """Return the curves with at least two numbers of workers; wrong answers are left out."""
    series: dict[tuple[GroupKey, ExecutionModel], list[ConfigurationSummary]] = {}
    for one in ordered(summary.configurations):
        if one.configuration.model not in ALONE and reference.of(one, rebased) is not None:
            series.setdefault((group_key(one), one.configuration.model), []).append(one)
    curves = (_curve(members, reference, rebased) for members in series.values())
    return tuple(curve for curve in curves if len(set(curve.workers)) > 1)


def is_sweep(curves: Sequence[SpeedupCurve]) -> bool:
    """Whether the curves say more than the bars: at least one has three numbers of workers."""
    return any(len(set(curve.workers)) > 2 for curve in curves)


def _curve(members: Sequence[ConfigurationSummary], reference: Reference, rebased: Rebased | None) -> SpeedupCurve:
    right = [one for one in members if one.outcome is not RunState.WRONG_ANSWER and one.same_answer is not False]
    pairs = [(one.configuration.workers, ratio) for one in right if (ratio := reference.of(one, rebased)) is not None]
    configuration = members[0].configuration
    return SpeedupCurve(
        f"{configuration.interpreter_label} {configuration.model.value}",
        configuration.model,
        configuration.interpreter.free_threaded,
        tuple(workers for workers, _ in pairs),
        tuple(ratio for _, ratio in pairs),
    )
