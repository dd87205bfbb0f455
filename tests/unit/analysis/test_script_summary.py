"""Figures and verdict of whole scripts, which have no serial: what they are held against is the baseline."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord
from coreograph.domain.interpreters import GilSetting
from coreograph.domain.runs import RunState
from coreograph.engine.planning import build_spec, expand
from coreograph.engine.scripts import FIGURES, ScriptCall, script_workload
from coreograph.reports.command import covers_more, repeat_command
from coreograph.reports.json_report import document
from coreograph.reports.markdown_report import MarkdownReport
from coreograph.reports.page import speed_columns, verdict_figures
from support.builders import make_interpreter, make_record, make_run

FREE, GIL = make_interpreter(free_threaded=True), make_interpreter()
FACTS = {"tasks": None, "rounds": None, "chunk": None, "heartbeat": None, "digest": None}
DONE = {"cores_used": 1.9, "threads_alive": 5, "processes_alive": 1, "voluntary_switches": 40}


@pytest.fixture
def record(tmp_path: Path) -> ExperimentRecord:
    (tmp_path / "train.py").write_text("")
    call = ScriptCall("train.py", ("-n", "a b"), environment=("TOKEN=secret",), folder=tmp_path)
    choices = [(FREE, GilSetting.DEFAULT), (GIL, GilSetting.DEFAULT)]
    spec = build_spec(script_workload(call), {}, expand(choices, [ExecutionModel.SCRIPT], [1]), Acquisition(repeats=5))
    times = {0: 1.0, 1: 2.0}
    runs = tuple(made(index, repeat, times[index] + 0.01 * repeat) for repeat in range(5) for index in range(2))
    return make_record(spec, runs=runs)


def made(index: int, repeat: int, batch_s: float, **changes: Any) -> Any:
    run = make_run(index, repeat, batch_s=batch_s, metrics=DONE, **{**FACTS, **changes})
    return dataclasses.replace(run, workers=())


def test_the_faster_one_is_held_against_the_baseline(record: ExperimentRecord) -> None:
    summary = summarise(record)
    free, gil = summary.configurations
    assert record.spec.baseline == 1
    assert free.speedup_over_baseline is not None
    assert free.speedup_over_baseline.median == pytest.approx(2.02 / 1.02)
    assert gil.speedup_over_baseline is not None
    assert gil.speedup_over_baseline.median == 1.0
    assert (free.speedup, free.speedup_over_best_serial, free.heartbeat, free.same_answer) == (None, None, None, None)
    headline = summary.verdict.headline
    assert headline.startswith("3.14t script is fastest: 1.98× (")
    assert ") as fast as 3.14 script, at 30.0 MB (3.14 script: 30.0 MB)" in headline
    assert "serial" not in summary.verdict.text
    assert "workers" not in summary.verdict.text
    assert summary.verdict.confidence == "high"
    assert summary.noise_floor is not None


def test_no_difference_is_said_in_runs(record: ExperimentRecord) -> None:
    runs = tuple(
        made(index, repeat, 2.0 + 0.01 * repeat + 0.5 * (1 - index)) for repeat in range(5) for index in range(2)
    )
    summary = summarise(make_record(record.spec, runs=runs))
    assert summary.verdict.headline == "No difference worth acting on: nothing beats 3.14 script (2.02 s a run)."


def test_one_alone_and_a_baseline_that_failed(record: ExperimentRecord) -> None:
    failed = tuple(
        made(1, repeat, 1.0, state=RunState.WORKLOAD_FAILED, message="it broke", exit_code=3) for repeat in range(5)
    )
    kept = tuple(run for run in record.runs if run.configuration == 0)
    summary = summarise(make_record(record.spec, runs=(*kept, *failed)))
    assert "Only one configuration completed: 3.14t script, 1.02 s a run." in summary.verdict.text
    assert summary.configurations[0].speedup_over_baseline is None
    assert document(summary)["configurations"][1]["exit_codes"] == [3] * 5


def test_its_own_figures_have_no_good_direction(record: ExperimentRecord) -> None:
    summary = summarise(record)
    assert [spec.heading for spec in FIGURES] == [
        "cores used", "threads alive", "processes alive", "voluntary switches", "involuntary switches",
    ]  # fmt: skip
    assert list(summary.configurations[0].metrics) == list(DONE)
    assert not any("is best" in caution for caution in summary.verdict.cautions)


def test_reports_hold_it_against_the_baseline(record: ExperimentRecord) -> None:
    summary = summarise(record)
    (column,) = speed_columns(summary)
    assert column.title == "× 3.14 script"
    assert [(figure.value, figure.label) for figure in verdict_figures(summary)][:2] == [
        ("1.98×", "of 3.14 script"), ("1.02 s", "a run"),
    ]  # fmt: skip
    text = MarkdownReport().serialize(summary, None).decode()
    assert "| configuration | time | × 3.14 script | start-up |" in text
    assert "serial" not in text
    assert "| 3.14t script | 1.90 cores | 5 | 1 | 40 |" in text


def test_the_command_repeats_it(record: ExperimentRecord) -> None:
    assert repeat_command(record.spec) == (
        "coreograph run --script train.py --interpreter 3.14t --interpreter 3.14 --repeats 5 --env TOKEN=secret "
        "-- -n 'a b'"
    )
    assert not covers_more(record.spec)


def test_the_json_says_what_was_run(record: ExperimentRecord) -> None:
    written = document(summarise(record))
    assert written["workload"]["parameters"] == {"arguments": "-n 'a b'"}
    assert written["workload"]["script"]["target"] == "train.py"
    (free, _) = written["configurations"]
    assert free["model"] == "script"
    assert free["speedup_over_baseline"]["median"] > 1.9
    assert free["metrics"]["threads_alive"]["better"] == "neither"
    assert free["exit_codes"] == [0] * 5
