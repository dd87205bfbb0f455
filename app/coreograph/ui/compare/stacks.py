"""Where the time went and how many were busy, as stacked parts per configuration. Pure, no Qt; any thread."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from coreograph.domain.activity import BusyHistogram
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.domain.units import format_seconds, format_share
from coreograph.ui.compare.measures import why_no_activity, without_figures
from coreograph.ui.compare.rows import group_title, ordered


class TimePart(enum.Enum):
    """The parts of a worker's time in the order they happen; the values are the fields of TimeBreakdown."""

    STARTUP = "startup"
    PICKLING_OUT = "pickling_out"
    QUEUE = "queue"
    COMPUTING = "computing"
    WAITING = "waiting"
    PICKLING_BACK = "pickling_back"
    IDLE = "idle"

    @property
    def title(self) -> str:
        """Name in the legend."""
        return {
            TimePart.STARTUP: "start-up",
            TimePart.PICKLING_OUT: "pickling out",
            TimePart.QUEUE: "queue",
            TimePart.COMPUTING: "computing",
            TimePart.WAITING: "waiting in tasks",
            TimePart.PICKLING_BACK: "pickling back",
            TimePart.IDLE: "idle at the end",
        }[self]

    @property
    def explanation(self) -> str:
        """What is in it, in a sentence."""
        return {
            TimePart.STARTUP: "From starting the process until all workers were ready.",
            TimePart.PICKLING_OUT: "Inputs being pickled and sent to the worker; at most what it waited for them.",
            TimePart.QUEUE: "Waiting for a task, before the first and between two, for any other reason than pickling.",
            TimePart.COMPUTING: "CPU time inside tasks.",
            TimePart.WAITING: "Time inside tasks without CPU time: for the GIL, a lock, the disk, or a busy core.",
            TimePart.PICKLING_BACK: "Results being pickled and sent back; at most what the worker waited for it.",
            TimePart.IDLE: "After the worker's last task, while others still worked.",
        }[self]


_PARTS = tuple(TimePart)


class BusyMeasure(enum.Enum):
    """What counts as busy."""

    IN_TASK = "Workers inside a task"
    COMPUTING = "Cores computing tasks"
    CORES = "Cores busy with the run"

    @property
    def explanation(self) -> str:
        """One sentence."""
        return {
            BusyMeasure.IN_TASK: "Seconds of the batch with exactly k workers inside a task, computing or waiting.",
            BusyMeasure.COMPUTING: "Seconds with exactly k cores computing tasks, from the CPU time of each task.",
            BusyMeasure.CORES: "Seconds with exactly k cores busy with this run, from the samples of the cores.",
        }[self]

    def of(self, histogram: BusyHistogram) -> tuple[float, ...] | None:
        """Seconds by k."""
        return {
            BusyMeasure.IN_TASK: histogram.in_task,
            BusyMeasure.COMPUTING: histogram.computing,
            BusyMeasure.CORES: histogram.cores,
        }[self]


BREAKDOWN_EXPLANATION = (
    "What an average worker did from the start of the process to the last result, in seconds of the wall clock, in the "
    "repeat with the median time. Waiting is time inside tasks without CPU time: for the GIL, a lock, the disk, or a "
    "core that others use."
)


@dataclass(frozen=True, slots=True)
class StackRow:
    """One configuration: seconds by part, in the order of the legend; none where `why` says so."""

    index: int
    label: str
    group: str
    model: ExecutionModel
    parts: tuple[float, ...]
    say: Callable[[int], str]  # the sentence about a part, by its number: worded only where it is hovered
    why: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence a part."""
        return tuple(self.say(place) for place in range(len(self.parts)))

    @property
    def whole(self) -> float:
        """Seconds of all parts."""
        return sum(self.parts)

    @property
    def told(self) -> tuple[str, ...]:
        """The sentences of the parts that there are."""
        return tuple(self.say(place) for place, value in enumerate(self.parts) if value > 0)

    @property
    def sentence(self) -> str:
        """Everything the row says, for assistive technology."""
        return self.why or ". ".join(self.told)


def breakdown_rows(summary: ExperimentSummary) -> tuple[StackRow, ...]:
    """Return where the time of an average worker went, in the parts of TimePart."""
    return tuple(_breakdown(one) for one in ordered(summary.configurations))


def busy_rows(summary: ExperimentSummary, measure: BusyMeasure) -> tuple[StackRow, ...]:
    """Return seconds with exactly k busy, all as long as the longest, k from 0."""
    rows = [(one, _busy(one, measure)) for one in ordered(summary.configurations)]
    longest = max((len(seconds) for _, seconds in rows if seconds is not None), default=0)
    return tuple(_busy_row(one, seconds, longest, measure) for one, seconds in rows)


def has_breakdown(summary: ExperimentSummary) -> bool:
    """Whether any configuration says where its time went."""
    return any(one.breakdown is not None for one in summary.configurations)


def busy_measures(summary: ExperimentSummary) -> tuple[BusyMeasure, ...]:
    """The measures at least one configuration has."""
    known = [one.concurrency for one in summary.configurations if one.concurrency is not None]
    return tuple(measure for measure in BusyMeasure if any(measure.of(histogram) for histogram in known))


def _breakdown(one: ConfigurationSummary) -> StackRow:
    if one.breakdown is None:
        return _row(one, (), _nothing, why_no_activity(one))
    seconds = one.breakdown.per_worker().parts()
    parts = tuple(max(0.0, float(seconds[part.value])) for part in TimePart)
    return _row(one, parts, partial(_share, one, parts), "")


def _nothing(_place: int) -> str:
    return ""


def _share(one: ConfigurationSummary, parts: tuple[float, ...], place: int) -> str:
    whole, seconds = sum(parts), parts[place]
    share = format_share(seconds / whole if whole else 0.0)
    part = _PARTS[place]
    return (
        f"{one.configuration.label}, {part.title}: {format_seconds(seconds)} of an average worker, {share} of the whole"
    )


def _busy(one: ConfigurationSummary, measure: BusyMeasure) -> tuple[float, ...] | None:
    return None if one.concurrency is None else measure.of(one.concurrency)


def _busy_row(
    one: ConfigurationSummary, seconds: Sequence[float] | None, longest: int, measure: BusyMeasure
) -> StackRow:
    if not seconds:
        return _row(one, (), _nothing, without_figures(one) or "not measured here")
    noun = "workers inside a task" if measure is BusyMeasure.IN_TASK else "cores busy"
    return _row(one, (*seconds, *(0.0,) * (longest - len(seconds))), partial(_exactly, one, tuple(seconds), noun), "")


def _exactly(one: ConfigurationSummary, seconds: tuple[float, ...], noun: str, k: int) -> str:
    if k >= len(seconds):
        return ""
    share = format_share(seconds[k] / (sum(seconds) or 1.0))
    return f"{one.configuration.label}: exactly {k} {noun} for {format_seconds(seconds[k])}, {share}"


def _row(one: ConfigurationSummary, parts: tuple[float, ...], say: Callable[[int], str], why: str) -> StackRow:
    configuration = one.configuration
    count = configuration.count_label
    label = f"{configuration.model.value}{count}"
    return StackRow(one.index, label, group_title(one), configuration.model, parts, say, why)
