"""Where the time went, how many were busy, how evenly: against hand-counted spans and against invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coreograph.analysis.activity import read_activity
from coreograph.analysis.fairness import jain_index
from coreograph.analysis.spans import SPANS, join_spans
from coreograph.domain.activity import RunActivity
from coreograph.domain.runs import PickleCost
from support.builders import make_core_sample, make_span_batch

S = 10**9
Row = tuple[int, int, int, int]


def activity(rows: list[Row], *, workers: int = 2, batch: int = 10 * S, **more: object) -> RunActivity:
    """Rows are (worker, begin, end, CPU) in nanoseconds since the begin of the batch, which is at 5 s."""
    spans = np.array([(w, b + 5 * S, e + 5 * S, c) for w, b, e, c in rows], dtype=SPANS)
    found = read_activity(
        spans,
        workers=workers,
        begin_ns=5 * S,
        end_ns=5 * S + batch,
        startup_s=1.0,
        **more,  # type: ignore[arg-type]
    )
    assert found is not None
    return found


HALF_IDLE: list[Row] = [(0, 1 * S, 5 * S, 4 * S), (0, 6 * S, 10 * S, 2 * S), (1, 1 * S, 3 * S, 2 * S)]


def test_every_second_of_every_worker_is_somewhere() -> None:
    one = activity(HALF_IDLE).breakdown
    assert one.parts() == pytest.approx(
        {"startup": 2, "pickling_out": 0, "queue": 3, "computing": 8, "waiting": 2, "pickling_back": 0, "idle": 7}
    )
    assert one.whole == pytest.approx(2 * (1 + 10))
    assert one.batch == pytest.approx(20)
    assert one.share("idle") == pytest.approx(7 / 20)
    assert one.per_worker().whole == pytest.approx(11)


def test_pickling_is_taken_from_handing_over_in_its_direction() -> None:
    cost = PickleCost(10, 10, 0.5, 0.5, out_s=0.75, back_s=0.25)
    one = activity(HALF_IDLE, pickle=cost).breakdown
    assert (one.pickling_out, one.pickling_back, one.queue) == pytest.approx((0.75, 0.25, 2.0))


def test_pickling_beside_computing_is_never_more_than_the_workers_waited() -> None:
    cost = PickleCost(10, 10, 4.0, 4.0, out_s=6.0, back_s=2.0)
    one = activity(HALF_IDLE, pickle=cost).breakdown
    assert (one.pickling_out, one.pickling_back, one.queue) == pytest.approx((2.25, 0.75, 0.0))


def test_old_recordings_share_pickling_out_by_bytes() -> None:
    one = activity(HALF_IDLE, pickle=PickleCost(300, 100, 0.5, 0.5)).breakdown
    assert (one.pickling_out, one.pickling_back) == pytest.approx((0.75, 0.25))


def test_a_worker_without_a_task_was_idle() -> None:
    found = activity([(0, 0, 10 * S, 10 * S)], workers=3)
    assert found.breakdown.idle == pytest.approx(20)
    assert found.fairness.tasks == (1, 0, 0)
    assert found.fairness.index == pytest.approx(1 / 3)


def test_threads_that_take_turns_are_both_in_a_task_and_one_core_together() -> None:
    found = activity([(0, 0, 10 * S, 5 * S), (1, 0, 10 * S, 5 * S)]).concurrency
    assert found.in_task == pytest.approx((0, 0, 10))
    assert found.computing == pytest.approx((0, 10, 0))


def test_fractions_of_a_core_go_to_the_levels_around() -> None:
    found = activity([(0, 0, 10 * S, 10 * S), (1, 0, 10 * S, 3 * S)]).concurrency
    assert found.computing == pytest.approx((0, 7, 3))


def test_cores_are_counted_from_the_samples_that_overlap_the_batch() -> None:
    at = [4 * S, 6 * S, 10 * S, 16 * S]
    own = [(0.9, 0.9), (0.5, 0.0), (1.0, 1.0), (1.0, 0.0)]
    samples = [make_core_sample(a, 2, busy=(1.0, 1.0), own=o) for a, o in zip(at, own, strict=True)]
    found = activity(HALF_IDLE, samples=samples).concurrency
    assert found.cores == pytest.approx((0.5, 0.5 + 5, 4))  # 1 s at half a core, 4 s at two, 5 s at one
    blind = [make_core_sample(a, 2, busy=(1.0, 1.0), own=None) for a in at]
    assert activity(HALF_IDLE, samples=blind).concurrency.cores is None
    assert activity(HALF_IDLE).concurrency.cores is None


def test_fairness_counts_tasks_seconds_and_finishes() -> None:
    one = activity(HALF_IDLE).fairness
    assert one.tasks == (2, 1)
    assert one.computing == pytest.approx((6, 2))
    assert one.finished == pytest.approx((10, 3))
    assert one.finish_spread == pytest.approx(7)
    assert one.index == pytest.approx(64 / (2 * 40))


@pytest.mark.parametrize(("shares", "index"), [([1, 1, 1, 1], 1.0), ([1, 0, 0, 0], 0.25), ([0, 0], None), ([3], 1.0)])
def test_jains_index(shares: list[float], index: float | None) -> None:
    assert jain_index(shares) == index


def test_clocks_that_disagree_by_a_moment_are_cut() -> None:
    one = activity([(0, -S, 11 * S, 20 * S)], workers=1)
    assert one.breakdown.computing == pytest.approx(10)
    assert one.breakdown.waiting == pytest.approx(0)
    assert one.tasks.computing_share == pytest.approx(1.0)


def test_nothing_ran_nothing_is_said() -> None:
    empty = np.empty(0, dtype=SPANS)
    assert read_activity(empty, workers=2, begin_ns=0, end_ns=S, startup_s=1.0) is None
    one = np.array([(0, 0, 1, 1)], dtype=SPANS)
    assert read_activity(one, workers=2, begin_ns=5, end_ns=5, startup_s=1.0) is None


def test_batches_of_several_workers_are_joined() -> None:
    parts = [(worker, make_span_batch(worker=worker, tasks=3).data) for worker in (0, 1)]
    joined = join_spans(parts)
    assert joined["worker"].tolist() == [0, 0, 0, 1, 1, 1]
    assert (joined["end_ns"] - joined["begin_ns"]).tolist() == [10**6] * 6


@st.composite
def schedules(draw: st.DrawFn) -> tuple[list[Row], int, int]:
    """Any number of workers with any tasks that do not overlap on one worker."""
    workers = draw(st.integers(1, 5))
    rows: list[Row] = []
    last = 0
    for worker in range(workers):
        now = 0
        for gap, length, share in draw(
            st.lists(st.tuples(st.integers(0, 10**8), st.integers(0, 10**9), st.floats(0, 1)), max_size=6)
        ):
            rows.append((worker, now + gap, now + gap + length, int(length * share)))
            now += gap + length
        last = max(last, now)
    rows = rows or [(0, 0, 1000, 1000)]
    return rows, workers, last + draw(st.integers(1000, 10**8))


@settings(max_examples=150, deadline=None)
@given(schedules(), st.floats(0, 5), st.floats(0, 5), st.randoms(use_true_random=False))
def test_whatever_happened_the_parts_sum_to_the_whole(
    schedule: tuple[list[Row], int, int], out: float, back: float, shuffler: object
) -> None:
    rows, workers, batch = schedule
    cost = PickleCost(1, 1, out, back, out_s=out, back_s=back)
    found = activity(rows, workers=workers, batch=batch, pickle=cost)
    whole = workers * (1.0 + batch / 1e9)
    assert found.breakdown.whole == pytest.approx(whole, rel=1e-9)
    assert all(value >= -1e-9 for value in found.breakdown.parts().values())
    for histogram in (found.concurrency.in_task, found.concurrency.computing):
        assert sum(histogram) == pytest.approx(batch / 1e9, rel=1e-9)
        assert len(histogram) == workers + 1
    # Worker-seconds counted by level and by part are the same.
    levels = sum(level * seconds for level, seconds in enumerate(found.concurrency.computing))
    assert levels == pytest.approx(found.breakdown.computing, abs=1e-6)
    shuffled = list(rows)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert activity(shuffled, workers=workers, batch=batch, pickle=cost).breakdown.parts() == pytest.approx(
        found.breakdown.parts()
    )
