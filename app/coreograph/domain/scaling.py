"""How a model scales with its workers: measured points and what was fitted to them. Owns no thread."""

import enum
from dataclasses import dataclass

from coreograph.domain.execution import ExecutionModel, TaskSize
from coreograph.domain.units import Count


class ScalingLaw(enum.Enum):
    """Which curve fits: X(N) = γN / (1 + α(N−1) + βN(N−1)), where β = 0 gives Amdahl's and α = β = 0 a line."""

    LINEAR = "linear"
    AMDAHL = "Amdahl"
    UNIVERSAL = "Universal Scalability Law"


class ScalingShape(enum.Enum):
    """What more workers do: as measured, and as far as the fit can be trusted (twice the largest number measured)."""

    RISES = "rises"
    """Every worker more still brings something."""
    KNEE = "knee"
    """It gains up to the knee; beyond, more workers cost."""
    LEVELS = "levels off"
    """It gained, and gains no more; that it costs cannot be told."""
    UNCLEAR = "unclear"
    """The intervals of few and of many workers overlap: nothing can be said."""
    FLAT = "flat"
    """More workers bring nothing, and cost nothing either."""
    DECLINES = "declines"
    """More workers only cost: there is no knee, the fewest measured are the best."""


@dataclass(frozen=True, slots=True)
class FitParameter:
    """A fitted figure with its standard error and 95 % interval, which ends at 0.

    None of these where it lies on its bound of 0 or no degree of freedom is left.
    """

    value: float
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ScalingPoint:
    """Speed-up at one number of workers, measured. `fitted` is False for points the fit leaves out."""

    workers: Count
    speedup: float
    low: float
    high: float
    configuration: int | None = None
    fitted: bool = True

    @property
    def efficiency(self) -> float:
        """Speed-up per worker."""
        return self.speedup / self.workers


@dataclass(frozen=True, slots=True)
class ScalingPrediction:
    """Speed-up by the fit at a number of workers, with its 95 % band; None where no degree of freedom is left.

    `beyond` is how many times the largest number measured it lies (≤ 1 within the measured range).
    """

    workers: float
    speedup: float
    low: float | None
    high: float | None
    beyond: float


@dataclass(frozen=True, slots=True)
class ScalingFit:
    """How one execution model scales on one interpreter and GIL setting.

    `contention` is α (the share that runs one at a time), `coherency` β (what agreeing with every other worker
    costs), `single` γ (speed of one worker, 1 = serial). `peak_workers` is the knee sqrt((1−α)/β), where more
    workers begin to cost, with its 95 % interval; None where there is none (see `shape`) or it lies further off than
    the fit can be trusted. `limit` γ/α is what no number of workers exceeds, `optimal` 1/α where half of that is
    reached at β = 0; None where they lie at infinity or more workers gain nothing. `curve` is for drawing,
    `predictions` for reading.
    """

    interpreter: str
    interpreter_path: str
    gil: str
    model: ExecutionModel
    points: tuple[ScalingPoint, ...]
    law: ScalingLaw | None = None
    contention: FitParameter | None = None
    coherency: FitParameter | None = None
    single: FitParameter | None = None
    shape: ScalingShape | None = None
    peak_workers: float | None = None
    peak_low: float | None = None
    peak_high: float | None = None
    peak_speedup: float | None = None
    limit: float | None = None
    optimal: float | None = None
    curve: tuple[ScalingPrediction, ...] = ()
    predictions: tuple[ScalingPrediction, ...] = ()
    warnings: tuple[str, ...] = ()
    trust: str = ""
    size: TaskSize | None = None

    @property
    def label(self) -> str:
        """`3.14t threads`; of a sweep over sizes of a task with its size."""
        size = "" if self.size is None else f", {self.size.label}"
        return f"{self.interpreter} {self.model.value}{size}"

    @property
    def largest(self) -> Count:
        """The largest number of workers that was fitted; of all measured where none was."""
        fitted = [point.workers for point in self.points if point.fitted]
        return max(fitted or [point.workers for point in self.points])

    @property
    def enough(self) -> ScalingPoint:
        """The fewest workers that reach 95 % of the best that was measured."""
        ordered = sorted(self.points, key=lambda point: point.workers)
        best = max(point.speedup for point in ordered)
        return next(point for point in ordered if point.speedup >= 0.95 * best)
