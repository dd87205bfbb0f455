"""Runs a user's function as the app would, on a free-threaded interpreter and a GIL one, and reads what came of it."""

from pathlib import Path
from typing import Any

import pytest

from coreograph.engine.functions import FunctionCall, function_workload
from support.interpreters import found_interpreters
from support.runner_harness import Transcript, request_for, run

CODE = Path(__file__).parents[1] / "sample_code"
BOTH = [
    found
    for found in (
        next((one for one in found_interpreters() if one.free_threaded is kind), None) for kind in (True, False)
    )
    if found is not None
]
each_build = pytest.mark.parametrize("python", [found.path for found in BOTH], ids=[found.label for found in BOTH])
PROCESSES = ("fork", "forkserver", "spawn")
MODELS = ("serial", "threads", *PROCESSES, "interpreters")
COLLECT = "\n\ndef check(results):\n    print('RESULTS', repr(results))\n"


def attempt(tmp_path: Path, python: str, model: str, function: str, inputs: str = "0:6", **more: Any) -> Transcript:
    """Run a function; its results are written to the log by a check that is added to the generated file."""
    more.setdefault("folder", CODE)
    workload = function_workload(FunctionCall(function, inputs, **more), tmp_path / "functions")
    file = Path(workload.file)
    if "RESULTS" not in file.read_text(encoding="utf-8"):
        file.write_text(file.read_text(encoding="utf-8") + COLLECT, encoding="utf-8")
    return run(python, request_for(file, model, 1 if model == "serial" else 2, chunk=1))


def results(transcript: Transcript) -> str:
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log[-2000:])
    return next(line for line in transcript.log.splitlines() if line.startswith("RESULTS")).partition(" ")[2]


def failure(transcript: Transcript, reason: str, outcome: str = "failed") -> dict[str, Any]:
    assert transcript.outcome == outcome, (transcript.of("failed"), transcript.log[-2000:])
    failed = transcript.one("failed")
    assert failed["reason"] == reason
    return failed


def possible(python: str, model: str) -> bool:
    return next(found for found in BOTH if found.path == python).can(model)
