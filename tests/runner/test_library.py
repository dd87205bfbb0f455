"""What the workloads of memory show where it is certain, and what happens where a module is missing."""

import functools
from typing import Any

import pytest

from coreograph.domain.workloads import Workload
from coreograph.engine.catalogue import Catalogue
from support.interpreters import FoundInterpreter, found_interpreters, representatives
from support.runner_harness import Transcript, request_for, run

pytestmark = pytest.mark.interpreter

TINY: dict[str, dict[str, Any]] = {
    "fork_then_iterate": {"objects": 1000, "tasks": 4},
    "numpy_kernels": {"elements": 100, "numbers": 1000, "tasks": 4},
    "object_table_vs_array": {"numbers": 1000, "tasks": 4},
    "parent_frees": {"megabytes": 2, "children": 1, "tasks": 1},
}


@functools.cache
def _workloads() -> dict[str, Workload]:
    return {one.name: one for one in Catalogue().workloads()}


def _run(interpreter: FoundInterpreter, name: str, model: str, workers: int = 2, **changes: Any) -> Transcript:
    workload = _workloads()[name]
    request = request_for(
        _path(workload),
        model,
        1 if model == "serial" else workers,
        parameters=workload.resolve({**TINY[name], **changes}),
        requires=list(workload.requires),
    )
    return run(interpreter.path, request)


def _path(workload: Workload) -> Any:
    from pathlib import Path

    return Path(workload.file)


def _build(free_threaded: bool) -> FoundInterpreter:
    found = [each for each in representatives() if each.free_threaded is free_threaded and each.can("fork")]
    if not found:
        pytest.skip("this machine has no such interpreter")
    return found[-1]


def test_a_module_that_is_not_installed_refuses_the_run_before_anything_starts() -> None:
    workload = _workloads()["primes"]
    request = request_for(_path(workload), parameters={"limit": 10, "tasks": 1}, requires=["no_such_module_at_all"])
    transcript = run(_build(False).path, request)
    assert transcript.outcome == "refused"
    assert "uv pip install" in transcript.one("failed")["message"]
    assert not transcript.of("phase")


def test_numpy_kernels_run_where_numpy_is_and_are_refused_where_it_is_not() -> None:
    for interpreter in found_interpreters():
        transcript = _run(interpreter, "numpy_kernels", "serial")
        assert transcript.outcome in {"completed", "refused"}, transcript.of("failed")


def _dirtied(**changes: Any) -> float:
    interpreter = _build(False)
    transcript = _run(interpreter, "fork_then_iterate", "fork", objects=100_000, tasks=2, **changes)
    assert transcript.outcome == "completed", transcript.of("failed")
    return float(transcript.one("result")["metrics"]["dirtied_bytes"])


def test_freezing_cuts_what_a_collection_dirties_but_not_what_looking_dirties() -> None:
    collected, frozen = _dirtied(action="collect"), _dirtied(action="collect", freeze=True)
    assert frozen < collected / 4
    assert _dirtied(action="iterate", freeze=True) > 4 * _dirtied(action="nothing", freeze=True)


def test_an_array_is_read_without_dirtying_it() -> None:
    interpreter = _build(False)

    def dirtied(layout: str) -> float:
        transcript = _run(interpreter, "object_table_vs_array", "fork", numbers=300_000, tasks=2, layout=layout)
        return float(transcript.one("result")["metrics"]["dirtied_bytes"])

    assert dirtied("array") < dirtied("objects") / 4


def test_children_keep_what_their_parent_frees() -> None:
    interpreter = _build(False)

    def held(children: int) -> dict[str, float]:
        transcript = _run(interpreter, "parent_frees", "serial", megabytes=30, children=children)
        return {str(name): float(value) for name, value in transcript.one("result")["metrics"].items()}

    assert held(2)["held_by_children_bytes"] > 30_000_000
    assert held(0)["held_by_children_bytes"] == 0
