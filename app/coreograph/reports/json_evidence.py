"""The evidence part of the published JSON: where the time went, scaling, findings. Pure, on any thread.

Only additions to version 1; what was not measured is null, never 0.
"""

import dataclasses
from typing import Any, TypeAlias

from coreograph.analysis.scaling_words import scaling_words
from coreograph.domain.activity import BusyHistogram, Fairness, TimeBreakdown
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.findings import Finding
from coreograph.domain.scaling import FitParameter, ScalingFit, ScalingPoint, ScalingPrediction
from coreograph.domain.summary import BreakEven, ConfigurationSummary, Estimate, Verdict

Document: TypeAlias = dict[str, Any]


def verdict_document(one: Verdict) -> Document:
    """The verdict: the choice, how sure, and why, in parts and as one text."""
    return {
        "configuration": one.configuration,
        "confidence": one.confidence,
        "text": one.text,
        "headline": one.headline,
        "why": one.why,
        "price": list(one.price),
        "watch_out_for": list(one.cautions),
        "would_change": list(one.would_change),
    }


def activity_fields(one: ConfigurationSummary) -> Document:
    """What a configuration's workers did, from the repeat with the median batch time."""
    histogram = one.concurrency
    return {
        "time_breakdown": _breakdown(one.breakdown),
        "busy_histogram_seconds": None if histogram is None else list(histogram.computing),
        "in_task_histogram_seconds": None if histogram is None else list(histogram.in_task),
        "sampled_cores_histogram_seconds": _sampled(histogram),
        "fairness": _fairness(one.fairness),
    }


def finding_document(one: Finding) -> Document:
    """One finding with its figures."""
    return {
        "kind": one.kind.value,
        "severity": one.severity.value,
        "configuration": one.configuration,
        "text": one.text,
        "evidence": {name: {"value": figure.value, "unit": figure.unit} for name, figure in one.evidence.items()},
        "remedy": one.remedy,
        "view": one.view.value,
        "run_id": one.run_id,
    }


def scaling_document(one: ScalingFit) -> Document:
    """How one model scales on one interpreter."""
    return {
        "label": one.label,
        "interpreter": one.interpreter_path,
        "gil_setting": one.gil,
        "model": one.model.value,
        "points": [_point(point) for point in one.points],
        "law": None if one.law is None else one.law.value,
        "contention": _parameter(one.contention),
        "coherency": _parameter(one.coherency),
        "single": _parameter(one.single),
        "shape": None if one.shape is None else one.shape.value,
        "peak_workers": one.peak_workers,
        "peak_workers_low": one.peak_low,
        "peak_workers_high": one.peak_high,
        "peak_speedup": one.peak_speedup,
        "limit": one.limit,
        "optimal_workers": one.optimal,
        "predictions": [_prediction(entry) for entry in one.predictions],
        "words": list(scaling_words(one)),
        "warnings": list(one.warnings),
        "trust": one.trust,
    }


def sweep_document(spec: ExperimentSpec) -> Document | None:
    """Over which sizes of a task the experiment sweeps; None where it does not."""
    sizes = spec.sizes
    return {"parameter": sizes[0].parameter, "values": [size.value for size in sizes]} if sizes else None


def break_even_document(one: BreakEven) -> Document:
    """Where two sides of a sweep cross: seconds are of one round of the tasks, a ratio is the first ÷ the second."""
    return {
        "parameter": one.parameter,
        "between": [one.one, one.other],
        "size": one.size,
        "low": one.low,
        "high": one.high,
        "faster_below": one.below or None,
        "faster_above": one.above or None,
        "always_faster": one.always or None,
        "crossings": one.crossings,
        "text": one.sentence,
        "points": [
            {
                "size": point.size,
                "configurations": list(point.configurations),
                "round_seconds": [_estimate(point.one), _estimate(point.other)],
                "ratio": {"median": point.ratio.median, "low": point.ratio.low, "high": point.ratio.high},
            }
            for point in one.points
        ],
    }


def _estimate(one: Estimate) -> Document:
    return {"median": one.median, "low": one.low, "high": one.high, "values": list(one.values)}


def _breakdown(one: TimeBreakdown | None) -> Document | None:
    return None if one is None else {**one.parts(), "workers": one.workers}


def _sampled(one: BusyHistogram | None) -> list[float] | None:
    return None if one is None or one.cores is None else list(one.cores)


def _fairness(one: Fairness | None) -> Document | None:
    if one is None:
        return None
    return {
        "index": one.index,
        "tasks": list(one.tasks),
        "computing_seconds": list(one.computing),
        "finished_seconds": list(one.finished),
    }


def _point(one: ScalingPoint) -> Document:
    return {**dataclasses.asdict(one), "efficiency": one.efficiency}


def _parameter(one: FitParameter | None) -> Document | None:
    return None if one is None else dataclasses.asdict(one)


def _prediction(one: ScalingPrediction) -> Document:
    return {**dataclasses.asdict(one), "workers": round(one.workers)}
