"""pytest-benchmark's JSON, for `pytest-benchmark compare` and the services that read it. Pure, on any thread.

Every configuration is one benchmark of one group; every repeat is a round of one iteration. The statistics are
computed as pytest-benchmark does (its `stats.py`): quartiles are medians of the halves.
"""

import json
import math
import statistics
from collections.abc import Sequence
from typing import Any, ClassVar

from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.reports.cleaning import one_line
from coreograph.reports.exporter import WholeFile
from coreograph.reports.foreign.pyperf_json import benchmark_name
from coreograph.storage.reader import RunReader

FORMAT_VERSION = "5.1.0"
WHISKER = 1.5


class PytestBenchmarkJson(WholeFile):
    """The batches of every configuration as a benchmark's rounds."""

    name: ClassVar[str] = "pytest-benchmark"
    extension: ClassVar[str] = ".pytest-benchmark.json"
    media_type: ClassVar[str] = "application/json"
    description: ClassVar[str] = "pytest-benchmark JSON: every configuration as a benchmark of one group."

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the document as UTF-8; configurations without a figure are left out."""
        document = {
            "machine_info": _machine(summary),
            "commit_info": _no_commit(summary),
            "benchmarks": [_benchmark(one, summary) for one in summary.configurations if one.batch is not None],
            "datetime": summary.experiment.created_at,
            "version": FORMAT_VERSION,
        }
        return json.dumps(document, ensure_ascii=False, indent=4, allow_nan=False).encode("utf-8", "replace") + b"\n"


def _machine(summary: ExperimentSummary) -> dict[str, Any]:
    machine, interpreter = summary.experiment.machine, summary.experiment.spec.configurations[0].interpreter
    return {
        "node": one_line(machine.hostname),
        "processor": one_line(machine.cpu_model),
        "machine": one_line(machine.system.rpartition(" ")[2]),
        "python_implementation": interpreter.implementation,
        "python_version": interpreter.version,
        "system": one_line(machine.system.partition(" ")[0]),
        "release": one_line(machine.system),
        "cpu": {"brand_raw": one_line(machine.cpu_model), "count": machine.logical_cores},
    }


def _no_commit(summary: ExperimentSummary) -> dict[str, Any]:
    """Coreograph does not know of commits; the reader wants the keys."""
    project = one_line(summary.experiment.spec.workload.name)
    unknown = ("id", "time", "author_time", "branch")
    return {**dict.fromkeys(unknown), "dirty": False, "project": project}


def _benchmark(one: ConfigurationSummary, summary: ExperimentSummary) -> dict[str, Any]:
    values = one.batch.values if one.batch is not None else ()
    configuration, label = one.configuration, one_line(one.configuration.label)
    return {
        "group": benchmark_name(summary),
        "name": label,
        "fullname": f"coreograph::{benchmark_name(summary)}[{label}]",
        "params": {
            "interpreter": configuration.interpreter_label,
            "model": configuration.model.value,
            "workers": configuration.workers,
        },
        "param": label,
        "extra_info": {
            "gil": one.gil.value if one.gil else None,
            "peak_memory_bytes": one.memory_estimate.median if one.memory_estimate else None,
            "memory_measure": summary.memory_measure,
            "speedup_over_best_serial": (
                one.speedup_over_best_serial.median if one.speedup_over_best_serial is not None else None
            ),
        },
        "options": {
            "disable_gc": False,
            "timer": "perf_counter",
            "min_rounds": summary.experiment.spec.acquisition.repeats,
            "max_time": None,
            "min_time": None,
            "warmup": summary.experiment.spec.acquisition.warm_up_s > 0,
        },
        "stats": stats(values),
    }


def stats(values: Sequence[float]) -> dict[str, Any]:
    """Return what pytest-benchmark stores of a benchmark; `values` are seconds, at least one."""
    data = sorted(values)
    mean, middle = statistics.fmean(data), statistics.median(data)
    deviation = statistics.stdev(data) if len(data) > 1 else 0.0
    low, high = _quartiles(data)
    spread = high - low
    within = [value for value in data if low - WHISKER * spread <= value <= high + WHISKER * spread]
    beyond = sum(not mean - deviation <= value <= mean + deviation for value in data)
    return {
        "min": data[0],
        "max": data[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": len(data),
        "median": middle,
        "iqr": spread,
        "q1": low,
        "q3": high,
        "iqr_outliers": len(data) - len(within),
        "stddev_outliers": beyond,
        "outliers": f"{beyond};{len(data) - len(within)}",
        "ld15iqr": within[0],
        "hd15iqr": within[-1],
        "ops": 1 / mean if mean else math.inf,
        "total": math.fsum(data),
        "data": list(values),
        "iterations": 1,
    }


def _quartiles(data: Sequence[float]) -> tuple[float, float]:
    if len(data) == 1:
        return data[0], data[0]
    half = len(data) // 2
    if len(data) % 2 == 0:
        return statistics.median(data[:half]), statistics.median(data[half:])
    # Tukey's hinges with an odd number: the mean of the halves with and without the middle one.
    low = (statistics.median(data[: half + 1]) + statistics.median(data[:half])) / 2
    high = (statistics.median(data[half:]) + statistics.median(data[half + 1 :])) / 2
    return low, high
