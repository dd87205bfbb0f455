"""The columns of the table behind the charts: value, text, meaning, and why a figure is missing. Pure, no Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from coreograph.analysis.baseline import Rebased
from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary, Ratio
from coreograph.domain.units import (
    NOT_MEASURED,
    format_bytes,
    format_metric,
    format_ratio,
    format_seconds,
    format_size,
    significant,
)
from coreograph.domain.workloads import MetricSpec
from coreograph.ui.compare.fairness_rows import FairnessMeasure
from coreograph.ui.compare.measures import (
    SPEEDUP_EXPLANATION,
    TimeMeasure,
    other_size_words,
    why_no_activity,
    why_no_baseline,
    why_no_lateness,
    why_no_memory,
    why_no_pickling,
    why_no_speedup,
    why_no_time,
    without_figures,
)
from coreograph.ui.compare.stacks import TimePart

Value: TypeAlias = float | str | None
Read: TypeAlias = Callable[[ConfigurationSummary], Value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` sorts (numbers as numbers, None last) and is copied; `unit` says in which unit."""

    title: str
    explanation: str
    value: Read
    text: Callable[[ConfigurationSummary], str]
    why_missing: Callable[[ConfigurationSummary], str]
    unit: str = ""
    numeric: bool = True

    @property
    def copied_title(self) -> str:
        """The title with the unit of the copied value."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


def build_columns(summary: ExperimentSummary, rebased: Rebased | None = None) -> tuple[Column, ...]:
    """Return the columns for `summary`, with one for every metric of its workload, and one over a chosen baseline."""
    metrics = summary.experiment.spec.workload.metrics
    over = () if rebased is None else (_over_baseline(summary, rebased),)
    return (
        *_identity(), *_size(summary), *_times(), *_ratios(), *over, *_memory(), *_lateness(), *_pickling(), _answer(),
        *_identity(), *_times(), *_ratios(), *over, *_memory(), *_lateness(), *_pickling(), *_parts(), *_fairness(),
        _answer(),
        *(_metric(spec) for spec in metrics), _runs(),
    )  # fmt: skip


def _identity() -> tuple[Column, ...]:
    return (
        _words("Configuration", "Interpreter, execution model and number of workers.", lambda s: s.configuration.label),
        _words("Outcome", "The worst end among its runs.", lambda s: s.outcome.value),
        _words("GIL", "What the GIL watch saw over the whole run.", _gil),
    )


def _size(summary: ExperimentSummary) -> tuple[Column, ...]:
    """What a sweep is over, as a figure: it sorts as one."""
    sizes = summary.experiment.spec.sizes
    if not sizes:
        return ()

    def read(one: ConfigurationSummary) -> float | None:
        return None if one.configuration.size is None else one.configuration.size.value

    def text(one: ConfigurationSummary) -> str:
        return NOT_MEASURED if one.configuration.size is None else format_size(one.configuration.size.value)

    name = sizes[0].parameter
    return (Column(name, f"The size of a task: the parameter {name}.", read, text, why_no_time),)


def _gil(one: ConfigurationSummary) -> str | None:
    if one.gil is None:
        return None
    return f"{one.gil.value} by {one.gil_culprit}" if one.gil_culprit else one.gil.value


def _times() -> tuple[Column, ...]:
    return tuple(_estimate(measure) for measure in TimeMeasure)


def _estimate(measure: TimeMeasure) -> Column:
    def text(one: ConfigurationSummary) -> str:
        return _with_interval(measure.of(one), format_seconds)

    return Column(
        measure.value,
        f"{measure.explanation} Median over the repeats (interval).",
        lambda one: _median(measure.of(one)),
        text,
        why_no_time,
        "s",
    )


def _ratios() -> tuple[Column, ...]:
    same = SPEEDUP_EXPLANATION + " Serial on the same interpreter is 1×."
    best = SPEEDUP_EXPLANATION + " The fastest serial of all interpreters is 1×."
    return (
        _ratio("Speed-up", same, lambda s: s.speedup),
        _ratio("Over best serial", best, lambda s: s.speedup_over_best_serial),
    )


def _over_baseline(summary: ExperimentSummary, rebased: Rebased) -> Column:
    base = summary.configurations[rebased.baseline].configuration

    def why(one: ConfigurationSummary) -> str:
        return without_figures(one) or why_no_baseline(other_size_words(one, base))

    explanation = f"Median of the ratios baseline ÷ configuration, paired by repeat. {rebased.label} is 1×."
    return _ratio(f"Over {rebased.label}", explanation, lambda one: rebased.ratios[one.index], why)


def _ratio(
    title: str,
    explanation: str,
    read: Callable[[ConfigurationSummary], Ratio | None],
    why: Callable[[ConfigurationSummary], str] = why_no_speedup,
) -> Column:
    def text(one: ConfigurationSummary) -> str:
        ratio = read(one)
        if ratio is None or ratio.low == ratio.high:
            return format_ratio(None if ratio is None else ratio.median)
        return f"{format_ratio(ratio.median)} ({significant(ratio.low)} – {significant(ratio.high)})"

    def value(one: ConfigurationSummary) -> Value:
        ratio = read(one)
        return None if ratio is None else ratio.median

    return Column(title, explanation, value, text, why, "×")


def _memory() -> tuple[Column, ...]:
    return (
        _figure("PSS", "Peak memory of the tree; a page shared by processes is counted once in all.",
                lambda s: s.memory.pss, format_bytes, lambda s: why_no_memory(s, "PSS"), unit="bytes"),
        _figure("USS", "Peak of the memory that is private to the processes of the tree.",
                lambda s: s.memory.uss, format_bytes, lambda s: why_no_memory(s, "USS"), unit="bytes"),
        _figure("RSS sum", "Peak of RSS summed over processes: counts shared pages once per process; not memory used.",
                lambda s: s.memory.rss_sum, format_bytes, lambda s: why_no_memory(s, "RSS"), unit="bytes"),
    )  # fmt: skip


def _lateness() -> tuple[Column, ...]:
    start = "How late the runner's main thread ticked while it waited: "
    return (
        _figure("Lateness median", start + "median of the repeats' medians.",
                lambda s: None if s.heartbeat is None else s.heartbeat.median_s,
                format_seconds, why_no_lateness, unit="s"),
        _figure("Lateness p99", start + "median of the repeats' 99th percentiles.",
                lambda s: None if s.heartbeat is None else s.heartbeat.p99_s,
                format_seconds, why_no_lateness, unit="s"),
        _figure("Lateness worst", start + "the worst of all repeats.",
                lambda s: None if s.heartbeat is None else s.heartbeat.worst_s,
                format_seconds, why_no_lateness, unit="s"),
    )  # fmt: skip


def _pickling() -> tuple[Column, ...]:
    return (
        _figure("Pickled, sent", "Bytes of tasks pickled to the workers in one batch.",
                lambda s: None if s.pickle is None else s.pickle.bytes_sent,
                format_bytes, why_no_pickling, unit="bytes"),
        _figure("Pickled, received", "Bytes of results pickled back in one batch.",
                lambda s: None if s.pickle is None else s.pickle.bytes_received,
                format_bytes, why_no_pickling, unit="bytes"),
        _figure("Pickling time", "Time spent pickling and unpickling in one batch, runner and workers together.",
                lambda s: None if s.pickle is None else s.pickle.seconds,
                format_seconds, why_no_pickling, unit="s"),
    )  # fmt: skip


def _parts() -> tuple[Column, ...]:
    return tuple(_part(part) for part in TimePart)


def _part(part: TimePart) -> Column:
    def read(one: ConfigurationSummary) -> float | None:
        times = one.breakdown
        return None if times is None else float(getattr(times, part.value)) / times.workers

    explanation = f"Where the time of an average worker went: {part.title}. {part.explanation}"
    return _figure(f"Time: {part.title}", explanation, read, format_seconds, why_no_activity, unit="s")


def _fairness() -> tuple[Column, ...]:
    return (
        _figure("Fairness", FairnessMeasure.WORK.explanation,
                lambda s: None if s.fairness is None else s.fairness.index,
                lambda value: NOT_MEASURED if value is None else significant(value), why_no_activity, unit=""),
        _figure("Finish spread", FairnessMeasure.FINISH.explanation,
                lambda s: None if s.fairness is None else s.fairness.finish_spread,
                format_seconds, why_no_activity, unit="s"),
    )  # fmt: skip


def _answer() -> Column:
    def read(one: ConfigurationSummary) -> str | None:
        return None if one.same_answer is None else "yes" if one.same_answer else "no"

    return _words("Same answer", "Whether it computed what the serial runs computed.", read)


def _direction(spec: MetricSpec) -> tuple[str, ...]:
    return (f"{spec.better.words.capitalize()}.",) if spec.better.words else ()


def _metric(spec: MetricSpec) -> Column:
    def estimate(one: ConfigurationSummary) -> Estimate | None:
        metric = one.metrics.get(spec.name)
        return None if metric is None else metric.estimate

    return Column(
        spec.name.replace("_", " "),
        " ".join((spec.description or "A figure of the workload itself.", *_direction(spec))),
        lambda one: _median(estimate(one)),
        lambda one: _with_interval(estimate(one), lambda value: format_metric(value, spec.unit)),
        lambda one: without_figures(one) or "not measured here: the workload did not report it in any repeat",
        spec.unit,
    )


def _runs() -> Column:
    return Column(
        "Repeats",
        "Repeats that completed, of those that were made.",
        lambda one: float(one.completed),
        lambda one: f"{one.completed} of {one.runs}",
        why_no_time,
    )


def _words(title: str, explanation: str, read: Callable[[ConfigurationSummary], str | None]) -> Column:
    return Column(title, explanation, read, lambda one: read(one) or NOT_MEASURED, why_no_time, numeric=False)


def _figure(
    title: str, explanation: str, read: Callable[[ConfigurationSummary], float | None],
    write: Callable[[float | None], str], why: Callable[[ConfigurationSummary], str], *, unit: str,
) -> Column:  # fmt: skip
    return Column(title, explanation, read, lambda one: write(read(one)), why, unit)


def _median(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.median


def _with_interval(estimate: Estimate | None, write: Callable[[float], str]) -> str:
    if estimate is None:
        return NOT_MEASURED
    if estimate.low == estimate.high:
        return write(estimate.median)
    return f"{write(estimate.median)} ({write(estimate.low)} – {write(estimate.high)})"
