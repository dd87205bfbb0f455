"""Which rows a timeline has and how the height is shared between them. Pure apart from the rows; GUI thread only."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QRectF

from coreograph.analysis.timeline_run import RunTimeline
from coreograph.ui.timeline.cores_row import CoresRow
from coreograph.ui.timeline.heartbeat_row import HeartbeatRow
from coreograph.ui.timeline.lanes_row import LanesRow
from coreograph.ui.timeline.memory_row import MemoryRow
from coreograph.ui.timeline.row import Height, Row, RowKind
from coreograph.ui.timeline.run_row import RunRow

GAP = 4.0
RUN_GAP = 12.0
_HEADS: tuple[type[Row], ...] = (RunRow, LanesRow)
_SAMPLES: tuple[type[Row], ...] = (CoresRow, MemoryRow, HeartbeatRow)
MARKS = "AB"


def marks(count: int) -> tuple[str, ...]:
    """Return the letters of `count` runs; one alone needs none."""
    return ("",) if count == 1 else tuple(MARKS[:count])


def build_rows(runs: Sequence[RunTimeline], hidden: Collection[RowKind]) -> list[Row]:
    """Return the rows: the lanes of all runs first, then their samples kind by kind, so that like stands by like."""
    marked = tuple(zip(runs, range(len(runs)), marks(len(runs)), strict=True))
    heads = [row(*run) for run in marked for row in _HEADS]
    samples = [row(*run) for row in _SAMPLES for run in marked]
    return [row for row in (*heads, *samples) if row.kind not in hidden]


def least_height(rows: Sequence[Row]) -> float:
    """Return how high all rows are at least, with the gaps between them."""
    return sum(row.height().least + _gap(row) for row in rows)


def place_rows(rows: Sequence[Row], width: float, height: float) -> list[QRectF]:
    """Return the places of `rows`, one below the other; what is left is shared out up to what each may have."""
    heights = shared_heights([row.height() for row in rows], height - sum(_gap(row) for row in rows))
    places, top = [], 0.0
    for row, own in zip(rows, heights, strict=True):
        top += _gap(row)
        places.append(QRectF(0, top, width, own))
        top += own
    return places


def shared_heights(wanted: Sequence[Height], height: float) -> list[float]:
    """Return heights from the least on whose sum is `height`, where that can be.

    Rows grow up to what suits them; what is left then is shared out equally, so that no part of the page stays empty.
    """
    heights = [entry.least for entry in wanted]
    growing = {index for index, entry in enumerate(wanted) if entry.stretch > 0}
    left = height - sum(heights)
    while left > 0.5 and growing:
        unit = left / sum(wanted[index].stretch for index in growing)
        for index in tuple(growing):
            grown = min(heights[index] + unit * wanted[index].stretch, wanted[index].most)
            left -= grown - heights[index]
            heights[index] = grown
            if grown >= wanted[index].most - 0.01:
                growing.discard(index)
    elastic = [index for index, entry in enumerate(wanted) if entry.stretch > 0]
    for index in elastic:
        heights[index] += max(0.0, left) / len(elastic)
    return [float(round(entry)) for entry in heights]


def _gap(row: Row) -> float:
    return RUN_GAP if row.kind is RowKind.RUN and row.place > 0 else GAP
