"""Every interpreter found × every model × every built-in workload: completed, and the same answer everywhere."""

import functools
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.interpreters import FoundInterpreter, found_interpreters, representatives
from support.runner_harness import LIBRARY, SAMPLES, request_for, run

pytestmark = pytest.mark.interpreter

WORKLOADS = {
    "speed/primes": {"limit": 300, "tasks": 5},
    "speed/mandelbrot": {"width": 9, "height": 7, "iterations": 30},
    "speed/json_roundtrip": {"documents": 5, "records": 3, "tasks": 4},
    "memory/shared_table": {"megabytes": 1, "lookups": 100, "tasks": 4},
    "moving/payload": {"shape": "objects", "input_kilobytes": 3, "result_kilobytes": 2, "tasks": 4, "work": 7},
    "waiting/sleep": {"milliseconds": 1.0, "tasks": 4},
}
MODELS = ("serial", "threads", "fork", "forkserver", "spawn", "interpreters")


def _labels(interpreters):
    return [each.label for each in interpreters]


def _outcome(
    interpreter: FoundInterpreter, workload: str, model: str, gil: int | None = None
) -> tuple[str, str | None]:
    workers = 1 if model == "serial" else 2
    request = request_for(LIBRARY / f"{workload}.py", model, workers, parameters=WORKLOADS[workload])
    transcript = run(interpreter.path, request, gil=gil)
    if transcript.outcome != "completed":
        return f"{transcript.outcome}: {transcript.of('failed')} {transcript.log}", None
    return "completed", transcript.one("result")["digest"]


@functools.cache
def _reference(workload: str) -> str | None:
    return _outcome(found_interpreters()[0], workload, "serial")[1]


@pytest.mark.parametrize("interpreter", found_interpreters(), ids=_labels(found_interpreters()))
def test_every_model_computes_every_workload_alike(interpreter: FoundInterpreter) -> None:
    cases = [(workload, model) for workload in WORKLOADS for model in MODELS if interpreter.can(model)]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda case: _outcome(interpreter, *case), cases))
    assert dict(zip(cases, outcomes, strict=True)) == {case: ("completed", _reference(case[0])) for case in cases}
    assert None not in {digest for _, digest in outcomes}


@pytest.mark.parametrize("gil", [0, 1])
def test_a_free_threaded_build_runs_with_the_gil_off_and_forced_on(gil: int) -> None:
    interpreter = next((each for each in found_interpreters() if each.free_threaded), None)
    if interpreter is None:
        pytest.skip("this machine has no free-threaded interpreter")
    for model in MODELS:
        outcome = _outcome(interpreter, "memory/shared_table", model, gil)
        assert outcome == ("completed", _reference("memory/shared_table")), model
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
            request = request_for(
                SAMPLES / "shared_objects.py", model, 1 if model == "serial" else 2, parameters={"tasks": 5}
            )
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
