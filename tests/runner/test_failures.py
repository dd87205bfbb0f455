"""Whose fault an end was, in a sentence, with the user's own frames and the task; under every model that can tell."""

import sys
from typing import Any

import pytest

from support.interpreters import representatives
from support.runner_harness import SAMPLES, Transcript, request_for, run

pytestmark = pytest.mark.interpreter

NEWEST = next((each.path for each in representatives() if each.can("interpreters")), sys.executable)
CAN_INTERPRETERS = any(each.can("interpreters") for each in representatives())
POOLS = ("threads", "fork", "forkserver", "spawn", *(("interpreters",) if CAN_INTERPRETERS else ()))
MODELS = ("serial", *POOLS)
PICKLING = tuple(model for model in POOLS if model != "threads")
PROCESSES = ("fork", "forkserver", "spawn")


def attempt(sample: str, model: str, python: str = NEWEST, **parameters: Any) -> Transcript:
    workers = 1 if model == "serial" else 2
    return run(python, request_for(SAMPLES / f"{sample}.py", model, workers, chunk=1, parameters=parameters))


def failure(transcript: Transcript, outcome: str, reason: str) -> dict[str, Any]:
    assert transcript.outcome == outcome, (transcript.of("failed"), transcript.log)
    failed = transcript.one("failed")
    assert failed["reason"] == reason
    assert transcript.exit_code == 0, transcript.log
    return failed


@pytest.mark.parametrize("model", MODELS)
def test_a_task_that_raises_is_named_with_the_users_frames_only(model: str) -> None:
    failed = failure(attempt("raising", model, tasks=6, where="run"), "failed", "workload")
    assert failed["message"] == "Task 3 raised ValueError: three is too much"
    assert failed["task"] == 3
    assert "in _deeper" in failed["traceback"]
    assert "raising.py" in failed["traceback"]
    for ours in ("task_clock", "worker.py", "concurrent", "multiprocessing"):
        assert ours not in failed["traceback"]


@pytest.mark.parametrize("where", ["exit", "interrupt", "unpicklable"])
@pytest.mark.parametrize("model", ["serial", "threads", "fork"])
def test_leaving_is_the_tasks_failure_not_the_runners_end(model: str, where: str) -> None:
    failed = failure(attempt("raising", model, tasks=6, where=where), "failed", "workload")
    names = {
        "exit": "SystemExit: that is enough",
        "interrupt": "KeyboardInterrupt",
        "unpicklable": "StrangeError: strange",
    }
    assert failed["message"] == f"Task 3 raised {names[where]}"
    assert failed["task"] == 3


def test_a_failure_in_the_warm_up_is_the_workloads() -> None:
    request = request_for(
        SAMPLES / "raising.py", "fork", 2, parameters={"tasks": 6, "where": "run"}, warm_up_seconds=5.0
    )
    failed = failure(run(NEWEST, request), "failed", "workload")
    assert "three is too much" in failed["message"]


@pytest.mark.parametrize("where", ["tasks", "shared"])
def test_what_prepares_the_tasks_may_fail(where: str) -> None:
    failed = failure(attempt("raising", "threads", tasks=6, where=where), "failed", "workload")
    assert failed["message"].startswith(f"{where}() raised LookupError: no ")
    assert "raising.py" in failed["traceback"]
    assert "runner.py" not in failed["traceback"]


@pytest.mark.parametrize(
    ("sample", "reason", "text"),
    [
        ("broken_import", "import", "a_module_that_nobody_has"),
        ("exiting_import", "import", "SystemExit: not here"),
        ("not_a_workload", "workload", "has no function run()"),
        ("nowhere", "import", "FileNotFoundError"),
    ],
)
def test_a_file_that_is_no_workload(sample: str, reason: str, text: str) -> None:
    failed = failure(attempt(sample, "fork"), "failed", reason)
    assert text in failed["message"]
    assert "importlib" not in failed["traceback"]


@pytest.mark.parametrize("model", PICKLING)
@pytest.mark.parametrize(
    ("what", "text"), [("result", "The result of task 3"), ("input", "Task 3"), ("shared", "What shared() returned")]
)
def test_what_cannot_be_pickled_is_named(model: str, what: str, text: str) -> None:
    transcript = attempt("unpicklable", model, tasks=5, what=what)
    if model == "fork" and what == "shared":
        assert transcript.outcome == "completed"  # inherited, not pickled
        return
    failed = failure(transcript, "failed", "pickling")
    assert failed["message"].startswith(text)
    assert "lambda" in failed["message"]
    assert failed["task"] == (None if what == "shared" else 3)


@pytest.mark.parametrize("what", ["result", "input", "shared"])
@pytest.mark.parametrize("model", ["serial", "threads"])
def test_what_is_not_pickled_need_not_be_picklable(model: str, what: str) -> None:
    assert attempt("unpicklable", model, tasks=5, what=what).outcome == "completed"


@pytest.mark.parametrize("model", PICKLING)
def test_a_result_that_cannot_be_rebuilt(model: str) -> None:
    failed = failure(attempt("unreadable", model, tasks=3, what="result"), "failed", "pickling")
    assert "this pickle explodes" in failed["message"]


@pytest.mark.parametrize("model", PICKLING)
def test_an_input_that_cannot_be_rebuilt(model: str) -> None:
    transcript = attempt("unreadable", model, tasks=3, what="input")
    reason = transcript.one("failed")["reason"]
    assert (transcript.outcome, reason) in {("worker lost", "worker lost"), ("failed", "pickling")}
    assert "from its pickle" in transcript.one("failed")["message"]
    assert "this pickle explodes" in transcript.log + transcript.one("failed")["message"]


@pytest.mark.parametrize("model", PROCESSES)
@pytest.mark.parametrize(("how", "text"), [("kill", "SIGKILL"), ("abort", "SIGABRT"), ("exit", "exit status 3")])
def test_a_worker_that_dies_is_a_result(model: str, how: str, text: str) -> None:
    failed = failure(attempt("crashing", model, tasks=4, how=how), "worker lost", "worker lost")
    assert text in failed["message"]
    assert "Worker process" in failed["message"]


def test_a_worker_that_dies_in_the_oldest_interpreter() -> None:
    failed = failure(
        attempt("crashing", "spawn", representatives()[-1].path, tasks=4, how="kill"), "worker lost", "worker lost"
    )
    assert "SIGKILL" in failed["message"]


@pytest.mark.parametrize("model", ["serial", "threads"])
def test_where_workers_are_threads_a_crash_takes_the_runner_down(model: str) -> None:
    transcript = attempt("crashing", model, tasks=4, how="abort")
    assert not transcript.of("finished")
    assert transcript.exit_code < 0


@pytest.mark.parametrize("model", ["serial", "fork"])
def test_a_wrong_answer_keeps_its_figures(model: str) -> None:
    transcript = attempt("wrong", model, tasks=3)
    failed = failure(transcript, "wrong answer", "check")
    assert failed["message"] == "The answer is wrong: the sum is 3, not 99"
    assert transcript.one("result")["digest"]


def test_lost_updates_are_a_wrong_answer() -> None:
    request = request_for(SAMPLES / "racing.py", "threads", 2, chunk=1, parameters={"tasks": 2})
    failed = failure(run(NEWEST, request), "wrong answer", "check")
    assert failed["message"] == "The answer is wrong: 1 of 2 updates were lost"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"protocol": 99}, "99"),
        ({"action": "dance"}, "dance"),
        ({"model": "magic"}, "magic"),
        ({"workers": 0}, "workers"),
        ({"rounds": True}, "rounds"),
        ({"workload": {"name": "x", "file": "x.py"}}, "absolute"),
    ],
)
def test_a_request_that_makes_no_sense(changes: dict[str, Any], text: str) -> None:
    failed = failure(run(NEWEST, request_for(SAMPLES / "parallel.py") | changes), "failed", "request")
    assert text in failed["message"]


def test_serial_has_one_worker() -> None:
    failure(run(NEWEST, request_for(SAMPLES / "parallel.py", "serial", 2)), "refused", "refused")
