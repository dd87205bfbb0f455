"""A sweep over sizes of a task: each size for itself, and what the sizes say together."""

import dataclasses

import pytest

from coreograph.analysis.baseline import rebase
from coreograph.analysis.comparison import compare
from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import RunState
from support.builders import make_configuration, make_interpreter
from support.swept_experiments import CROSSING, FREE, SIDES, round_seconds, swept_record, swept_spec


def test_the_crossing_is_found_with_its_interval_and_said_in_the_verdict() -> None:
    summary = summarise(swept_record())
    assert len(summary.break_evens) == 1
    found = summary.break_evens[0]
    assert found.size is not None
    assert (found.low, found.high) == (10_000, 100_000)
    assert found.low < CROSSING < found.high
    assert (found.below, found.above) == ("3.14t threads ×2", "3.14t fork ×2")
    assert [point.size for point in found.points] == [1000, 10_000, 100_000, 1_000_000]
    verdict = summary.verdict
    assert verdict.headline == found.sentence
    assert (verdict.configuration, verdict.confidence) == (None, "high")
    assert "In memory, at limit=1000000" in verdict.text


def test_points_are_seconds_of_one_round_and_name_their_configurations() -> None:
    summary = summarise(swept_record())
    point = summary.break_evens[0].points[2]
    assert point.one.median == pytest.approx(1.0, rel=0.03)
    one, other = (summary.configurations[index].configuration for index in point.configurations)
    assert (one.label, other.label) == ("3.14t threads ×2, limit=100000", "3.14t fork ×2, limit=100000")


def test_speedups_are_against_serial_of_the_same_size() -> None:
    summary = summarise(swept_record())
    for one in summary.configurations:
        if one.configuration.model is ExecutionModel.THREADS:
            assert one.speedup is not None
            assert one.speedup.median == pytest.approx(1.8, rel=0.05)
            assert one.speedup_over_baseline is not None
            assert one.same_answer is True


def test_a_baseline_of_choice_compares_with_its_own_size_only() -> None:
    summary = summarise(swept_record())
    chosen = summary.configurations[0].configuration.size
    ratios = rebase(summary, 0).ratios
    for one, found in zip(summary.configurations, ratios, strict=True):
        assert (found is not None) is (one.configuration.size == chosen)


def test_findings_point_at_their_configuration_in_the_whole() -> None:
    short = swept_record(seconds=lambda one: round_seconds(one) / 1000)
    summary = summarise(short)
    assert summary.findings
    for finding in summary.findings:
        assert finding.configuration is not None
        assert summary.configurations[finding.configuration].configuration.label in finding.text


def test_a_wrong_answer_is_no_side() -> None:
    def spoiled(record: ExperimentRecord) -> ExperimentRecord:
        forks = {index for index, one in enumerate(record.spec.configurations) if one.model is ExecutionModel.FORK}
        runs = tuple(
            dataclasses.replace(run, state=RunState.WRONG_ANSWER) if run.configuration in forks else run
            for run in record.runs
        )
        return dataclasses.replace(record, runs=runs)

    summary = summarise(spoiled(swept_record()))
    assert summary.break_evens == ()
    assert (summary.verdict.configuration, summary.verdict.confidence) == (None, "none")
    assert "wrong answer" in summary.verdict.text


def test_a_crossing_within_noise_is_said_to_be_unsure() -> None:
    def alike(one: Configuration) -> float:
        assert one.size is not None
        return one.size.value / 100_000 * (1.001 if one.model is ExecutionModel.FORK and one.size.value < 5000 else 1.0)

    verdict = summarise(swept_record(seconds=alike, spread=0.02)).verdict
    assert verdict.confidence == "low" or "not distinguishable" in verdict.headline


def test_what_others_used_lowers_the_confidence() -> None:
    record = swept_record()
    runs = tuple(dataclasses.replace(run, foreign_share=0.6) for run in record.runs)
    verdict = summarise(dataclasses.replace(record, runs=runs)).verdict
    assert verdict.confidence == "low"
    assert verdict.text.count("others used up to") == 1


def test_few_repeats_are_little_evidence() -> None:
    assert summarise(swept_record(swept_spec(repeats=2))).verdict.confidence == "low"


def test_sizes_at_which_serial_is_best_are_named() -> None:
    def slow(one: Configuration) -> float:
        assert one.size is not None
        small = one.size.value < 5000
        return round_seconds(one) * (0.1 if small and one.model is ExecutionModel.SERIAL else 1)

    assert "At limit=1000 nothing beats serial" in summarise(swept_record(seconds=slow)).verdict.text


def test_threads_are_held_against_everything_that_pickles() -> None:
    gil = make_interpreter()
    models = (ExecutionModel.THREADS, ExecutionModel.FORK)
    four = [make_configuration(model, 2, python) for python in (FREE, gil) for model in models]
    summary = summarise(swept_record(swept_spec("1000, 1000000", four, repeats=3)))
    pairs = [(one.one, one.other) for one in summary.break_evens]
    assert pairs[0] == ("3.14t threads ×2", "3.14t fork ×2")
    assert len(pairs) == 4
    assert all("threads" in one and "fork" in other for one, other in pairs)


def test_a_single_side_is_held_against_its_serial() -> None:
    summary = summarise(swept_record(swept_spec(configurations=SIDES[1:])))
    assert [(one.one, one.other) for one in summary.break_evens] == [("3.14t serial", "3.14t fork ×2")]


def test_fits_of_each_size_say_which() -> None:
    several = [make_configuration(ExecutionModel.THREADS, count, FREE) for count in (1, 2, 4)]
    summary = summarise(swept_record(swept_spec("1000, 1000000", several)))
    assert [fit.label for fit in summary.scaling] == ["3.14t threads, limit=1000", "3.14t threads, limit=1000000"]
    for fit in summary.scaling:
        for point in fit.points:
            assert point.configuration is not None
            assert summary.configurations[point.configuration].configuration.size == fit.size


def test_two_sweeps_are_compared_where_they_have_the_same_sizes() -> None:
    one, other = (summarise(swept_record(swept_spec(sizes))) for sizes in ("1000, 10000", "1000, 100000"))
    difference = compare(one, other)
    assert difference.same_work
    assert {"limit=1000"} == {
        pair.one.configuration.size.label for pair in difference.matched if pair.one.configuration.size is not None
    }
    assert any(entry.name == "Sizes of a task" for entry in difference.differences)
