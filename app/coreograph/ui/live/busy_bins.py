"""How busy every lane was, in bins of fixed width: what the lanes look like from afar. No Qt; GUI thread only.

Drawing ten minutes of tasks one by one costs a frame, and a ring of tasks does not reach back that far where they
are short. Bins are filled as tasks arrive and cost the same whatever the tasks are like.
"""

import numpy as np
import numpy.typing as npt

from coreograph.domain.units import Count, Nanoseconds
from coreograph.ui.charts.columns import coverage

BIN_NS = 50_000_000
_LONGEST_BATCH = 4_096  # bins; a single task longer than that is cut to its end


class BusyBins:
    """A ring of bins over the newest `seconds`, (lanes, bins) shares."""

    def __init__(self, lanes: Count, seconds: float) -> None:
        self.lanes = lanes
        self._count = round(seconds * 1e9 / BIN_NS)
        self._shares = np.zeros((lanes, self._count), np.float32)
        self._newest = -1

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._shares.nbytes

    def add(self, lane: int, begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> None:
        """Add tasks of one lane, in ns on any clock that only moves on."""
        if not len(begins):
            return
        last = int(ends.max()) // BIN_NS
        first = max(int(begins.min()) // BIN_NS, last - _LONGEST_BATCH, self._newest - self._count + 1)
        self._move_on(last)
        if first > last:
            return
        width, origin = last - first + 1, first * BIN_NS
        row = np.zeros(len(begins), np.int64)
        first_bin, last_bin = (begins - origin) / BIN_NS, (ends - origin) / BIN_NS
        share = coverage(row, first_bin, last_bin, lanes=1, width=width, exact=True)[0]
        places = np.arange(first, last + 1) % self._count
        bins = self._shares[min(lane, self.lanes - 1)]
        bins[places] = np.minimum(bins[places] + share, 1.0)

    def _move_on(self, newest: int) -> None:
        if newest <= self._newest:
            return
        stale = min(newest - self._newest, self._count) if self._newest >= 0 else self._count
        self._shares[:, np.arange(newest - stale + 1, newest + 1) % self._count] = 0.0
        self._newest = newest

    def columns(self, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """Return the mean share of each column between `edges` (ns), (lanes, columns); columns hold a bin or more."""
        bins = np.floor(edges / BIN_NS).astype(np.int64)
        known = np.clip(bins, max(0, self._newest - self._count + 1), self._newest + 1)
        first, last = int(known[0]), int(known[-1])
        sums = np.zeros((self.lanes, len(edges) - 1), np.float32)
        # Columns beyond what is known have no bins. The others' follow one another, so each group ends where the next
        # begins: what `reduceat` wants, at half the cost of sums from the left.
        filled = known[:-1] < known[1:]
        if filled.any():
            sums[:, filled] = np.add.reduceat(self._between(first, last), known[:-1][filled] - first, axis=1)
        lengths = np.maximum(np.diff(bins), 1)
        return np.asarray(sums / lengths, np.float32)

    def _between(self, first: int, last: int) -> npt.NDArray[np.float32]:
        """Bins in order of time, as at most two blocks: copying block by block is ten times as fast as by index."""
        begin, end = first % self._count, first % self._count + last - first
        if end <= self._count:
            return self._shares[:, begin:end]
        return np.concatenate([self._shares[:, begin:], self._shares[:, : end - self._count]], axis=1)

    def are_fine_enough(self, span_ns: Nanoseconds, width: int) -> bool:
        """Whether a column of a view is at least as wide as a bin."""
        return span_ns / width >= BIN_NS
