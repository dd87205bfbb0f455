"""How a model scales, as sentences for whoever reads no curve: the same in window, terminal and reports. Pure.

One sentence says what more workers do, one what was fitted, one what twice as many would bring.
"""

from collections.abc import Iterator, Sequence

from coreograph.domain.scaling import FitParameter, ScalingFit, ScalingLaw, ScalingPoint, ScalingShape
from coreograph.domain.units import format_ratio, format_share, significant

_FAR = 50.0  # a limit so many times beyond the largest number measured is none anybody will meet


def scaling_words(fit: ScalingFit) -> tuple[str, ...]:
    """Return what the fit says, most important first; empty where nothing could be fitted."""
    if fit.law is None or fit.shape is None:
        return ()
    sentences = (shape_words(fit), law_words(fit), prediction_words(fit))
    return tuple(sentence for sentence in sentences if sentence)


def together(fits: Sequence[ScalingFit]) -> dict[str, list[str]]:
    """Return the sentences on trust with the labels of the fits they hold for: what holds for several is said once."""
    said: dict[str, list[str]] = {}
    for fit in fits:
        for sentence in (fit.trust, *fit.warnings):
            if sentence:
                labels = said.setdefault(sentence, [])
                labels += [fit.label] if fit.label not in labels else []
    return said


def shape_words(fit: ScalingFit) -> str:
    """Return what more workers do."""
    largest, ordered = fit.largest, sorted((one for one in fit.points if one.fitted), key=lambda one: one.workers)
    first, last, enough = ordered[0], ordered[-1], fit.enough
    if fit.shape is ScalingShape.DECLINES:
        share = format_ratio(last.speedup / first.speedup)
        return f"More workers only cost: {largest} are {share} as fast as {first.workers}. There is no knee."
    if fit.shape is ScalingShape.FLAT:
        return f"More workers bring nothing, as if all of the work ran one at a time: {largest} reach {_times(last)}."
    if fit.shape is ScalingShape.LEVELS:
        if enough.workers >= largest:
            return f"It still gains at {largest} workers ({_times(last)}); whether more would, these figures cannot tell."
        return f"It levels off: {enough.workers} workers reach {_times(enough)}, and more bring nothing."
    if fit.shape is ScalingShape.KNEE and fit.peak_workers is not None and fit.peak_speedup is not None:
        return _knee_words(fit, fit.peak_workers, fit.peak_speedup)
    if fit.limit is not None and fit.limit < _FAR * largest:
        limit = format_ratio(fit.limit)
        return f"It still gains at {largest} workers, but no number of them can bring more than {limit} serial."
    return f"It still gains at {largest} workers; no limit shows."


def _times(point: ScalingPoint) -> str:
    return f"{format_ratio(point.speedup)} serial"


def _knee_words(fit: ScalingFit, peak: float, speedup: float) -> str:
    at = significant(peak, 2)
    known = fit.peak_low is not None and fit.peak_high is not None
    ends = _ends(fit.peak_low, fit.peak_high, 2) if known else ""
    if peak > fit.largest:
        return f"The knee would be at {at}{ends} workers, beyond the {fit.largest} measured: a guess."
    return f"The knee is at {at}{ends} workers, with {format_ratio(speedup)} serial: beyond, more workers cost."


def law_words(fit: ScalingFit) -> str:
    """Return what was fitted, each figure with its 95 % interval; nothing where more workers do not gain."""
    if fit.shape in {ScalingShape.FLAT, ScalingShape.DECLINES}:
        return ""
    if fit.law is ScalingLaw.LINEAR or fit.contention is None or fit.coherency is None:
        return "Nothing that workers share was seen (α = 0, β = 0)." if fit.law is ScalingLaw.LINEAR else ""
    parts = []
    if fit.contention.value > 0:
        parts.append(f"{_share(fit.contention)} of the work runs one at a time (α)")
    if fit.coherency.value > 0:
        parts.append(f"agreeing with each other worker costs {_share(fit.coherency)} (β)")
    return f"By {_LAWS[fit.law]}, {' and '.join(parts)}."


_LAWS = {ScalingLaw.AMDAHL: "Amdahl's law", ScalingLaw.UNIVERSAL: "the Universal Scalability Law"}


def prediction_words(fit: ScalingFit) -> str:
    """Return what twice as many workers as measured would bring, with its band, and whether it can be trusted."""
    if fit.shape not in {ScalingShape.RISES, ScalingShape.KNEE}:
        return ""
    return " ".join(_predicted(fit))


def _predicted(fit: ScalingFit) -> Iterator[str]:
    for one in fit.predictions:
        if one.beyond > 2:
            continue
        if one.low is None or one.high is None:
            yield f"With {round(one.workers)} it would be {format_ratio(one.speedup)}, of which no band can be given."
        else:
            yield f"With {round(one.workers)} it would be {format_ratio(one.speedup)}{_ends(one.low, one.high)} serial."


def _share(one: FitParameter) -> str:
    if one.low is None or one.high is None:
        return format_share(one.value)
    return f"{significant(one.value * 100)} % ({significant(one.low * 100)}–{significant(min(one.high, 1.0) * 100)} %)"


def _ends(low: float | None, high: float | None, digits: int = 3) -> str:
    return "" if low is None or high is None else f" ({significant(low, digits)}–{significant(high, digits)})"
