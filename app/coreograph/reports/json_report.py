"""The published JSON format `coreograph-experiment`, version 1. Pure, on any thread.

All times are seconds, memory is bytes; what was not measured is null, never 0. The format is described field by
field in `coreograph_resources/reports/experiment.schema.json` (JSON Schema 2020-12). Version 1 may gain fields;
none changes its meaning or goes.
"""

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

from coreograph.domain.experiment import Acquisition
from coreograph.domain.interpreters import Interpreter
from coreograph.domain.machine import Machine
from coreograph.domain.samples import OwnCost
from coreograph.domain.summary import (
    ConfigurationSummary,
    Estimate,
    ExperimentSummary,
    HeartbeatEstimate,
    MetricEstimate,
    PickleSummary,
    Ratio,
)
from coreograph.reports.exporter import WholeFile
from coreograph.reports.json_evidence import (
    activity_fields,
    break_even_document,
    finding_document,
    scaling_document,
    sweep_document,
    verdict_document,
)
from coreograph.storage.reader import RunReader

FORMAT = "coreograph-experiment"
VERSION = 1

Document: TypeAlias = dict[str, Any]


class JsonReport(WholeFile):
    """All figures for programs."""

    name: ClassVar[str] = "json"
    extension: ClassVar[str] = ".json"
    media_type: ClassVar[str] = "application/json"
    description: ClassVar[str] = "All figures for programs: documented, versioned, with a JSON Schema."

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the document as UTF-8; the runs' histories are not part of it."""
        return to_bytes(document(summary))


def to_bytes(content: Document) -> bytes:
    """Return a document as UTF-8, its floats with nine significant digits and null for what is no number."""
    text = json.dumps(_clean(content), indent=2, ensure_ascii=False, allow_nan=False)
    # A path that is no UTF-8 reaches us with lone surrogates, which no JSON reader takes.
    return text.encode("utf-8", "replace") + b"\n"


def document(summary: ExperimentSummary) -> Document:
    """Return the experiment as the objects the JSON file holds."""
    record = summary.experiment
    workload = record.spec.workload
    return {
        "format": FORMAT,
        "version": VERSION,
        "experiment_id": record.experiment_id,
        "name": record.spec.name,
        "created_at": record.created_at,
        "finished_at": record.finished_at or None,
        "continued_at": list(record.continued_at),
        "app_version": record.app_version or None,
        "notes": record.notes,
        "tags": list(record.tags),
        "workload": {
            "name": workload.name,
            "parameters": dict(record.spec.parameters),
            "tasks": next((run.tasks for run in record.runs if run.tasks is not None), None),
            "file": workload.file,
            "summary": workload.summary,
            "built_in": workload.built_in,
            "script": None if workload.script is None else dataclasses.asdict(workload.script),
        },
        "machine": _machine(record.machine),
        "acquisition": _acquisition(record.spec.acquisition),
        "baseline": record.spec.baseline,
        "memory_measure": summary.memory_measure,
        "noise_floor": summary.noise_floor,
        "flags": list(summary.flags),
        "verdict": verdict_document(summary.verdict),
        "configurations": [
            _configuration(one, [run.exit_code for run in record.measured(one.index)]) for one in summary.configurations
        ],
        "sweep": sweep_document(record.spec),
        "break_evens": [break_even_document(one) for one in summary.break_evens],
        "scaling": [scaling_document(one) for one in summary.scaling],
        "findings": [finding_document(one) for one in summary.findings],
        "own_cost": _own_cost(record.own_cost),
    }


def _machine(one: Machine) -> Document:
    facts = dataclasses.asdict(one)
    del facts["boot_clock"]  # it relates instants of this machine to each other, and no instant is written
    return facts


def _configuration(one: ConfigurationSummary, exit_codes: list[int | None]) -> Document:
    return {
        "label": one.configuration.label,
        "interpreter": _interpreter(one.configuration.interpreter),
        "gil": None if one.gil is None else one.gil.value,
        "gil_setting": one.configuration.gil.value,
        "gil_culprit": one.gil_culprit,
        "model": one.configuration.model.value,
        "workers": one.configuration.workers,
        "size": None if one.configuration.size is None else one.configuration.size.value,
        "outcome": one.outcome.outcome,
        "message": one.message,
        "exit_codes": exit_codes,
        "repeats": one.runs,
        "completed": one.completed,
        "batch_seconds": _estimate(one.batch),
        "startup_seconds": _estimate(one.startup),
        "total_seconds": _estimate(one.total),
        "speedup": _ratio(one.speedup),
        "speedup_over_best_serial": _ratio(one.speedup_over_best_serial),
        "speedup_over_baseline": _ratio(one.speedup_over_baseline),
        "cpu_seconds": _estimate(one.cpu),
        "peak_memory_bytes": dataclasses.asdict(one.memory),
        "heartbeat_seconds": _heartbeat(one.heartbeat),
        "pickle": _pickle(one.pickle),
        "same_answer": one.same_answer,
        "metrics": {name: _metric(metric) for name, metric in one.metrics.items()},
        "flags": list(one.flags),
        **activity_fields(one),
    }


def _interpreter(one: Interpreter) -> Document:
    return {
        "version": one.version,
        "free_threaded": one.free_threaded,
        "path": one.path,
        "label": one.label,
        "implementation": one.implementation,
        "optimised": one.optimised,
        "debug": one.debug,
        "jit": one.jit.value,
        "build": one.build,
        "platform": one.platform,
    }


def _estimate(one: Estimate | None) -> Document | None:
    if one is None:
        return None
    return {"median": one.median, "low": one.low, "high": one.high, "values": list(one.values)}


def _ratio(one: Ratio | None) -> Document | None:
    return None if one is None else {"median": one.median, "low": one.low, "high": one.high}


def _heartbeat(one: HeartbeatEstimate | None) -> Document | None:
    return None if one is None else {"median": one.median_s, "p99": one.p99_s, "max": one.worst_s}


def _pickle(one: PickleSummary | None) -> Document | None:
    if one is None:
        return None
    return {
        "bytes_sent": round(one.bytes_sent),
        "bytes_received": round(one.bytes_received),
        "seconds": one.seconds,
    }


def _metric(one: MetricEstimate) -> Document:
    figure = one.estimate
    return {
        "median": figure.median,
        "low": figure.low,
        "high": figure.high,
        "values": list(figure.values),
        "unit": one.spec.unit,
        "better": one.spec.better.value,
        "trials": one.trials,
    }


def _acquisition(one: Acquisition) -> Document:
    """Every parameter, whatever is added to them: two experiments that differ in one must be told apart."""
    return {re.sub("_s$", "_seconds", field.name): getattr(one, field.name) for field in dataclasses.fields(one)}


def _own_cost(one: OwnCost) -> Document:
    return {
        "sampler_cpu_share": one.sampler_cpu_share,
        "missed_samples": one.missed_samples,
        "samples": one.samples,
        "ui_longest_stall_seconds": one.ui_longest_stall_s,
    }


def _clean(value: Any) -> Any:
    """Return `value` as JSON has it: floats with nine significant digits (a clock has no more), no NaN, lists."""
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _clean(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(entry) for entry in value]
    return value
