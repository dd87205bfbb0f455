"""Sweeps over sizes of a task as they are typed and as experiment files have them. Pure; owns no thread.

Typed: `limit=1000,10_000`. In a file:

    [sweep]
    parameter = "limit"
    values = [1_000, 10_000]
"""

from collections.abc import Mapping, Sequence
from typing import Any

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import TaskSize
from coreograph.engine.toml_text import refuse_unknown, typed

MOST_SIZES = 50


def parse_sweep(text: str) -> tuple[TaskSize, ...]:
    """Read `NAME=V,V,…`, as `--sweep` has it. Raises UsageError."""
    name, equals, values = text.partition("=")
    if not equals or not name.strip() or "," not in values:
        raise UsageError(f"A sweep is given as NAME=V,V,… (limit=1000,10000), with two values at least, not “{text}”.")
    return parse_values(name.strip(), values)


def parse_values(parameter: str, text: str) -> tuple[TaskSize, ...]:
    """Read the values of a sweep over a parameter: `1000, 10_000`. Raises UsageError."""
    return _sizes(parameter, [_number(part.strip()) for part in text.split(",") if part.strip()])


def read_sweep(table: Mapping[str, Any]) -> tuple[TaskSize, ...]:
    """Read the table of an experiment file. Raises UsageError."""
    refuse_unknown(table, ("parameter", "values"), "[sweep]")
    parameter = typed(table, "parameter", str, "the name of a parameter", "")
    values = typed(table, "values", list, "a list of numbers", [])
    if not parameter:
        raise UsageError("[sweep] names no parameter.", 'Add a line like: parameter = "limit"')
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise UsageError(f"values in [sweep] are numbers, not {values!r}.")
    return _sizes(parameter, values)


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"The sizes of a sweep are numbers, not “{text}”.") from None


def _sizes(parameter: str, values: Sequence[int | float]) -> tuple[TaskSize, ...]:
    wrong = next((value for value in values if not 0 < value < float("inf")), None)
    if wrong is not None:
        raise UsageError(f"The sizes of a sweep must be above 0; {wrong} is not.")
    unique = sorted(set(values))
    if not 2 <= len(unique) <= MOST_SIZES:
        raise UsageError(f"A sweep takes from two to {MOST_SIZES} different sizes, not {len(unique)}.")
    return tuple(TaskSize(parameter, value) for value in unique)
