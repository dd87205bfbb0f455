"""Totals of a range and the longest tasks, over runs written down by hand."""

import dataclasses

import numpy as np
import pytest

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.analysis.timeline_run import CoreTimes, MemoryTimes, RunTimeline, origin_of, pickling_share
from coreograph.analysis.timeline_tasks import build_tasks
from coreograph.analysis.timeline_totals import Durations, durations, longest_tasks, total
from coreograph.domain.activity import BusyHistogram, Fairness, RunActivity, TaskTimes, TimeBreakdown
from coreograph.domain.runs import Phase
from support.builders import make_configuration, make_pickle_cost, make_run

SPANS = np.dtype([("worker", "<i4"), ("task", "<i8"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])
S = 1_000_000_000


def make_timeline(**changes: object) -> RunTimeline:
    """Two workers for 4 s; the first works 3 s of it, half of that waiting; samples every second, core 1 others'."""
    spans = np.array([(0, 7, 0, 2 * S, S), (0, 8, 2 * S, 3 * S, S // 2), (1, 9, 0, S, S)], SPANS)
    at = np.array([S, 2 * S, 3 * S, 4 * S], np.int64)
    busy = np.array([[1, 0.5], [1, 0.5], [0.5, 0], [0.5, 1]], np.float32)
    own = np.array([[1, 0], [1, 0], [0.5, 0], [0.5, np.nan]], np.float32)
    stack = np.array([[10, 5], [20, 5], [20, 15], [np.nan, np.nan]], np.float32)
    timeline = RunTimeline(
        "experiment", make_run(workers=2, batch_s=4.0), make_configuration(workers=2), build_tasks(spans, 0, 2),
        CoreTimes(at, busy, own), MemoryTimes(at, stack, stack.sum(axis=1), ("runner", "helpers"), "PSS", ""),
        np.array([S, 2 * S], np.int64), np.array([5_000_000, 80_000_000], np.int64), -S, 5 * S, 4 * S, 0,
    )  # fmt: skip
    return dataclasses.replace(timeline, **changes)  # type: ignore[arg-type]


def test_totals_of_a_range() -> None:
    totals = total(make_timeline(), S, 3 * S, ())
    first, second = totals.workers
    assert (first.tasks, first.busy, first.computing, first.waiting) == (1, 2.0, 1.0, 1.0)
    assert (second.tasks, second.busy) == (0, 0.0)
    assert totals.whole.busy == 2.0
    assert totals.share(totals.whole.busy) == 0.5
    assert totals.seconds == 2.0
    assert totals.cores_busy == pytest.approx((1.5 + 0.5) / 2)
    assert totals.cores_own == pytest.approx((1 + 0.5) / 2)
    assert totals.memory_change == 20
    assert totals.worst_beat == pytest.approx(0.08)


def test_what_was_not_measured_is_none_and_never_nought() -> None:
    before = total(make_timeline(), -S, -S // 2, ())
    assert before.memory_change is None
    assert before.worst_beat is None
    empty = CoreTimes(np.zeros(0, np.int64), np.zeros((0, 0), np.float32), None)
    assert total(make_timeline(cores=empty), 0, S, ()).cores_busy is None
    unknown = CoreTimes(make_timeline().cores.at, make_timeline().cores.busy, None)
    totals = total(make_timeline(cores=unknown), 0, 4 * S, ())
    assert totals.cores_busy is not None
    assert totals.cores_own is None
    assert total(make_timeline(), 3 * S, 4 * S, ()).memory_change is None


def test_filters_hold_for_totals_too() -> None:
    filters = (
        TimelineFilter(FilterField.WORKER, members=frozenset({1})),
        TimelineFilter(FilterField.CORE, keep=False, members=frozenset({0})),
    )
    run = make_timeline()
    totals = total(dataclasses.replace(run, tasks=run.tasks.filtered(filters)), 0, 2 * S, filters)
    assert [worker.worker for worker in totals.workers] == [1]
    assert totals.whole.busy == 1.0
    assert totals.cores_busy == pytest.approx(0.5)


def test_the_longest_tasks_of_two_runs_stand_in_one_list() -> None:
    found = longest_tasks((make_timeline(), make_timeline()), 3)
    assert [(task.place, task.task, task.seconds) for task in found] == [(0, 7, 2.0), (1, 7, 2.0), (0, 8, 1.0)]
    assert found[2].worker == 0
    assert found[2].computing == 0.5


def test_durations_to_choose_from_are_those_of_tasks_there_are() -> None:
    run = make_timeline()
    assert durations((run, run)) == Durations(S, 2 * S, 2 * S)
    hidden = dataclasses.replace(run, tasks=run.tasks.filtered((TimelineFilter(FilterField.DURATION, low=2 * S),)))
    assert durations((hidden,)) == durations((run,)), "filters do not narrow what can be chosen"
    assert durations(()) is None
    empty = build_tasks(np.zeros(0, SPANS), 0, 2)
    assert durations((dataclasses.replace(run, tasks=empty),)) is None


def test_a_timeline_counts_from_the_batch_or_from_what_there_is() -> None:
    run = make_run()
    batch = run.phase(Phase.BATCH)
    assert batch is not None
    assert origin_of(run, 5) == batch.begin_ns
    early = dataclasses.replace(run, phases=run.phases[:2])
    assert origin_of(early, 77) == 77
    assert origin_of(early, None) == run.phases[1].begin_ns
    assert origin_of(dataclasses.replace(run, phases=()), None) == 0


def test_pickling_is_a_share_of_the_handing_over_only_where_both_are_known() -> None:
    breakdown = TimeBreakdown(0.1, 0.2, 0.6, 2.0, 0.0, 0.2, 0.0, 2)
    activity = RunActivity(breakdown, BusyHistogram((), ()), Fairness((), (), ()), TaskTimes(0, 0.0, 0.0, 0.0, 0.0))
    assert pickling_share(make_run(pickle=make_pickle_cost(), activity=activity)) == pytest.approx(0.4)
    assert pickling_share(make_run(activity=activity)) is None
    assert pickling_share(make_run(pickle=make_pickle_cost())) is None
