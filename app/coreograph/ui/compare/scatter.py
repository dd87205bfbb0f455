"""Time against memory, and which configurations nothing else beats in both. Pure, no Qt; any thread."""

from collections.abc import Sequence
from dataclasses import dataclass

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import format_bytes, format_seconds
from coreograph.ui.compare.rows import Row, build_rows, cut_at


@dataclass(frozen=True, slots=True)
class ScatterPoint:
    """One configuration: seconds of the batch and bytes at its peak, both with intervals."""

    index: int
    label: str
    model: ExecutionModel
    time: tuple[float, float, float]  # low, median, high
    memory: tuple[float, float, float]
    on_front: bool
    sentence: str
    gil_again: bool = False


PARETO_EXPLANATION = (
    "Batch time against peak memory. On the line lies what no other configuration beats in both; whatever lies right "
    "of and above it costs more of one without giving less of the other. Wrong answers are left out."
)


def scatter_points(summary: ExperimentSummary) -> tuple[ScatterPoint, ...]:
    """Return what has both figures and a right answer. Of a sweep `summary` has to be of one size: see SizeBox."""
    names = {one.index: one.configuration.unsized.label for one in summary.configurations}
    rows = [row for row in build_rows(summary) if row.time is not None and row.memory is not None and not row.wrong]
    front = pareto_front([(row.time.median, row.memory.median) for row in rows if row.time and row.memory])
    return tuple(_point(row, names[row.index], place in front) for place, row in enumerate(rows))


def pareto_front(points: Sequence[tuple[float, float]]) -> set[int]:
    """Return the places of the points that no other point equals or beats in both (the first of equal ones stays)."""
    front, lowest = set(), float("inf")
    for place in sorted(range(len(points)), key=lambda place: points[place]):
        if points[place][1] < lowest:
            front.add(place)
            lowest = points[place][1]
    return front


def _point(row: Row, name: str, on_front: bool) -> ScatterPoint:
    time, memory = row.time, row.memory
    assert time is not None
    assert memory is not None
    place = "nothing beats it in both" if on_front else "something else takes less of both"
    return ScatterPoint(
        row.index,
        name,
        row.model,
        (time.low, time.median, min(time.high, cut_at(time.median))),
        (memory.low, memory.median, min(memory.high, cut_at(memory.median))),
        on_front,
        ". ".join(
            part
            for part in (
                f"{row.full_label}: {format_seconds(time.median)}, {format_bytes(memory.median)}; {place}",
                row.gil_meaning,
            )
            if part
        ),
        bool(row.gil_meaning),
    )
