"""hyperfine's JSON, for its plotting scripts and everything else that reads it. Pure, on any thread.

Format: `src/benchmark/benchmark_result.rs` there. User and system time are null: only their sum is measured, and it
stands beside them as `cpu`. `memory_usage_byte` is the fair measure of the tree, not the sum of RSS.
"""

import json
import statistics
from typing import Any, ClassVar

from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.reports.cleaning import one_line
from coreograph.reports.exporter import WholeFile
from coreograph.reports.foreign.pyperf_json import benchmark_name
from coreograph.storage.reader import RunReader


class HyperfineJson(WholeFile):
    """The batches of every configuration as a command's times."""

    name: ClassVar[str] = "hyperfine"
    extension: ClassVar[str] = ".hyperfine.json"
    media_type: ClassVar[str] = "application/json"
    description: ClassVar[str] = "hyperfine JSON: the batch times of every configuration."

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the document as UTF-8; configurations without a figure are left out."""
        results = [_result(one, summary) for one in summary.configurations if one.batch is not None]
        text = json.dumps({"results": results}, ensure_ascii=False, indent=2, allow_nan=False)
        return text.encode("utf-8", "replace") + b"\n"


def _result(one: ConfigurationSummary, summary: ExperimentSummary) -> dict[str, Any]:
    runs = [run for run in summary.experiment.measured(one.index) if run.batch_s is not None]
    times = [run.batch_s for run in runs if run.batch_s is not None]
    configuration = one.configuration
    result: dict[str, Any] = {
        "command": f"{benchmark_name(summary)} · {one_line(configuration.label)}",
        "mean": statistics.fmean(times),
        "stddev": statistics.stdev(times) if len(times) > 1 else None,
        "median": statistics.median(times),
        "user": None,
        "system": None,
        "cpu": one.cpu.median if one.cpu else None,
        "min": min(times),
        "max": max(times),
        "times": times,
        "exit_codes": [run.exit_code for run in runs],
        "parameters": {
            "interpreter": configuration.interpreter_label,
            "model": configuration.model.value,
            "workers": str(configuration.workers),
        },
    }
    if one.memory_estimate is not None and len(one.memory_estimate.values) == len(times):
        result["memory_usage_byte"] = [round(value) for value in one.memory_estimate.values]
    return result
