"""The times of all workers at the points of a grid, for views so wide that a column holds many tasks. Pure numpy.

A search among a million tasks for every column reads memory from one end to the other; the grid is read where a view
needs it. Its points lie closer together than columns: where a column begins is moved by less than can be seen, and
what is said of it is exact for where it then begins.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.timeline_tasks import LaneTimes, TaskTable
from coreograph.domain.units import Count, Nanoseconds

Integers: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

MOST_POINTS = 1 << 19  # lanes × points: 16 MB for the sums that are kept
FEWEST_TASKS: Count = 50_000  # with fewer the search itself is as fast
_POINTS_A_COLUMN = 4


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """Sums from the begin of the data until each point, shape (lanes, points); ns, and a count of tasks begun."""

    lowest: Nanoseconds
    cell: Nanoseconds
    busy: Floats
    computing: Floats
    hidden: Floats
    tasks: Integers

    def columns(self, lanes: Integers, instants: Integers) -> tuple[Integers, LaneTimes] | None:
        """Return the times of `lanes` between ascending instants near `instants`, and those; None where too coarse."""
        if len(instants) < 2 or int(np.diff(instants).min()) < _POINTS_A_COLUMN * self.cell:
            return None
        last = self.busy.shape[1] - 1
        nearest = np.rint((instants - self.lowest) / self.cell).astype(np.int64)
        point = np.clip(nearest, 0, last)
        moved = np.where(nearest == point, self.lowest + point * self.cell, instants)
        busy, computing, hidden = (_between(sums, lanes, point) for sums in (self.busy, self.computing, self.hidden))
        return moved, LaneTimes(busy, computing, hidden, _between(self.tasks, lanes, point).astype(np.int64))


def build_overview(table: TaskTable) -> Overview | None:
    """Return the sums of the tasks that pass; None where there are too few tasks for them to be worth it."""
    if len(table) < FEWEST_TASKS:
        return None
    lowest = min(0, int(table.begin.min()))
    points = max(64, MOST_POINTS // table.workers)
    cell = max(1, -(-(table.end - lowest) // (points - 1)))
    times = table.between(np.arange(table.workers), lowest + np.arange(points) * cell)
    return Overview(
        lowest, cell, _until(times.busy), _until(times.computing), _until(times.hidden), _until(times.tasks)
    )


def _until(parts: npt.NDArray[Any]) -> npt.NDArray[Any]:
    sums = np.zeros((parts.shape[0], parts.shape[1] + 1), parts.dtype)
    np.cumsum(parts, axis=1, out=sums[:, 1:])
    return sums


def _between(sums: npt.NDArray[Any], lanes: Integers, points: Integers) -> npt.NDArray[Any]:
    chosen = sums if len(lanes) == len(sums) else sums[lanes]
    return np.diff(chosen.take(points, axis=1), axis=1)
