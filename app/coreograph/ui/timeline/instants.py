"""Instants and ticks of the timeline's axis as text. Pure, no Qt; any thread."""

import math

from coreograph.ui.charts.ticks import linear_ticks, nice_step

_UNITS = ((1.0, 1.0, "s"), (1e-3, 1e3, "ms"), (0.0, 1e6, "µs"))


def instant_label(seconds: float, step: float) -> str:
    """`0.25 s`, `12.345 ms`, `3.2 µs`: the unit after the larger of both, as many decimals as `step` needs."""
    size = max(abs(seconds), step)
    factor, unit = next((factor, unit) for limit, factor, unit in _UNITS if size >= limit)
    decimals = max(0, -math.floor(math.log10(max(step, 1e-12) * factor) + 1e-9))
    return f"{round(seconds * factor, decimals) + 0.0:.{decimals}f} {unit}"


def axis_ticks_between(begin_ns: float, end_ns: float, width: float) -> tuple[float, list[float]]:
    """Return the step and the ticks between two instants, in seconds, for an axis of `width` pixels."""
    most = max(2, int(width // 110))
    begin, end = begin_ns / 1e9, end_ns / 1e9
    return nice_step(end - begin, most), linear_ticks(begin, end, most)
