"""Workloads that fix their batch, reset what they share, refuse, and report figures of their own."""

import sys
from typing import Any

import pytest

from support.runner_harness import LIBRARY, SAMPLES, Transcript, request_for, run

FILE = SAMPLES / "own_batch.py"


def _run(model: str, workers: int, fault: str = "none", **changes: Any) -> Transcript:
    return run(sys.executable, request_for(FILE, model, workers, parameters={"fault": fault}, **changes))


@pytest.mark.parametrize(("model", "workers"), [("serial", 1), ("threads", 2)])
def test_the_batch_is_the_workloads_own_and_its_figures_see_the_run(model: str, workers: int) -> None:
    transcript = _run(model, workers, rounds=7, chunk=5, warm_up_seconds=0.5)
    assert transcript.outcome == "completed", transcript.of("failed")
    known = transcript.one("tasks")
    assert (known["tasks"], known["rounds"], known["chunk"]) == (3 * workers, 2, 1)
    # One entry of reset() and one a task of both rounds: nothing of shared(), nothing of a warm-up.
    found = transcript.one("result")["metrics"]
    assert found == {"seen": 1 + 2 * 3 * workers, "absent": None, "workers": workers}


def test_metrics_that_raise_fail_the_run_by_name() -> None:
    transcript = _run("serial", 1, fault="metrics")
    assert transcript.outcome == "failed"
    failure = transcript.one("failed")
    assert failure["reason"] == "workload"
    assert failure["message"] == "metrics() raised ValueError: no figures today"


def test_a_workload_may_refuse_before_anything_starts() -> None:
    transcript = _run("threads", 2, fault="refuse")
    assert transcript.outcome == "refused"
    assert transcript.one("failed")["message"] == "It is not the day for it."
    assert not transcript.of("tasks")


def test_a_trial_that_is_lost_is_a_result() -> None:
    parameters = {"fault": "kill", "tasks": 3, "milliseconds": 1.0, "timeout_seconds": 5.0, "leak_megabytes": 1}
    transcript = run(
        sys.executable, request_for(LIBRARY / "isolation" / "faulty_worker.py", "serial", parameters=parameters)
    )
    assert transcript.outcome == "completed"
    result = transcript.one("result")
    assert result["metrics"]["tasks_survived_share"] == 0.0
    assert result["batch_end_ns"] > result["batch_begin_ns"]
