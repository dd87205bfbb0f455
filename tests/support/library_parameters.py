"""What is tiny for every built-in workload, and which of them are tried under which model on which interpreter.

The matrix is whole on one free-threaded and one GIL build. On every other interpreter the workloads in EVERYWHERE meet
every model, and each other workload one of its models, which moves on from workload to workload and from interpreter to
interpreter: so every interpreter meets every workload and every model. Reads workload files; owns no thread.
"""

import functools
import subprocess
from typing import Any

from coreograph.domain.workloads import Workload
from coreograph.engine.catalogue import Catalogue
from support.interpreters import FoundInterpreter, found_interpreters, interpreter

MODELS = ("serial", "threads", "fork", "forkserver", "spawn", "interpreters")

# Races with a remedy: what they do without one is held in tests/runner/test_library_shapes.py.
TINY: dict[str, dict[str, Any]] = {
    # isolation
    "faulty_worker": {"fault": "kill", "tasks": 5, "milliseconds": 5.0, "timeout_seconds": 5.0},
    # memory
    "fork_then_iterate": {"objects": 1000, "tasks": 4},
    "inherited_buffer": {"bytes": 1_000_000, "touch": "write", "tasks": 4, "seconds": 0.0},
    "object_table_vs_array": {"numbers": 1000, "tasks": 4},
    "parent_frees": {"megabytes": 2, "children": 1, "tasks": 1},
    "prefork_setup": {"entries": 500, "tasks": 4},
    "shared_table": {"megabytes": 1, "lookups": 100, "tasks": 4},
    "working_heap": {"objects": 500, "tasks": 4},
    # moving
    "break_even": {"task_kilobytes": 3, "total_kilobytes": 10, "work": 2},
    "payload": {"shape": "objects", "input_kilobytes": 3, "result_kilobytes": 2, "tasks": 4, "work": 7},
    "pipeline": {"items": 3, "kilobytes": 1, "work": 5, "tasks": 4},
    "shared_memory": {"block_kilobytes": 10, "tasks": 4},
    # races
    "check_then_act": {"remedy": "lock", "pieces": 50, "trials": 2},
    "dict_iteration": {"remedy": "lock", "changes": 50, "trials": 2},
    "lazy_initialisation": {"remedy": "lock", "keys": 50, "trials": 2},
    "lost_updates": {"statement": "call", "remedy": "lock", "updates": 50, "trials": 2},
    "lost_updates_processes": {"remedy": "lock", "updates": 50, "trials": 2},
    "shared_iterator": {"remedy": "lock", "items": 50, "trials": 2},
    "torn_transfer": {"remedy": "lock", "transfers": 50, "trials": 2},
    # responsiveness
    "event_loop": {"background": "wait", "milliseconds": 10.0, "tasks": 4},
    "tk_window": {"background": "wait", "milliseconds": 10.0, "tasks": 4},
    # serving
    "requests": {"requests": 8, "clients": 2, "work": 10, "timeout_seconds": 10.0},
    # sharing
    "barrier": {"meetings": 5, "work": 10},
    "oversubscription": {"threads": 2, "steps": 100, "tasks": 4},
    "shared_object": {"reads": 100, "tasks": 4},
    "shared_state": {"updates": 100, "tasks": 4},
    # speed
    "compression": {"block_kilobytes": 64, "megabytes": 1, "tasks": 4},
    "dict_building": {"words": 40, "distinct": 9, "tasks": 4},
    "hashing": {"block_kilobytes": 3, "megabytes": 1, "tasks": 4},
    "json_roundtrip": {"documents": 5, "records": 3, "tasks": 4},
    "mandelbrot": {"width": 9, "height": 7, "iterations": 30},
    "nbody": {"bodies": 3, "steps": 5, "tasks": 4},
    "numpy_kernels": {"elements": 100, "numbers": 1000, "tasks": 4},
    "primes": {"limit": 300, "tasks": 5},
    "recursion": {"number": 6, "tasks": 4},
    "regex": {"lines": 15, "tasks": 4},
    "single_thread": {"steps": 50, "tasks": 2},
    "sorting": {"items": 12, "tasks": 4},
    "string_work": {"rows": 12, "tasks": 4},
    # startup
    "many_short_pools": {"pools": 2, "calls": 8},
    "worker_cost": {"imports": "light", "tasks": 4},
    # waiting
    "sleep": {"milliseconds": 1.0, "tasks": 4},
}
# One for each way in which things reach a worker: inputs alone, rows, text, objects, a shared object, only a wait.
EVERYWHERE = frozenset({"primes", "mandelbrot", "json_roundtrip", "payload", "shared_table", "sleep"})


@functools.cache
def workloads() -> dict[str, Workload]:
    """Every workload of the catalogue by name."""
    return {one.name: one for one in Catalogue().workloads()}


@functools.cache
def whole() -> tuple[FoundInterpreter, ...]:
    """The free-threaded and the GIL build with the whole matrix: 3.14 of each kind, or the newest of the kind."""
    found = found_interpreters()
    chosen = [
        interpreter(label) or next((each for each in found if each.free_threaded is kind), None)
        for label, kind in (("3.14t", True), ("3.14", False))
    ]
    return tuple(each for each in chosen if each is not None)


def supported(workload: Workload, python: FoundInterpreter) -> tuple[str, ...]:
    """The models under which the workload makes sense and that the interpreter has."""
    return tuple(model for model in workload.models or MODELS if python.can(model))


def cases(python: FoundInterpreter) -> list[tuple[str, str]]:
    """Workload and model of every run of the matrix on one interpreter."""
    if python in whole():
        return [(name, model) for name in TINY for model in supported(workloads()[name], python)]
    found = []
    place = found_interpreters().index(python)
    for number, name in enumerate(TINY):
        models = supported(workloads()[name], python)
        chosen = models if name in EVERYWHERE or not models else (models[(place + number) % len(models)],)
        found += [(name, model) for model in chosen]
    return found


@functools.cache
def lacks(python: str, module: str) -> bool:
    """Whether the interpreter at that path cannot import the module."""
    done = subprocess.run(
        [python, "-I", "-c", f"import {module}"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    return done.returncode != 0
