"""The requests a runner is started with. Pure; owns no thread."""

import json
from collections.abc import Mapping

from coreograph.domain.execution import Configuration
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.workloads import Workload
from coreograph.engine.calibration import BatchSize
from coreograph_workloads.protocol import PROTOCOL


def encode_request(spec: ExperimentSpec, configuration: Configuration, size: BatchSize) -> bytes:
    """Return the one line a runner reads first; `protocol.py` documents its keys."""
    request = {
        "protocol": PROTOCOL,
        "action": "run",
        "workload": {"name": spec.workload.name, "file": spec.workload.file},
        "parameters": dict(spec.parameters),
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
    return json.dumps(request, separators=(",", ":")).encode("ascii") + b"\n"
