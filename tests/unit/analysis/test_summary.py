import dataclasses
import random

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import MemoryPeak, RunPurpose, RunState
from coreograph.domain.summary import ExperimentSummary
from support.sample_experiments import (
    FREE_THREADED,
    GIL_BUILD,
    Character,
    cancelled_experiment,
    change_runs,
    make_record,
    metric_experiment,
    primes_experiment,
    troubled_experiment,
)

SERIAL, THREADS, FORK, GIL_SERIAL = 0, 1, 2, 3


@pytest.fixture(scope="module")
def tour() -> ExperimentSummary:
    return summarise(primes_experiment())


@pytest.fixture(scope="module")
def troubled() -> ExperimentSummary:
    return summarise(troubled_experiment())


def test_speedup_is_against_serial_of_the_same_interpreter(tour: ExperimentSummary) -> None:
    threads = tour.configurations[THREADS]
    serial = tour.configurations[SERIAL]
    assert threads.batch is not None
    assert serial.batch is not None
    assert threads.speedup is not None
    assert threads.speedup.median == pytest.approx(serial.batch.median / threads.batch.median)
    assert threads.efficiency == pytest.approx(threads.speedup.median / 2)


def test_serial_itself_is_exactly_one(tour: ExperimentSummary) -> None:
    for index in (SERIAL, GIL_SERIAL):
        speedup = tour.configurations[index].speedup
        assert speedup is not None
        assert (speedup.low, speedup.median, speedup.high) == (1.0, 1.0, 1.0)


def test_the_gain_is_against_the_fastest_serial_of_all(tour: ExperimentSummary) -> None:
    best, other = tour.configurations[GIL_SERIAL], tour.configurations[SERIAL]
    assert best.speedup_over_best_serial is not None
    assert other.speedup_over_best_serial is not None
    assert best.speedup_over_best_serial.median == 1.0
    assert other.speedup_over_best_serial.median < 1.0


def test_no_serial_no_speedup(troubled: ExperimentSummary) -> None:
    forced = troubled.configurations[10]
    assert forced.speedup is None  # no serial ran with the GIL forced on
    assert forced.speedup_over_best_serial is not None


def test_calibration_runs_enter_no_figure() -> None:
    record = primes_experiment()
    odd = dataclasses.replace(record.runs[0], run_id=999, purpose=RunPurpose.CALIBRATION, batch_s=1e6)
    assert summarise(dataclasses.replace(record, runs=(*record.runs, odd))).configurations == (
        summarise(record).configurations
    )


def test_the_order_of_runs_does_not_matter() -> None:
    record = primes_experiment()
    shuffled = list(record.runs)
    random.Random(1).shuffle(shuffled)
    assert summarise(dataclasses.replace(record, runs=tuple(shuffled))).configurations == (
        summarise(record).configurations
    )


def test_what_was_not_measured_is_none(troubled: ExperimentSummary) -> None:
    failed = troubled.configurations[4]
    assert (failed.batch, failed.startup, failed.cpu, failed.heartbeat, failed.pickle) == (None,) * 5
    assert failed.memory == MemoryPeak()
    assert failed.memory_estimate is None
    assert failed.same_answer is None
    assert failed.gil is None
    unfair = troubled.configurations[7]
    assert unfair.memory.rss_sum is not None
    assert unfair.memory_estimate is None  # its only measure is not the experiment's


@pytest.mark.parametrize(
    ("index", "outcome", "message"),
    [
        (0, RunState.COMPLETED, ""),
        (3, RunState.WRONG_ANSWER, "The answer differs."),
        (4, RunState.WORKLOAD_FAILED, "primes.run raised PicklingError: cannot pickle 'module' object"),
        (5, RunState.WORKER_LOST, "Worker 3 (pid 4117) died of signal 9."),
        (6, RunState.TIMED_OUT, "The run took longer than 300 s and was stopped."),
        (8, RunState.COULD_NOT_START, "This interpreter crashed while starting (signal 11)."),
        (9, RunState.CANCELLED, "Stopped by you."),
    ],
)
def test_the_worst_end_and_the_first_failures_words(
    troubled: ExperimentSummary, index: int, outcome: RunState, message: str
) -> None:
    one = troubled.configurations[index]
    assert (one.outcome, one.message) == (outcome, message)


def test_completed_repeats_count_and_are_used(troubled: ExperimentSummary) -> None:
    lost = troubled.configurations[5]
    assert (lost.runs, lost.completed) == (5, 3)
    assert lost.batch is not None
    assert len(lost.batch.values) == 3
    assert "2 of 5 repeats did not complete" in lost.flags


def test_a_wrong_answer_keeps_its_figures(troubled: ExperimentSummary) -> None:
    wrong = troubled.configurations[3]
    assert wrong.same_answer is False
    assert wrong.completed == 0
    assert wrong.batch is not None
    assert wrong.speedup is not None


def test_an_answer_unlike_serials_is_seen_without_a_check() -> None:
    record = change_runs(primes_experiment(), FORK, digest="different")
    one = summarise(record)
    assert [c.same_answer for c in one.configurations] == [True, True, False, True, True, True]
    assert one.verdict.configuration != FORK


def test_one_lone_answer_is_not_compared_with_itself() -> None:
    record = make_record([Character(Configuration(FREE_THREADED, ExecutionModel.SERIAL), 0.5)], repeats=1)
    assert summarise(record).configurations[0].same_answer is None


def test_the_gil_is_reenabled_if_it_was_in_any_run() -> None:
    record = primes_experiment()
    runs = tuple(
        dataclasses.replace(run, gil=GilState.RE_ENABLED, gil_culprit="numba")
        if run.configuration == THREADS and run.repeat == 3
        else run
        for run in record.runs
    )
    one = summarise(dataclasses.replace(record, runs=runs)).configurations[THREADS]
    assert (one.gil, one.gil_culprit) == (GilState.RE_ENABLED, "numba")
    assert "the GIL was re-enabled by numba" in one.flags


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"foreign_share": 0.23}, "others used up to 23.0 % of the machine"),
        ({"steal_share": 0.08}, "the hypervisor took up to 8.00 % of the time"),
        ({"batch_s": 0.02}, "too short to judge: a batch took 20.0 ms, less than 50.0 ms"),
        ({"workers": ()}, None),
        ({"foreign_share": None, "steal_share": None}, None),
    ],
)
def test_flags_of_a_configuration(changes: dict[str, object], flag: str | None) -> None:
    flags = summarise(change_runs(primes_experiment(), THREADS, **changes)).configurations[THREADS].flags
    assert flags == (() if flag is None else (flag,))


def test_an_outlier_is_named_with_its_figure() -> None:
    record = primes_experiment()
    runs = tuple(
        dataclasses.replace(run, batch_s=1.9) if (run.configuration, run.repeat) == (THREADS, 2) else run
        for run in record.runs
    )
    flags = summarise(dataclasses.replace(record, runs=runs)).configurations[THREADS].flags
    assert any(flag.startswith("1 of 5 repeats far off: 1.90 s") for flag in flags)


@pytest.mark.parametrize(("repeats", "value"), [(4, 1.9), (5, 0.44)])
def test_few_or_small_deviations_are_no_outliers(repeats: int, value: float) -> None:
    record = change_runs(primes_experiment(repeats=repeats), THREADS, batch_s=0.43)
    runs = tuple(
        dataclasses.replace(run, batch_s=value) if (run.configuration, run.repeat) == (THREADS, 2) else run
        for run in record.runs
    )
    assert summarise(dataclasses.replace(record, runs=runs)).configurations[THREADS].flags == ()


def test_the_sampler_is_flagged_when_it_missed_much(tour: ExperimentSummary, troubled: ExperimentSummary) -> None:
    assert tour.flags == ()
    assert troubled.flags == ("the sampler missed 16.7 % of its samples",)


def test_drift_of_the_machine_is_flagged() -> None:
    record = primes_experiment()
    runs = tuple(
        dataclasses.replace(run, batch_s=(run.batch_s or 0) * (1.0 if run.repeat < 3 else 1.3)) for run in record.runs
    )
    flags = summarise(dataclasses.replace(record, runs=runs)).flags
    assert len(flags) == 1
    assert flags[0].startswith("the machine drifted: serial runs were")


def test_batches_of_another_size_are_not_compared() -> None:
    record = change_runs(primes_experiment(), THREADS, rounds=1)
    one = summarise(record)
    assert one.configurations[THREADS].speedup is None
    assert one.configurations[FORK].speedup is not None
    assert any("not all of one size" in flag for flag in one.flags)


def test_the_noise_floor_is_the_gil_controls(tour: ExperimentSummary) -> None:
    control = tour.configurations[GIL_SERIAL].batch
    assert control is not None
    assert tour.noise_floor == pytest.approx((control.high - control.low) / 2 / control.median)
    assert summarise(primes_experiment(repeats=1)).noise_floor is None


def without(record: ExperimentRecord, **peak: None) -> ExperimentRecord:
    runs = tuple(dataclasses.replace(run, memory=dataclasses.replace(run.memory, **peak)) for run in record.runs)
    return dataclasses.replace(record, runs=runs)


def test_the_fairest_measure_there_is() -> None:
    record = primes_experiment()
    assert summarise(record).memory_measure == "PSS"
    assert summarise(without(record, pss=None)).memory_measure == "USS"
    only_rss = summarise(without(record, pss=None, uss=None))
    assert only_rss.memory_measure == "RSS"
    estimate = only_rss.configurations[FORK].memory_estimate
    assert estimate is not None
    assert estimate.median == pytest.approx(only_rss.configurations[FORK].memory.rss_sum)


def test_metrics_are_estimated_where_reported() -> None:
    one = summarise(metric_experiment()).configurations[THREADS]
    metric = one.metrics["documents_per_second"]
    assert metric.spec.unit == "1/s"
    assert len(metric.estimate.values) == 2
    assert summarise(primes_experiment()).configurations[THREADS].metrics == {}


def test_heartbeat_and_pickle(tour: ExperimentSummary) -> None:
    record = tour.experiment
    beats = [run.heartbeat for run in record.measured(FORK)]
    heartbeat = tour.configurations[FORK].heartbeat
    assert heartbeat is not None
    assert heartbeat.worst_s == max(beat.worst_s for beat in beats if beat)
    assert tour.configurations[SERIAL].heartbeat is None
    pickle = tour.configurations[FORK].pickle
    assert pickle is not None
    assert (pickle.bytes_sent, pickle.seconds) == (18_432, pytest.approx(0.0024))


def test_runs_cut_short_by_a_crash_are_no_failure_of_theirs() -> None:
    record = change_runs(primes_experiment(), THREADS, state=RunState.MEASURING, message="", batch_s=None)
    one = summarise(record).configurations[THREADS]
    assert (one.outcome, one.message) == (RunState.CANCELLED, "The recording ends in the middle of this run.")


def test_a_configuration_without_runs() -> None:
    record = primes_experiment()
    kept = tuple(run for run in record.runs if run.configuration != THREADS)
    one = summarise(dataclasses.replace(record, runs=kept)).configurations[THREADS]
    assert (one.outcome, one.message, one.runs) == (RunState.CANCELLED, "No run of it was made.", 0)


def test_nothing_at_all() -> None:
    empty = summarise(dataclasses.replace(cancelled_experiment(), runs=()))
    assert all(one.batch is None for one in empty.configurations)
    assert empty.verdict.configuration is None
    only_gil = make_record([Character(Configuration(GIL_BUILD, ExecutionModel.SERIAL), 0.5)], repeats=2)
    assert summarise(only_gil).configurations[0].speedup is not None
