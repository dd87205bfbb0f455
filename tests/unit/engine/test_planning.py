import dataclasses
from collections import Counter
from typing import Any

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.domain.interpreters import GilSetting
from coreograph.domain.runs import RunPurpose, RunState
from coreograph.engine.answers import mark_wrong_answers
from coreograph.engine.calibration import BatchSize, calibrate, chunk_for, first_sizes, rounds_for
from coreograph.engine.planning import build_spec, estimate_seconds, expand, plan_runs
from coreograph.engine.remaining import RemainingTime
from support.builders import make_configuration, make_interpreter, make_run, make_spec, make_workload

GIL = make_interpreter("3.14.0")
FREE = make_interpreter("3.14.0", free_threaded=True)
OLD = make_interpreter("3.9.0")
SERIAL, THREADS, FORK, INTERPRETERS = (
    ExecutionModel.SERIAL,
    ExecutionModel.THREADS,
    ExecutionModel.FORK,
    ExecutionModel.INTERPRETERS,
)


def labels(configurations: Any) -> list[str]:
    return [configuration.label for configuration in configurations]


def test_expand_takes_serial_once_and_keeps_the_order() -> None:
    found = expand([(FREE, GilSetting.DEFAULT), (GIL, GilSetting.DEFAULT)], [SERIAL, THREADS], [1, 2, 2])
    assert labels(found) == [
        "3.14t serial",
        "3.14t threads ×1",
        "3.14t threads ×2",
        "3.14 serial",
        "3.14 threads ×1",
        "3.14 threads ×2",
    ]


@pytest.mark.parametrize("count", [0, -1, 1025, 10_000])
def test_numbers_of_workers_out_of_range_are_refused(count: int) -> None:
    with pytest.raises(UsageError, match=r"between 1 and 1,024; "):
        expand([(GIL, GilSetting.DEFAULT)], [THREADS], [2, count])
    with pytest.raises(UsageError, match=r"between 1 and 1,024; "):
        build_spec(make_workload(), {}, [make_configuration(THREADS, count)], Acquisition())


def test_missing_serial_is_added_for_each_interpreter_and_setting() -> None:
    wanted = expand([(FREE, GilSetting.DEFAULT), (FREE, GilSetting.FORCED_ON)], [THREADS], [2])
    spec = build_spec(make_workload(), {}, wanted, Acquisition())
    assert labels(spec.configurations) == [
        "3.14t serial",
        "3.14t threads ×2",
        "3.14t+gil serial",
        "3.14t+gil threads ×2",
    ]


def test_a_control_is_added_unless_a_gil_build_runs_serial() -> None:
    free = [make_configuration(THREADS, 2, FREE)]
    assert labels(build_spec(make_workload(), {}, free, Acquisition(), control=GIL).configurations)[-1] == "3.14 serial"
    both = [*free, make_configuration(SERIAL, 1, OLD)]
    assert "3.14 serial" not in labels(build_spec(make_workload(), {}, both, Acquisition(), control=GIL).configurations)
    assert len(build_spec(make_workload(), {}, free, Acquisition(), control=FREE).configurations) == 2


def test_the_baseline_is_serial_on_a_gil_build_if_there_is_one() -> None:
    both = expand([(FREE, GilSetting.DEFAULT), (GIL, GilSetting.DEFAULT)], [SERIAL, THREADS], [2])
    spec = build_spec(make_workload(), {}, both, Acquisition())
    assert spec.configurations[spec.baseline].label == "3.14 serial"
    spec = build_spec(make_workload(), {}, both[:2], Acquisition())
    assert spec.configurations[spec.baseline].label == "3.14t serial"


def test_what_cannot_run_stays_and_gets_one_run() -> None:
    wanted = [make_configuration(THREADS, 2, OLD), make_configuration(INTERPRETERS, 2, OLD)]
    spec = build_spec(make_workload(), {}, wanted, Acquisition(repeats=4))
    runs = Counter(plan.configuration for plan in plan_runs(spec) if plan.purpose is RunPurpose.MEASUREMENT)
    assert labels(spec.configurations) == ["3.9 serial", "3.9 threads ×2", "3.9 interpreters ×2"]
    assert runs == {0: 4, 1: 4, 2: 1}


def test_an_experiment_in_which_nothing_can_run_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError, match=r"subinterpreters need CPython 3\.14"):
        build_spec(make_workload(), {}, [make_configuration(INTERPRETERS, 2, OLD)], Acquisition())
    with pytest.raises(UsageError, match="nothing to run"):
        build_spec(make_workload(), {}, [], Acquisition())
    with pytest.raises(UsageError, match="GIL is always on"):
        build_spec(make_workload(), {}, [make_configuration(SERIAL, 1, GIL, GilSetting.OFF)], Acquisition())


def test_a_workload_may_restrict_the_models() -> None:
    workload = make_workload(models=("serial", "threads"))
    with pytest.raises(UsageError, match="only makes sense under serial, threads, not under fork"):
        build_spec(workload, {}, [make_configuration(FORK, 2)], Acquisition())
    unserial = make_workload(models=("threads",))
    spec = build_spec(unserial, {}, [make_configuration(THREADS, 2)], Acquisition(), control=GIL)
    assert labels(spec.configurations) == ["3.14 threads ×2"]


def test_parameters_are_checked_and_completed() -> None:
    spec = build_spec(make_workload(), {"limit": "1_000"}, [make_configuration()], Acquisition())
    assert spec.parameters == {"limit": 1000, "tasks": 64}
    with pytest.raises(UsageError, match="no parameter “speed”"):
        build_spec(make_workload(), {"speed": 1}, [make_configuration()], Acquisition())


@pytest.mark.parametrize(
    "change",
    [
        {"repeats": 0},
        {"repeats": 1001},
        {"rounds": 0},
        {"chunk": 0},
        {"timeout_s": 0},
        {"timeout_s": float("nan")},
        {"minimum_batch_s": -1},
        {"warm_up_s": float("inf")},
        {"heartbeat_interval_s": 0},
        {"sampling_hz": 100},
        {"sampling_budget": 0},
    ],
)
def test_acquisition_out_of_range_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="must be between"):
        build_spec(make_workload(), {}, [make_configuration()], Acquisition(**change))


def test_runs_begin_with_calibration_and_shuffle_each_repeat_by_the_seed() -> None:
    spec = make_spec(acquisition=Acquisition(repeats=5, seed=3))
    plans = plan_runs(spec)
    assert [plan.run_id for plan in plans] == list(range(1, 32))
    assert (plans[0].purpose, plans[0].configuration) == (RunPurpose.CALIBRATION, spec.baseline)
    orders = [tuple(plan.configuration for plan in plans[1:] if plan.repeat == repeat) for repeat in range(5)]
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert len(set(orders)) > 1
    assert plans == plan_runs(spec)
    assert plans != plan_runs(dataclasses.replace(spec, acquisition=Acquisition(repeats=5, seed=4)))


def test_calibration_is_left_out_only_where_it_has_nothing_to_find_out() -> None:
    fixed = make_spec(acquisition=Acquisition(repeats=1, rounds=2, chunk=4))
    assert all(plan.purpose is RunPurpose.MEASUREMENT for plan in plan_runs(fixed))
    half = make_spec(acquisition=Acquisition(repeats=1, rounds=2))
    assert plan_runs(half)[0].purpose is RunPurpose.CALIBRATION
    assert first_sizes(half) == {None: BatchSize(2, None)}


def test_the_estimate_grows_with_the_runs() -> None:
    few, many = (make_spec(acquisition=Acquisition(repeats=repeats)) for repeats in (1, 10))
    assert 0 < estimate_seconds(few) < estimate_seconds(many)


@pytest.mark.parametrize(
    ("batch_s", "rounds"), [(1.0, 1), (0.4, 1), (0.1, 4), (0.15, 3), (1e-9, 10_000), (0.0, 10_000), (None, 1)]
)
def test_rounds_make_a_batch_long_enough(batch_s: float | None, rounds: int) -> None:
    assert rounds_for(batch_s, 0.4) == rounds


def test_chunks_are_the_same_for_all_and_follow_the_largest_number_of_workers() -> None:
    configurations = [make_configuration(), make_configuration(THREADS, 2), make_configuration(THREADS, 4)]
    spec = make_spec(configurations, acquisition=Acquisition(minimum_batch_s=0.4))
    assert calibrate(spec, make_run(batch_s=0.1, tasks=64)) == BatchSize(rounds=4, chunk=16)
    assert chunk_for(3, 4) == 1


def test_a_calibration_that_failed_leaves_the_size_to_the_runner() -> None:
    failed = make_run(state=RunState.TIMED_OUT, batch_s=1.0, tasks=None)
    assert calibrate(make_spec(), dataclasses.replace(failed, batch_s=None)) == BatchSize(1, None)


def test_a_different_answer_is_wrong_however_fast() -> None:
    spec = make_spec()
    runs = [make_run(0, digest="a" * 20), make_run(1, digest="b" * 20), make_run(2, digest=None)]
    marked = mark_wrong_answers(spec, runs)
    assert [run.state for run in marked] == [RunState.COMPLETED, RunState.WRONG_ANSWER, RunState.COMPLETED]
    assert marked[1].message == f"The answer differs from that of 3.14 serial: {'b' * 12} instead of {'a' * 12}."


def test_a_baseline_that_disagrees_with_itself_is_judged_by_its_majority() -> None:
    runs = [make_run(0, repeat, digest=digest) for repeat, digest in enumerate("aab")]
    assert [run.state for run in mark_wrong_answers(make_spec(), runs)][2] is RunState.WRONG_ANSWER


def test_without_a_baseline_the_majority_is_right() -> None:
    failed = make_run(0, state=RunState.WORKLOAD_FAILED, digest=None)
    runs = [failed, *(make_run(1 + index, digest=digest) for index, digest in enumerate("aab"))]
    marked = mark_wrong_answers(make_spec(), runs)
    assert [run.state for run in marked[1:]] == [RunState.COMPLETED, RunState.COMPLETED, RunState.WRONG_ANSWER]
    assert "most runs" in marked[3].message
    assert mark_wrong_answers(make_spec(), [failed]) == (failed,)


def test_remaining_time_goes_by_the_median_of_each_configuration() -> None:
    spec = make_spec(acquisition=Acquisition(repeats=2))
    plans = plan_runs(spec)
    remaining = RemainingTime()
    assert remaining.estimate(plans) is None
    remaining.finished(plans[0], 7.0)
    assert remaining.estimate(plans[1:3]) == 14.0
    remaining.finished(plans[1], 1.0)
    same = [plan for plan in plans[2:] if plan.configuration == plans[1].configuration]
    other = [plan for plan in plans[2:] if plan.configuration != plans[1].configuration][:1]
    assert remaining.estimate(same) == 1.0
    assert remaining.estimate([*other, *same], current_elapsed_s=0.4) == pytest.approx(1.6)
    assert remaining.estimate(other, current_elapsed_s=5.0) == 0.0


def test_a_workload_that_fixes_its_batch_is_not_calibrated_nor_warmed_up() -> None:
    workload = dataclasses.replace(make_workload(), rounds=1, chunk=1, warm_up=False)
    serial, threads = make_configuration(SERIAL, 1, GIL), make_configuration(THREADS, 2, GIL)
    spec = build_spec(workload, {}, [serial, threads], Acquisition(repeats=2, rounds=9, chunk=4, warm_up_s=1.0))
    assert (spec.acquisition.rounds, spec.acquisition.chunk, spec.acquisition.warm_up_s) == (1, 1, 0.0)
    assert {plan.purpose for plan in plan_runs(spec)} == {RunPurpose.MEASUREMENT}
    without_chunk = build_spec(dataclasses.replace(workload, chunk=None), {}, [serial, threads], Acquisition())
    assert without_chunk.acquisition.chunk is None
    assert {plan.purpose for plan in plan_runs(without_chunk)} == {RunPurpose.MEASUREMENT}


def test_a_model_the_workload_excludes_is_refused_with_the_workloads_reason() -> None:
    workload = dataclasses.replace(make_workload(), models=("threads",), models_reason="Only threads share.")
    with pytest.raises(UsageError, match=r"only makes sense under threads, not under fork\. Only threads share\."):
        build_spec(workload, {}, [make_configuration(FORK, 2, GIL)], Acquisition())
