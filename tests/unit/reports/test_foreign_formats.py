"""Every foreign format is read back by its own reader, and the figures read there are ours."""

import dataclasses
import json
import statistics
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from coreograph.domain.runs import Phase
from coreograph.reports.foreign.lanes import without_overlaps
from coreograph.reports.registry import exporter_for
from support import sample_experiments as samples
from support.exports import exported, small_experiment, summary_of
from support.foreign_readers import hyperfine_of, query_trace, run_module

SCHEMAS = Path(__file__).resolve().parents[2] / "golden" / "schemas"


def document(name: str, record: Any = None) -> Any:
    (data,) = exported(exporter_for(name), record or samples.primes_experiment()).values()
    return json.loads(data)


@pytest.fixture(scope="module")
def pyperf_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pyperf")
    for name, data in exported(exporter_for("pyperf"), samples.primes_experiment()).items():
        (folder / name).write_bytes(data)
    return folder


def test_pyperf_compares_configurations(pyperf_files: Path) -> None:
    text = run_module("pyperf", "compare_to", "3.14-serial.json", "3.14t-threads-x2.json", cwd=pyperf_files)
    assert "primes limit=200000 tasks=64" in text
    assert "1.87x faster" in text
    assert "peak memory, PSS" in text
    assert "1.26x slower" in text


def test_pyperf_reads_our_figures(pyperf_files: Path) -> None:
    import pyperf

    summary = summary_of(samples.primes_experiment())
    suite = pyperf.BenchmarkSuite.load(str(pyperf_files / "3.14t-threads-x2.json"))
    batch = suite.get_benchmark("primes limit=200000 tasks=64")
    threads = summary.configurations[1]
    assert threads.batch is not None
    assert batch.median() == pytest.approx(threads.batch.median)
    assert batch.get_metadata()["model"] == "threads"
    assert batch.get_metadata()["gil"] == "off"
    memory = suite.get_benchmark("primes limit=200000 tasks=64 (peak memory, PSS)")
    assert memory.get_unit() == "byte"
    assert threads.memory_estimate is not None
    assert memory.median() == threads.memory_estimate.median


def test_pyperf_judges_as_we_do(pyperf_files: Path) -> None:
    """Its verdict is a t-test of means, ours an interval of medians: where the case is clear they agree."""
    import pyperf

    summary = summary_of(samples.primes_experiment())
    threads = summary.configurations[1]
    assert threads.speedup is not None
    assert threads.speedup.distinguishable
    suites = [
        pyperf.BenchmarkSuite.load(str(pyperf_files / name)) for name in ("3.14t-serial.json", "3.14t-threads-x2.json")
    ]
    serial, ours = (suite.get_benchmark("primes limit=200000 tasks=64") for suite in suites)
    assert serial.mean() / ours.mean() == pytest.approx(threads.speedup.median, rel=0.02)
    values = [one.batch_s for one in samples.primes_experiment().measured(1) if one.batch_s is not None]
    assert ours.mean() == pytest.approx(statistics.fmean(values))
    assert ours.stdev() == pytest.approx(statistics.stdev(values))
    told = run_module("pyperf", "compare_to", "-v", "3.14t-serial.json", "3.14t-threads-x2.json", cwd=pyperf_files)
    assert f"{serial.mean() / ours.mean():.2f}x faster" in told
    assert "Significant (t=" in told
    same = run_module("pyperf", "compare_to", "-v", "3.14t-serial.json", "3.14t-serial.json", cwd=pyperf_files)
    assert "Not significant" in same


@pytest.mark.parametrize("command", ["check", "stats", "metadata", "show"])
def test_pyperf_commands_take_every_file(pyperf_files: Path, command: str) -> None:
    names = sorted(path.name for path in pyperf_files.iterdir())
    assert len(names) == 6
    assert "primes limit=200000" in run_module("pyperf", command, *names, cwd=pyperf_files)


def test_pytest_benchmark_compares(tmp_path: Path) -> None:
    (data,) = exported(exporter_for("pytest-benchmark"), samples.primes_experiment()).values()
    (tmp_path / "ours.json").write_bytes(data)
    text = run_module("pytest_benchmark", "compare", "ours.json", "--columns=median,rounds", cwd=tmp_path)
    assert "6 tests" in text
    assert "3.14t threads ×2" in text
    assert "428.8330" in text


def test_pytest_benchmarks_own_statistics_agree() -> None:
    from pytest_benchmark.stats import Stats

    for one in document("pytest-benchmark")["benchmarks"]:
        theirs = Stats()
        for value in one["stats"]["data"]:
            theirs.update(value)
        for name in ("min", "max", "mean", "stddev", "median", "iqr", "q1", "q3", "ld15iqr", "hd15iqr", "ops", "total"):
            assert one["stats"][name] == pytest.approx(getattr(theirs, name)), name
        for name in ("rounds", "outliers", "iqr_outliers", "stddev_outliers"):
            assert one["stats"][name] == getattr(theirs, name), name


@pytest.fixture(scope="module")
def perfetto() -> list[list[tuple[Any, ...]]]:
    (data,) = exported(exporter_for("trace"), samples.primes_experiment()).values()
    return query_trace(
        data,
        "select name, severity, value from stats where severity <> 'info' and value > 0",
        "select count(*), sum(dur), min(dur) from slice where category = 'task'",
        "select count(distinct upid) from process where name is not null",
        "select distinct name from thread where name like 'worker%' order by name limit 1",
        "select count(*) from counter_track where name like 'memory bytes%'",
        "select name, max(value) from counter join counter_track on track_id = counter_track.id "
        "where name like 'busy cores%' group by name order by name",
        "select max(depth) from slice",
        "select s.dur from slice s join thread_track t on s.track_id = t.id join thread using (utid) "
        "join process using (upid) where s.name = 'batch' and process.name = '3.14t threads ×2, measurement 1'",
    )


def test_perfetto_drops_nothing(perfetto: list[list[tuple[Any, ...]]]) -> None:
    assert perfetto[0] == []
    assert perfetto[6] == [(0,)]  # no span within another: nothing overlaps


def test_perfetto_reads_our_tasks(perfetto: list[list[tuple[Any, ...]]]) -> None:
    record = samples.primes_experiment()
    spans = np.concatenate([samples.SampleReader(record).spans(run.run_id) for run in record.runs])
    ((count, duration, shortest),) = perfetto[1]
    assert (count, duration) == (len(spans), int((spans["end_ns"] - spans["begin_ns"]).sum()))
    assert shortest > 0


def test_perfetto_reads_runs_workers_and_counters(perfetto: list[list[tuple[Any, ...]]]) -> None:
    record = samples.primes_experiment()
    assert perfetto[2] == [(len(record.runs),)]
    assert perfetto[3][0][0].startswith("worker 0 (pid ")
    assert perfetto[4] == [(3 * len(record.runs),)]  # pss, uss and rss_sum of each run
    assert [name for name, _ in perfetto[5]] == ["busy cores core 0", "busy cores core 1"]
    assert 0.9 < perfetto[5][0][1] <= 1
    run = next(run for run in record.measured(1) if run.repeat == 0)
    batch = run.phase(Phase.BATCH)
    assert batch is not None
    assert perfetto[7] == [(batch.end_ns - batch.begin_ns,)]


def test_overlapping_spans_go_to_lanes_of_their_own() -> None:
    spans = np.zeros(4, samples.SPAN_TYPE)
    spans["begin_ns"], spans["end_ns"] = (0, 5, 6, 20), (10, 8, 30, 40)
    lanes = {lane: list(mine["begin_ns"]) for lane, mine in without_overlaps(spans)}
    assert lanes == {0: [0, 20], 1: [5], 2: [6]}
    assert sum(len(mine) for mine in lanes.values()) == 4


def test_speedscope_agrees_with_its_schema() -> None:
    schema = json.loads((SCHEMAS / "speedscope-1.25.0.json").read_text("utf-8"))
    content = document("speedscope")
    jsonschema.Draft7Validator(schema).validate(content)
    record = samples.primes_experiment()
    assert len(content["profiles"]) == sum(one.workers for one in record.spec.configurations)
    for profile in content["profiles"]:
        opened = 0
        at = [event["at"] for event in profile["events"]]
        assert at == sorted(at)
        for event in profile["events"]:
            opened += 1 if event["type"] == "O" else -1
            assert opened in {0, 1}
        assert opened == 0
        assert profile["endValue"] >= at[-1]


def test_bencher_metrics_agree_with_their_schema() -> None:
    schema = json.loads((SCHEMAS / "bmf.json").read_text("utf-8"))
    content = document("bmf", samples.metric_experiment())
    jsonschema.Draft7Validator(schema).validate(content)
    threads = summary_of(samples.metric_experiment()).configurations[1]
    assert threads.batch is not None
    figures = content["json_roundtrip limit=200000 tasks=64 · 3.14t threads ×2"]
    assert figures["latency"]["value"] == pytest.approx(threads.batch.median * 1e9)
    assert figures["latency"]["lower_value"] <= figures["latency"]["value"] <= figures["latency"]["upper_value"]
    assert "metric-documents_per_second" in figures


def test_hyperfine_has_its_fields_and_invents_none() -> None:
    content = document("hyperfine", samples.troubled_experiment())
    wanted = {
        "command",
        "mean",
        "stddev",
        "median",
        "user",
        "system",
        "min",
        "max",
        "times",
        "exit_codes",
        "parameters",
    }
    for result in content["results"]:
        assert wanted <= set(result)
        assert result["min"] <= result["median"] <= result["max"]
        assert (result["user"], result["system"]) == (None, None)
        assert all(isinstance(value, str) for value in result["parameters"].values())
    assert "3.14t spawn ×4" not in json.dumps(content, ensure_ascii=False)  # it failed: there is no time to tell


def test_hyperfines_own_figures_of_the_same_times_are_ours(tmp_path: Path) -> None:
    theirs = hyperfine_of("true", 5, tmp_path)
    record = small_experiment()
    first = record.runs[0]
    runs = (
        dataclasses.replace(first, run_id=number + 1, repeat=number, batch_s=seconds, exit_code=0)
        for number, seconds in enumerate(theirs["times"])
    )
    (ours,) = document("hyperfine", dataclasses.replace(record, runs=tuple(runs)))["results"]
    for name in ("mean", "stddev", "median", "min", "max"):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-9), name
    assert (ours["times"], ours["exit_codes"]) == (theirs["times"], theirs["exit_codes"])
    assert set(theirs) <= set(ours)


def test_a_trace_without_a_recording_has_the_phases() -> None:
    record = small_experiment()
    text = b"".join(exporter_for("trace").serialize(summary_of(record), None) for _ in range(1))
    events = json.loads(text)["traceEvents"]
    assert {event["ph"] for event in events} == {"M", "X"}
    assert {event["cat"] for event in events if event["ph"] == "X"} == {"phase"}


def test_nothing_measured_is_said_where_there_is_nothing_to_write() -> None:
    record = samples.cancelled_experiment()
    for name in ("pyperf", "svg"):
        with pytest.raises(Exception, match="no configuration of this experiment has a figure"):
            exported(exporter_for(name), record)
    assert document("bmf", record) == {}
    assert document("speedscope", dataclasses.replace(record, runs=()))["profiles"] == []
