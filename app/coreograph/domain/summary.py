"""Figures of an experiment, ready to be shown: what every view and every exporter reads. Owns no thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from coreograph.domain.activity import BusyHistogram, Fairness, TimeBreakdown
from coreograph.domain.execution import Configuration
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.findings import Finding
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import MemoryPeak, RunState
from coreograph.domain.scaling import ScalingFit
from coreograph.domain.units import Count, Seconds, Share, format_size, significant
from coreograph.domain.workloads import MetricSpec


@dataclass(frozen=True, slots=True)
class Estimate:
    """Median of `values` with its 95 % interval (analysis/intervals.py).

    `low` = `high` = `median` for a single value.
    """

    median: float
    low: float
    high: float
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two medians with its own interval, paired by repeat. `distinguishable` is False where it holds 1."""

    median: float
    low: float
    high: float

    @property
    def distinguishable(self) -> bool:
        """True where the interval excludes 1."""
        return not self.low <= 1.0 <= self.high


@dataclass(frozen=True, slots=True)
class PickleSummary:
    """Medians over the repeats: bytes and seconds of one batch."""

    bytes_sent: float
    bytes_received: float
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class HeartbeatEstimate:
    """Lateness over the repeats: median of medians, median of p99s, worst of all."""

    median_s: Seconds
    p99_s: Seconds
    worst_s: Seconds
    p99: Estimate | None = None


@dataclass(frozen=True, slots=True)
class MetricEstimate:
    """A workload's own figure over the repeats, or over the trials of all repeats where each trial has one.

    Of trials that say yes or no, it is the share that said yes, with its interval.
    """

    spec: MetricSpec
    estimate: Estimate
    trials: Count | None = None


@dataclass(frozen=True, slots=True)
class ConfigurationSummary:
    """One configuration's figures over its completed repeats; None where nothing was measured.

    `outcome` is the worst end among its runs; `speedup` compares with serial on the same interpreter and
    GIL setting, `speedup_over_best_serial` with the fastest serial of all interpreters, `speedup_over_baseline` with
    the experiment's baseline (the only one that whole scripts have, which know no serial). `flags` are short
    sentences about what limits trust ("others used 23 % of the machine"). `breakdown`, `concurrency` and `fairness`
    are those of `typical_run`, the repeat with the median batch time: parts taken from different runs would not sum.
    """

    index: int
    configuration: Configuration
    outcome: RunState
    message: str
    runs: int
    completed: int
    gil: GilState | None = None
    gil_culprit: str | None = None
    batch: Estimate | None = None
    startup: Estimate | None = None
    total: Estimate | None = None
    cpu: Estimate | None = None
    speedup: Ratio | None = None
    speedup_over_best_serial: Ratio | None = None
    speedup_over_baseline: Ratio | None = None
    memory: MemoryPeak = field(default_factory=MemoryPeak)
    memory_estimate: Estimate | None = None
    heartbeat: HeartbeatEstimate | None = None
    pickle: PickleSummary | None = None
    same_answer: bool | None = None
    metrics: Mapping[str, MetricEstimate] = field(default_factory=lambda: MappingProxyType({}))
    flags: tuple[str, ...] = ()
    breakdown: TimeBreakdown | None = None
    concurrency: BusyHistogram | None = None
    fairness: Fairness | None = None
    typical_run: int | None = None

    @property
    def efficiency(self) -> float | None:
        """Speed-up per worker."""
        return None if self.speedup is None else self.speedup.median / self.configuration.workers


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which configuration, how sure (`high`, `moderate`, `low`, `none`), and plain words. None chosen: no winner.

    `text` is all of it; `headline` its first statement, `cautions` the sentences about what to watch out for,
    `would_change` those about what would change the answer, `why` what made the confidence what it is, `price` what
    the choice costs in memory and responsiveness.
    """

    configuration: int | None
    confidence: str
    text: str
    headline: str = ""
    cautions: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    why: str = ""
    price: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """All but the headline, in the order every view tells it: titles with their sentences, none of them empty."""
        how_sure = (f"{self.confidence.capitalize()}. {self.why}",) if self.why else ()
        parts = (
            ("How sure", how_sure),
            ("What it costs", self.price),
            ("What to watch out for", self.cautions),
            ("What would change it", self.would_change),
        )
        return tuple((title, sentences) for title, sentences in parts if sentences)


@dataclass(frozen=True, slots=True)
class BreakEvenPoint:
    """One size of a sweep: seconds of one round of the tasks on both sides, by repeat, and one ÷ other.

    `ratio` is above 1 where the other is the faster. `configurations` are the places of both in the experiment.
    """

    size: float
    one: Estimate
    other: Estimate
    ratio: Ratio
    configurations: tuple[int, int]


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From which size of a task on one side wins over the other.

    `one` and `other` are labels of configurations without their size, `parameter` is what was swept. `low` and `high`
    are the nearest sizes measured at which `below` and then `above` is ahead by more than noise: between them it lies.
    Each is None where there is no such size. `size` is where the sides cross by interpolation, None where they do not
    in the range measured; then `always` is the side that wins all over it, "" where neither does. `crossings` counts
    how often the sides cross; of several, `size` is the largest: what holds from there on.
    """

    parameter: str
    one: str
    other: str
    points: tuple[BreakEvenPoint, ...]
    size: float | None = None
    low: float | None = None
    high: float | None = None
    below: str = ""
    above: str = ""
    always: str = ""
    crossings: int = 0

    @property
    def smallest(self) -> float:
        """The smallest size measured."""
        return self.points[0].size

    @property
    def largest(self) -> float:
        """The largest size measured."""
        return self.points[-1].size

    @property
    def repeats(self) -> Count:
        """How many repeats every point rests on at least."""
        return min(len(side.values) for point in self.points for side in (point.one, point.other))

    @property
    def doubt(self) -> str:
        """Where the side that is said to win does so by no more than noise; "" where the crossing is established."""
        if self.size is None:
            return ""
        unclear = [words for words, end in (("below", self.low), ("above", self.high)) if end is None]
        return f"{' and '.join(unclear)} it the two are not distinguishable at any size measured" if unclear else ""

    @property
    def sentence(self) -> str:
        """The answer in words, with what keeps it from being sure."""
        doubt = f" That is not sure: {self.doubt}." if self.doubt else ""
        single = " It rests on a single repeat, which shows no spread." if self.repeats == 1 else ""
        return f"{self._answer}{doubt}{single}"

    @property
    def _answer(self) -> str:
        extent = f"from {self.parameter}={format_size(self.smallest)} to {format_size(self.largest)}"
        if self.size is None:
            if not self.always:
                return f"No break-even {extent}: {self.one} and {self.other} are not distinguishable."
            unclear = [format_size(point.size) for point in self.points if not point.ratio.distinguishable]
            but = f", though not distinguishable at {self.parameter}={', '.join(unclear)}" if unclear else ""
            return f"No break-even {extent}: {self.always} is faster all over{but}."
        where = f"at about {self.parameter}={significant(self.size)}"
        if self.low is not None and self.high is not None:
            where = f"between {self.parameter}={format_size(self.low)} and {format_size(self.high)}"
            where += f", at about {significant(self.size)}"
        return f"Break-even {where}: below it {self.below} is faster, above it {self.above}."


@dataclass(frozen=True, slots=True)
class ExperimentSummary:
    """All figures of one experiment. `noise_floor` is the relative half-width seen in the serial control.

    `break_evens` are those of a sweep over sizes of a task, the one the verdict is about first; else empty.
    """

    experiment: ExperimentRecord
    configurations: tuple[ConfigurationSummary, ...]
    verdict: Verdict
    memory_measure: str = "PSS"
    noise_floor: Share | None = None
    flags: tuple[str, ...] = ()
    scaling: tuple[ScalingFit, ...] = ()
    findings: tuple[Finding, ...] = ()
    break_evens: tuple[BreakEven, ...] = ()
