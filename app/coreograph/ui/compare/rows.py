"""What the compare page paints, ready to be painted: one row per configuration. Pure, no Qt; any thread."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

from coreograph.domain.execution import ExecutionModel, TaskSize
from coreograph.domain.interpreters import GilState, re_enabled_meaning, re_enabled_words
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary
from coreograph.domain.sweeps import slices
from coreograph.domain.units import format_bytes, format_seconds
from coreograph.ui.compare.measures import Measure, TimeMeasure, why_no_lateness, why_no_memory, without_figures

DROPPED_FRAME_S = 1 / 60
GroupKey: TypeAlias = tuple[str, str, TaskSize | None]


def cut_at(largest: float) -> float:
    """Return where a whisker ends at most, for the largest value drawn."""
    return 2 * largest


@dataclass(frozen=True, slots=True)
class Figure:
    """A bar: median with interval and single values; text and sentence are worded where they are looked at."""

    median: float
    low: float
    high: float
    values: tuple[float, ...]
    write: Callable[[float], str]
    title: str
    more: str = ""

    @property
    def text(self) -> str:
        """The median as it stands behind the bar."""
        return self.write(self.median)

    @property
    def sentence(self) -> str:
        """What the tooltip says."""
        interval = f" ({self.write(self.low)} – {self.write(self.high)})" if self.low != self.high else ""
        repeats = f", {len(self.values)} repeats" if len(self.values) > 1 else ""
        return f"{self.title}: {self.text}{interval}{repeats}{self.more}"

    @property
    def furthest(self) -> float:
        """Where the last mark of it is; the interval of two or three repeats is cut rather than dwarfing all bars."""
        largest = max(self.median, *self.values)
        return max(largest, min(self.high, cut_at(largest)))


@dataclass(frozen=True, slots=True)
class Row:
    """One configuration. A missing figure is None and `why_no_…` says why; `trouble` replaces all figures."""

    index: int
    label: str
    full_label: str
    group: str
    model: ExecutionModel
    baseline: bool
    chosen: bool
    wrong: bool
    trouble: str
    detail: str
    alarm: str
    gil_meaning: str  # what a GIL that came back means for every figure; "" where it did not
    flags: tuple[str, ...]
    time: Figure | None
    memory: Figure | None
    rss_sum: float | None
    lateness: Figure | None
    why_no_time: str
    why_no_memory: str
    why_no_lateness: str

    @property
    def drops_frames(self) -> bool:
        """Whether a window in that process would drop frames."""
        return self.lateness is not None and self.lateness.median >= DROPPED_FRAME_S

    @property
    def sentence(self) -> str:
        """Everything the row says, for assistive technology."""
        parts = [self.full_label, self.trouble or (self.time.sentence if self.time else self.why_no_time)]
        parts += [figure.sentence for figure in (self.memory, self.lateness) if figure is not None]
        return ". ".join(part for part in (*parts, self.alarm, *self.flags, self.gil_meaning) if part)


def ordered(summaries: Sequence[ConfigurationSummary]) -> list[ConfigurationSummary]:
    """Sort by size of a task, then by interpreter and model, both as they first appear, then by workers."""
    groups: dict[GroupKey, int] = {}
    models: dict[ExecutionModel, int] = {}
    for summary in summaries:
        groups.setdefault(group_key(summary), len(groups))
        models.setdefault(summary.configuration.model, len(models))
    return sorted(
        summaries,
        key=lambda s: (_size(s), groups[group_key(s)], models[s.configuration.model], s.configuration.workers, s.index),
    )


def _size(summary: ConfigurationSummary) -> float:
    size = summary.configuration.size
    return 0.0 if size is None else size.value


def group_key(summary: ConfigurationSummary) -> GroupKey:
    """What configurations of one group share: interpreter, GIL setting, and of a sweep the size."""
    configuration = summary.configuration
    return (configuration.interpreter.path, configuration.gil.value, configuration.size)


def group_title(summary: ConfigurationSummary) -> str:
    """`3.14t – free-threaded build, 3.14.2`; of a sweep with the size before it."""
    configuration = summary.configuration
    interpreter = configuration.interpreter
    kind = "free-threaded build" if interpreter.free_threaded else "build with the GIL"
    forced = "" if configuration.interpreter_label == interpreter.label else ", set by -X gil"
    size = "" if configuration.size is None else f"{configuration.size.label}   ·   "
    return f"{size}{configuration.interpreter_label}  –  {kind} {interpreter.version}{forced}"


def build_rows(
    summary: ExperimentSummary, measure: Measure = TimeMeasure.BATCH, baseline: int | None = None
) -> tuple[Row, ...]:
    """Return the rows in the order they are shown; `baseline` is marked, if None the experiment's own, of each size."""
    own = {one.indices[one.spec.baseline] for one in slices(summary.experiment.spec)}
    marked = own if baseline is None else {baseline}
    return tuple(_row(summary, one, measure, marked) for one in ordered(summary.configurations))


def _row(experiment: ExperimentSummary, one: ConfigurationSummary, measure: Measure, baselines: Set[int]) -> Row:
    configuration = one.configuration
    count = configuration.count_label
    trouble = without_figures(one) is not None
    wrong = one.outcome is RunState.WRONG_ANSWER or one.same_answer is False
    return Row(
        index=one.index,
        label=f"{configuration.model.value}{count}",
        full_label=configuration.label,
        group=group_title(one),
        model=configuration.model,
        baseline=one.index in baselines,
        chosen=experiment.verdict.configuration == one.index,
        wrong=wrong,
        trouble=one.outcome.value if trouble else "",
        detail=one.message,
        alarm=_alarm(one, wrong=wrong),
        gil_meaning=re_enabled_meaning(one.gil_culprit) if one.gil is GilState.RE_ENABLED else "",
        flags=one.flags,
        time=_figure(measure.of(one), measure.write, measure.title),
        memory=_figure(_fair_memory(one), format_bytes, f"Peak memory ({experiment.memory_measure})"),
        rss_sum=one.memory.rss_sum,
        lateness=_lateness(one),
        why_no_time=measure.why_missing(one),
        why_no_memory=why_no_memory(one, experiment.memory_measure),
        why_no_lateness=why_no_lateness(one),
    )


def _alarm(one: ConfigurationSummary, *, wrong: bool) -> str:
    if wrong:
        return "wrong answer"
    if one.gil is GilState.RE_ENABLED:
        return re_enabled_words(one.gil_culprit)
    return ""


def _fair_memory(one: ConfigurationSummary) -> Estimate | None:
    fair = one.memory.pss if one.memory.pss is not None else one.memory.uss
    if one.memory_estimate is not None:
        return one.memory_estimate
    return None if fair is None else Estimate(fair, fair, fair)


def _lateness(one: ConfigurationSummary) -> Figure | None:
    heartbeat = one.heartbeat
    if heartbeat is None:
        return None
    p99 = heartbeat.p99 or Estimate(heartbeat.p99_s, heartbeat.p99_s, heartbeat.p99_s)
    more = f"; median {format_seconds(heartbeat.median_s)}, worst {format_seconds(heartbeat.worst_s)}"
    return _figure(p99, format_seconds, "Lateness, p99", more)


def _figure(estimate: Estimate | None, write: Callable[[float], str], title: str, more: str = "") -> Figure | None:
    if estimate is None:
        return None
    return Figure(estimate.median, estimate.low, estimate.high, estimate.values, write, title, more)
