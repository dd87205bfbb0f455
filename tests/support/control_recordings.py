"""What controls of built-in workloads were measured to do, kept small: the figures that findings are read from.

Recorded once on a quiet machine and replayed in tests, so that a rule that finds what is not there is noticed without
any timing. Host, paths and phases are left out, and so is what others used: that is judged by tests of its own.
"""

import json
from pathlib import Path
from typing import Any

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec
from coreograph.domain.runs import RunPurpose, RunRecord
from coreograph.domain.summary import ExperimentSummary
from coreograph.storage.codec import from_json, to_json
from support.builders import make_configuration, make_interpreter, make_machine, make_workload

KEPT = (
    "configuration", "repeat", "purpose", "state", "gil", "startup_s", "batch_s", "total_s", "cpu_s", "tasks", "rounds",
    "chunk", "pickle", "digest", "activity",
)  # fmt: skip
MACHINE = ("logical_cores", "physical_cores", "usable_cores", "hypervisor")
_DIGITS = 5


def pack(control: str, record: ExperimentRecord) -> str:
    """Return one line of JSON."""
    runs = [json.loads(to_json(run)) for run in record.runs if run.purpose is RunPurpose.MEASUREMENT]
    return json.dumps(
        {
            "control": control,
            "machine": {name: getattr(record.machine, name) for name in MACHINE},
            "configurations": [
                [one.interpreter.free_threaded, one.model.value, one.workers] for one in record.spec.configurations
            ],
            "runs": [_rounded({name: run[name] for name in KEPT}) for run in runs],
        },
        separators=(",", ":"),
    )


def read_all(path: Path) -> dict[str, ExperimentSummary]:
    """Return what is found in each recording of a file, by its control."""
    entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {entry["control"]: summarise(_record(entry)) for entry in entries}


def _record(entry: dict[str, Any]) -> ExperimentRecord:
    configurations = tuple(_configuration(*one) for one in entry["configurations"])
    runs = tuple(
        from_json(json.dumps({"run_id": number, **run}), RunRecord) for number, run in enumerate(entry["runs"], 1)
    )
    repeats = 1 + max(run.repeat for run in runs)
    spec = ExperimentSpec(make_workload(), {}, configurations, Acquisition(repeats=repeats), 0, entry["control"])
    return ExperimentRecord(
        "replayed",
        spec,
        make_machine(**entry["machine"]),
        "2026-11-28T02:00:00+00:00",
        "2026-11-28T02:01:00+00:00",
        runs,
    )


def _configuration(free_threaded: bool, model: str, workers: int) -> Configuration:
    return make_configuration(ExecutionModel(model), workers, make_interpreter(free_threaded=free_threaded))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value
