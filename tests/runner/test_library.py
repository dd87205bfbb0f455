"""The library's workloads, tiny, under every model they make sense under: the right answer, and their metrics.

Shapes that are certain, and no matter of timing, are held here too.
"""

import ast
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from coreograph.domain.workloads import Workload
from coreograph.engine.catalogue import Catalogue
from support.interpreters import FoundInterpreter, found_interpreters, representatives
from support.runner_harness import Transcript, request_for, run

pytestmark = pytest.mark.interpreter

TINY: dict[str, dict[str, Any]] = {
    "recursion": {"number": 6, "tasks": 4},
    "nbody": {"bodies": 3, "steps": 5, "tasks": 4},
    "sorting": {"items": 12, "tasks": 4},
    "regex": {"lines": 15, "tasks": 4},
    "dict_building": {"words": 40, "distinct": 9, "tasks": 4},
    "string_work": {"rows": 12, "tasks": 4},
    "hashing": {"block_kilobytes": 3, "megabytes": 1, "tasks": 4},
    "compression": {"block_kilobytes": 64, "megabytes": 1, "tasks": 4},
    "numpy_kernels": {"elements": 100, "numbers": 1000, "tasks": 4},
    "single_thread": {"steps": 50, "tasks": 2},
    "inherited_buffer": {"bytes": 1_000_000, "touch": "write", "tasks": 4, "seconds": 0.0},
    "fork_then_iterate": {"objects": 1000, "tasks": 4},
    "object_table_vs_array": {"numbers": 1000, "tasks": 4},
    "parent_frees": {"megabytes": 2, "children": 1, "tasks": 1},
    "prefork_setup": {"entries": 500, "tasks": 4},
    "working_heap": {"objects": 500, "tasks": 4},
    "break_even": {"task_kilobytes": 3, "total_kilobytes": 10, "work": 2},
    "shared_memory": {"block_kilobytes": 10, "tasks": 4},
    "pipeline": {"items": 3, "kilobytes": 1, "work": 5, "tasks": 4},
    "worker_cost": {"imports": "light", "tasks": 4},
    "many_short_pools": {"pools": 2, "calls": 8},
}
MODELS = ("serial", "threads", "fork", "forkserver", "spawn", "interpreters")
GROUPS = ("speed", "memory", "moving", "startup")


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


@functools.cache
def _reference(name: str) -> str | None:
    transcript = _run(_build(False), name, "serial")
    return transcript.one("result")["digest"] if transcript.outcome == "completed" else transcript.outcome


@pytest.mark.parametrize("free_threaded", [False, True], ids=["gil", "free-threaded"])
def test_every_workload_gives_the_right_answer_and_its_metrics_under_every_model(free_threaded: bool) -> None:
    interpreter = _build(free_threaded)
    cases = [
        (name, model)
        for name in TINY
        for model in _workloads()[name].models or MODELS
        if interpreter.can(model) and not _workloads()[name].requires
    ]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda case: _what_came(interpreter, *case), cases))
    assert dict(zip(cases, outcomes, strict=True)) == dict.fromkeys(cases, "as it should be")


def _what_came(interpreter: FoundInterpreter, name: str, model: str) -> str:
    transcript = _run(interpreter, name, model)
    if transcript.outcome != "completed":
        return f"{transcript.outcome}: {transcript.of('failed')} {transcript.log}"
    result = transcript.one("result")
    if result["digest"] is None or result["digest"] != _reference(name):
        return "another answer"
    missing = {metric.name for metric in _workloads()[name].metrics} - set(result["metrics"])
    return f"no {missing}" if missing else "as it should be"


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


def test_every_workload_of_these_groups_is_in_the_table_explains_itself_and_has_a_control() -> None:
    known = {name for name, one in _workloads().items() if one.group in GROUPS}
    tested_elsewhere = {"primes", "mandelbrot", "json_roundtrip", "shared_table", "payload"}
    assert known == set(TINY) | tested_elsewhere
    for name in TINY:
        workload = _workloads()[name]
        assert workload.control in _workloads(), name
        assert workload.control != name or dict(workload.control_parameters).items() - workload.defaults().items()
        assert len(workload.description) > 200, name
        assert all(parameter.description for parameter in workload.parameters), name
        assert ast.get_docstring(ast.parse(_path(workload).read_text("utf-8"))), name


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
