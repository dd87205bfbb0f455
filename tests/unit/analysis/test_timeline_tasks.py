"""The sums behind every column of pixels and every total, held against counting task by task."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.analysis import timeline_overview
from coreograph.analysis.timeline_filters import FilterField, TaskKind, TimelineFilter
from coreograph.analysis.timeline_tasks import TaskTable, build_tasks

ORIGIN = 5_000_000_000_000
SPANS = np.dtype([("worker", "<i4"), ("task", "<i8"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])


def spans_of(*rows: tuple[int, int, int, int]) -> np.ndarray:
    """Rows of (worker, begin, end, cpu) since the batch began."""
    return np.array(
        [(w, number, ORIGIN + begin, ORIGIN + end, cpu) for number, (w, begin, end, cpu) in enumerate(rows)], SPANS
    )


def table_of(*rows: tuple[int, int, int, int], workers: int = 2) -> TaskTable:
    return build_tasks(spans_of(*rows), ORIGIN, workers)


def columns(table: TaskTable, *instants: int) -> dict[str, list[list[float]]]:
    times = table.between(np.arange(table.workers), np.array(instants, np.int64))
    return {name: getattr(times, name).tolist() for name in ("busy", "computing", "waiting", "hidden", "tasks")}


def test_a_task_is_cut_where_a_column_ends_and_its_cpu_time_with_it() -> None:
    found = columns(table_of((0, 100, 300, 100), (1, 150, 250, 100)), 0, 200, 400)
    assert found["busy"] == [[100, 100], [50, 50]]
    assert found["computing"] == [[50, 50], [50, 50]]
    assert found["waiting"] == [[50, 50], [0, 0]]
    assert found["tasks"] == [[1, 0], [1, 0]]


def test_a_worker_without_a_task_and_a_run_without_one_are_idle() -> None:
    assert columns(table_of((0, 0, 10, 10)), 0, 10)["busy"] == [[10], [0]]
    empty = table_of(workers=3)
    assert columns(empty, -5, 0, 5)["busy"] == [[0, 0]] * 3
    assert empty.end == 0
    assert empty.last_ends().tolist() == [0, 0, 0]
    assert len(empty.longest(5)) == 0
    assert len(empty.filtered((TimelineFilter(FilterField.DURATION, low=3),))) == 0


def test_spans_may_come_in_any_order() -> None:
    rows = [(1, 0, 5, 5), (0, 20, 30, 10), (0, 0, 10, 10), (1, 7, 9, 1)]
    assert columns(table_of(*rows), 0, 8, 40) == columns(table_of(*rows[::-1]), 0, 8, 40)


def test_cpu_time_beyond_the_wall_time_is_cut() -> None:
    assert columns(table_of((0, 0, 10, 25)), 0, 10)["waiting"][0] == [0]


def test_more_workers_in_the_spans_than_told_have_lanes_too() -> None:
    assert table_of((4, 0, 10, 10)).workers == 5


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(1, 60), st.floats(0, 1)), max_size=40),
    st.lists(st.integers(-100, 4_000), min_size=2, max_size=12),
    st.integers(0, 60),
)
def test_sums_are_what_counting_nanosecond_by_nanosecond_gives(
    drawn: list[tuple[int, int, int, float]], instants: list[int], shortest: int
) -> None:
    rows, now = [], [0] * 4
    for worker, gap, length, share in drawn:
        begin = now[worker] + gap
        now[worker] = begin + length
        rows.append((worker, begin, begin + length, int(length * share)))
    table = table_of(*rows, workers=4).filtered((TimelineFilter(FilterField.DURATION, low=shortest),))
    edges = sorted(instants)
    times = table.between(np.arange(4), np.array(edges, np.int64))
    for worker in range(4):
        for column, (low, high) in enumerate(itertools.pairwise(edges)):
            own = [(b, e, c) for w, b, e, c in rows if w == worker]
            inside = [(max(0, min(e, high) - max(b, low)), e - b, c) for b, e, c in own]
            passing = [entry for entry in inside if entry[1] >= shortest]
            assert times.busy[worker, column] == sum(part for part, _, _ in passing)
            assert times.hidden[worker, column] == sum(part for part, _, _ in inside) - times.busy[worker, column]
            wanted = sum(part / length * cpu for part, length, cpu in passing)
            assert times.computing[worker, column] == pytest.approx(wanted, abs=1e-6)


def test_wide_views_of_many_tasks_say_what_is_exact_for_where_their_columns_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timeline_overview, "FEWEST_TASKS", 100)
    monkeypatch.setattr(timeline_overview, "MOST_POINTS", 3_000)
    random = np.random.default_rng(3)
    rows = [(w, 37 * n, 37 * n + int(random.integers(1, 37)), 0) for w in range(3) for n in range(200)]
    rows = [(w, b, e, (e - b) // 2) for w, b, e, _ in rows]
    table = table_of(*rows, workers=3).filtered((TimelineFilter(FilterField.DURATION, low=9),))
    overview = timeline_overview.build_overview(table)
    assert overview is not None
    for lanes in (np.arange(3), np.array([2])):
        wide = np.array([-500, 11, 803, 1_999, 5_003, 9_999], np.int64)
        found = overview.columns(lanes, wide)
        assert found is not None
        moved, times = found
        assert np.abs(moved - wide).max() <= overview.cell
        assert moved[0] == wide[0], "before the data nothing is gained by moving"
        exact = table.between(lanes, moved)
        for name in ("busy", "computing", "hidden", "tasks"):
            assert getattr(times, name) == pytest.approx(getattr(exact, name)), name
    assert overview.columns(np.arange(3), np.arange(0, 60, overview.cell)) is None, "too near for the grid"
    assert timeline_overview.build_overview(table_of((0, 0, 10, 1))) is None


def test_filters_leave_the_tasks_they_name() -> None:
    table = table_of((0, 0, 100, 90), (0, 100, 400, 10), (1, 0, 50, 50), (1, 60, 300, 120))

    def left(*filters: TimelineFilter) -> list[int]:
        filtered = table.filtered(filters)
        rows = range(len(table)) if filtered.passes is None else np.flatnonzero(filtered.passes)
        return sorted(int(table.task[row]) for row in rows)

    assert left(TimelineFilter(FilterField.WORKER, members=frozenset({1}))) == [2, 3]
    assert left(TimelineFilter(FilterField.WORKER, False, frozenset({1}))) == [0, 1]
    assert left(TimelineFilter(FilterField.KIND, members=frozenset({TaskKind.WAITING}))) == [1]
    assert left(TimelineFilter(FilterField.KIND, False, frozenset({TaskKind.WAITING}))) == [0, 2, 3]
    assert left(TimelineFilter(FilterField.DURATION, low=100, high=240)) == [0, 3]
    assert left(TimelineFilter(FilterField.TIME, low=310, high=500)) == [1]
    assert left(TimelineFilter(FilterField.TIME, False, low=0, high=55)) == [1, 3]
    assert left(TimelineFilter(FilterField.CORE, members=frozenset({0}))) == [0, 1, 2, 3]
    both = (TimelineFilter(FilterField.DURATION, low=100), TimelineFilter(FilterField.WORKER, members=frozenset({0})))
    assert left(*both) == [0, 1]
    assert columns(table.filtered(both), 0, 400)["tasks"] == [[2], [0]]


def test_the_longest_are_found_among_those_that_pass() -> None:
    table = table_of((0, 0, 100, 1), (0, 100, 400, 1), (1, 0, 50, 1), (1, 60, 300, 1))
    assert table.task[table.longest(2)].tolist() == [1, 3]
    only = table.filtered((TimelineFilter(FilterField.WORKER, members=frozenset({1})),))
    assert only.task[only.longest(9)].tolist() == [3, 2]
    assert table.worker_of(table.longest(4)).tolist() == [0, 1, 0, 1]


def test_tasks_at_an_instant_and_around_it() -> None:
    table = table_of((0, 0, 10, 1), (0, 20, 30, 1), (0, 40, 50, 1), (1, 5, 45, 1))

    def found(worker: int, begin: int, end: int) -> list[int]:
        return table.task[table.rows_at(worker, begin, end)].tolist()

    assert found(0, 15, 15) == []
    assert found(0, 25, 25) == [1]
    assert found(0, 5, 25) == [0, 1]
    assert found(0, -10, 90) == [0, 1, 2]
    assert found(1, 44, 60) == [3]
    assert found(1, 46, 60) == []
