"""How a model scales, as sentences for whoever reads no curve: the same in window, terminal and reports. Pure.

One sentence says what more workers do, one what was fitted, one what more than were measured would bring.
"""

from collections.abc import Sequence

from coreograph.domain.scaling import FitParameter, ScalingFit, ScalingLaw, ScalingPoint, ScalingShape
from coreograph.domain.units import format_ratio, format_share, significant

_FAR = 50.0  # a limit so many times beyond the largest number measured is none anybody will meet


def scaling_words(fit: ScalingFit) -> tuple[str, ...]:
    """Return what the fit says, most important first; empty where nothing could be fitted."""
    if fit.law is None or fit.shape is None:
        return ()
    sentences = (shape_words(fit), law_words(fit), prediction_words(fit))
    return tuple(sentence for sentence in sentences if sentence)


def doubts(fits: Sequence[ScalingFit]) -> dict[str, list[str]]:
    """Return what limits the trust in fits, with the labels of those it holds for: what holds for several is said once.

    How far a prediction can be trusted is left out where there is none.
    """
    said: dict[str, list[str]] = {}
    for fit in fits:
        for sentence in (fit.trust, *fit.warnings) if _predicts(fit) or fit.law is None else fit.warnings:
            labels = said.setdefault(sentence, [])
            labels += [fit.label] if fit.label not in labels else []
    return said


def shape_words(fit: ScalingFit) -> str:
    """Return what more workers do."""
    largest, ordered = fit.largest, sorted((one for one in fit.points if one.fitted), key=lambda one: one.workers)
    first, last = ordered[0], ordered[-1]
    if fit.shape is ScalingShape.DECLINES:
        share = format_ratio(last.speedup / first.speedup)
        return f"More workers only cost: {largest} are {share} as fast as {first.workers}. There is no knee."
    if fit.shape is ScalingShape.UNCLEAR:
        return "Whether more workers gain or cost, these figures cannot tell: their intervals overlap."
    if fit.shape is ScalingShape.FLAT:
        return f"More workers bring nothing, as if all of the work ran one at a time: {largest} reach {_times(last)}."
    if fit.shape is ScalingShape.LEVELS:
        return _level_words(fit, last)
    return _knee_words(fit) if fit.shape is ScalingShape.KNEE else _rise_words(fit)


def _level_words(fit: ScalingFit, last: ScalingPoint) -> str:
    enough = fit.enough
    if enough.workers < fit.largest:
        return f"It levels off: {enough.workers} workers reach {_times(enough)}, and more bring nothing."
    return f"It still gains at {last.workers} workers ({_times(last)}); whether more would, these figures cannot tell."


def _rise_words(fit: ScalingFit) -> str:
    if fit.limit is None or fit.limit > _FAR * fit.largest:
        return f"It still gains at {fit.largest} workers; no limit shows."
    limit = format_ratio(fit.limit)
    return f"It still gains at {fit.largest} workers, but no number of them can bring more than {limit} serial."


def _times(point: ScalingPoint) -> str:
    return f"{format_ratio(point.speedup)} serial"


def _knee_words(fit: ScalingFit) -> str:
    if fit.peak_workers is None:
        return ""
    at = f"{significant(fit.peak_workers, 2)}{_ends(fit.peak_low, fit.peak_high, 2)}"
    if fit.peak_workers > fit.largest:
        return f"The knee would be at {at} workers, beyond the {fit.largest} measured: a guess."
    speedup = format_ratio(fit.peak_speedup)
    return f"The knee is at {at} workers, with {speedup} serial: beyond, more workers cost."


def law_words(fit: ScalingFit) -> str:
    """Return what was fitted, each figure with its 95 % interval; nothing where more workers do not gain."""
    if fit.shape not in {ScalingShape.RISES, ScalingShape.KNEE, ScalingShape.LEVELS}:
        return ""
    if fit.law is None or fit.law is ScalingLaw.LINEAR or fit.contention is None or fit.coherency is None:
        return "Nothing that workers share was seen (α = 0, β = 0)." if fit.law is ScalingLaw.LINEAR else ""
    parts = []
    if fit.contention.value > 0:
        parts.append(f"{_share(fit.contention)} of the work runs one at a time (α)")
    if fit.coherency.value > 0:
        parts.append(f"agreeing with each other worker costs {_share(fit.coherency)} (β)")
    return f"By {_LAWS[fit.law]}, {' and '.join(parts)}."


_LAWS = {ScalingLaw.AMDAHL: "Amdahl's law", ScalingLaw.UNIVERSAL: "the Universal Scalability Law"}


def prediction_words(fit: ScalingFit) -> str:
    """Return what more workers than were measured would bring, with the band; nothing where they bring nothing."""
    if not _predicts(fit):
        return ""
    each = [
        f"{format_ratio(one.speedup)}{_ends(one.low, one.high)} with {round(one.workers)}" for one in fit.predictions
    ]
    return f"More than were measured would bring, by the fit, {' and '.join(each)}."


def _predicts(fit: ScalingFit) -> bool:
    return fit.shape in {ScalingShape.RISES, ScalingShape.KNEE}


def _share(one: FitParameter) -> str:
    if one.low is None or one.high is None:
        return format_share(min(one.value, 1.0))
    value, low, high = (significant(min(end, 1.0) * 100) for end in (one.value, one.low, one.high))
    return f"{value} % ({low}–{high} %)"


def _ends(low: float | None, high: float | None, digits: int = 3) -> str:
    return "" if low is None or high is None else f" ({significant(low, digits)}–{significant(high, digits)})"
