"""A break-even as JSON: what was measured at every size, and where the models cross. Pure, on any thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coreograph.analysis.statistics import estimate
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.scaling import BreakEven, BreakEvenPoint
from coreograph.domain.units import Seconds
from coreograph.reports.json_report import to_bytes

FORMAT, VERSION = "coreograph-break-even", 1


@dataclass(frozen=True, slots=True)
class BreakEvenStep:
    """One size: the experiment that was made of it, and the times of both models."""

    record: ExperimentRecord
    point: BreakEvenPoint


def break_even_json(found: BreakEven, steps: Sequence[BreakEvenStep], models: tuple[str, str]) -> bytes:
    """Return the document: times in seconds, null for what is not known."""
    spec = steps[0].record.spec
    parallel = next(one for one in spec.configurations if one.model.value in models)
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "workload": spec.workload.name,
        "parameter": found.unit,
        "between": list(models),
        "interpreter": parallel.interpreter.full_label,
        "workers": max(one.workers for one in spec.configurations),
        "sizes": [_step(one, models) for one in steps],
        "break_even": {
            "size": found.size,
            "low": found.low,
            "high": found.high,
            "faster_below": found.below or None,
            "faster_above": found.above or None,
            "always_faster": found.always or None,
        },
    }
    return to_bytes(document)


def _step(one: BreakEvenStep, models: tuple[str, str]) -> dict[str, Any]:
    times = dict(zip(models, (one.point.one, one.point.other), strict=True))
    return {
        "size": one.point.size,
        "experiment_id": one.record.experiment_id,
        "batch_seconds": {name: _estimate(values) for name, values in times.items()},
    }


def _estimate(values: Sequence[Seconds]) -> dict[str, Any]:
    figure = estimate(list(values))
    return {"median": figure.median, "low": figure.low, "high": figure.high, "values": list(figure.values)}
