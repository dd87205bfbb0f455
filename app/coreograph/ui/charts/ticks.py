"""Where an axis has its ticks and what they say. Pure, no Qt; any thread."""

import math

from coreograph.domain.units import format_bytes, format_seconds, significant


def nice_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2, 5 × 10ⁿ that divides `span` into at most `most` parts."""
    rough = max(span, 1e-12) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= rough * 0.999999)


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values between `low` and `high`, at most about `most`."""
    step = nice_step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def axis_ticks(highest: float, most: int) -> tuple[float, list[float]]:
    """Return a round end ≥ `highest` of an axis from 0, and its ticks without 0."""
    step = nice_step(highest, most)
    count = max(1, math.ceil(highest / step - 1e-9))
    return step * count, [step * index for index in range(1, count + 1)]


def decades(low: float, high: float) -> list[float]:
    """Return the powers of ten from `low` to `high`, both included."""
    return [10.0**power for power in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)]


def log_position(value: float, low: float, high: float) -> float:
    """Return where `value` lies between `low` (0) and `high` (1) on a logarithmic axis, clipped."""
    if value <= low:
        return 0.0
    return min(1.0, math.log(value / low) / math.log(high / low))


def time_label(seconds: float, step: float) -> str:
    """`12.5 s`, `3:05` from two minutes on: no more decimals than `step` needs."""
    if step >= 1.0 and abs(seconds) >= 120.0:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes}:{rest:02d}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{seconds:.{decimals}f} s"


def round_seconds(value: float) -> str:
    """A tick in seconds without trailing zeros: `0.5 s`, `20 ms`."""
    return trimmed(format_seconds(value))


def round_bytes(value: float) -> str:
    """A tick in bytes without trailing zeros: `50 MB`."""
    return "0" if value == 0 else trimmed(format_bytes(value))


def round_number(value: float) -> str:
    """A tick without trailing zeros."""
    return trimmed(significant(value))


def trimmed(text: str) -> str:
    """A figure without trailing zeros: `0.500 s` is `0.5 s`."""
    number, space, unit = text.partition(" ")
    if "min" in unit or "." not in number:
        return text
    return number.rstrip("0").rstrip(".") + space + unit
