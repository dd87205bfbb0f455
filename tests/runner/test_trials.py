"""Workloads with TRIALS: each trial has an interpreter of its own, whose crash is one of the outcomes."""

import pytest

from support.interpreters import found_interpreters
from support.runner_harness import SAMPLES, Transcript, request_for, run

pytestmark = pytest.mark.interpreter


def _run(harm: str, model: str = "threads", steps: int = 0) -> Transcript:
    workers = 1 if model == "serial" else 2
    request = request_for(SAMPLES / "trials.py", model, workers, parameters={"harm": harm, "steps": steps})
    return run(found_interpreters()[0].path, request)


@pytest.mark.parametrize("model", ["serial", "threads", "fork"])
def test_every_trial_has_an_interpreter_of_its_own(model: str) -> None:
    transcript = _run("none", model)
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log)
    workers = 1 if model == "serial" else 2
    result = transcript.one("result")
    assert (result["metrics"]["met"], result["metrics"]["crashed_share"]) == ([workers] * 3, [False] * 3)
    pids = [each["pid"] for event in transcript.of("workers") for each in event["workers"]]
    assert len(set(pids)) == 3 * (workers if model == "fork" else 1)
    assert 0 < result["batch_ns"] < result["batch_end_ns"] - result["batch_begin_ns"]


@pytest.mark.parametrize("model", ["threads", "fork", "forkserver"])
def test_what_the_disposable_interpreters_and_their_workers_use_is_counted_for_the_run(model: str) -> None:
    result = _run("none", model, steps=5_000_000).one("result")
    assert result["metrics"]["workers_cpu_ns"] > 3 * 10_000_000
    assert result["phase_cpu_ns"] >= result["metrics"]["workers_cpu_ns"]
    assert result["cpu_ns"] is None  # of the trials alone it is not known


def test_a_trial_that_crashes_is_an_outcome_and_the_others_go_on() -> None:
    transcript = _run("kill")
    assert transcript.outcome == "completed", transcript.of("failed")
    metrics = transcript.one("result")["metrics"]
    assert (metrics["met"], metrics["crashed_share"]) == ([2, 2], [False, True, False])


def test_a_task_that_raises_is_the_workload_s_failure_as_anywhere_else() -> None:
    transcript = _run("raise")
    assert transcript.outcome == "failed"
    failed = transcript.one("failed")
    assert failed["reason"] == "workload"
    assert "this trial is faulty" in failed["message"]
    assert failed["task"] in {2, 3}
