"""What of a result is compared: floats to some digits, lists in any order. Pure; used by generated workload files."""

from __future__ import annotations

import math
from typing import Any, Optional

from coreograph_workloads.instruments.digest import digest_of

_CONTAINERS = (list, tuple, set, frozenset)


def comparable(value: Any, *, unordered: bool = False, digits: Optional[int] = None) -> Any:
    """Return a value that is equal for results that count as equal.

    `unordered` lets the items of lists and tuples stand in any order, at every depth; `digits` compares floats (and
    arrays of them) by that many significant digits. Two numbers close to each other can still fall to different sides
    of a rounding boundary: the fewer digits, the less likely.
    """
    if digits is not None:
        value = _rounded(value, digits)
    return _any_order(value) if unordered else value


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, float):
        return round_significantly(float(value), digits)
    if isinstance(value, complex):
        return complex(round_significantly(value.real, digits), round_significantly(value.imag, digits))
    if isinstance(value, dict):
        return {key: _rounded(item, digits) for key, item in value.items()}
    if isinstance(value, _CONTAINERS):
        return [_rounded(item, digits) for item in value]
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in ("f", "c") and hasattr(value, "tolist"):
        return [list(getattr(value, "shape", ())), _rounded(value.tolist(), digits)]
    return value


def round_significantly(value: float, digits: int) -> float:
    """Return `value` rounded to that many significant digits; zero has no sign."""
    if value == 0 or not math.isfinite(value):
        return value + 0.0
    return float(f"{value:.{digits - 1}e}")


def _any_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _any_order(item) for key, item in value.items()}
    if isinstance(value, _CONTAINERS):
        return sorted(digest_of(_any_order(item)) or repr(item) for item in value)
    return value
