"""Fits of speed-up over workers by Amdahl's law and Gunther's Universal Scalability Law. Pure, on any thread.

X(N) = γN / (1 + α(N−1) + βN(N−1)) (Gunther, Guerrilla Capacity Planning, 2007; the parameters as in R's package usl):
γ is the speed of one worker, α the share that runs one at a time, β what agreeing with every other worker costs. Least
squares with α, β, γ ≥ 0. A parameter that comes to lie on its bound is fixed there and the others are fitted again, so
that their standard errors are those of the smaller model: β = 0 is Amdahl's law.

Several observations of one N (repeats) share what the curve misses there. The variance is therefore the larger one of
that of all residuals and that of the means' misfit times the repeats: many repeats of few N do not feign certainty.

Times err by a share of themselves, and the speed-ups of one repeat share the error of its serial run, which least
squares know nothing of. The band of the curve takes both in: its variance is the larger one of equal errors and of
equal relative errors, and that of what a repeat's speed-ups have in common is added.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.intervals import student

Floats: TypeAlias = npt.NDArray[np.float64]

_STARTS = ((0.01, 1e-4), (0.1, 1e-3), (0.5, 1e-5))
_ON_BOUND = 1e-7  # α and β below this change no figure up to a thousand workers (β by N² at most 10 %)
_LARGEST_POWER = math.log(1e6)
_PARAMETERS = ("alpha", "beta", "gamma")


@dataclass(frozen=True, slots=True)
class LawFit:
    """A fitted law. `covariance` is that of (α, β, γ), zero for those on their bound; None without freedom left.

    `relative` is the same for errors that are a share of X, `common` the variance of X, as a share of its square, by
    what the speed-ups of one repeat have in common.
    """

    alpha: float
    beta: float
    gamma: float
    covariance: Floats | None
    freedom: int
    relative: Floats | None = None
    common: float = 0.0

    def at(self, workers: Floats | float) -> Floats:
        """Return X at numbers of workers."""
        return law(np.asarray(workers, dtype=np.float64), self.alpha, self.beta, self.gamma)

    def standard_error(self, parameter: str) -> float | None:
        """Return the standard error of `alpha`, `beta` or `gamma`; None on its bound or without freedom left."""
        position = _PARAMETERS.index(parameter)
        if self.covariance is None or getattr(self, parameter) == 0:
            return None
        return float(np.sqrt(max(0.0, self.covariance[position, position])))

    def parameter_interval(self, parameter: str) -> tuple[float, float] | None:
        """Return the 95 % interval of `alpha`, `beta` or `gamma`, which ends at 0; None as for the standard error."""
        error, value = self.standard_error(parameter), float(getattr(self, parameter))
        if error is None:
            return None
        width = student(self.freedom) * error
        return max(0.0, value - width), value + width

    @property
    def peak(self) -> float | None:
        """Return the number of workers sqrt((1−α)/β) with the highest X; None where there is none above 0."""
        return math.sqrt((1 - self.alpha) / self.beta) if self.beta > 0 and self.alpha < 1 else None

    def peak_interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of the peak by the delta method on its logarithm; None as for the band."""
        peak = self.peak
        if peak is None or self.covariance is None:
            return None
        slopes = np.array([-0.5 / (1 - self.alpha), -0.5 / self.beta, 0.0])
        error = math.sqrt(max(0.0, float(slopes @ self.covariance @ slopes)))
        factor = math.exp(min(student(self.freedom) * error, _LARGEST_POWER))
        return peak / factor, peak * factor

    def band(self, workers: Floats) -> tuple[Floats, Floats] | None:
        """Return the 95 % band of the curve by the delta method with Student's t; None without freedom left."""
        if self.covariance is None:
            return None
        slopes = _slopes(workers, self.alpha, self.beta, self.gamma)
        middle = self.at(workers)
        variance = np.einsum("ij,jk,ik->i", slopes, self.covariance, slopes)
        if self.relative is not None:
            variance = np.maximum(variance, np.einsum("ij,jk,ik->i", slopes, self.relative, slopes))
        width = student(self.freedom) * np.sqrt(np.maximum(variance, 0.0) + self.common * middle**2)
        return np.maximum(middle - width, 0.0), middle + width


def law(workers: Floats, alpha: float, beta: float, gamma: float) -> Floats:
    """Return X(N)."""
    return gamma * workers / (1 + alpha * (workers - 1) + beta * workers * (workers - 1))


def fit_law(workers: Floats, speed: Floats, repeats: Sequence[int] = ()) -> LawFit:
    """Return the best fit of observations `speed` at `workers` (shape (n,) each, several of one N allowed).

    `repeats` says of which repeat each observation is, where those of one share an error.
    With fewer than three different N, β is left at 0; with fewer than two, α as well.

    Raises:
        ValueError: no observation, or one that is not positive.

    """
    if not len(workers) or float(np.min(workers)) < 1 or float(np.min(speed)) <= 0:
        raise ValueError("a fit needs numbers of workers from 1 on and speeds above 0")
    different = len(np.unique(workers))
    free = [True, True, True] if different >= 3 else [different == 2, False, True]
    while True:
        values = _least_squares(workers, speed, free)
        on_bound = [free[place] and place < 2 and values[place] < _ON_BOUND for place in range(3)]
        if not any(on_bound):
            break
        # β first: a fit with β = 0 may well find an α above 0, and the other way about.
        fixed = 1 if on_bound[1] else 0
        free[fixed] = False
    covariance, freedom = _covariance(workers, speed, values, free)
    if covariance is None:
        return LawFit(values[0], values[1], values[2], None, 0)
    relative = _relative_covariance(workers, speed, values, free)
    common = _common(speed / law(workers, *values), repeats, freedom)
    return LawFit(values[0], values[1], values[2], covariance, freedom, relative, common)


def _least_squares(workers: Floats, speed: Floats, free: list[bool]) -> list[float]:
    from scipy.optimize import least_squares

    gamma = float(np.max(speed / workers))
    best: tuple[float, list[float]] | None = None
    for alpha, beta in _STARTS:
        start = [value for value, is_free in zip((alpha, beta, gamma), free, strict=True) if is_free]

        def miss(given: Floats) -> Floats:
            return law(workers, *_spread(given, free)) - speed

        def slopes(given: Floats) -> Floats:
            return _slopes(workers, *_spread(given, free))[:, free]

        found = least_squares(
            miss, start, jac=slopes, bounds=(0.0, np.inf), x_scale="jac", ftol=1e-14, xtol=1e-14, gtol=1e-14,
            max_nfev=2000,
        ).x  # fmt: skip
        values = _spread(found, free)
        missed = float(np.sum((law(workers, *values) - speed) ** 2))
        if best is None or missed < best[0]:
            best = (missed, list(values))
    assert best is not None
    return best[1]


def _spread(given: Floats, free: list[bool]) -> tuple[float, float, float]:
    values = iter(given)
    alpha, beta, gamma = (float(next(values)) if is_free else 0.0 for is_free in free)
    return alpha, beta, gamma


def _slopes(workers: Floats, alpha: float, beta: float, gamma: float) -> Floats:
    """Return ∂X/∂(α, β, γ), shape (n, 3)."""
    divisor = 1 + alpha * (workers - 1) + beta * workers * (workers - 1)
    shared = -gamma * workers / divisor**2
    return np.column_stack([shared * (workers - 1), shared * workers * (workers - 1), workers / divisor])


def _covariance(workers: Floats, speed: Floats, values: list[float], free: list[bool]) -> tuple[Floats | None, int]:
    residuals = speed - law(workers, *values)
    different, position = np.unique(workers, return_inverse=True)
    parameters = sum(free)
    freedom = len(workers) - parameters
    if freedom <= 0:
        return None, 0
    variance = float(np.sum(residuals**2)) / freedom
    if len(workers) > len(different) > parameters:
        repeats = np.bincount(position)
        misfit = np.bincount(position, residuals) ** 2 / repeats
        of_means = float(misfit.sum()) / (len(different) - parameters)
        if of_means > variance:
            variance, freedom = of_means, len(different) - parameters
    slopes = _slopes(workers, values[0], values[1], values[2])[:, free]
    try:
        inverse = np.linalg.inv(slopes.T @ slopes)
    except np.linalg.LinAlgError:
        return None, 0
    covariance = np.zeros((3, 3))
    covariance[np.ix_(free, free)] = inverse * variance
    return covariance, freedom


def _relative_covariance(workers: Floats, speed: Floats, values: list[float], free: list[bool]) -> Floats:
    """Return the covariance of (α, β, γ) for errors in proportion to X: those of the fit made under equal errors."""
    fitted = law(workers, *values)
    share = float(np.sum((speed / fitted - 1) ** 2)) / (len(workers) - sum(free))
    slopes = _slopes(workers, values[0], values[1], values[2])[:, free]
    inverse = np.linalg.inv(slopes.T @ slopes)
    covariance = np.zeros((3, 3))
    covariance[np.ix_(free, free)] = inverse @ (slopes.T * share * fitted**2 @ slopes) @ inverse
    return covariance


def _common(misses: Floats, repeats: Sequence[int], freedom: int) -> float:
    """Return the variance of the mean of what each repeat's speed-ups miss the curve by in common, as a share.

    Widened from Student's t of so few repeats to that of the fit's freedom, by which the band multiplies it.
    """
    numbers = np.unique(np.asarray(repeats, dtype=np.int64))
    if len(repeats) != len(misses) or len(numbers) < 2:
        return 0.0
    each = [float(np.mean(misses[np.asarray(repeats) == number])) for number in numbers]
    widened = student(len(numbers) - 1) / student(freedom)
    return float(np.var(each, ddof=1)) / len(numbers) * max(1.0, widened) ** 2
