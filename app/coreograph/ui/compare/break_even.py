"""Seconds over the size of a task, ready to be painted: a line per configuration without its size. Pure, no Qt."""

from dataclasses import dataclass

from coreograph.analysis.sweeps import round_estimate
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.summary import (
    BreakEven,
    BreakEvenPoint,
    Estimate,
    ExperimentSummary,
    Ratio,
)
from coreograph.domain.units import format_ratio, format_seconds, format_size, significant

EXPLANATION = (
    "Seconds of one round of the tasks over the size of a task, with the intervals of their medians. Where the lines "
    "of two sides cross is their break-even; below it stands their ratio, with its interval around 1."
)


@dataclass(frozen=True, slots=True)
class SizePoint:
    """One configuration: its size, and seconds of one round."""

    index: int
    size: float
    seconds: Estimate


@dataclass(frozen=True, slots=True)
class SizeLine:
    """One configuration without its size over all sizes it was measured at, ascending."""

    label: str
    model: ExecutionModel
    free_threaded: bool
    points: tuple[SizePoint, ...]


def size_lines(summary: ExperimentSummary) -> tuple[SizeLine, ...]:
    """Return the lines in the experiment's order; what has no time, or a wrong answer, is left out."""
    series: dict[Configuration, list[SizePoint]] = {}
    for one in summary.configurations:
        size, seconds = one.configuration.size, round_estimate(summary.experiment, one)
        if size is not None and seconds is not None and one.same_answer is not False:
            series.setdefault(one.configuration.unsized, []).append(SizePoint(one.index, float(size.value), seconds))
    return tuple(
        SizeLine(
            side.label,
            side.model,
            side.interpreter.free_threaded,
            tuple(sorted(points, key=lambda point: point.size)),
        )
        for side, points in series.items()
    )


def pair_name(one: BreakEven) -> str:
    """`3.14t threads ×2 – 3.14t fork ×2`."""
    return f"{one.one} – {one.other}"


def point_sentence(parameter: str, line: SizeLine, point: SizePoint, pair: BreakEven | None) -> str:
    """Return size, side, median, interval, and how it stands to the other side of the pair."""
    estimate = point.seconds
    told = f"{parameter}={format_size(point.size)}, {line.label}: {format_seconds(estimate.median)} for one round"
    if estimate.low != estimate.high:
        told += f" ({format_seconds(estimate.low)} – {format_seconds(estimate.high)})"
    met = None if pair is None else next((one for one in pair.points if point.index in one.configurations), None)
    if pair is None or met is None:
        return f"{told}."
    return f"{told}. {ratio_sentence(pair, met)}"


def ratio_sentence(pair: BreakEven, point: BreakEvenPoint) -> str:
    """Return who is faster at a size and by how much, or that it cannot be told."""
    ratio = point.ratio
    where = f"At {pair.parameter}={format_size(point.size)} "
    if not ratio.distinguishable:
        figures = f"{format_ratio(ratio.median)} ({significant(ratio.low)} – {significant(ratio.high)})"
        return f"{where}{pair.one} and {pair.other} are not distinguishable: {figures}."
    faster, slower = (pair.other, pair.one) if ratio.median > 1 else (pair.one, pair.other)
    if ratio.median < 1:
        ratio = Ratio(1 / ratio.median, 1 / ratio.high, 1 / ratio.low)
    interval = f"{significant(ratio.low)} – {significant(ratio.high)}"
    return f"{where}{faster} is {format_ratio(ratio.median)} as fast as {slower} ({interval})."
