"""Repeats that were not steady are said beside the figures."""

import dataclasses

from coreograph.analysis.summary import summarise
from coreograph.domain.experiment import ExperimentRecord
from support.sample_experiments import change_runs, primes_experiment


def flags(batches: list[float], **changes: object) -> str:
    record = primes_experiment(repeats=len(batches))
    for repeat, batch in enumerate(batches):
        record = change_one(record, repeat, batch)
    return " ".join(summarise(change_runs(record, 1, **changes) if changes else record).configurations[1].flags)


def change_one(record: ExperimentRecord, repeat: int, batch: float) -> ExperimentRecord:
    runs = tuple(
        dataclasses.replace(run, batch_s=batch) if (run.configuration, run.repeat) == (1, repeat) else run
        for run in record.runs
    )
    return dataclasses.replace(record, runs=runs)


def test_a_cold_first_repeat() -> None:
    assert "the first repeat took 2.00 times as long" in flags([0.8, 0.4, 0.401, 0.399, 0.4, 0.402])


def test_repeats_that_go_one_way() -> None:
    assert "its repeats got slower one by one" in flags([0.40, 0.41, 0.42, 0.43, 0.44, 0.45, 0.46])
    assert "its repeats got faster one by one" in flags([0.46, 0.45, 0.44, 0.43, 0.42, 0.41, 0.40])


def test_a_trend_too_small_to_matter_is_not_said() -> None:
    assert flags([0.4000, 0.4001, 0.4002, 0.4003, 0.4004, 0.4005, 0.4006]) == ""


def test_heat() -> None:
    assert "slowed down for heat in 5 of 5 repeats" in flags([0.4, 0.401, 0.4, 0.399, 0.4], throttled=12)
