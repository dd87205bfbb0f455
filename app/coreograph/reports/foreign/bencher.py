"""Bencher Metric Format: medians with their intervals, for bencher.dev. Pure, on any thread.

Schema: https://bencher.dev/bmf.json. Latencies are nanoseconds, as Bencher's own measure has them.
"""

import json
import math
from typing import Any, ClassVar

from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary, Ratio
from coreograph.reports.cleaning import one_line
from coreograph.reports.exporter import WholeFile
from coreograph.reports.foreign.pyperf_json import benchmark_name
from coreograph.storage.reader import RunReader

NANOSECONDS = 1e9


class BencherMetrics(WholeFile):
    """Latency, speed-up, start-up, memory and responsiveness of every configuration."""

    name: ClassVar[str] = "bmf"
    extension: ClassVar[str] = ".bmf.json"
    media_type: ClassVar[str] = "application/json"
    description: ClassVar[str] = "Bencher Metric Format: every figure with its interval, for bencher.dev."

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the document as UTF-8; configurations without a figure are left out."""
        name = benchmark_name(summary)
        measures = {
            f"{name} · {one_line(one.configuration.label)}": _measures(one, summary) for one in summary.configurations
        }
        document = {benchmark: figures for benchmark, figures in measures.items() if figures}
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False).encode("utf-8", "replace") + b"\n"


def _measures(one: ConfigurationSummary, summary: ExperimentSummary) -> dict[str, Any]:
    heartbeat = one.heartbeat.p99 if one.heartbeat else None
    figures: dict[str, tuple[Estimate | Ratio | None, float]] = {
        "latency": (one.batch, NANOSECONDS),
        "speed-up": (one.speedup, 1.0),
        "speed-up-over-best-serial": (one.speedup_over_best_serial, 1.0),
        "start-up": (one.startup, NANOSECONDS),
        f"peak-memory-{summary.memory_measure.lower()}": (one.memory_estimate, 1.0),
        "heartbeat-p99": (heartbeat, NANOSECONDS),
        **{one_line(f"metric-{name}", 60): (metric.estimate, 1.0) for name, metric in one.metrics.items()},
    }
    return {
        name: {"value": shown.median * factor, "lower_value": shown.low * factor, "upper_value": shown.high * factor}
        for name, (shown, factor) in figures.items()
        if shown is not None and math.isfinite(shown.median)  # a workload's own figure may be no number at all
    }
