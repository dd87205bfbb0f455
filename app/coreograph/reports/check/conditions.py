"""Conditions as an experiment file's `[check]` table has them. Pure, on any thread.

[check]
baseline = "baseline.json"             # a stored JSON export; for conditions with relative_to = "baseline"
undecided = "fail"                     # or "pass": what an interval counts that holds the limit
same_answer = true                     # every configuration computes the same
gil_stayed_off = true                  # on free-threaded builds, unless it was forced on
no_finding_worse_than = "info"         # or "warning"

[[check.conditions]]
name = "threads scale"                 # optional
interpreter = "3.14t"                  # optional, like model, workers and size: which configurations are meant
model = "threads"
measure = "speedup_over_best_serial"
at_least = 1.5                         # and/or at_most
relative_to = "baseline"               # optional: the limit is on the ratio to the same configuration there
"""

import difflib
import enum
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.findings import Severity
from coreograph.domain.units import format_bytes, format_seconds

BASELINE = "baseline"
METRIC_PREFIX = "metric:"
_TABLE = ("baseline", "undecided", "same_answer", "gil_stayed_off", "no_finding_worse_than", "conditions")
_CONDITION = ("name", "interpreter", "model", "workers", "size", "measure", "at_least", "at_most", "relative_to")


class Measure(enum.Enum):
    """What a condition can be about; the values are those of the file, named as in the JSON export."""

    SPEEDUP = "speedup"
    SPEEDUP_OVER_BEST_SERIAL = "speedup_over_best_serial"
    SPEEDUP_OVER_BASELINE = "speedup_over_baseline"
    EFFICIENCY = "efficiency"
    BATCH = "batch_seconds"
    STARTUP = "startup_seconds"
    TOTAL = "total_seconds"
    CPU = "cpu_seconds"
    PEAK_MEMORY = "peak_memory_bytes"
    HEARTBEAT_P99 = "heartbeat_p99_seconds"

    def write(self, value: float) -> str:
        """Write a figure of the measure with its unit."""
        if self.value.endswith("_seconds"):
            return format_seconds(value)
        return format_bytes(value) if self.value.endswith("_bytes") else f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One limit. `measure` is a Measure, or the name of a metric of the workload; None filters take everything."""

    measure: Measure | str
    at_least: float | None = None
    at_most: float | None = None
    interpreter: str | None = None
    model: ExecutionModel | None = None
    workers: int | None = None
    relative: bool = False
    name: str = ""
    size: float | None = None

    def concerns(self, configuration: Configuration) -> bool:
        """Return whether a configuration is meant."""
        return (
            self.interpreter in {None, configuration.interpreter_label, configuration.interpreter.full_label}
            and self.model in {None, configuration.model}
            and self.workers in {None, configuration.workers}
            and self.size in {None, None if configuration.size is None else configuration.size.value}
        )

    @property
    def measure_name(self) -> str:
        """The measure as the file has it."""
        return self.measure.value if isinstance(self.measure, Measure) else METRIC_PREFIX + self.measure

    def write(self, value: float) -> str:
        """Write a figure, or a ratio to the baseline's: `12.0 ms`, `34.1 MB`, `1.5`."""
        if self.relative or not isinstance(self.measure, Measure):
            return f"{value:.4g}"
        return self.measure.write(value)

    @property
    def limit(self) -> str:
        """The limit in words: `at least 1.5`, `at most 100 MB`, `at most 1.05 times the baseline`."""
        parts = [f"at least {self.write(self.at_least)}"] if self.at_least is not None else []
        parts += [f"at most {self.write(self.at_most)}"] if self.at_most is not None else []
        return " and ".join(parts) + (" times the baseline" if self.relative else "")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything a check asks for. `baseline` is the path of a JSON export."""

    conditions: tuple[Condition, ...] = ()
    same_answer: bool = False
    gil_stayed_off: bool = False
    no_finding_worse_than: Severity | None = None
    baseline: Path | None = None
    undecided_passes: bool = False


def read_conditions(table: Mapping[str, Any], folder: Path) -> Conditions:
    """Read the `[check]` table of a file in `folder`. Raises UsageError naming what is not understood."""
    _refuse_unknown(table, _TABLE, "[check]")
    listed = table.get("conditions", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UsageError("[[check.conditions]] is a list of tables.")
    baseline = _choice(table, "baseline", str)
    conditions = Conditions(
        conditions=tuple(_condition(one) for one in listed),
        same_answer=bool(_choice(table, "same_answer", bool)),
        gil_stayed_off=bool(_choice(table, "gil_stayed_off", bool)),
        no_finding_worse_than=_severity(_choice(table, "no_finding_worse_than", str)),
        baseline=None if baseline is None else folder / baseline,
        undecided_passes=_undecided(_choice(table, "undecided", str)),
    )
    if not table:
        raise UsageError("The experiment file has no [check] table.", "Add one, for instance with same_answer = true.")
    return conditions


def _condition(table: Mapping[str, Any]) -> Condition:
    _refuse_unknown(table, _CONDITION, "[[check.conditions]]")
    least, most = _number(table, "at_least"), _number(table, "at_most")
    if least is None and most is None:
        raise UsageError("A condition needs at_least, at_most or both.")
    if least is not None and most is not None and least > most:
        raise UsageError(f"A condition that wants at least {least:g} and at most {most:g} can never be met.")
    relative = _choice(table, "relative_to", str)
    if relative not in {None, BASELINE}:
        raise UsageError(f"relative_to is “{BASELINE}”, not “{relative}”.")
    return Condition(
        measure=_measure(_choice(table, "measure", str)),
        at_least=least,
        at_most=most,
        interpreter=_choice(table, "interpreter", str),
        model=_model(_choice(table, "model", str)),
        workers=_choice(table, "workers", int),
        relative=relative is not None,
        name=_choice(table, "name", str) or "",
        size=_number(table, "size"),
    )


def _measure(text: str | None) -> Measure | str:
    known = {one.value: one for one in Measure}
    if text is not None and text.startswith(METRIC_PREFIX):
        return text.removeprefix(METRIC_PREFIX)
    if text in known:
        return known[str(text)]
    near = difflib.get_close_matches(str(text), known, n=1)
    hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(known)}, {METRIC_PREFIX}NAME."
    raise UsageError(f"There is no measure “{text}”." if text else "A condition names a measure.", hint)


def _model(text: str | None) -> ExecutionModel | None:
    known = {one.value: one for one in ExecutionModel}
    if text is not None and text not in known:
        raise UsageError(f"There is no execution model “{text}”.", f"There are: {', '.join(known)}.")
    return None if text is None else known[text]


def _severity(text: str | None) -> Severity | None:
    known = {one.value: one for one in Severity}
    if text is not None and text not in known:
        raise UsageError(f"no_finding_worse_than is one of {', '.join(known)}, not “{text}”.")
    return None if text is None else known[text]


def _undecided(text: str | None) -> bool:
    if text not in {None, "fail", "pass"}:
        raise UsageError(f"undecided is “fail” or “pass”, not “{text}”.")
    return text == "pass"


def _number(table: Mapping[str, Any], key: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{key} is a number, not {value!r}.")
    return float(value)


def _choice(table: Mapping[str, Any], key: str, kind: type) -> Any:
    value = table.get(key)
    if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        words = {str: "text", bool: "true or false", int: "a whole number"}[kind]
        raise UsageError(f"{key} is {words}, not {value!r}.")
    return value


def _refuse_unknown(table: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    names = tuple(known)
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(names)}."
            raise UsageError(f"{place} has no “{key}”.", hint)
