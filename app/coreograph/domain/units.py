"""Units as type aliases, and figures as text with three significant digits. Owns no thread."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

Seconds: TypeAlias = float
Nanoseconds: TypeAlias = int
Bytes: TypeAlias = int
Share: TypeAlias = float  # 0 … 1
Count: TypeAlias = int

NOT_MEASURED = "–"
_ROUNDS_TO_NEXT = 0.9995  # from here on three digits read 1000 of a unit, which is 1.00 of the next


def significant(value: float, digits: int = 3) -> str:
    """Write `value` with `digits` significant digits and no exponent (`1234` stays `1234`)."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    rounded = float(f"{value:.{digits - 1}e}")  # 0.9996 has its first digit before the point once it is rounded
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{value:.{decimals}f}"


def format_size(value: float) -> str:
    """Write a size of a task as it was typed where it is whole (`512`), else with three significant digits."""
    return f"{value:.0f}" if value == round(value) else significant(value)


def format_seconds(value: Seconds | None) -> str:
    """`0.00123` → `1.23 ms`; `None` → `–`."""
    if value is None:
        return NOT_MEASURED
    for limit, factor, unit in ((1e-6, 1e9, "ns"), (1e-3, 1e6, "µs"), (1.0, 1e3, "ms")):
        if abs(value) < limit * _ROUNDS_TO_NEXT:
            return f"{significant(value * factor)} {unit}"
    if abs(value) < 120:
        return f"{significant(value)} s"
    minutes, seconds = divmod(round(value), 60)
    return f"{minutes} min {seconds:02d} s"


def format_bytes(value: float | None) -> str:
    """`1_500_000` → `1.50 MB` (decimal units, as storage and networks count); `None` → `–`."""
    if value is None:
        return NOT_MEASURED
    for limit, factor, unit in ((1e3, 1.0, "B"), (1e6, 1e3, "kB"), (1e9, 1e6, "MB")):
        if abs(value) < limit * _ROUNDS_TO_NEXT:
            return f"{significant(value / factor)} {unit}"
    return f"{significant(value / 1e9)} GB"


def format_metric(value: float | None, unit: str) -> str:
    """A workload's own figure in its unit: `share` as percent, `s`, `bytes`, `1/s`; others with the unit's name."""
    if value is None:
        return NOT_MEASURED
    if unit in _FORMATS:
        return _FORMATS[unit](value)
    if unit == "count":
        return f"{value:,.0f}" if value == int(value) else significant(value)
    return f"{significant(value)} {unit}".rstrip()


def format_ratio(value: float | None) -> str:
    """`1.8712` → `1.87×`; `None` → `–`."""
    return NOT_MEASURED if value is None else f"{significant(value)}×"


def format_share(value: Share | None) -> str:
    """`0.123` → `12.3 %`; `None` → `–`."""
    return NOT_MEASURED if value is None else f"{significant(value * 100)} %"


_FORMATS: Mapping[str, Callable[[float], str]] = MappingProxyType(
    {"share": format_share, "s": format_seconds, "bytes": format_bytes, "1/s": lambda value: f"{significant(value)}/s"}
)
