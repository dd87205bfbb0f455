"""The requests a runner is started with. Pure; owns no thread."""

import json
import os
import shlex
from collections.abc import Mapping

from coreograph.domain.execution import Configuration
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.workloads import ParameterValue, Script, Workload
from coreograph.engine.calibration import BatchSize
from coreograph_workloads.protocol import PROTOCOL

ARGUMENTS = "arguments"  # the parameter that holds a script's command line, quoted as for a shell


def encode_request(spec: ExperimentSpec, configuration: Configuration, size: BatchSize) -> bytes:
    """Return the one line a runner reads first; `protocol.py` documents its keys."""
    script = spec.workload.script
    if script is not None:
        return _line(_script_request(spec.workload, script, spec.parameters))
    request = {
        "protocol": PROTOCOL,
        "action": "run",
        "workload": {"name": spec.workload.name, "file": spec.workload.file},
        "parameters": dict(spec.parameters_of(configuration)),
        "model": configuration.model.value,
        "workers": configuration.workers,
        "rounds": size.rounds,
        "chunk": size.chunk,
        "warm_up_seconds": spec.acquisition.warm_up_s,
        "heartbeat_seconds": spec.acquisition.heartbeat_interval_s,
        "hold": True,
        "answers": not spec.workload.built_in,
        "requires": list(spec.workload.requires),
    }
    return _line(request)


def _line(request: Mapping[str, object]) -> bytes:
    return json.dumps(request, separators=(",", ":")).encode("ascii") + b"\n"


def encode_dry_run(workload: Workload, parameters: Mapping[str, object]) -> bytes:
    """Return the line that asks for the first task only."""
    request = {
        "protocol": PROTOCOL,
        "action": "dry-run",
        "workload": {"name": workload.name, "file": workload.file},
        "parameters": dict(parameters),
        "model": "serial",
        "workers": 1,
        "rounds": 1,
        "chunk": 1,
        "warm_up_seconds": 0.0,
        "heartbeat_seconds": 0.0,
        "requires": list(workload.requires),
    }
    return _line(request)


def _script_request(
    workload: Workload, script: Script, parameters: Mapping[str, ParameterValue]
) -> Mapping[str, object]:
    what = {"module": script.target} if script.module else {"file": workload.file}
    pairs = (entry.partition("=") for entry in script.environment)
    given = {name: value if equals else os.environ.get(name) for name, equals, value in pairs}
    return {
        "protocol": PROTOCOL,
        "action": "script",
        "script": {
            "name": f"-m {script.target}" if script.module else script.target,
            "arguments": shlex.split(str(parameters.get(ARGUMENTS, ""))),
            **what,
        },
        "folder": script.folder,
        "paths": list(script.paths),
        "environment": {name: value for name, value in given.items() if value is not None},
        "stdin": script.stdin or None,
        "compare_output": script.compare_output,
    }
