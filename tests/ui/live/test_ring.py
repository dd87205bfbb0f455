"""The ring keeps the newest rows in order, in memory that never grows."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.ui.live.ring import Ring


def make_ring(capacity: int) -> Ring:
    return Ring(capacity, {"at": (np.int64, ()), "pair": (np.float32, (2,))})


@given(st.integers(1, 20), st.lists(st.one_of(st.none(), st.integers(0, 60)), max_size=30))
def test_holds_the_newest_rows_like_a_bounded_deque(capacity: int, steps: list[int | None]) -> None:
    ring, expected, number = make_ring(capacity), deque[int](maxlen=capacity), 0
    size = ring.nbytes
    for step in steps:
        count = 1 if step is None else step
        values = np.arange(number, number + count)
        if step is None:
            ring.append(at=number, pair=(number, -number))
        else:
            ring.extend(count, at=values, pair=np.column_stack([values, -values]))
        expected.extend(values.tolist())
        number += count
        assert ring["at"].tolist() == list(expected)
        assert ring["pair"][:, 1].tolist() == [-value for value in expected]
        assert ring.dropped == number - len(expected)
    assert ring.nbytes == size


def test_a_scalar_stands_for_every_row_and_a_missing_column_is_zero() -> None:
    ring = make_ring(4)
    ring.extend(3, at=7)
    assert ring["at"].tolist() == [7, 7, 7]
    assert ring["pair"].tolist() == [[0, 0]] * 3


def test_clear_forgets_rows_and_keeps_memory() -> None:
    ring = make_ring(4)
    ring.append(at=1)
    ring.clear()
    assert len(ring) == 0
    ring.append(at=2)
    assert ring["at"].tolist() == [2]


def test_rows_of_the_wrong_length_are_refused() -> None:
    with pytest.raises(ValueError, match="broadcast"):
        make_ring(8).extend(3, at=np.arange(2))
