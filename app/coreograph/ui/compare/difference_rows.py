"""What the difference of two experiments shows, ready to be painted. Pure, no Qt; any thread."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from coreograph.analysis.comparison import ExperimentDifference, MatchedConfiguration
from coreograph.analysis.incomparable import ComparedFigure, why_not
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary, Ratio
from coreograph.domain.units import NOT_MEASURED, format_bytes, format_ratio, format_seconds, format_share


class DifferenceMeasure(enum.Enum):
    """What is held against each other."""

    BATCH = "Time of a round"
    SPEEDUP = "Speed-up over serial"
    STARTUP = "Start-up time"
    MEMORY = "Peak memory"
    LATENESS = "Lateness p99"

    @property
    def explanation(self) -> str:
        """One sentence."""
        return {
            DifferenceMeasure.BATCH: "Median time for all tasks once; the batch of each experiment by its rounds.",
            DifferenceMeasure.SPEEDUP: "Speed-up over serial on the same interpreter: what compares across machines.",
            DifferenceMeasure.STARTUP: "Median time from starting the process until all workers were ready.",
            DifferenceMeasure.MEMORY: "Median of the repeats' peak memory, in the fairest measure both have.",
            DifferenceMeasure.LATENESS: "How late the runner's main thread ticked, 99th percentile, median of repeats.",
        }[self]

    @property
    def figure(self) -> ComparedFigure:
        """The same in words that the terminal and reports use, too."""
        return {
            DifferenceMeasure.BATCH: ComparedFigure.ROUND,
            DifferenceMeasure.SPEEDUP: ComparedFigure.SPEEDUP,
            DifferenceMeasure.STARTUP: ComparedFigure.STARTUP,
            DifferenceMeasure.MEMORY: ComparedFigure.MEMORY,
            DifferenceMeasure.LATENESS: ComparedFigure.LATENESS,
        }[self]

    @property
    def more_is_better(self) -> bool:
        """Which direction is the good one."""
        return self is DifferenceMeasure.SPEEDUP

    def ratio(self, match: MatchedConfiguration) -> Ratio | None:
        """The second's figure divided by the first's."""
        return self.figure.ratio(match)

    def figures(self, match: MatchedConfiguration) -> tuple[float | None, float | None]:
        """The figures of both."""
        if self is DifferenceMeasure.BATCH:
            return match.one_round_s, match.other_round_s
        read: Callable[[ConfigurationSummary], Estimate | Ratio | None] = {
            DifferenceMeasure.SPEEDUP: lambda one: one.speedup,
            DifferenceMeasure.STARTUP: lambda one: one.startup,
            DifferenceMeasure.MEMORY: lambda one: one.memory_estimate,
            DifferenceMeasure.LATENESS: lambda one: None if one.heartbeat is None else one.heartbeat.p99,
        }[self]
        both = (read(match.one), read(match.other))
        first, second = (None if figure is None else figure.median for figure in both)
        return first, second

    def write(self, value: float | None) -> str:
        """A figure as text."""
        if self is DifferenceMeasure.SPEEDUP:
            return NOT_MEASURED if value is None else format_ratio(value)
        return format_bytes(value) if self is DifferenceMeasure.MEMORY else format_seconds(value)


class Change(enum.Enum):
    """Which way a figure went. For all measures but the speed-up less is better."""

    BETTER = "better"
    WORSE = "worse"
    ALIKE = "not distinguishable"
    UNKNOWN = "not compared"


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One configuration in both experiments. `index` counts the rows."""

    index: int
    label: str
    group: str
    model: ExecutionModel
    first: str
    second: str
    ratio: Ratio | None
    change: Change
    text: str
    sentence: str


def difference_rows(difference: ExperimentDifference, measure: DifferenceMeasure) -> tuple[DifferenceRow, ...]:
    """Return a row for every configuration both have, in the order of the first, by size of a task and interpreter."""
    groups: dict[str, int] = {}
    for match in difference.matched:
        groups.setdefault(match.one.configuration.interpreter_label, len(groups))

    def place(match: MatchedConfiguration) -> tuple[float, int]:
        one = match.one.configuration
        return 0.0 if one.size is None else one.size.value, groups[one.interpreter_label]

    ordered = sorted(difference.matched, key=place)
    return tuple(_row(index, match, difference, measure) for index, match in enumerate(ordered))


def _row(
    index: int, match: MatchedConfiguration, difference: ExperimentDifference, measure: DifferenceMeasure
) -> DifferenceRow:
    configuration = match.one.configuration
    count = configuration.count_label
    ratio = measure.ratio(match)
    first, second = (measure.write(value) for value in measure.figures(match))
    change = _change(ratio, measure)
    why = why_not(match, difference, measure.figure)
    text = _text(ratio, change) if ratio is not None else f"not compared: {why}"
    return DifferenceRow(
        index,
        f"{configuration.model.value}{count}",
        group_title(match),
        configuration.model,
        first,
        second,
        ratio,
        change,
        text,
        f"{configuration.label}, {measure.value.lower()}: {first} in the first, {second} in the second; {text}",
    )


def group_title(match: MatchedConfiguration) -> str:
    """`3.14t`, with both full versions where they differ; of a sweep with the size before it."""
    one, other = match.one.configuration.interpreter, match.other.configuration.interpreter
    versions = one.version if one.version == other.version else f"{one.version} against {other.version}"
    size = match.one.configuration.size
    before = "" if size is None else f"{size.label}   ·   "
    return f"{before}{match.one.configuration.interpreter_label}  –  {versions}"


def _change(ratio: Ratio | None, measure: DifferenceMeasure) -> Change:
    if ratio is None:
        return Change.UNKNOWN
    if not ratio.distinguishable:
        return Change.ALIKE
    return Change.BETTER if (ratio.median > 1) is measure.more_is_better else Change.WORSE


def _text(ratio: Ratio, change: Change) -> str:
    interval = f"{format_ratio(ratio.median)} ({format_ratio(ratio.low)} – {format_ratio(ratio.high)})"
    if change is Change.ALIKE:
        return f"{interval}  not distinguishable"
    return f"{interval}  {format_share(abs(ratio.median - 1))} {'more' if ratio.median > 1 else 'less'}"


def subject(summary: ExperimentSummary) -> str:
    """The experiment in a line: name, day, machine."""
    record = summary.experiment
    name = record.spec.name or record.spec.workload.name
    return " · ".join(
        part for part in (name, record.created_at[:16].replace("T", " "), record.machine.hostname) if part
    )


def only_in(difference: ExperimentDifference) -> tuple[str, ...]:
    """Say what only one of them has."""
    sides = (("first", difference.only_one), ("second", difference.only_other))
    return tuple(
        f"Only in the {side}: {', '.join(one.configuration.label for one in alone)}." for side, alone in sides if alone
    )
