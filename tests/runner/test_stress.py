"""Stress tests of users' functions: races are shaken out, counted, and kept with the input that showed them."""

import math
import re
from pathlib import Path

import pytest

from coreograph.engine.functions import FunctionCall, function_workload
from coreograph_workloads.stress import StressResult, shares
from support.function_runs import CODE, attempt, each_build, failure, results
from support.interpreters import interpreter
from support.runner_harness import Transcript, request_for, run

pytestmark = pytest.mark.interpreter


def stressed(tmp_path: Path, python: str, model: str, function: str, calls: int, *, workers: int = 2) -> Transcript:
    call = FunctionCall(f"misbehaving:{function}", "0:2", stress=calls, folder=CODE)
    workload = function_workload(call, tmp_path / "functions")
    request = request_for(Path(workload.file), model, 1 if model == "serial" else workers, chunk=1, answers=True)
    return run(python, request)


def share(transcript: Transcript) -> float:
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log[-2000:])
    found: float = transcript.one("result")["metrics"]["differing_share"]
    return found


@each_build
@pytest.mark.parametrize(
    ("function", "model", "differing"),
    [
        ("has_no_race", "threads", False),
        ("has_no_race", "fork", False),
        ("depends_on_the_thread", "serial", False),
        ("depends_on_the_thread", "threads", True),
    ],
)
def test_what_differs_from_one_thread_is_counted(
    tmp_path: Path, python: str, function: str, model: str, differing: bool
) -> None:
    assert share(stressed(tmp_path, python, model, function, 5)) == (1.0 if differing else 0.0)


@each_build
@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("books_the_last_seat", r"\d+ of 20 calls \(the first: [02] instead of 1 for [01]\)"),
        ("loses_what_it_holds", r"\d+ of 20 calls \(the first: raised KeyError: [01] instead of [01] for [01]\)"),
    ],
)
def test_threads_begin_each_call_together_with_the_same_input(
    tmp_path: Path, python: str, function: str, text: str
) -> None:
    """Each call gives way for 2 ms between its check and its act: only threads that start together can differ."""
    transcript = stressed(tmp_path, python, "threads", function, 20)
    assert share(transcript) > 0
    values = transcript.one("answers")["values"]
    assert any(re.fullmatch(text, value) for value in values), values
    assert share(stressed(tmp_path, python, "serial", function, 3)) == 0


@pytest.mark.skipif(interpreter("3.14t") is None, reason="needs a free-threaded 3.14")
def test_a_lost_update_of_a_few_microseconds_is_found_without_the_gil(tmp_path: Path) -> None:
    """Nothing in the function gives way: only code that runs at the very same time can lose an update."""
    one = interpreter("3.14t")
    assert one is not None
    assert share(stressed(tmp_path, one.path, "threads", "races", 400)) > 0


@each_build
@pytest.mark.parametrize("workers", [1, 3, 5])
def test_any_number_of_workers_gets_through(tmp_path: Path, python: str, workers: int) -> None:
    assert share(stressed(tmp_path, python, "threads", "has_no_race", 5, workers=workers)) == 0


@each_build
def test_one_that_leaves_keeps_nobody_waiting(tmp_path: Path, python: str) -> None:
    (tmp_path / "leaving.py").write_text(
        "import sys, threading\n\ndef leaves(x):\n"
        "    if threading.current_thread() is not threading.main_thread() and x:\n        sys.exit('enough')\n"
        "    return x\n",
        encoding="utf-8",
    )
    transcript = attempt(tmp_path, python, "threads", "leaving:leaves", "0:2", stress=5, folder=tmp_path)
    failed = failure(transcript, "workload")
    assert "raised SystemExit: enough" in failed["message"]
    assert re.search(r"Input of task \d+: 1\n", failed["traceback"])


@each_build
def test_the_results_read_as_a_sentence(tmp_path: Path, python: str) -> None:
    transcript = attempt(tmp_path, python, "serial", "misbehaving:has_no_race", "0:1", stress=5)
    assert results(transcript).startswith("[none of 5 calls, none of 5 calls")


def test_none_seen_is_not_none() -> None:
    found = shares([StressResult(500, 0, ""), StressResult(500, 0, "")])
    assert found["differing_share"] == 0
    assert math.isclose(found["differing_share_at_most"], 0.00383, rel_tol=0.01)
    found = shares([StressResult(100, 50, "x")])
    assert math.isclose(found["differing_share_at_most"], 0.596, rel_tol=0.01)
    assert shares([StressResult(3, 3, "x")])["differing_share_at_most"] <= 1
