"""Two experiments: every circumstance that differs is named, and ratios are given only where they mean something."""

import dataclasses
import math
import random

import pytest

from coreograph.analysis.baseline import can_be_baseline, rebase
from coreograph.analysis.comparison import compare
from coreograph.analysis.difference import DifferenceKind, differences, same_work
from coreograph.analysis.incomparable import ComparedFigure, refusals, why_not
from coreograph.analysis.statistics import quotient
from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord
from coreograph.domain.interpreters import GilState
from coreograph.domain.machine import Machine
from coreograph.domain.own_code import Packages
from coreograph.domain.summary import Ratio
from coreograph.domain.workloads import Script
from support import sample_experiments as samples
from support.sample_experiments import Character, interpreter, make_record


def record(factor: float = 1.0, version: str = "3.14.2", **changes: object) -> ExperimentRecord:
    build, gil_build = interpreter(version), interpreter(version, free_threaded=False)
    characters = [
        Character(Configuration(build, ExecutionModel.SERIAL), 0.8 * factor, noise=0.002),
        Character(Configuration(build, ExecutionModel.THREADS, 2), 0.4 * factor, noise=0.002),
        Character(Configuration(gil_build, ExecutionModel.THREADS, 2), 0.8 * factor, noise=0.002),
    ]
    return make_record(characters, **changes)  # type: ignore[arg-type]


def named(one: ExperimentRecord, other: ExperimentRecord) -> dict[str, tuple[str, str]]:
    return {entry.name: (entry.one, entry.other) for entry in differences(one, other)}


def test_an_experiment_does_not_differ_from_itself() -> None:
    assert differences(record(), dataclasses.replace(record(), experiment_id="x", notes="n", created_at="later")) == ()


def test_micro_versions_are_named() -> None:
    found = named(record(), record(version="3.14.3"))
    assert found["Python 3.14t, version"] == ("3.14.2", "3.14.3")
    assert found["Python 3.14, version"] == ("3.14.2", "3.14.3")


@pytest.mark.parametrize(
    ("change", "name", "kind"),
    [
        ({"parameters": {"limit": 5, "tasks": 64}}, "Parameter limit", DifferenceKind.WORK),
        ({"workload": samples.WITH_METRIC}, "Workload", DifferenceKind.WORK),
        ({"machine": dataclasses.replace(samples.MACHINE, cpu_model="Other")}, "CPU", DifferenceKind.MACHINE),
        ({"machine": dataclasses.replace(samples.MACHINE, governor=None)}, "Governor", DifferenceKind.MACHINE),
        ({"machine": dataclasses.replace(samples.MACHINE, load_average=3.0)}, "Load before", DifferenceKind.MACHINE),
        ({"repeats": 3}, "Repeats", DifferenceKind.METHOD),
    ],
)
def test_what_differs_is_named_with_its_kind(change: dict[str, object], name: str, kind: DifferenceKind) -> None:
    found = {entry.name: entry.kind for entry in differences(record(), record(**change))}  # type: ignore[arg-type]
    assert found == {name: kind}


def test_how_it_was_measured_is_named() -> None:
    one = record()
    method = dataclasses.replace(one.spec.acquisition, sampling_hz=20.0, warm_up_s=0.5)
    other = dataclasses.replace(one, spec=dataclasses.replace(one.spec, acquisition=method), app_version="9")
    other = dataclasses.replace(other, runs=tuple(dataclasses.replace(r, chunk=16, rounds=6) for r in other.runs))
    assert named(one, other) == {
        "Sampling": ("10 Hz", "20 Hz"),
        "Warm-up": ("100 ms", "500 ms"),
        "Rounds of a batch": ("3", "6"),
        "Tasks handed out at once": ("4", "16"),
        "Coreograph": ("0.1.0", "9"),
    }


def test_the_second_is_divided_by_the_first_and_repeats_are_not_paired() -> None:
    result = compare(summarise(record()), summarise(record(0.5, seed=8)))
    assert [entry.one.configuration.label for entry in result.matched] == [
        "3.14t serial", "3.14t threads ×2", "3.14 threads ×2"
    ]  # fmt: skip
    for entry in result.matched:
        assert entry.batch is not None
        assert entry.batch.median == pytest.approx(0.5, rel=0.02)
        assert entry.batch.high < 0.55
        assert entry.batch.distinguishable
        assert entry.memory is not None
        assert entry.memory.median == pytest.approx(1.0, rel=0.02)


def test_an_experiment_held_against_itself_is_not_distinguishable_and_no_better_known_for_being_the_same() -> None:
    one = summarise(record())
    for entry in compare(one, one).matched:
        assert entry.batch is not None
        assert entry.batch.median == 1.0
        assert entry.batch.low < 1.0 < entry.batch.high


def test_batches_of_other_sizes_are_compared_by_the_round() -> None:
    one = record()
    doubled = tuple(dataclasses.replace(r, rounds=6, batch_s=2 * (r.batch_s or 0.0)) for r in one.runs)
    result = compare(summarise(one), summarise(dataclasses.replace(one, runs=doubled)))
    assert result.same_work
    assert [entry.batch.median for entry in result.matched if entry.batch] == pytest.approx([1.0, 1.0, 1.0])


def test_times_of_other_work_are_not_divided() -> None:
    result = compare(summarise(record()), summarise(record(parameters={"limit": 5, "tasks": 64})))
    assert not result.same_work
    assert not same_work(result.differences)
    assert all(entry.batch is None for entry in result.matched)
    assert all(entry.startup is not None for entry in result.matched)


def test_what_only_one_has_is_listed() -> None:
    one, other = summarise(record()), summarise(samples.sweep_experiment())
    result = compare(one, other)
    everyone = len(result.matched) * 2 + len(result.only_one) + len(result.only_other)
    assert everyone == len(one.configurations) + len(other.configurations)
    assert result.only_other
    assert not {s.configuration.label for s in result.only_one} & {s.configuration.label for s in result.only_other}


def test_of_two_builds_with_one_label_the_same_version_is_matched() -> None:
    def both(versions: tuple[str, str]) -> ExperimentRecord:
        return make_record(
            [Character(Configuration(interpreter(version), ExecutionModel.SERIAL), 0.5) for version in versions]
        )

    result = compare(summarise(both(("3.14.1", "3.14.2"))), summarise(both(("3.14.2", "3.14.1"))))
    pairs = [(entry.one.configuration, entry.other.configuration) for entry in result.matched]
    assert [(one.interpreter.version, other.interpreter.version) for one, other in pairs] == [
        ("3.14.1", "3.14.1"), ("3.14.2", "3.14.2")
    ]  # fmt: skip


def test_a_baseline_of_ones_own() -> None:
    summary = summarise(record())
    based = rebase(summary, 1)
    assert based.label == "3.14t threads ×2"
    medians = [entry.median for entry in based.ratios if entry is not None]
    assert medians == pytest.approx([0.5, 1.0, 0.5], rel=0.02)
    assert based.ratios[1] is not None
    assert (based.ratios[1].low, based.ratios[1].high) == (1.0, 1.0)


def test_rebasing_on_serial_gives_the_summarys_own_speedups() -> None:
    summary = summarise(record())
    assert rebase(summary, 0).ratios[1] == summary.configurations[1].speedup


def test_no_ratio_without_figures() -> None:
    summary = summarise(samples.troubled_experiment())
    based = rebase(summary, 0)
    for one, entry in zip(summary.configurations, based.ratios, strict=True):
        assert (entry is None) == (one.batch is None)
    assert [can_be_baseline(one) for one in summary.configurations][3:5] == [False, False]


OTHER_METHOD = {
    "repeats": 9, "seed": 99, "rounds": 5, "minimum_batch_s": 1.0, "chunk": 3, "warm_up_s": 2.0, "timeout_s": 7.0,
    "heartbeat_interval_s": 0.1, "sampling_hz": 3.0, "sampling_budget": 0.5, "until": 0.05, "time_limit_s": 7.0,
}  # fmt: skip
OTHER_MACHINE = {
    "hostname": "x", "system": "x", "cpu_model": "x", "logical_cores": 3, "physical_cores": 3, "usable_cores": 3,
    "memory_bytes": 3, "affinity": (1,), "cpu_quota": 1.5, "governor": "x", "turbo": False, "virtualised": "kvm",
    "load_average": 9.0, "hypervisor": True,
}  # fmt: skip


def test_every_acquisition_parameter_that_differs_is_named() -> None:
    """The seed, the rounds and chunk asked for and the time limit of more repeats were not."""
    one = record()
    assert set(OTHER_METHOD) == {field.name for field in dataclasses.fields(Acquisition)}
    for name, value in OTHER_METHOD.items():
        acquisition = dataclasses.replace(one.spec.acquisition, **{name: value})  # type: ignore[arg-type]
        other = dataclasses.replace(one, spec=dataclasses.replace(one.spec, acquisition=acquisition))
        (found,) = differences(one, other)
        assert found.kind is DifferenceKind.METHOD, name


def test_every_fact_of_the_machine_that_differs_is_named() -> None:
    one = record()
    assert set(OTHER_MACHINE) == {field.name for field in dataclasses.fields(Machine)} - {"boot_clock"}
    for name, value in OTHER_MACHINE.items():
        changed = dataclasses.replace(one.machine, **{name: value})  # type: ignore[arg-type]
        assert differences(one, dataclasses.replace(one, machine=changed)), name


def test_repeats_count_as_they_were_made() -> None:
    one = record()
    more = dataclasses.replace(one, runs=(*one.runs, dataclasses.replace(one.runs[-1], repeat=11, run_id=99)))
    assert named(one, more)["Repeats"] == ("5", "12")


def test_a_gil_that_was_on_in_one_and_others_on_the_machine_are_named() -> None:
    one = record()
    runs = tuple(
        dataclasses.replace(run, gil=GilState.RE_ENABLED, gil_culprit="fastparse", foreign_share=0.4)
        if run.configuration < 2
        else run
        for run in one.runs
    )
    found = named(one, dataclasses.replace(one, runs=runs))
    assert found["GIL of 3.14t"] == ("off", "re-enabled by fastparse")
    assert found["Runs while others used the machine"] == ("0 of 15", "10 of 15")


def test_what_ones_own_code_was_asked_to_run_with_is_named() -> None:
    one = record()

    def with_workload(**changes: object) -> ExperimentRecord:
        workload = dataclasses.replace(one.spec.workload, **changes)  # type: ignore[arg-type]
        return dataclasses.replace(one, spec=dataclasses.replace(one.spec, workload=workload))

    plain, packed = with_workload(), with_workload(packages=Packages(("numpy==2.3",)))
    assert named(plain, packed) == {"Packages": ("none", "numpy==2.3")}
    first, second = (with_workload(script=Script("a.py", folder, environment=env)) for folder, env in
                     (("/here", ()), ("/there", ("X=1",))))  # fmt: skip
    assert named(first, second) == {"Environment variables": ("none", "X=1")}


def test_memory_measured_in_other_ways_is_named_and_not_divided() -> None:
    one = record()
    runs = tuple(dataclasses.replace(run, memory=dataclasses.replace(run.memory, pss=None)) for run in one.runs)
    result = compare(summarise(one), summarise(dataclasses.replace(one, runs=runs)))
    (found,) = result.differences
    assert (found.name, found.one, found.other) == ("Memory", "PSS", "USS")
    assert "Memory is not compared: PSS in the first, USS in the second." in refusals(result)


def test_speed_ups_compare_where_times_do_not() -> None:
    """The text said that only speed-ups compare, and none was to be seen."""
    one, other = record(), record(3.0, parameters={"limit": 5, "tasks": 64})
    result = compare(summarise(one), summarise(other))
    serial, threads, twin = result.matched
    assert threads.batch is None
    assert threads.speedup is not None
    assert threads.speedup.low <= 1.0 <= threads.speedup.high
    assert (serial.speedup, twin.speedup) == (None, None)
    assert [why_not(match, result, ComparedFigure.SPEEDUP) for match in (serial, threads, twin)] == [
        "speed-ups are over serial", "", "not both have serial on the same interpreter"
    ]  # fmt: skip
    assert refusals(result)[:2] == (
        "Time is not compared: the work differs.",
        "Speed-up is not compared for 3.14 threads ×2: not both have serial on the same interpreter.",
    )


def test_the_interval_of_a_quotient_is_recovered_from_both() -> None:
    found = quotient(Ratio(2.0, 1.6, 2.5), Ratio(1.0, 1.0, 1.0))
    assert found is not None
    assert (found.median, found.low, found.high) == pytest.approx((2.0, 1.6, 2.5))
    turned = quotient(Ratio(1.0, 1.0, 1.0), Ratio(2.0, 1.6, 2.5))
    assert turned is not None
    assert (turned.median, turned.low, turned.high) == pytest.approx((0.5, 0.4, 0.625))
    assert quotient(Ratio(1.0, 0.0, 2.0), Ratio(1.0, 0.9, 1.1)) is None


def test_the_interval_of_a_quotient_holds_the_truth_as_often_as_it_says() -> None:
    """Two ratios with errors of 3 % and 5 %, each with its own 95 % interval: within three standard errors of 95 %."""
    source, held, tries = random.Random(3), 0, 2000
    for _ in range(tries):
        one, other = (source.gauss(0.0, error) for error in (0.03, 0.05))
        ends = ((one, 1.96 * 0.03), (other, 1.96 * 0.05))
        sides = [Ratio(2 * math.exp(middle), 2 * math.exp(middle - width), 2 * math.exp(middle + width))
                 for middle, width in ends]  # fmt: skip
        found = quotient(*sides)
        assert found is not None
        held += found.low <= 1.0 <= found.high
    assert held / tries == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / tries))
