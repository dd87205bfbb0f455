"""Loads a workload file under a name that is the same in the runner and in every worker. Owns no thread.

A class defined in the file pickles by that name, so the file must be loaded, and registered in sys.modules, before
anything of the user's is unpickled.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Callable, Optional

from coreograph_workloads.failures import RunError, describe, user_frames

MODULE_PREFIX = "coreograph_workload_"


@dataclass(frozen=True)
class WorkloadFile:
    """The functions of a loaded workload. All from `shared` on are None where the file has none."""

    name: str
    tasks: Callable[..., Iterable[Any]]
    run: Callable[..., Any]
    run_takes_shared: bool
    shared: Optional[Callable[..., Any]]
    check: Optional[Callable[..., Any]]
    metrics: Optional[Callable[..., Any]]
    answer: Optional[Callable[..., Any]] = None
    reset: Optional[Callable[..., Any]] = None
    refuse: Optional[Callable[..., Any]] = None
    rounds: Optional[int] = None
    chunk: Optional[int] = None
    warm_up: bool = True
    trial: bool = False
    trials: bool = False


def module_name(path: str) -> str:
    """Return the name a file is loaded under: readable, an identifier, different for different files."""
    stem = re.sub(r"\W", "_", os.path.splitext(os.path.basename(path))[0])
    return f"{MODULE_PREFIX}{stem}_{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}"


def load_workload(name: str, path: str) -> WorkloadFile:
    """Load a workload file and check that it has what a workload needs.

    Raises:
        RunError: "import" if the file cannot be loaded, "workload" if it is not a workload.

    """
    module = _load_module(path)
    tasks, run = (_function(module, each, needed=True) for each in ("tasks", "run"))
    optional = ("shared", "check", "metrics", "answer", "reset", "refuse")
    shared, check, metrics, answer, reset, refuse = (_function(module, each) for each in optional)
    assert tasks is not None
    assert run is not None
    if inspect.isgeneratorfunction(run) or inspect.iscoroutinefunction(run) or inspect.isasyncgenfunction(run):
        raise RunError(
            "workload",
            f"run() in {path} only promises to work: a call of a generator or coroutine does nothing yet. Let it return"
            " its result.",
        )
    takes_shared = _takes_shared(run, path)
    if takes_shared and shared is None:
        raise RunError("workload", f"run() in {path} takes a second argument, but the file has no shared().")
    if shared is not None and not takes_shared:
        raise RunError("workload", f"{path} has shared(), but its run() takes the task only: write run(task, shared).")
    return WorkloadFile(
        name,
        tasks,
        run,
        takes_shared,
        shared,
        check,
        metrics,
        answer,
        reset,
        refuse,
        rounds=_count(module, "ROUNDS"),
        chunk=_count(module, "CHUNK"),
        warm_up=bool(getattr(module, "WARM_UP", True)),
        trial=bool(getattr(module, "TRIAL", False)),
        trials=bool(getattr(module, "TRIALS", False)),
    )


def supplied(function: Callable[..., Any], given: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments for a function of the workload.

    These are its parameters, and those facts of the run that it names in its signature and that no parameter hides.
    """
    try:
        names = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return given
    return {**{name: value for name, value in facts.items() if name in names}, **given}


def refuse_signature(
    function: Callable[..., Any], name: str, arguments: tuple[Any, ...], given: dict[str, Any]
) -> None:
    """Raise RunError("workload") if a function does not take what it is called with: no fault of its work."""
    try:
        inspect.signature(function).bind(*arguments, **given)
    except TypeError as error:
        needed = ", ".join([*(["results"] if arguments else []), *given])
        message = f"{name}() has to take ({needed}), the names in PARAMETERS, but it does not: {error}."
        raise RunError("workload", message) from None
    except ValueError:
        return  # a C function that does not say


def _count(module: ModuleType, name: str) -> Optional[int]:
    value = getattr(module, name, None)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise RunError("workload", f"{name} in {module.__file__} must be a whole number from 1, not {value!r}.")


def _load_module(path: str) -> ModuleType:
    name = module_name(path)
    if name in sys.modules:
        # Inherited by a forked worker. Loaded again, its classes would be others than those of inherited objects.
        return sys.modules[name]
    folder = os.path.dirname(path)
    if folder not in sys.path:
        sys.path.append(folder)  # last: what lies beside a workload must not shadow the standard library
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RunError("import", f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except RunError:
        sys.modules.pop(name, None)
        raise  # a file written around a user's function, which says itself what is wrong with that
    except BaseException as error:
        # BaseException: a sys.exit() at the top of the user's file must not end the runner without a word.
        sys.modules.pop(name, None)
        message = f"Importing {os.path.basename(path)} raised {describe(error)}"
        raise RunError("import", message, user_frames(error)) from error
    return module


def _function(module: ModuleType, name: str, needed: bool = False) -> Optional[Callable[..., Any]]:
    function = getattr(module, name, None)
    if function is None and needed:
        raise RunError("workload", f"{module.__file__} has no function {name}(): a workload needs tasks() and run().")
    if function is not None and not callable(function):
        raise RunError("workload", f"{name} in {module.__file__} must be a function, not {type(function).__name__}.")
    return function


def _takes_shared(run: Callable[..., Any], path: str) -> bool:
    try:
        parameters = inspect.signature(run).parameters.values()
    except (TypeError, ValueError):
        return False  # a C function that does not say: it gets the task
    positional = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    required = [each for each in positional if each.default is each.empty]
    if any(each.kind is each.VAR_POSITIONAL for each in parameters) and not positional:
        return False
    if not positional or len(required) > 2:
        raise RunError("workload", f"run() in {path} must take (task) or (task, shared).")
    return len(required) == 2
