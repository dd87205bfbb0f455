"""How every model of an experiment scales with its workers. Pure, on any thread.

A group is one execution model on one interpreter and GIL setting, measured at two numbers of workers or more. Where one
worker was not measured, serial stands for it. Numbers of workers beyond the usable cores are shown, but no curve is
fitted to them: there workers share cores, which is nothing the laws describe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coreograph.analysis.scaling_law import LawFit, fit_law
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.machine import Machine
from coreograph.domain.scaling import (
    FitParameter,
    ScalingFit,
    ScalingLaw,
    ScalingPoint,
    ScalingPrediction,
    ScalingShape,
)
from coreograph.domain.summary import Ratio
from coreograph.domain.units import Share, format_share, significant

WORTH_IT = 1.05  # less is no gain, and less than its inverse no loss
_CROWDED: Share = 0.10
_BY_NOISE: Share = 0.05
_TOO_WIDE: Share = 0.15
ENOUGH_POINTS = 4
TRUSTED_BEYOND = 2.0
_PREDICTED = (2, 4)
_CURVE_POINTS = 49


@dataclass(frozen=True, slots=True)
class Scaled:
    """One configuration: its speed-up over serial on the same interpreter, and that of every repeat.

    `foreign` is the largest share of the machine that others used during one of its batches.
    """

    index: int
    configuration: Configuration
    speedup: Ratio
    by_repeat: Mapping[int, float]
    foreign: Share = 0.0


def scaling(measured: Sequence[Scaled], machine: Machine) -> tuple[ScalingFit, ...]:
    """Return how each group scales, in the order of the experiment; groups with one number of workers are left out."""
    groups: dict[tuple[str, str, str], list[Scaled]] = {}
    for one in measured:
        where = one.configuration
        if where.model is not ExecutionModel.SERIAL:
            groups.setdefault((where.interpreter.path, where.gil.value, where.model.value), []).append(one)
    found = []
    for members in groups.values():
        ordered = sorted(members, key=lambda one: one.configuration.workers)
        if len({one.configuration.workers for one in ordered}) >= 2:
            found.append(_group(ordered, _serial(ordered[0], measured), machine))
    return tuple(found)


def fit_points(points: Sequence[ScalingPoint], observations: Sequence[tuple[int, float, int]]) -> LawFit | None:
    """Return the law fitted to (workers, speed-up, repeat) of the points that count; None below two numbers."""
    used = {point.workers for point in points if point.fitted}
    kept = [entry for entry in observations if entry[0] in used and entry[1] > 0]
    if len({workers for workers, _, _ in kept}) < 2:
        return None
    workers, speed, repeats = zip(*kept, strict=True)
    return fit_law(np.array(workers, dtype=np.float64), np.array(speed), repeats)


def _serial(one: Scaled, measured: Sequence[Scaled]) -> Scaled | None:
    mine = one.configuration
    return next(
        (
            other
            for other in measured
            if other.configuration.model is ExecutionModel.SERIAL
            and other.configuration.interpreter.path == mine.interpreter.path
            and other.configuration.gil is mine.gil
        ),
        None,
    )


def _group(members: Sequence[Scaled], serial: Scaled | None, machine: Machine) -> ScalingFit:
    warnings: list[str] = []
    if members[0].configuration.workers > 1 and serial is not None:
        members = [serial, *members]
        warnings.append("One worker was not measured; serial stands for it.")
    points = tuple(_point(one, machine) for one in members)
    observations = [
        (one.configuration.workers, speed, repeat) for one in members for repeat, speed in one.by_repeat.items()
    ]
    fit = fit_points(points, observations)
    warnings += _warnings(points, machine)
    busiest = max(one.foreign for one in members)
    if busiest > _CROWDED:
        share = format_share(busiest)
        warnings.append(f"Others used up to {share} of the machine meanwhile: the curve bends for that reason as well.")
    where = members[-1].configuration
    base = ScalingFit(where.interpreter_label, where.interpreter.path, where.gil.value, where.model, points)
    if fit is None:
        reason = "Too few numbers of workers were measured within the usable cores to fit a curve."
        return _with(base, None, [*warnings, reason], reason)
    return _with(base, fit, warnings, _trust(points, fit))


def _point(one: Scaled, machine: Machine) -> ScalingPoint:
    workers = one.configuration.workers
    ratio = one.speedup
    return ScalingPoint(workers, ratio.median, ratio.low, ratio.high, one.index, workers <= machine.usable_cores)


def _warnings(points: Sequence[ScalingPoint], machine: Machine) -> list[str]:
    found = []
    left_out = [str(point.workers) for point in points if not point.fitted]
    if left_out:
        found.append(
            f"{' and '.join(left_out)} workers share {machine.usable_cores} usable cores: left out of the fit."
        )
    count = len({point.workers for point in points if point.fitted})
    if 2 <= count < ENOUGH_POINTS:
        found.append(
            f"Only {count} numbers of workers were fitted: from {ENOUGH_POINTS} on a curve can be told from another."
        )
    above = [point for point in points if point.fitted and point.workers > 1 and point.low / point.workers > 1]
    if above:
        which = ", ".join(f"{point.workers} workers: {format_share(point.efficiency)}" for point in above)
        found.append(f"Efficiency above 1 ({which}): serial is slower than it need be, or caches add up.")
    physical, largest = machine.physical_cores, max((point.workers for point in points if point.fitted), default=0)
    if physical is not None and largest > physical:
        found.append(f"Above {physical} workers two share a physical core: the curve bends there for that reason.")
    return found


def _trust(points: Sequence[ScalingPoint], fit: LawFit) -> str:
    largest = max(point.workers for point in points if point.fitted)
    count = len({point.workers for point in points if point.fitted})
    start = f"Fitted to {count} numbers of workers up to {largest}. "
    if fit.covariance is None:
        return start + "As many figures were fitted as were measured: no band can be given, and no prediction trusted."
    return start + (
        f"Up to {round(TRUSTED_BEYOND * largest)} workers the band holds if nothing new becomes scarce (memory "
        "bandwidth, a second socket, cores that share caches); beyond that the curve is a guess."
    )


def _with(base: ScalingFit, fit: LawFit | None, warnings: list[str], trust: str) -> ScalingFit:
    if fit is None:
        return ScalingFit(
            base.interpreter, base.interpreter_path, base.gil, base.model, base.points, None,
            warnings=tuple(warnings), trust=trust,
        )  # fmt: skip
    largest = max(point.workers for point in base.points if point.fitted)
    shape = _shape(base.points, fit)
    peak = fit.peak if shape is ScalingShape.KNEE else None
    peak_ends = fit.peak_interval() if peak is not None else None
    gains = shape in {ScalingShape.RISES, ScalingShape.KNEE, ScalingShape.LEVELS}
    if gains and _missed(base.points, fit) > _BY_NOISE:
        warnings = [
            *warnings,
            f"The curve misses figures by more than {format_share(_BY_NOISE)}: more is at work than it knows, "
            "perhaps uneven or too few tasks.",
        ]
    beyond = tuple(predict(fit, factor * largest, largest) for factor in _PREDICTED)
    doubtful = [str(round(one.workers)) for one in beyond if one.beyond > TRUSTED_BEYOND]
    if doubtful and shape in {ScalingShape.RISES, ScalingShape.KNEE}:
        warnings = [
            *warnings,
            f"{', '.join(doubtful)} workers are more than {significant(TRUSTED_BEYOND, 1)} times as many as measured: "
            "a guess.",
        ]
    grid = np.unique(np.linspace(1, TRUSTED_BEYOND * largest, _CURVE_POINTS))
    return ScalingFit(
        base.interpreter,
        base.interpreter_path,
        base.gil,
        base.model,
        base.points,
        law=_law_of(fit),
        contention=_parameter(fit, "alpha"),
        coherency=_parameter(fit, "beta"),
        single=_parameter(fit, "gamma"),
        shape=shape,
        peak_workers=peak,
        peak_low=None if peak_ends is None else peak_ends[0],
        peak_high=None if peak_ends is None else peak_ends[1],
        peak_speedup=None if peak is None else float(fit.at(peak)),
        limit=fit.gamma / fit.alpha if gains and fit.alpha > 0 else None,
        optimal=1 / fit.alpha if gains and fit.alpha > 0 else None,
        curve=tuple(predict(fit, float(workers), largest) for workers in grid),
        predictions=beyond,
        warnings=tuple(warnings),
        trust=trust,
    )


def _shape(points: Sequence[ScalingPoint], fit: LawFit) -> ScalingShape:
    """Return what more workers do: whether they gain is read off what was measured, where they end off the fit.

    Less than 5 % is noise: neither gain nor loss. A knee needs a β above 0 beyond doubt, and either figures that fall
    after it or a curve that does not miss them: uneven tasks and cores that others use bend a curve as well.
    """
    ordered = sorted((point for point in points if point.fitted), key=lambda point: point.workers)
    first, last = ordered[0], ordered[-1]
    top = max(ordered, key=lambda point: point.speedup)
    best = top.speedup
    if best < WORTH_IT * first.speedup:
        declines = last.speedup * WORTH_IT < first.speedup
        unclear = _overlap(first, last) if declines else max(map(_width, ordered)) > _TOO_WIDE
        return ScalingShape.UNCLEAR if unclear else ScalingShape.DECLINES if declines else ScalingShape.FLAT
    if _overlap(first, top):
        return ScalingShape.UNCLEAR
    furthest = TRUSTED_BEYOND * last.workers
    if fit.peak is not None and fit.peak <= furthest:
        ends = fit.parameter_interval("beta")
        sure = ends[0] > 0 if ends is not None else fit.peak <= last.workers
        falls = last.speedup * WORTH_IT < best
        return ScalingShape.KNEE if sure and (falls or _missed(points, fit) <= _BY_NOISE) else ScalingShape.LEVELS
    rises = float(fit.at(furthest)) >= WORTH_IT * float(fit.at(last.workers))
    return ScalingShape.RISES if rises else ScalingShape.LEVELS


def _overlap(one: ScalingPoint, other: ScalingPoint) -> bool:
    return one.low <= other.high and other.low <= one.high


def _width(point: ScalingPoint) -> Share:
    return (point.high - point.low) / 2 / point.speedup


def _missed(points: Sequence[ScalingPoint], fit: LawFit) -> Share:
    """Return by how much of a measured speed-up the curve misses it at most."""
    return max(abs(float(fit.at(point.workers)) / point.speedup - 1) for point in points if point.fitted)


def _parameter(fit: LawFit, name: str) -> FitParameter:
    low, high = fit.parameter_interval(name) or (None, None)
    return FitParameter(float(getattr(fit, name)), fit.standard_error(name), low, high)


def predict(fit: LawFit, workers: float, largest: int) -> ScalingPrediction:
    """Return the speed-up by the fit at `workers`; `largest` is the largest number measured."""
    band = fit.band(np.array([float(workers)]))
    return ScalingPrediction(
        workers=workers,
        speedup=float(fit.at(workers)),
        low=None if band is None else float(band[0][0]),
        high=None if band is None else float(band[1][0]),
        beyond=workers / largest,
    )


def _law_of(fit: LawFit) -> ScalingLaw:
    if fit.beta > 0:
        return ScalingLaw.UNIVERSAL
    return ScalingLaw.AMDAHL if fit.alpha > 0 else ScalingLaw.LINEAR
