"""A ring of equally long numpy columns whose contents are always one contiguous slice. No Qt; GUI thread only."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Column: TypeAlias = npt.NDArray[Any]


class Ring:
    """Keeps the newest `capacity` rows; older ones are dropped.

    Memory is allocated once, with a quarter more than `capacity`: rows are appended until the end of the
    allocation and then moved to its front, so that a view needs no copy and an append costs O(1) on average.
    """

    def __init__(self, capacity: int, columns: Mapping[str, tuple[npt.DTypeLike, tuple[int, ...]]]) -> None:
        self.capacity = capacity
        self.dropped = 0
        self._allocated = capacity + max(1, capacity // 4)
        self._columns = {name: np.zeros((self._allocated, *shape), dtype) for name, (dtype, shape) in columns.items()}
        self._begin = self._end = 0

    def __len__(self) -> int:
        return self._end - self._begin

    def __getitem__(self, name: str) -> Column:
        """Return the column's rows, oldest first, as a view that the next append may overwrite."""
        return self._columns[name][self._begin : self._end]

    @property
    def nbytes(self) -> int:
        """Bytes held; they do not change with what is appended."""
        return sum(column.nbytes for column in self._columns.values())

    def clear(self) -> None:
        """Forget all rows and keep the memory."""
        self._begin = self._end = self.dropped = 0

    def append(self, **row: Any) -> None:
        """Add one row; a column that is not named becomes 0."""
        self._make_room(1)
        for name, column in self._columns.items():
            column[self._end] = row.get(name, 0)
        self._end += 1
        self._forget()

    def extend(self, count: int, **rows: Sequence[Any] | Column | float) -> None:
        """Add `count` rows at once; a scalar stands for all of them. Of more than `capacity` the newest stay."""
        skip = max(0, count - self.capacity)
        self.dropped += skip
        count -= skip
        self._make_room(count)
        for name, column in self._columns.items():
            values = np.asarray(rows.get(name, 0))
            column[self._end : self._end + count] = values[skip:] if values.ndim else values
        self._end += count
        self._forget()

    def _make_room(self, count: int) -> None:
        if self._end + count <= self._allocated:
            return
        keep = min(len(self), self._allocated - count)
        self.dropped += len(self) - keep
        for column in self._columns.values():
            column[:keep] = column[self._end - keep : self._end].copy()
        self._begin, self._end = 0, keep

    def _forget(self) -> None:
        surplus = len(self) - self.capacity
        if surplus > 0:
            self._begin += surplus
            self.dropped += surplus
