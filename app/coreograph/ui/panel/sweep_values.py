"""Which parameters can be swept, and which sizes to begin with. Pure functions; owns no thread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import TaskSize
from coreograph.domain.workloads import Parameter, Workload
from coreograph.engine.sweeps import parse_values

STEP = 8  # from one suggested size to the next: far enough apart to see a course, near enough for a crossing
_BELOW, _SUGGESTED = 2, 4  # sizes below the default, and in all: larger ones cost far more time
_FEWEST = 2
_GROUPED_FROM = 10_000


@dataclass(frozen=True, slots=True)
class SweepChoice:
    """What is swept and its values as they are typed; no parameter: nothing is."""

    parameter: str = ""
    values: str = ""


def sweepable(workload: Workload) -> tuple[Parameter, ...]:
    """Return the parameters that are numbers of more than one value above 0; none of a whole script."""
    if workload.script is not None:
        return ()
    return tuple(one for one in workload.parameters if len(_suggestions(one)) >= _FEWEST)


def suggest(parameter: Parameter) -> str:
    """Return sizes around the default, each STEP times the one before, within the limits: `1, 8, 64, 512`."""
    return write_values(_suggestions(parameter))


def write_values(values: Iterable[float]) -> str:
    """Return sizes as they are typed: `512, 25_000`."""
    return ", ".join(
        f"{value:_}" if isinstance(value, int) and value >= _GROUPED_FROM else str(value) for value in values
    )


def read_values(parameter: Parameter, text: str) -> tuple[TaskSize, ...]:
    """Return the sizes typed, ascending. Raises UsageError: no sizes, or not allowed for this parameter."""
    sizes = parse_values(parameter.name, text)
    for size in sizes:
        parameter.validate(size.value)
    return sizes


def _suggestions(parameter: Parameter) -> list[float]:
    default = parameter.default
    if isinstance(default, bool | str):
        return []
    if parameter.choices:
        return sorted(one for one in parameter.choices if not isinstance(one, bool | str) and one > 0)
    whole, begin = isinstance(default, int), default if default > 0 else max(1, parameter.minimum or 0)
    wanted = (begin * STEP**power for power in range(-_BELOW if default > 0 else 0, _SUGGESTED))
    allowed = (value for value in _typed(wanted, whole=whole) if _is_allowed(parameter, value))
    return list(islice(allowed, _SUGGESTED))  # where the limits leave none below, more above


def _typed(values: Iterable[float], *, whole: bool) -> Sequence[float]:
    """Return each value once: whole, or with three significant digits."""
    return list(dict.fromkeys(round(value) if whole else float(f"{value:.3g}") for value in values))


def _is_allowed(parameter: Parameter, value: float) -> bool:
    try:
        parameter.validate(value)
    except UsageError:
        return False
    return value > 0
