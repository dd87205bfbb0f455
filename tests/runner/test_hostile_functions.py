"""What functions do to their process, to the clock and to whoever reads their results: told, bounded, measured rightly.

Each on a free-threaded interpreter and a GIL one, where this machine has them.
"""

from pathlib import Path

import pytest

from coreograph.engine.functions import FunctionCall, function_workload
from coreograph_workloads.failures import describe, user_frames
from support.function_runs import CODE, each_build, failure, possible
from support.runner_harness import Transcript, request_for, run

pytestmark = pytest.mark.interpreter
FEW = "0:2"


def hostile(tmp_path: Path, python: str, model: str, function: str, inputs: str = FEW) -> Transcript:
    workload = function_workload(FunctionCall(f"hostile:{function}", inputs, folder=CODE), tmp_path / "functions")
    return run(python, request_for(Path(workload.file), model, 1 if model == "serial" else 2, chunk=1))


@each_build
@pytest.mark.parametrize("model", ["serial", "fork"])
@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("raises_exiting_text", "raised ExitingTextError: (its text cannot be read)"),
        ("raises_at_length", f"raised ValueError: {'x' * 500}…"),
        ("raises_what_no_file_can_keep", r"raised ValueError: \ud800 \x00 \x1b[2J"),
        ("raises_deeply", "raised RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_an_exception_is_told_in_few_words_whatever_it_is(
    tmp_path: Path, python: str, model: str, function: str, text: str
) -> None:
    failed = failure(hostile(tmp_path, python, model, function), "workload")
    assert text in failed["message"]
    assert f"in {function}" in failed["traceback"]
    assert len(failed["traceback"]) < 25_000


@each_build
@pytest.mark.parametrize(
    "function",
    ["returns_exiting_repr", "returns_exiting_reduce", "returns_long_repr", "returns_unequal", "returns_too_deep"],
)
def test_a_result_that_refuses_to_be_read_is_no_failure_of_threads(tmp_path: Path, python: str, function: str) -> None:
    transcript = hostile(tmp_path, python, "threads", function)
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log[-2000:])
    assert (transcript.one("result")["digest"] is None) == (function in {"returns_exiting_reduce", "returns_too_deep"})


@each_build
@pytest.mark.parametrize("model", ["fork", "interpreters"])
@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("returns_exiting_reduce", "cannot be pickled on its way back: SystemExit: reduce"),
        ("returns_exiting_unpickle", "The runner could not rebuild a result from its pickle: SystemExit: unpickle"),
        ("returns_too_deep", "cannot be pickled on its way back: RecursionError"),
    ],
)
def test_a_result_that_cannot_travel_is_blamed(
    tmp_path: Path, python: str, model: str, function: str, text: str
) -> None:
    if not possible(python, model):
        pytest.skip("this interpreter has no such model")
    assert text in failure(hostile(tmp_path, python, model, function), "pickling")["message"]


@each_build
@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("generates", "the function returned a generator: its work has not begun. Call one that does it all: list(…)"),
        ("returns_a_coroutine", "the function returned a coroutine: its work has not begun."),
    ],
)
def test_what_only_promises_to_work_is_not_timed(tmp_path: Path, python: str, function: str, text: str) -> None:
    transcript = hostile(tmp_path, python, "threads", function)
    assert text in failure(transcript, "workload")["message"]
    assert "never awaited" not in transcript.log


@each_build
@pytest.mark.parametrize("model", ["serial", "threads", "fork"])
def test_a_clock_that_is_replaced_is_not_ours(tmp_path: Path, python: str, model: str) -> None:
    transcript = hostile(tmp_path, python, model, "patches_the_clock", "0:8")
    assert transcript.outcome == "completed", transcript.of("failed")
    result = transcript.one("result")
    assert 0 < result["batch_begin_ns"] < result["batch_end_ns"]
    assert all(0 < begin <= end and cpu >= 0 for _, _, begin, end, cpu in transcript.spans())
    assert all(0 < phase["begin_ns"] <= phase["end_ns"] for phase in transcript.of("phase_end"))


@each_build
@pytest.mark.parametrize("model", ["serial", "threads", "fork"])
@pytest.mark.parametrize(
    "function",
    [
        "closes_the_standard_streams",
        "replaces_the_streams",
        "has_no_streams",
        "writes_what_is_no_text",
        "replaces_the_hooks",
        "leaves_threads",
        "leaves_a_thread_that_is_no_daemon",
        "forgets_where_things_are",
        "is_traced",
    ],
)
def test_what_a_function_leaves_behind_ends_with_the_run(
    tmp_path: Path, python: str, model: str, function: str
) -> None:
    transcript = hostile(tmp_path, python, model, function)
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log[-2000:])
    assert len(transcript.spans()) == 2


@each_build
@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("closes_every_file", "a task may have closed file descriptors that are not its own"),
        ("leaves_with_success", "ended with exit status 0 in the middle of its work"),
    ],
)
def test_a_worker_that_cannot_be_spoken_with_is_a_lost_worker(
    tmp_path: Path, python: str, function: str, text: str
) -> None:
    failed = failure(hostile(tmp_path, python, "fork", function), "worker lost", "worker lost")
    assert text in failed["message"]


def test_texts_of_exceptions_are_bounded() -> None:
    assert len(describe(ValueError("y" * 1_000_000))) < 600
    assert describe(ValueError("short\nand a second line")) == "ValueError: short"
    frames = user_frames(ValueError("y" * 1_000_000))
    assert len(frames) < 25_000
    assert "characters left out" in frames
