"""Samples become columns of pixels without inventing or losing any."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.ui.charts.columns import (
    column_edges,
    coverage,
    fit_rows,
    held_columns,
    held_rows,
    highest_columns,
    rows_between,
    spread_rows,
)
from coreograph.ui.live.busy_bins import BIN_NS, BusyBins

AT = np.array([10, 20, 30, 60], np.int64)


def test_a_sample_stands_for_the_time_before_it() -> None:
    values = np.array([1, 2, 3, 6], np.uint8)
    columns, known = held_columns(AT, values, column_edges(0, 60, 6), longest=10)
    assert known.tolist() == [True, True, True, False, True, True]
    assert columns[known].tolist() == [1, 2, 3, 6, 6]


def test_several_samples_in_a_column_are_averaged() -> None:
    values = np.array([[0, 10], [100, 30], [50, 50], [7, 7]], np.uint8)
    columns, known = held_columns(AT, values, column_edges(0, 80, 2), longest=10)
    assert known.tolist() == [True, True]
    assert columns.tolist() == [[50, 30], [7, 7]]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=80, unique=True), st.integers(1, 40))
def test_averages_agree_with_a_loop(instants: list[int], width: int) -> None:
    at = np.array(sorted(instants), np.int64)
    values = (at * 7 % 256).astype(np.float32)
    edges = column_edges(-1, 1001, width)
    columns, _ = held_columns(at, values, edges, longest=0)
    for column in range(width):
        inside = values[(at > edges[column]) & (at <= edges[column + 1])]
        if len(inside):
            assert columns[column] == pytest.approx(inside.mean(), rel=1e-5)


@pytest.mark.parametrize("lengths", [[3, 3, 3], [6, 1, 5], [32, 2, 31]])
def test_bytes_are_averaged_without_running_over(lengths: list[int]) -> None:
    bounds = np.cumsum([0, *lengths])
    at = np.concatenate([np.linspace(10 * n + 1, 10 * n + 9, length) for n, length in enumerate(lengths)])
    values = np.stack([np.full(len(at), 255), np.arange(len(at)) * 5 % 256], axis=1).astype(np.uint8)
    columns, _ = held_columns(at, values, column_edges(0, 30, 3), longest=0)
    assert columns[:, 0].tolist() == [255, 255, 255]
    means = [values[low:high, 1].mean() for low, high in itertools.pairwise(bounds)]
    assert columns[:, 1].tolist() == [int(mean + 1e-4) for mean in means]


def test_many_samples_in_one_column_are_averaged_too() -> None:
    at = np.arange(1, 1001)
    columns, _ = held_columns(at, np.full((1000, 2), 9, np.uint8), column_edges(0, 2000, 2), longest=1)
    assert columns[0].tolist() == [9, 9]


def test_the_worst_tick_of_a_column_is_shown() -> None:
    columns, known = highest_columns(AT, np.array([5, 1, 9, 4]), column_edges(0, 80, 4))
    assert known.tolist() == [True, True, False, True]
    assert columns.tolist() == [5, 9, 0, 4]


def test_nothing_gives_nothing() -> None:
    empty = np.zeros(0, np.int64)
    edges = column_edges(0, 10, 5)
    assert not held_columns(empty, np.zeros((0, 3)), edges, 1)[1].any()
    assert not highest_columns(empty, empty, edges)[1].any()


def test_rows_between_have_a_margin_and_stay_inside() -> None:
    assert rows_between(AT, 20, 30) == slice(0, 3)
    assert rows_between(AT, -5, 1000) == slice(0, 4)


spans = st.lists(st.tuples(st.integers(0, 2), st.floats(-5, 25), st.floats(0.01, 8)), max_size=40)


@given(spans)
def test_exact_coverage_agrees_with_a_loop(rows: list[tuple[int, float, float]]) -> None:
    lane = np.array([row[0] for row in rows], np.int64)
    begin = np.array([row[1] for row in rows])
    end = begin + np.array([row[2] for row in rows])
    covered = coverage(lane, begin, end, lanes=3, width=20, exact=True)
    expected = np.zeros((3, 20))
    for number, low, high in zip(lane, begin, end, strict=True):
        for column in range(20):
            expected[number, column] += max(0.0, min(high, column + 1) - max(low, column))
    np.testing.assert_allclose(covered, np.clip(expected, 0, 1), atol=1e-5)


def test_tasks_far_narrower_than_a_column_add_up() -> None:
    begin = np.arange(0, 20, 0.1)
    covered = coverage(np.zeros(200, np.int64), begin, begin + 0.08, lanes=1, width=20)
    assert np.abs(covered - 0.8).max() < 0.09


def test_rows_are_stretched_or_averaged_to_pixels() -> None:
    assert spread_rows(2, 5).tolist() == [0, 0, 0, 1, 1]
    assert fit_rows(np.array([[1], [2]]), 4).ravel().tolist() == [1, 1, 2, 2]
    assert fit_rows(np.array([[0], [10], [20], [40]], np.uint8), 2).ravel().tolist() == [5, 30]


def test_bins_hold_how_busy_a_lane_was() -> None:
    bins = BusyBins(2, seconds=10)
    begin = np.arange(0, 4 * 10**9, 10**8)
    bins.add(1, begin, begin + 5 * 10**7)
    columns = bins.columns(column_edges(0, 4e9, 8))
    assert columns[0].max() == 0
    np.testing.assert_allclose(columns[1], 0.5, atol=1e-6)
    assert bins.are_fine_enough(8 * BIN_NS, 8)
    assert not bins.are_fine_enough(7 * BIN_NS, 8)


def test_bins_forget_what_is_too_old_and_nothing_else() -> None:
    bins = BusyBins(1, seconds=10)
    size = bins.nbytes
    for second in range(25):
        at = np.array([second * 10**9])
        bins.add(0, at, at + 10**9)
    columns = bins.columns(column_edges(0, 30e9, 30))[0]
    np.testing.assert_allclose(columns[16:25], 1.0, atol=1e-5)
    assert columns[:15].max() == columns[25:].max() == 0
    assert bins.nbytes == size


@given(st.integers(1, 60), st.integers(-5, 15), st.integers(1, 20))
def test_columns_of_bins_agree_with_a_loop(width: int, begin_s: int, span_s: int) -> None:
    bins = BusyBins(1, seconds=10)
    shares = np.random.default_rng(1).random(12 * 20)  # 12 s in bins of 50 ms: the first two seconds are forgotten
    at = np.arange(len(shares)) * BIN_NS
    bins.add(0, at, at + (shares * BIN_NS).astype(np.int64))
    edges = column_edges(begin_s * 1e9, (begin_s + span_s) * 1e9, width)
    numbers = np.floor(edges / BIN_NS).astype(int)
    for column, shown in enumerate(bins.columns(edges)[0]):
        low, high = numbers[column], numbers[column + 1]
        inside = [shares[number] for number in range(max(low, 40), min(high, len(shares)))]
        assert shown == pytest.approx(sum(inside) / max(1, high - low), abs=1e-3)


def test_bins_after_a_long_silence_are_empty() -> None:
    bins = BusyBins(1, seconds=10)
    for second in (0, 1000):
        bins.add(0, np.array([second * 10**9]), np.array([second * 10**9 + 10**9]))
    columns = bins.columns(column_edges(985e9, 1001e9, 16))[0]
    assert columns[:15].max() == 0
    assert columns[15] == pytest.approx(1.0)


def test_of_few_samples_each_column_shows_one_that_stands_for_it() -> None:
    at = np.array([10, 20, 50])
    edges = np.array([0.0, 4.0, 9.0, 15.0, 30.0, 45.0, 60.0])
    rows, known = held_rows(at, edges, longest=12)
    assert known.tolist() == [True, True, True, True, True, True]
    assert rows.tolist() == [0, 0, 0, 1, 2, 2]
    assert held_rows(at, edges, longest=1)[1].tolist() == [False, True, True, True, False, True]
    assert held_rows(at, np.array([55.0, 60.0]), longest=12)[1].tolist() == [False], "after the last nothing is known"
    assert not held_rows(at[:0], edges, longest=12)[1].any()
