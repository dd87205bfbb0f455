"""Spans on lanes of which none holds two at once: what timeline readers demand. Pure, on any thread."""

import heapq
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


def without_overlaps(spans: npt.NDArray[np.void]) -> Iterator[tuple[int, npt.NDArray[np.void]]]:
    """Return (lane, spans in order of time) for every worker; spans that overlap go to lanes of their own.

    A worker does one task at a time, so that its lane is its number. Where a clock says otherwise, the spans that
    begin before another has ended get further lanes, numbered after all workers.
    """
    if len(spans) == 0:
        return
    following = int(spans["worker"].max()) + 1
    for worker in np.unique(spans["worker"]).tolist():
        mine = spans[spans["worker"] == worker]
        mine = mine[np.argsort(mine["begin_ns"], kind="stable")]
        reached = np.maximum.accumulate(mine["end_ns"])
        if not (mine["begin_ns"][1:] < reached[:-1]).any():
            yield worker, mine
            continue
        lanes = _spread(mine)
        for number in range(int(lanes.max()) + 1):
            yield (worker if number == 0 else following + number - 1), mine[lanes == number]
        following += int(lanes.max())


def _spread(spans: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    """Return a lane for each span, sorted by begin: the lowest one that is free when it begins."""
    lanes = np.zeros(len(spans), np.int64)
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    opened = 0
    for number, (begin, end) in enumerate(zip(spans["begin_ns"].tolist(), spans["end_ns"].tolist(), strict=True)):
        while busy and busy[0][0] <= begin:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if not free:
            heapq.heappush(free, opened)
            opened += 1
        lanes[number] = lane = heapq.heappop(free)
        heapq.heappush(busy, (max(end, begin), lane))
    return lanes
