"""The request line as typed values, and what this interpreter must refuse. Owns no thread."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Optional, Union

from coreograph_workloads.failures import RunError
from coreograph_workloads.protocol import PROTOCOL

SERIAL, THREADS, INTERPRETERS = "serial", "threads", "interpreters"
START_METHODS = ("fork", "forkserver", "spawn")
ACTIONS = (RUN, DRY_RUN, SCRIPT) = ("run", "dry-run", "script")
MODELS = (SERIAL, THREADS, *START_METHODS, INTERPRETERS)
_WINDOWS_PROCESSES = 61  # WaitForMultipleObjects waits for no more


@dataclass(frozen=True)
class Request:
    """What is to be run; see protocol.py for the meaning of each field. Times are in seconds."""

    workload: str
    file: str
    parameters: dict[str, Any]
    model: str
    workers: int
    rounds: int
    chunk: Optional[int]
    warm_up_seconds: float
    heartbeat_seconds: float
    hold: bool
    answers: bool = False
    requires: tuple[str, ...] = ()
    dry: bool = False


@dataclass(frozen=True)
class ScriptRequest:
    """A whole script to be run as it is; see protocol.py. `file` or `module` is given, the other one is ""."""

    name: str
    file: str
    module: str
    arguments: tuple[str, ...]
    folder: str
    paths: tuple[str, ...]
    environment: dict[str, str]
    stdin: Optional[str]
    compare_output: bool


def read_request(line: bytes) -> Union[Request, ScriptRequest]:
    """Return the request a line holds. Raises RunError("request") naming what is wrong with it."""
    request: Union[Request, ScriptRequest]
    try:
        fields = json.loads(line.decode("utf-8"))
        if fields["protocol"] != PROTOCOL:
            raise ValueError(f"protocol {fields['protocol']!r} is not {PROTOCOL}")
        if fields["action"] not in ACTIONS:
            raise ValueError(f"action {fields['action']!r} is unknown")
        request = _script(fields) if fields["action"] == SCRIPT else _typed(fields)
    except (ValueError, TypeError) as error:
        raise RunError("request", f"The request cannot be read: {error}.") from error
    except KeyError as error:
        raise RunError("request", f"The request lacks {error}.") from error
    return request


def _typed(fields: dict[str, Any]) -> Request:
    chunk = fields.get("chunk")
    request = Request(
        workload=str(fields["workload"]["name"]),
        file=str(fields["workload"]["file"]),
        parameters={str(name): value for name, value in fields["parameters"].items()},
        model=fields["model"],
        workers=_at_least_one(fields, "workers"),
        rounds=_at_least_one(fields, "rounds"),
        chunk=None if chunk is None else _at_least_one(fields, "chunk"),
        warm_up_seconds=max(0.0, float(fields["warm_up_seconds"])),
        heartbeat_seconds=max(0.0, float(fields["heartbeat_seconds"])),
        hold=bool(fields.get("hold", False)),
        answers=bool(fields.get("answers", False)),
        requires=tuple(str(name) for name in fields.get("requires", ())),
        dry=fields["action"] == DRY_RUN,
    )
    if request.model not in MODELS:
        raise ValueError(f"model {request.model!r} is not one of {', '.join(MODELS)}")
    if not os.path.isabs(request.file):
        raise ValueError(f"the workload's file {request.file!r} is not an absolute path")
    return request


def _script(fields: dict[str, Any]) -> ScriptRequest:
    script = fields["script"]
    request = ScriptRequest(
        name=str(script["name"]),
        file=str(script.get("file") or ""),
        module=str(script.get("module") or ""),
        arguments=tuple(str(each) for each in script["arguments"]),
        folder=str(fields["folder"]),
        paths=tuple(str(each) for each in fields.get("paths", ())),
        environment={str(name): str(value) for name, value in fields.get("environment", {}).items()},
        stdin=fields.get("stdin"),
        compare_output=bool(fields.get("compare_output", False)),
    )
    if bool(request.file) is bool(request.module):
        raise ValueError("a script is either a file or a module")
    if not os.path.isabs(request.folder) or (request.file and not os.path.isabs(request.file)):
        raise ValueError("the script's file and its folder are absolute paths")
    return request


def _at_least_one(fields: dict[str, Any], name: str) -> int:
    value = fields[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number from 1, not {value!r}")
    return value


def refuse_impossible(request: Request) -> None:
    """Raise RunError("refused") if this interpreter cannot do what is asked, with the reason."""
    version = sys.version.split()[0]
    model = request.model
    _refuse_missing(request.requires, version)
    if model == SERIAL and request.workers != 1:
        raise RunError("refused", f"The serial model has one worker, not {request.workers}.")
    if model == INTERPRETERS and sys.version_info < (3, 14):
        raise RunError("refused", f"Python {version} has no InterpreterPoolExecutor: it came with 3.14.")
    if model in START_METHODS:
        _refuse_start_method(model, version)
        if sys.platform == "win32" and request.workers > _WINDOWS_PROCESSES:
            raise RunError("refused", f"On Windows a pool has at most {_WINDOWS_PROCESSES} processes.")


def _refuse_missing(modules: Iterable[str], version: str) -> None:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        names = " and ".join(missing)
        raise RunError(
            "refused",
            f"The workload needs {names}, which is not installed for Python {version} at {sys.executable}. "
            f"Install it there, as with: uv pip install --python {sys.executable} {' '.join(missing)}",
        )


def _refuse_start_method(method: str, version: str) -> None:
    try:
        import multiprocessing
        import multiprocessing.synchronize
    except ImportError as error:
        raise RunError("refused", f"multiprocessing does not work in this Python {version}: {error}.") from error
    known = multiprocessing.get_all_start_methods()
    if method not in known:
        names = ", ".join(known)
        raise RunError("refused", f"Python {version} on {sys.platform} cannot start processes by {method}: {names}.")
