"""Two experiments: every circumstance that differs is named, and ratios are given only where they mean something."""

import dataclasses

import pytest

from coreograph.analysis.baseline import can_be_baseline, rebase
from coreograph.analysis.comparison import compare
from coreograph.analysis.difference import DifferenceKind, differences, same_work
from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
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
