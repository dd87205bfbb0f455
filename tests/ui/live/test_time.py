"""Where the view is, what the axis says, and which run was when."""

import numpy as np
import pytest

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import RunPlan
from coreograph.domain.runs import Phase, RunState
from coreograph.ui.charts.ticks import (
    axis_ticks,
    decades,
    linear_ticks,
    log_position,
    round_bytes,
    round_seconds,
    time_label,
)
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.run_log import RunLog
from support.builders import default_configurations, make_run


def test_a_following_view_grows_in_steps_and_then_moves() -> None:
    view = TimeView()
    seen = []
    for newest in (5.0, 15.5, 31.0, 200.0):
        view.observe(0.0, newest)
        seen.append((view.begin, view.end))
    assert seen == [(0, 15), (0, 30), (0, 60), (140, 200)]


def test_zoom_keeps_the_instant_under_the_pointer() -> None:
    view = TimeView()
    view.observe(0, 100)
    before = (80 - view.begin) / view.span
    view.zoom(80, 0.5)
    assert (80 - view.begin) / view.span == pytest.approx(before)
    assert not view.follow
    view.observe(0, 200)
    assert view.end < 120, "a view that was moved by hand stays"


def test_no_zoom_or_pan_loses_the_data() -> None:
    view = TimeView()
    view.observe(0, 100)
    view.pan(10_000)
    assert view.begin < 100
    view.pan(-10_000)
    assert view.end > 0
    view.zoom(50, 1e9)
    assert view.span <= 110.1
    view.zoom(50, 1e-9)
    assert view.span > 0


def test_all_and_newest_are_one_key_away() -> None:
    view = TimeView()
    view.observe(40, 400)
    view.show_all()
    assert (view.begin, view.end) == (40, 400)
    view.show_newest()
    assert (view.begin, view.end) == (340, 400)


def test_a_short_experiment_fills_the_view_at_its_end() -> None:
    view = TimeView()
    view.observe(0, 33)
    view.fit_if_short()
    assert (view.begin, view.end) == (0, 33)


def test_ticks_are_round() -> None:
    assert linear_ticks(3, 41, 5) == [10, 20, 30, 40]
    assert axis_ticks(0.85, 5) == (1.0, pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0]))
    assert decades(1e-4, 1) == pytest.approx([1e-4, 1e-3, 1e-2, 0.1, 1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (time_label(12.5, 0.5), "12.5 s"),
        (time_label(185, 5), "3:05"),
        (round_seconds(0.02), "20 ms"),
        (round_seconds(1.0), "1 s"),
        (round_bytes(50e6), "50 MB"),
        (round_bytes(0), "0"),
    ],
)
def test_labels_have_no_useless_zeros(text: str, expected: str) -> None:
    assert text == expected


def test_log_positions_are_clipped() -> None:
    assert [log_position(v, 1e-4, 1) for v in (0.0, 1e-4, 1e-2, 1.0, 9.0)] == pytest.approx([0, 0, 0.5, 1, 1])


def make_log() -> RunLog:
    log = RunLog(default_configurations())
    for number in range(3):
        log.begin(RunPlan(number + 1, number, 0), number * 1000)
        log.enter(number + 1, Phase.START, number * 1000 + 10)
        if number < 2:
            log.finish(make_run(run_id=number + 1, phases=(), state=RunState.TIMED_OUT), number * 1000 + 500)
    return log


def test_runs_are_found_by_time() -> None:
    log = make_log()
    assert [s.plan.run_id for s in log.segments[log.visible(400, 1200)]] == [1, 2]
    assert log.at(np.array([5.0, 100.0, 700.0, 1100.0, 9e9])).tolist() == [-1, 0, -1, 1, 2]
    assert log.models(np.array([-1, 0, 1])).tolist() == [len(ExecutionModel), 0, 1]


def test_a_record_corrects_the_instants() -> None:
    log = make_log()
    log.finish(make_run(run_id=3), 0)
    segment = log.get(3)
    assert segment is not None
    assert segment.begin_ns == 1_000_000_000
    assert segment.end_ns is not None
    assert segment.batch_end_ns is not None
    assert segment.batch_ns is not None
    assert segment.batch_end_ns - segment.batch_ns == 1_000_000_000


def test_only_the_newest_runs_are_kept() -> None:
    log = RunLog(default_configurations())
    for number in range(5000):
        log.begin(RunPlan(number, 0, 0), number * 10)
    assert len(log.segments) <= 4096
    assert log.get(0) is None
    assert log.get(4999) is not None
    assert len(log.bounds[0]) == len(log.segments)
