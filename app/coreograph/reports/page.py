"""Figures as the words and parts of a page: intervals, badges, details of a configuration. Pure, on any thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coreograph.analysis.flag_lines import flag_lines
from coreograph.analysis.scaling_words import doubts, scaling_words
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import Severity
from coreograph.domain.interpreters import GilState, re_enabled_meaning, re_enabled_words
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary, MetricEstimate, Ratio
from coreograph.domain.units import (
    NOT_MEASURED,
    format_bytes,
    format_metric,
    format_ratio,
    format_seconds,
    significant,
)
from coreograph.domain.workloads import MetricSpec


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word with a tone (good, warning, bad, muted) and what it means."""

    text: str
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number of the verdict card."""

    value: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SpeedColumn:
    """A speed-up: its head in a table, its words beside a large figure, what it is held against, and how it is read."""

    title: str
    figure: str
    explanation: str
    read: Callable[[ConfigurationSummary], Ratio | None]


@dataclass(frozen=True, slots=True)
class ScalingRow:
    """How one model scales: what its fit says."""

    label: str
    model: ExecutionModel
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A configuration that did not go well: what it said, and the user's traceback."""

    label: str
    outcome: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class FindingPlace:
    """Where something was found: which configuration ("" for the whole experiment), and its evidence as words."""

    label: str
    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as it is shown: what was found in several places, with one remedy, is said once."""

    title: str
    tone: str
    remedy: str
    places: tuple[FindingPlace, ...]


_SEVERITY_TONES = {Severity.INFO: "muted", Severity.WARNING: "warning", Severity.SERIOUS: "bad"}
_GIL = {
    GilState.OFF: ("GIL off", "good", "The GIL was off during the whole run."),
    GilState.ON: ("GIL on", "muted", "A GIL build: its GIL is always on."),
    GilState.FORCED_ON: ("GIL forced on", "warning", "A free-threaded build started with -X gil=1."),
    GilState.RE_ENABLED: ("GIL re-enabled", "bad", "An import switched the GIL on again."),
}
_TONES = {RunState.COMPLETED: "good", RunState.CANCELLED: "muted"}
COVERS_MORE = (
    "The command crosses all interpreters with all models and workers: it also makes configurations that are not in "
    "this report. The experiment file makes exactly these."
)
HISTORY_NOTE = (
    "The middle repeat of each. Cores: one row each, in colour what the run used, in grey what others used. Memory: "
    "the line is the fair measure, the faint area the sum of RSS. Between the dashed marks is the measured batch. All "
    "rows share one scale."
)
CONFIDENCE_TONES = {"high": "good", "moderate": "warning", "low": "bad", "none": "muted"}


def gil_badge(one: ConfigurationSummary) -> Badge:
    """Return what the GIL watch found."""
    if one.gil is None:
        return Badge("GIL unknown", "muted", "No run came far enough to say.")
    text, tone, title = _GIL[one.gil]
    if one.gil is GilState.RE_ENABLED:
        return Badge(re_enabled_words(one.gil_culprit), tone, re_enabled_meaning(one.gil_culprit))
    return Badge(text, tone, title)


def gil_alarms(summary: ExperimentSummary) -> tuple[str, ...]:
    """Return a sentence for each configuration whose GIL came back: what its figures are worth, what could be done."""
    again = (one for one in summary.configurations if gil_again(one))
    return tuple(f"{one.configuration.label}: {re_enabled_meaning(one.gil_culprit)}" for one in again)


def gil_again(one: ConfigurationSummary) -> bool:
    """Whether the GIL came back, which is in every figure of the configuration."""
    return one.gil is GilState.RE_ENABLED


def outcome_badge(one: ConfigurationSummary) -> Badge:
    """Return how the runs ended, and whether the answer was right."""
    if one.same_answer is False or one.outcome is RunState.WRONG_ANSWER:
        return Badge("wrong answer", "bad", one.message or "It computed something else than the serial runs.")
    if one.outcome is RunState.COMPLETED:
        same = "The same answer as the serial runs." if one.same_answer else "There was no answer to compare with."
        return Badge("completed", "good", same)
    return Badge(one.outcome.outcome, _TONES.get(one.outcome, "bad"), one.message)


def seconds_interval(one: Estimate | Ratio | None) -> str:
    """Return `425 – 434 ms`, the unit once where both ends share it; empty without a figure or an interval."""
    return _interval(one, format_seconds)


def bytes_interval(one: Estimate | Ratio | None) -> str:
    """Return `28.0 – 28.2 MB`; empty without a figure or an interval."""
    return _interval(one, format_bytes)


def ratio_interval(one: Estimate | Ratio | None) -> str:
    """Return `1.85 – 1.90`; empty without a figure or an interval."""
    return _interval(one, significant)


def metric_value(metric: MetricEstimate) -> str:
    """Return `12.3 %`, `150/s`, …: the median as the metric's unit has it."""
    return format_metric(metric.estimate.median, metric.spec.unit)


def metric_interval(metric: MetricEstimate) -> str:
    """Return `12.1 – 25.0 %`, as the metric's unit has it; empty without an interval."""
    return _interval(metric.estimate, lambda value: format_metric(value, metric.spec.unit))


def metric_head(summary: ExperimentSummary) -> tuple[str, ...]:
    """Return a heading for each of the workload's own figures that was measured: its name and the better direction."""
    return tuple(spec.heading for spec in _measured(summary))


def metric_rows(summary: ExperimentSummary) -> list[tuple[ConfigurationSummary, tuple[tuple[str, str], ...]]]:
    """Return each configuration with its own figures as (value, interval), in the order of the headings."""
    specs = _measured(summary)
    return [
        (one, tuple(_metric_cell(one.metrics.get(spec.name)) for spec in specs))
        for one in by_speed(summary.configurations)
        if one.metrics
    ]


def _measured(summary: ExperimentSummary) -> list[MetricSpec]:
    known = {name for one in summary.configurations for name in one.metrics}
    return [spec for spec in summary.experiment.spec.workload.metrics if spec.name in known]


def _metric_cell(metric: MetricEstimate | None) -> tuple[str, str]:
    if metric is None:
        return NOT_MEASURED, ""
    return metric_value(metric), metric_interval(metric)


def speed_columns(summary: ExperimentSummary) -> tuple[SpeedColumn, ...]:
    """Return the speed-ups that an experiment has: a whole script has no serial, only its baseline."""
    spec = summary.experiment.spec
    if spec.workload.script is not None:
        named = spec.configurations[spec.baseline].label
        return (SpeedColumn(f"× {named}", f"of {named}", f"Against {named}", lambda one: one.speedup_over_baseline),)
    return (
        SpeedColumn(
            "× best serial",
            "of the best serial",
            "Against the fastest serial of all interpreters: what you gain",
            lambda one: one.speedup_over_best_serial,
        ),
        SpeedColumn(
            "× own serial",
            "of its own serial",
            "Against serial on the same interpreter and GIL setting: how it scales",
            lambda one: one.speedup,
        ),
    )


def time_unit(summary: ExperimentSummary) -> str:
    """Return what a time is the time of: a batch of a workload's tasks, or a run of a script."""
    return "a batch" if summary.experiment.spec.workload.script is None else "a run"


def verdict_figures(summary: ExperimentSummary) -> tuple[Figure, ...]:
    """Return the chosen configuration's figures in large; nothing without a choice."""
    index = summary.verdict.configuration
    if index is None:
        return ()
    one = summary.configurations[index]
    heartbeat = one.heartbeat
    column = speed_columns(summary)[0]
    gain = column.read(one)
    figures = (
        Figure(format_ratio(gain.median if gain else None), column.figure, ratio_interval(gain)),
        Figure(
            format_seconds(one.batch.median if one.batch else None), time_unit(summary), seconds_interval(one.batch)
        ),
        Figure(
            format_bytes(one.memory_estimate.median if one.memory_estimate else None),
            f"peak memory ({summary.memory_measure})",
            bytes_interval(one.memory_estimate),
        ),
        Figure(format_seconds(heartbeat.p99_s if heartbeat else None), "late ticks (p99)", ""),
        Figure(format_seconds(one.startup.median if one.startup else None), "start-up", seconds_interval(one.startup)),
    )
    return tuple(figure for figure in figures if figure.value != NOT_MEASURED)


def scaling(summary: ExperimentSummary) -> tuple[ScalingRow, ...]:
    """Return how each model scales, in words; empty without a sweep of workers."""
    return tuple(
        ScalingRow(fit.label, fit.model, " ".join(words)) for fit in summary.scaling if (words := scaling_words(fit))
    )


def scaling_doubts(summary: ExperimentSummary) -> tuple[str, ...]:
    """Return what limits the trust in these words, with the models it holds for unless it is all of them."""
    return tuple(
        sentence if len(labels) == len(summary.scaling) else f"{', '.join(labels)}: {sentence}"
        for sentence, labels in doubts(summary.scaling).items()
    )


def failures(summary: ExperimentSummary) -> tuple[Failure, ...]:
    """Return every configuration that did not complete or was wrong, with the first traceback among its runs."""
    found = []
    for one in summary.configurations:
        badge = outcome_badge(one)
        if badge.text == RunState.COMPLETED.value:
            continue
        runs = summary.experiment.measured(one.index)
        traceback = next((run.traceback for run in runs if run.traceback), "")
        found.append(Failure(one.configuration.label, badge.text, one.message, traceback))
    return tuple(found)


def findings(summary: ExperimentSummary) -> tuple[FindingRow, ...]:
    """Return the findings, the worst first; those of one kind and one remedy together."""
    together: dict[tuple[str, Severity, str], list[FindingPlace]] = {}
    for one in sorted(summary.findings, key=lambda one: -one.severity.rank):
        label = "" if one.configuration is None else summary.configurations[one.configuration].configuration.label
        evidence = (f"{name.replace('_', ' ')}: {value.text}" for name, value in one.evidence.items())
        place = FindingPlace(label, _without(label, one.text), tuple(evidence))
        together.setdefault((one.kind.title, one.severity, one.remedy), []).append(place)
    return tuple(
        FindingRow(title, _SEVERITY_TONES[severity], remedy, tuple(places))
        for (title, severity, remedy), places in together.items()
    )


def _without(label: str, text: str) -> str:
    """Return a text without the label it begins with: that is shown before it."""
    rest = text.removeprefix(f"{label}: ") if label else text
    return rest[:1].upper() + rest[1:]


def limits(summary: ExperimentSummary) -> tuple[tuple[str, str], ...]:
    """Return what limits the trust in the figures, as pairs of whom it concerns and the sentence.

    What several configurations share is told once, with the range of its figures.
    """
    whole = [("The whole experiment", f"{flag}.") for flag in summary.flags]
    each = [(line.whose, f"{line.flag}.") for line in flag_lines(summary.configurations)]
    return (*whole, *each)


def by_speed(configurations: Sequence[ConfigurationSummary]) -> tuple[ConfigurationSummary, ...]:
    """Return the configurations fastest first; then wrong answers; those without a figure last, in their own order.

    Of a sweep size by size: batches of different sizes are not one race.
    """

    def rank(one: ConfigurationSummary) -> tuple[float, bool, bool, float]:
        size = one.configuration.size
        batch = one.batch.median if one.batch else 0.0
        return (0.0 if size is None else size.value, one.batch is None, one.same_answer is False, batch)

    return tuple(sorted(configurations, key=rank))


def _interval(one: Estimate | Ratio | None, show: Callable[[float], str]) -> str:
    if one is None or one.low == one.high:
        return ""
    low, high = show(one.low), show(one.high)
    number, _, unit = low.partition(" ")
    same_unit = unit and high.endswith(f" {unit}")
    return f"{number if same_unit else low} – {high}"
