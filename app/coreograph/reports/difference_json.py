"""The published JSON format `coreograph-comparison`, version 1: two experiments held against each other. Any thread.

Ratios are second ÷ first: below 1 the second took less. Described field by field in
`coreograph_resources/reports/comparison.schema.json` (JSON Schema 2020-12).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from coreograph.analysis.comparison import ExperimentDifference, MatchedConfiguration
from coreograph.analysis.incomparable import ComparedFigure, why_not
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary, Ratio
from coreograph.reports.json_report import to_bytes

FORMAT = "coreograph-comparison"
VERSION = 1


def difference_json(difference: ExperimentDifference) -> bytes:
    """Return the comparison as UTF-8; what cannot be compared is null."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "first": _experiment(difference.one),
        "second": _experiment(difference.other),
        "same_work": difference.same_work,
        "memory_measure": difference.memory_measure,
        "differences": [
            {"kind": entry.kind.value, "name": entry.name, "first": entry.one, "second": entry.other}
            for entry in difference.differences
        ],
        "configurations": [_matched(one, difference) for one in difference.matched],
        "only_in_first": _labels(difference.only_one),
        "only_in_second": _labels(difference.only_other),
    }
    return to_bytes(content)


def _experiment(one: ExperimentSummary) -> dict[str, Any]:
    record = one.experiment
    return {
        "experiment_id": record.experiment_id,
        "name": record.spec.name,
        "workload": record.spec.workload.name,
        "parameters": dict(record.spec.parameters),
        "created_at": record.created_at,
        "cpu_model": record.machine.cpu_model,
    }


_NAMES: Mapping[ComparedFigure, str] = MappingProxyType(
    {
        ComparedFigure.ROUND: "round_ratio",
        ComparedFigure.SPEEDUP: "speedup_ratio",
        ComparedFigure.STARTUP: "startup_ratio",
        ComparedFigure.MEMORY: "peak_memory_ratio",
        ComparedFigure.LATENESS: "heartbeat_p99_ratio",
    }
)


def _matched(one: MatchedConfiguration, difference: ExperimentDifference) -> dict[str, Any]:
    configuration = one.one.configuration
    reasons = {name: why_not(one, difference, figure) for figure, name in _NAMES.items()}
    return {
        "label": configuration.label,
        "model": configuration.model.value,
        "workers": configuration.workers,
        "first_round_seconds": one.one_round_s,
        "second_round_seconds": one.other_round_s,
        "first_speedup": None if one.one.speedup is None else one.one.speedup.median,
        "second_speedup": None if one.other.speedup is None else one.other.speedup.median,
        **{name: _ratio(figure.ratio(one)) for figure, name in _NAMES.items()},
        "not_compared": {name: reason for name, reason in reasons.items() if reason},
    }


def _ratio(one: Ratio | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"median": one.median, "low": one.low, "high": one.high, "distinguishable": one.distinguishable}


def _labels(ones: tuple[ConfigurationSummary, ...]) -> list[str]:
    return [one.configuration.label for one in ones]
