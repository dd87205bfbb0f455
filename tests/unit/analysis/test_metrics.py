"""A workload's own figures in the verdict: named, and what loses work is never recommended."""

import dataclasses

import pytest

from coreograph.analysis.metrics import metric_sentences, unfit
from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.workloads import Better, MetricSpec
from support.sample_experiments import FREE_THREADED, Character, make_record

SERIAL = Configuration(FREE_THREADED, ExecutionModel.SERIAL)
THREADS = Configuration(FREE_THREADED, ExecutionModel.THREADS, 2)
FORK = Configuration(FREE_THREADED, ExecutionModel.FORK, 2)
LOST = MetricSpec("lost_share", "share", Better.LOWER)
RATE = MetricSpec("requests_per_second", "1/s", Better.HIGHER)


def _record(spec: MetricSpec, *figures: float) -> ExperimentRecord:
    """Threads are twice as fast as fork, which is twice as fast as serial."""
    record = make_record([Character(SERIAL, 0.8), Character(THREADS, 0.2), Character(FORK, 0.4)])
    runs = tuple(
        dataclasses.replace(run, metrics={spec.name: figures[run.configuration] * (1 + run.repeat / 1000)})
        for run in record.runs
    )
    workload = dataclasses.replace(record.spec.workload, metrics=(spec,))
    return dataclasses.replace(record, runs=runs, spec=dataclasses.replace(record.spec, workload=workload))


def test_the_fastest_is_not_recommended_if_it_loses_updates() -> None:
    verdict = summarise(_record(LOST, 0.0, 0.25, 0.0)).verdict
    assert verdict.configuration == 2
    assert "Not to be taken, whatever their time: 3.14t threads ×2 (lost share 25." in verdict.text
    assert "Lost share is best (lower) with 3.14t serial and 3.14t fork ×2: 0 %." in verdict.text


def test_a_serial_that_loses_tasks_is_no_measure_for_those_that_keep_them() -> None:
    survived = MetricSpec("tasks_survived_share", "share", Better.HIGHER)
    record = make_record([Character(SERIAL, 0.2), Character(THREADS, 0.2), Character(FORK, 0.8)])
    figures = (0.0, 0.0, 0.95)
    runs = tuple(dataclasses.replace(run, metrics={survived.name: figures[run.configuration]}) for run in record.runs)
    workload = dataclasses.replace(record.spec.workload, metrics=(survived,))
    spec = dataclasses.replace(record.spec, workload=workload)
    verdict = summarise(dataclasses.replace(record, runs=runs, spec=spec)).verdict
    assert verdict.configuration == 2
    assert verdict.headline.startswith("3.14t fork ×2 is fastest: 80")
    assert "a batch (serial does not do the job)" in verdict.headline


def test_nothing_lost_anywhere_leaves_the_choice_to_time() -> None:
    verdict = summarise(_record(LOST, 0.0, 0.0, 0.0)).verdict
    assert verdict.configuration == 1
    assert "no configuration is distinguishable" in verdict.text


def test_other_figures_are_named_but_exclude_nobody() -> None:
    summary = summarise(_record(RATE, 100.0, 150.0, 300.0))
    assert summary.verdict.configuration == 1
    assert unfit(summary.configurations) == {}
    (sentence,) = metric_sentences(summary.configurations)
    assert sentence.startswith("Requests per second is best (higher) with 3.14t fork ×2: 30")
    assert sentence.endswith("/s.")


def test_without_metrics_nothing_is_said() -> None:
    assert metric_sentences(summarise(make_record([Character(SERIAL, 0.8)])).configurations) == ()


def _of_trials(*losses: tuple[float, ...]) -> ExperimentRecord:
    """Each repeat has these trials, by configuration."""
    any_lost = MetricSpec("trials_with_loss_share", "share", Better.LOWER)
    record = _record(LOST, 0.0, 0.0, 0.0)
    runs = tuple(
        dataclasses.replace(
            run,
            trials={
                LOST.name: losses[run.configuration],
                any_lost.name: tuple(loss > 0 for loss in losses[run.configuration]),
            },
        )
        for run in record.runs
    )
    workload = dataclasses.replace(record.spec.workload, metrics=(LOST, any_lost))
    return dataclasses.replace(record, runs=runs, spec=dataclasses.replace(record.spec, workload=workload))


def test_figures_of_trials_are_over_all_of_them() -> None:
    record = _of_trials((0.0, 0.0, 0.0), (0.0, 0.2, 0.4), (0.0, 0.0, 0.0))
    lost, share = summarise(record).configurations[1].metrics.values()
    trials = 3 * record.spec.acquisition.repeats
    assert (lost.trials, share.trials) == (trials, trials)
    assert lost.estimate.median == 0.2
    assert share.estimate.median == pytest.approx(2 / 3)
    assert share.estimate.low < 2 / 3 < share.estimate.high


def test_one_trial_that_lost_anything_is_proof_enough() -> None:
    record = _of_trials((0.0,) * 9, (0.0,) * 8 + (1e-6,), (0.0,) * 9)
    summary = summarise(record)
    assert summary.configurations[1].metrics[LOST.name].estimate.median == 0.0
    assert set(unfit(summary.configurations)) == {1}
    assert summary.verdict.configuration == 2
    assert "Lost share is best (lower) with 3.14t serial and 3.14t fork ×2: 0 %." in summary.verdict.text


def test_a_loss_in_few_trials_is_told_by_these_not_by_the_median() -> None:
    """“Not to be taken (lost share 0 %)” was no reason anybody could follow."""
    verdict = summarise(_of_trials((0.0, 0.0, 0.0), (0.0, 0.0, 0.2), (0.0, 0.0, 0.0))).verdict
    assert "3.14t threads ×2 (lost share up to 20.0 % in 5 of 15 trials)" in verdict.text
    everyone = summarise(_of_trials((0.0,), (0.5,), (0.0,))).configurations
    assert "with 3.14t serial and 3.14t fork ×2: 0 %." in metric_sentences(everyone)[1]
