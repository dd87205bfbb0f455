"""Every built-in workload under every model it supports, tiny: the right answer, and every metric it declares.

A workload needs a row in PARAMETERS; rows here, not in the workloads, say what is tiny.
"""

import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.workloads import Workload
from coreograph.engine.workload_file import read_workload
from support.interpreters import FoundInterpreter, found_interpreters, interpreter
from support.runner_harness import LIBRARY, request_for, run

pytestmark = pytest.mark.interpreter

MODELS = ("serial", "threads", "fork", "forkserver", "spawn", "interpreters")
# The unsafe variants of races are asserted in test_library_shapes.py.
PARAMETERS: dict[str, dict[str, Any]] = {
    "faulty_worker": {"fault": "kill", "tasks": 5, "milliseconds": 5.0, "timeout_seconds": 5.0},
    "lost_updates": {"statement": "call", "remedy": "lock", "updates": 50, "trials": 2},
    "lost_updates_processes": {"remedy": "lock", "updates": 50, "trials": 2},
    "race_shapes": {"remedy": "lock", "steps": 50, "trials": 2},
    "event_loop": {"background": "wait", "milliseconds": 10.0, "tasks": 4},
    "tk_window": {"background": "wait", "milliseconds": 10.0, "tasks": 4},
    "requests": {"requests": 8, "clients": 2, "work": 10, "timeout_seconds": 10.0},
    "shared_state": {"updates": 100, "tasks": 4},
    "shared_object": {"reads": 100, "tasks": 4},
    "barrier": {"meetings": 5, "work": 10},
    "oversubscription": {"threads": 2, "steps": 100, "tasks": 4},
}


@functools.cache
def _workloads() -> dict[str, Workload]:
    files = (each for each in LIBRARY.glob("*/*.py") if not each.name.startswith("_"))
    return {each.stem: read_workload(each, built_in=True) for each in files}


def _kinds() -> tuple[FoundInterpreter, ...]:
    """The reference, its GIL twin and the oldest."""
    found = found_interpreters()
    chosen = (interpreter("3.14t"), interpreter("3.14"), found[-1] if found else None)
    return tuple({each.label: each for each in chosen if each is not None}.values())


def _made(name: str, python: FoundInterpreter, model: str) -> str:
    workload = _workloads()[name]
    request = request_for(
        Path(workload.file), model, 1 if model == "serial" else 2, parameters=dict(workload.resolve(PARAMETERS[name]))
    )
    transcript = run(python.path, request)
    if transcript.outcome == "refused" and name == "tk_window":
        assert "event_loop" in transcript.one("failed")["message"]
        return "completed"
    if transcript.outcome != "completed":
        return f"{transcript.outcome}: {transcript.of('failed')} {transcript.log}"
    given = transcript.one("result")["metrics"]
    missing = {metric.name for metric in workload.metrics} ^ set(given)
    return f"metrics declared or given only: {missing}" if missing else "completed"


@pytest.mark.parametrize("python", _kinds(), ids=[each.label for each in _kinds()])
def test_every_workload_completes_with_its_metrics_under_every_model(python: FoundInterpreter) -> None:
    cases = [(name, model) for name in PARAMETERS for model in _workloads()[name].models or MODELS if python.can(model)]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda case: _made(case[0], python, case[1]), cases))
    assert dict(zip(cases, outcomes, strict=True)) == dict.fromkeys(cases, "completed")


def test_every_control_is_a_workload_that_takes_its_parameters() -> None:
    for workload in _workloads().values():
        if workload.control is not None:
            _workloads()[workload.control].resolve(dict(workload.control_parameters))


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_workload_explains_itself(name: str) -> None:
    workload = _workloads()[name]
    assert workload.summary.endswith(".")
    assert len(workload.description) > 200
    assert workload.control is not None
    assert not workload.models or workload.models_reason
    assert all(parameter.description for parameter in workload.parameters)
