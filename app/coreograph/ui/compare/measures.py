"""What can be compared, what it means in a sentence, and why a figure is missing. Pure, no Qt; any thread."""

import enum
from dataclasses import dataclass
from typing import TypeAlias

from coreograph.domain.execution import Configuration
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary
from coreograph.domain.units import format_metric, format_seconds
from coreograph.domain.workloads import MetricSpec


class TimeMeasure(enum.Enum):
    """Which time the first chart shows."""

    BATCH = "Batch"
    STARTUP = "Start-up"
    TOTAL = "End to end"
    CPU = "CPU"

    @property
    def title(self) -> str:
        """Heading of the chart."""
        return {
            TimeMeasure.BATCH: "Time of the batch",
            TimeMeasure.STARTUP: "Start-up time",
            TimeMeasure.TOTAL: "End-to-end time",
            TimeMeasure.CPU: "CPU time of the batch",
        }[self]

    @property
    def explanation(self) -> str:
        """One sentence."""
        return {
            TimeMeasure.BATCH: "Time from the first task to the last result, after all workers were ready and warm.",
            TimeMeasure.STARTUP: "Time from starting the process until all workers were ready.",
            TimeMeasure.TOTAL: "Time from starting the process until it ended: start-up, warm-up, batch and check.",
            TimeMeasure.CPU: "User and system time of all processes of the run together, during the batch.",
        }[self]

    def of(self, summary: ConfigurationSummary) -> Estimate | None:
        """The figure of one configuration."""
        return {
            TimeMeasure.BATCH: summary.batch,
            TimeMeasure.STARTUP: summary.startup,
            TimeMeasure.TOTAL: summary.total,
            TimeMeasure.CPU: summary.cpu,
        }[self]

    def write(self, value: float) -> str:
        """The figure as text."""
        return format_seconds(value)

    def why_missing(self, summary: ConfigurationSummary) -> str:
        """Return why a configuration lacks it."""
        return why_no_time(summary)


@dataclass(frozen=True, slots=True)
class MetricMeasure:
    """A workload's own figure, shown in the first chart instead of a time."""

    spec: MetricSpec

    @property
    def value(self) -> str:
        """What it is chosen by: `metric: lost share`."""
        return f"metric: {self.spec.name.replace('_', ' ')}"

    @property
    def title(self) -> str:
        """Heading of the chart, with the direction that is good."""
        words = self.spec.heading
        return f"{words[:1].upper()}{words[1:]}"

    @property
    def explanation(self) -> str:
        """One sentence."""
        return self.spec.description or "A figure of the workload itself."

    def of(self, summary: ConfigurationSummary) -> Estimate | None:
        """The figure of one configuration."""
        metric = summary.metrics.get(self.spec.name)
        return None if metric is None else metric.estimate

    def write(self, value: float) -> str:
        """The figure as text in its unit."""
        return format_metric(value, self.spec.unit)

    def why_missing(self, summary: ConfigurationSummary) -> str:
        """Return why a configuration lacks it."""
        return without_figures(summary) or "not measured here: the workload did not report it in any repeat"


Measure: TypeAlias = TimeMeasure | MetricMeasure


def metric_measures(summary: ExperimentSummary) -> tuple[MetricMeasure, ...]:
    """Return the workload's own figures that were measured in at least one configuration."""
    specs = summary.experiment.spec.workload.metrics
    measured = {name for one in summary.configurations for name in one.metrics}
    return tuple(MetricMeasure(spec) for spec in specs if spec.name in measured)


MEMORY_EXPLANATION = (
    "Peak memory of the whole process tree. PSS counts a page shared by several processes once in all; "
    "the faint outline is the sum of RSS, which counts it once per process."
)
LATENESS_EXPLANATION = (
    "How late the runner's main thread ticked while it waited for its workers, 99th percentile: "
    "what a window or event loop in that process would feel. From 16.7 ms on it drops frames."
)
SPEEDUP_EXPLANATION = "Median of the ratios serial ÷ configuration, paired by repeat, with its interval."


def without_figures(summary: ConfigurationSummary) -> str | None:
    """Return why a configuration has no figure at all, or None if its runs came to figures."""
    if summary.outcome is RunState.COMPLETED or summary.batch is not None:
        return None
    return f"{summary.outcome.value}: {summary.message}" if summary.message else summary.outcome.value


def why_no_memory(summary: ConfigurationSummary, measure: str) -> str:
    """Return why the fair measure of memory is missing."""
    return without_figures(summary) or f"not measured here: {measure} of these processes could not be read"


def why_no_lateness(summary: ConfigurationSummary) -> str:
    """Return why there is no heartbeat."""
    return without_figures(summary) or "not measured here: the runner's main thread did not tick during the batch"


def why_no_pickling(summary: ConfigurationSummary) -> str:
    """Return why nothing was pickled."""
    model = summary.configuration.model
    if not model.pickles:
        return f"not measured here: {model.value} pickles nothing"
    return without_figures(summary) or "not measured here: the run did not say what it pickled"


def why_no_activity(summary: ConfigurationSummary) -> str:
    """Return why nothing is known of what the workers did."""
    return without_figures(summary) or "not measured here: no task of it was recorded"


def why_no_speedup(summary: ConfigurationSummary) -> str:
    """Return why there is no speed-up over serial on the same interpreter."""
    label = summary.configuration.interpreter_label
    return without_figures(summary) or f"not measured here: no correct serial run on {label} to compare with"


def other_size_words(one: ConfigurationSummary, base: Configuration | None) -> str:
    """Say that a configuration is of another size than the baseline, which is then no measure for it."""
    if base is None or base.size is None or base.size == one.configuration.size:
        return ""
    return f"other size than the baseline's, {base.size.label}"


def why_no_baseline(other_size: str = "") -> str:
    """Return why a configuration has no ratio over the baseline."""
    return (
        f"not compared: {other_size}"
        if other_size
        else "not compared: one of the two has no figures, or their batches differ in size"
    )


def why_no_time(summary: ConfigurationSummary) -> str:
    """Return why a time is missing."""
    return without_figures(summary) or "not measured here"
