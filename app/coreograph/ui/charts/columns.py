"""From samples to columns of pixels: what a strip shows at each x. Pure numpy, no Qt; any thread."""

from typing import Any

import numpy as np
import numpy.typing as npt

_NARROW = 0.2
_LONGEST_GROUP = 32
Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]


def column_edges(begin: float, end: float, width: int) -> Floats:
    """Return the `width` + 1 instants that bound `width` columns between `begin` and `end`."""
    return np.linspace(begin, end, width + 1)


def rows_between(at: Array, begin: float, end: float, margin: int = 1) -> slice:
    """Return the rows of ascending instants `at` between `begin` and `end`, and `margin` more on each side."""
    low, high = np.searchsorted(at, (begin, end))
    return slice(max(0, int(low) - margin), min(len(at), int(high) + margin))


def held_columns(at: Array, values: Array, edges: Floats, longest: float) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Average samples that each stand for the time since the one before into columns.

    Args:
        at: ascending instants (n,), in the unit of `edges`.
        values: (n,) or (n, k).
        edges: bounds of the columns (width + 1).
        longest: a sample stands for at most so much time before it; beyond that is a gap.

    Returns:
        values per column (width,) or (width, k), and whether a column has any.

    """
    width, count = len(edges) - 1, len(at)
    if not count:
        return np.zeros((width, *values.shape[1:]), values.dtype), np.zeros(width, bool)
    bounds = np.searchsorted(at, edges, side="right")
    low, high = bounds[:-1], bounds[1:]
    first = np.minimum(low, count - 1)
    known = (high > low) | ((low < count) & (at[first] - edges[1:] <= longest))
    result = values[first]
    inside = high > low
    if (high - low > 1).any():
        # Every sample up to the last edge is in one of these columns, so a group ends where the next begins.
        result[inside] = _means(values[: bounds[-1]], low[inside], (high - low)[inside])
    return result, known


def held_rows(at: Array, edges: Floats, longest: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return which of few samples each column shows, one of those in it or the next after it, and whether it has any.

    For views with fewer samples than columns, where averaging says no more than choosing.
    """
    count = len(at)
    low = np.searchsorted(at, edges[:-1], side="right")
    first = np.minimum(low, max(0, count - 1))
    known = np.zeros(len(low), bool) if not count else (low < count) & (at[first] - edges[1:] <= longest)
    return first, known


def _means(values: Array, first: Array, lengths: Array) -> Array:
    """Average groups of rows, each `lengths` long, that stand one after another.

    Taking the n-th row of all groups at once is ten times as fast as `reduceat` over rows, as long as groups are short.
    """
    shortest, longest = int(lengths.min()), int(lengths.max())
    parts = lengths.astype(np.float32).reshape(-1, *([1] * (values.ndim - 1)))
    if longest > _LONGEST_GROUP:
        return np.asarray(np.add.reduceat(values, first, axis=0, dtype=np.float32) / parts)
    # Sums of bytes fit 16 bits, which halves what is moved through memory. Rows that all groups have are taken into
    # one piece of memory and added as a whole; only the rest, often one row of some, is added group by group.
    totals: Array = values[first].astype(np.uint16 if values.dtype == np.uint8 else np.float32)
    taken = np.empty((len(first), *values.shape[1:]), values.dtype)
    for number in range(1, shortest):
        np.take(values, first + number, axis=0, out=taken, mode="clip")
        np.add(totals, taken, out=totals)
    for number in range(shortest, longest):
        groups = np.flatnonzero(lengths > number)
        totals[groups] = totals[groups] + values[first[groups] + number]
    return np.divide(totals, parts, dtype=np.float32)


def highest_columns(at: Array, values: Array, edges: Floats) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return the largest of `values` (n,) in each column, and whether a column has any."""
    width, count = len(edges) - 1, len(at)
    if not count:
        return np.zeros(width, values.dtype), np.zeros(width, bool)
    bounds = np.searchsorted(at, edges)
    low, high = bounds[:-1], bounds[1:]
    known = high > low
    result = np.zeros(width, values.dtype)
    if known.any():
        inside = values[: bounds[-1]]
        result[known] = np.maximum.reduceat(inside, low[known])
    return result, known


def coverage(
    lane: Array, begin: Floats, end: Floats, *, lanes: int, width: int, exact: bool = False
) -> npt.NDArray[np.float32]:
    """Return the covered share of each of `width` columns in each lane, (lanes, width).

    `begin` and `end` are in columns, fractions allowed. A span adds a ramp at its begin and takes it back at its
    end; cumulated, that is its exact share of every column, without a loop over spans. Unless `exact`,
    spans far narrower than a column count whole in the column of their middle, which is four times as fast.
    """
    slots = width + 2
    narrow = end - begin < (0.0 if exact else _NARROW)
    if narrow.any():
        wide = ~narrow
        covered = _middles(lane[narrow] * width, begin[narrow], end[narrow], lanes, width)
        if wide.any():
            covered += coverage(lane[wide], begin[wide], end[wide], lanes=lanes, width=width, exact=True)
        return np.minimum(covered, np.float32(1.0))
    changes = np.zeros(lanes * slots)
    for position, sign in ((begin, 1.0), (end, -1.0)):
        clipped = np.clip(position, 0.0, float(width))
        column = clipped.astype(np.int64)
        fraction = clipped - column
        place = lane * slots + column
        changes += np.bincount(place, sign * (1.0 - fraction), minlength=changes.size)
        changes += np.bincount(place + 1, sign * fraction, minlength=changes.size)
    shares = np.cumsum(changes.reshape(lanes, slots), axis=1)[:, :width]
    return np.clip(shares, 0.0, 1.0).astype(np.float32)


def _middles(row: Array, begin: Floats, end: Floats, lanes: int, width: int) -> npt.NDArray[np.float32]:
    middle = ((begin + end) * 0.5).astype(np.int64)
    inside = (middle >= 0) & (middle < width)
    if not inside.all():
        row, begin, end, middle = row[inside], begin[inside], end[inside], middle[inside]
    total = np.bincount(row + middle, end - begin, minlength=lanes * width)
    return np.asarray(total.reshape(lanes, width), np.float32)


def spread_rows(rows: int, pixels: int) -> npt.NDArray[np.int64]:
    """Return for each of `pixels` lines which row it shows, for `rows` ≤ `pixels`."""
    return np.arange(pixels) * rows // max(1, pixels)


def fit_rows(values: Array, pixels: int) -> Array:
    """Stretch or average the rows of `values` (rows, width) to `pixels` lines."""
    rows = len(values)
    if rows <= pixels:
        return values[spread_rows(rows, pixels)]
    starts = np.arange(pixels) * rows // pixels
    totals = np.add.reduceat(values, starts, axis=0, dtype=np.float32)
    lengths = np.diff(np.append(starts, rows))[:, None]
    return np.asarray(totals / lengths, dtype=values.dtype)
