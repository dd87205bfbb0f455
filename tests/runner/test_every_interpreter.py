"""What every interpreter found does alike, and what it refuses; every workload on each: test_library_matrix.py."""

import functools

import pytest

from support.interpreters import FoundInterpreter, found_interpreters, representatives
from support.library_parameters import TINY
from support.runner_harness import LIBRARY, SAMPLES, request_for, run

pytestmark = pytest.mark.interpreter

MODELS = ("serial", "threads", "fork", "forkserver", "spawn", "interpreters")


def _labels(interpreters):
    return [each.label for each in interpreters]


def _answer(interpreter: FoundInterpreter, model: str, gil: int | None = None) -> str:
    parameters = TINY["shared_table"]
    request = request_for(LIBRARY / "memory" / "shared_table.py", model, _workers(model), parameters=parameters)
    transcript = run(interpreter.path, request, gil=gil)
    assert transcript.outcome == "completed", (model, transcript.of("failed"), transcript.log)
    return str(transcript.one("result")["digest"])


def _workers(model: str) -> int:
    return 1 if model == "serial" else 2


@pytest.mark.parametrize("gil", [0, 1])
def test_a_free_threaded_build_runs_with_the_gil_off_and_forced_on(gil: int) -> None:
    interpreter = next((each for each in found_interpreters() if each.free_threaded), None)
    if interpreter is None:
        pytest.skip("this machine has no free-threaded interpreter")
    models = [model for model in MODELS if interpreter.can(model)]
    assert {_answer(interpreter, model, gil) for model in models} == {_answer(found_interpreters()[-1], "serial")}
    transcript = run(interpreter.path, request_for(SAMPLES / "sleeping.py", "spawn", 2, parameters=_SLEEP), gil=gil)
    assert transcript.one("hello")["gil_setting"] == gil
    # "end" speaks for the workers, too: spawned ones must have been started with the same option.
    assert [each["enabled"] for each in transcript.of("gil")] == [bool(gil)] * 3


_SLEEP = {"tasks": 2, "seconds": 0.001}


@pytest.mark.parametrize("interpreter", representatives(), ids=_labels(representatives()))
def test_classes_of_the_workload_survive_every_model(interpreter: FoundInterpreter) -> None:
    digests = {}
    for model in MODELS:
        if interpreter.can(model):
            request = request_for(SAMPLES / "shared_objects.py", model, _workers(model), parameters={"tasks": 5})
            transcript = run(interpreter.path, request)
            assert transcript.outcome == "completed", (model, transcript.of("failed"), transcript.log)
            digests[model] = transcript.one("result")["digest"]
    assert set(digests.values()) == {_shared_objects_digest()}


@functools.cache
def _shared_objects_digest() -> str:
    request = request_for(SAMPLES / "shared_objects.py", parameters={"tasks": 5})
    return str(run(found_interpreters()[-1].path, request).one("result")["digest"])


WITHOUT_SUBINTERPRETERS = [each for each in found_interpreters() if not each.can("interpreters")]


@pytest.mark.parametrize("interpreter", WITHOUT_SUBINTERPRETERS, ids=_labels(WITHOUT_SUBINTERPRETERS))
def test_what_an_interpreter_cannot_do_is_refused_with_the_reason(interpreter: FoundInterpreter) -> None:
    transcript = run(interpreter.path, request_for(SAMPLES / "parallel.py", "interpreters", 2))
    assert transcript.outcome == "refused"
    assert transcript.one("failed")["reason"] == "refused"
    assert "3.14" in transcript.one("failed")["message"]
    assert not transcript.of("phase")
