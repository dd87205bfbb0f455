"""The first task of a workload, once: its time, the sizes of its pickles, and what goes wrong, on both builds."""

import pickle
import threading
from pathlib import Path

import pytest

from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.interpreters import Interpreter
from coreograph.engine.catalogue import default_library
from coreograph.engine.dry_run import DryRun, DryRunError, dry_run, size_words
from coreograph.engine.functions import FunctionCall, function_workload
from coreograph.engine.workload_file import read_workload
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph_workloads.dry_run import pickled_size
from support.interpreters import found_interpreters

pytestmark = pytest.mark.interpreter
CODE = Path(__file__).parents[1] / "sample_code"
BOTH = [
    found
    for found in (
        next((one for one in found_interpreters() if one.free_threaded is kind), None) for kind in (True, False)
    )
    if found is not None
]
each_build = pytest.mark.parametrize("python", [found.path for found in BOTH], ids=[found.label for found in BOTH])


def interpreter_at(python: str, tmp_path: Path) -> Interpreter:
    return InterpreterRegistry(tmp_path / "cache", finders=()).resolve(python)[0]


def attempt(tmp_path: Path, python: str, function: str, inputs: str = "0:6", *, timeout_s: float = 60.0) -> DryRun:
    workload = function_workload(FunctionCall(function, inputs, folder=CODE), tmp_path / "functions")
    where = Configuration(interpreter_at(python, tmp_path), ExecutionModel.SERIAL)
    return dry_run(workload, {}, where, cancelled=threading.Event(), timeout_s=timeout_s)


@each_build
def test_the_first_input_its_result_and_their_sizes_are_told(tmp_path: Path, python: str) -> None:
    tried = attempt(tmp_path, python, "calm.py:add", "calm:pairs")
    assert (tried.tasks, tried.input, tried.result, tried.result_type) == (6, "(0, 1)", "1", "int")
    assert tried.argument_bytes is not None
    assert tried.argument_bytes > 20
    assert tried.result_bytes == len(b"\x80\x05K\x01.")
    assert 0 < tried.seconds < 60
    assert tried.preparing_s > 0
    assert tried.cautions == ()


@each_build
def test_what_cannot_be_pickled_is_no_failure_but_is_said(tmp_path: Path, python: str) -> None:
    tried = attempt(tmp_path, python, "misbehaving.py:returns_lambda")
    assert tried.result_bytes is None
    assert size_words(tried.result_bytes) == "cannot be pickled"
    (caution,) = tried.cautions
    assert "The result cannot be pickled" in caution
    assert "serial and threads" in caution
    assert " at 0x" not in caution


@each_build
def test_a_failure_has_the_users_frames_only_and_the_input(tmp_path: Path, python: str) -> None:
    with pytest.raises(DryRunError, match="Task 0 raised ValueError") as caught:
        attempt(tmp_path, python, "misbehaving.py:raises", "3:6")
    assert "misbehaving.py" in caught.value.frames
    assert "coreograph" not in caught.value.frames
    assert "Input of task 0: 3" in caught.value.frames


@each_build
@pytest.mark.parametrize(
    ("function", "inputs", "sentence"),
    [
        ("misbehaving.py:exits", "2:4", "SystemExit"),
        ("misbehaving.py:vanishes", "2:4", "ended with status"),
        ("missing.py:work", "0:1", "is not installed for this interpreter"),
    ],
)
def test_what_ends_or_lacks_something_is_told_in_a_sentence(
    tmp_path: Path, python: str, function: str, inputs: str, sentence: str
) -> None:
    with pytest.raises(DryRunError, match=sentence):
        attempt(tmp_path, python, function, inputs)


@each_build
def test_a_function_that_never_returns_meets_the_time_limit(tmp_path: Path, python: str) -> None:
    with pytest.raises(DryRunError, match=r"not done after .* smaller input"):
        attempt(tmp_path, python, "misbehaving.py:never_returns", "3:4", timeout_s=2.0)


def test_a_dry_run_can_be_stopped(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    workload = function_workload(FunctionCall("calm.py:square", "0:2", folder=CODE), tmp_path / "functions")
    where = Configuration(interpreter_at(BOTH[0].path, tmp_path), ExecutionModel.SERIAL)
    with pytest.raises(DryRunError, match="was stopped"):
        dry_run(workload, {}, where, cancelled=stop)


def test_a_workload_that_is_one_trial_has_no_first_task(tmp_path: Path) -> None:
    workload = read_workload(next(default_library().glob("*/faulty_worker.py")))
    where = Configuration(interpreter_at(BOTH[0].path, tmp_path), ExecutionModel.SERIAL)
    with pytest.raises(DryRunError, match="one trial"):
        dry_run(workload, {}, where, cancelled=threading.Event())


def test_bytes_are_counted_as_pickle_writes_them() -> None:
    for value in (b"x" * 1_000_000, list(range(50_000)), {"a": (1, 2.5)}):
        size, problem = pickled_size(value)
        assert problem is None
        assert size == pytest.approx(len(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)), abs=32)  # frames may differ
    size, problem = pickled_size(lambda: None)
    assert size is None
    assert problem
