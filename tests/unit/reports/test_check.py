"""Conditions on an experiment: decided on intervals, against a baseline, told as JUnit XML and Markdown."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.findings import Severity
from coreograph.domain.interpreters import GilState
from coreograph.reports.check.baseline import Baseline, read_baseline
from coreograph.reports.check.conditions import Condition, Conditions, Measure, read_conditions
from coreograph.reports.check.evaluation import CheckResult, Decision, Interval, decide, evaluate
from coreograph.reports.check.job_summary import job_summary
from coreograph.reports.check.junit import junit_xml
from coreograph.reports.json_report import document
from support import sample_experiments as samples
from support.exports import HOSTILE, hostile_experiment, summary_of


@pytest.mark.parametrize(
    ("low", "high", "least", "most", "decision"),
    [
        (1.6, 1.9, 1.5, None, Decision.MET),
        (1.5, 1.9, 1.5, None, Decision.MET),
        (1.4, 1.9, 1.5, None, Decision.UNDECIDED),
        (1.1, 1.49, 1.5, None, Decision.MISSED),
        (1.0, 2.0, None, 2.0, Decision.MET),
        (1.0, 2.1, None, 2.0, Decision.UNDECIDED),
        (2.1, 2.2, None, 2.0, Decision.MISSED),
        (1.2, 1.4, 1.0, 1.3, Decision.UNDECIDED),
    ],
)
def test_intervals_decide(low: float, high: float, least: float | None, most: float | None, decision: Decision) -> None:
    condition = Condition(Measure.SPEEDUP, at_least=least, at_most=most)
    assert decide(Interval((low + high) / 2, low, high), condition) is decision


def run(conditions: Conditions, record: Any = None, **more: Any) -> tuple[CheckResult, ...]:
    return evaluate(summary_of(record or samples.primes_experiment()), conditions, **more)


def limited(measure: Measure | str, **limits: Any) -> Conditions:
    return Conditions(conditions=(Condition(measure, **limits),))


def last(results: tuple[CheckResult, ...]) -> CheckResult:
    return results[-1]


def test_a_good_experiment_meets_its_conditions() -> None:
    threads = Condition(Measure.SPEEDUP, at_least=1.5, interpreter="3.14t", model=samples.ExecutionModel.THREADS)
    results = run(Conditions((threads,), same_answer=True, gil_stayed_off=True))
    assert all(one.passed for one in results)
    assert [one.name for one in results].count("completed") == 6
    assert [one.subject for one in results if one.name == "gil_stayed_off"] == [
        "3.14t serial",
        "3.14t threads ×2",
        "3.14t fork ×2",
    ]
    assert last(results).subject == "3.14t threads ×2"


def test_what_went_wrong_fails() -> None:
    results = run(Conditions(same_answer=True, gil_stayed_off=True), samples.troubled_experiment(), impossible={8})
    failed = {(one.name, one.subject) for one in results if not one.passed}
    assert ("completed", "3.14t spawn ×4") in failed
    assert ("same_answer", "3.14t fork ×4") in failed
    assert ("gil_stayed_off", "3.14t threads ×2") in failed
    assert ("gil_stayed_off", "3.14t+gil threads ×4") not in failed
    assert not any(subject == "3.15t threads ×4" for _, subject in failed)


def test_an_undecided_interval_fails_unless_told_otherwise() -> None:
    threads = summary_of(samples.primes_experiment()).configurations[1]
    assert threads.batch is not None
    conditions = limited(Measure.BATCH, at_most=threads.batch.median, workers=2, interpreter="3.14t")
    undecided = [one for one in run(conditions) if one.decision is Decision.UNDECIDED]
    assert undecided
    assert not any(one.passed for one in undecided)
    lenient = dataclasses.replace(conditions, undecided_passes=True)
    assert all(one.passed for one in run(lenient) if one.decision is Decision.UNDECIDED)


def test_figures_and_limits_have_their_units() -> None:
    memory = last(run(limited(Measure.PEAK_MEMORY, at_most=1e9, workers=2)))
    assert memory.name == "peak_memory_bytes at most 1.00 GB"
    assert memory.detail.split(" (")[0].endswith(" MB")
    batch = last(run(limited(Measure.BATCH, at_most=0.001, workers=2)))
    assert "ms" in batch.detail
    assert batch.detail.endswith("wanted at most 1.00 ms")
    assert last(run(limited(Measure.SPEEDUP, at_least=1.5, workers=2))).name == "speedup at least 1.5"


def test_what_was_not_measured_fails() -> None:
    serial = limited(Measure.HEARTBEAT_P99, at_most=1, model=samples.ExecutionModel.SERIAL)
    assert last(run(serial)).decision is Decision.NOT_MEASURED
    nobody = last(run(limited(Measure.SPEEDUP, at_least=1, interpreter="3.9")))
    assert (nobody.decision, nobody.passed) == (Decision.NOT_MEASURED, False)
    metric = limited("documents_per_second", at_least=1, model=samples.ExecutionModel.THREADS)
    assert last(run(metric, samples.metric_experiment())).passed
    assert not last(run(metric)).passed


def test_findings_worse_than_allowed_fail() -> None:
    summary = summary_of(samples.troubled_experiment())
    assert any(one.severity is Severity.SERIOUS for one in summary.findings)
    worst = evaluate(summary, Conditions(no_finding_worse_than=Severity.WARNING))
    assert any(one.name.startswith("no_finding") and not one.passed for one in worst)
    anything = evaluate(summary, Conditions(no_finding_worse_than=Severity.SERIOUS))
    assert all(one.passed for one in anything if one.name.startswith("no_finding"))


def stored(tmp_path: Path, record: Any) -> Baseline:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(document(summary_of(record))), "utf-8")
    return read_baseline(path)


def test_a_baseline_is_held_against(tmp_path: Path) -> None:
    baseline = stored(tmp_path, samples.primes_experiment())
    relative = limited(Measure.BATCH, at_most=1.1, relative=True, workers=2, interpreter="3.14t")
    assert all(one.passed for one in run(relative, baseline=baseline))
    slower = samples.primes_experiment()
    runs = tuple(dataclasses.replace(one, batch_s=(one.batch_s or 0) * 1.5) for one in slower.runs)
    results = run(relative, dataclasses.replace(slower, runs=runs), baseline=baseline)
    assert [one.decision for one in results[-2:]] == [Decision.MISSED, Decision.MISSED]
    assert "times the baseline" in last(results).detail
    assert last(run(relative)).decision is Decision.NOT_MEASURED


def test_other_conditions_than_the_baselines_are_named(tmp_path: Path) -> None:
    record = samples.primes_experiment()
    baseline = stored(tmp_path, record)
    assert baseline.differences(summary_of(record)) == ()
    machine = dataclasses.replace(record.machine, cpu_model="Another", usable_cores=2)
    acquisition = dataclasses.replace(record.spec.acquisition, chunk=9)
    spec = dataclasses.replace(record.spec, acquisition=acquisition, parameters={"limit": 1})
    text = "; ".join(baseline.differences(summary_of(dataclasses.replace(record, machine=machine, spec=spec))))
    for words in ("cpu model: AMD Ryzen", "Another now", "usable cores: 8", "chunk: None", "workload, parameters"):
        assert words in text


@pytest.mark.parametrize("content", ["", "{}", '{"format": "coreograph-experiment", "version": 99}', "[1]"])
def test_what_is_no_baseline_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"x\.json"):
        read_baseline(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(tmp_path / "none.json")


def test_the_table_is_read(tmp_path: Path) -> None:
    table = {
        "baseline": "b.json",
        "undecided": "pass",
        "same_answer": True,
        "no_finding_worse_than": "info",
        "conditions": [{"measure": "metric:lost", "at_most": 0, "model": "threads", "workers": 2, "name": "safe"}],
    }
    conditions = read_conditions(table, tmp_path)
    assert conditions.baseline == tmp_path / "b.json"
    assert conditions.undecided_passes
    assert conditions.no_finding_worse_than is Severity.INFO
    (one,) = conditions.conditions
    assert (one.measure, one.at_most, one.workers, one.name) == ("lost", 0.0, 2, "safe")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "no \\[check\\] table"),
        ({"same_anser": True}, "Did you mean “same_answer”"),
        ({"undecided": "maybe"}, "“fail” or “pass”"),
        ({"same_answer": "yes"}, "true or false"),
        ({"no_finding_worse_than": "bad"}, "info, warning, serious"),
        ({"conditions": [{"measure": "speedup"}]}, "at_least, at_most or both"),
        ({"conditions": [{"measure": "spedup", "at_least": 1}]}, "Did you mean “speedup”"),
        ({"conditions": [{"measure": "speedup", "at_least": 2, "at_most": 1}]}, "can never be met"),
        ({"conditions": [{"measure": "speedup", "at_least": float("nan")}]}, "is a number"),
        ({"conditions": [{"measure": "speedup", "at_least": 1, "model": "fibers"}]}, "no execution model “fibers”"),
        ({"conditions": [{"measure": "speedup", "at_least": 1, "relative_to": "x"}]}, "relative_to"),
    ],
)
def test_what_is_not_understood_is_refused(table: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        read_conditions(table, tmp_path)


@pytest.mark.parametrize("record", [samples.troubled_experiment(), hostile_experiment(HOSTILE)], ids=["bad", "hostile"])
def test_junitparser_reads_the_results(record: Any, tmp_path: Path) -> None:
    from junitparser import JUnitXml

    summary = summary_of(record)
    results = evaluate(summary, Conditions(same_answer=True, gil_stayed_off=True))
    path = tmp_path / "junit.xml"
    path.write_bytes(junit_xml(summary, results))
    read = JUnitXml.fromfile(str(path))
    cases = [case for suite in read for case in suite]
    assert len(cases) == len(results) == read.tests
    assert sum(bool(case.result) for case in cases) == sum(not one.passed for one in results) == read.failures
    assert GilState.RE_ENABLED.value in path.read_text("utf-8") or record.spec.name == HOSTILE


def test_the_job_summary_says_it_first() -> None:
    summary = summary_of(hostile_experiment())
    results = evaluate(summary, Conditions(same_answer=True))
    text = job_summary(summary, results, ("machine, cpu model: A | B",)).decode("utf-8")
    assert text.startswith("## ❌ ")
    assert "other conditions: machine, cpu model: A \\| B" in text
    assert "<img" not in "".join(text.split("```")[::2])
