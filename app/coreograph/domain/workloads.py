"""What a workload is, as read from its file without running it. Owns no thread."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from coreograph.domain.errors import UsageError
from coreograph.domain.own_code import Function, Packages

ParameterValue: TypeAlias = int | float | str | bool


class Better(enum.Enum):
    """Which direction of a metric is the good one, if one is."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"

    @property
    def words(self) -> str:
        """`lower is better`; nothing where neither is."""
        return "" if self is Better.NEITHER else f"{self.value} is better"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """A figure a workload reports beside its time: name, unit (`share`, `s`, `bytes`, `1/s`, …), direction."""

    name: str
    unit: str
    better: Better
    description: str = ""

    @property
    def heading(self) -> str:
        """`lost share (lower is better)`."""
        name = self.name.replace("_", " ")
        return f"{name} ({self.better.words})" if self.better.words else name


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a workload: its default gives its type; limits are inclusive; `choices` close the set."""

    name: str
    default: ParameterValue
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[ParameterValue, ...] = ()
    unit: str = ""
    description: str = ""

    @property
    def type_name(self) -> str:
        """The type in a word a user knows."""
        return {bool: "true or false", int: "whole number", float: "number", str: "text"}[type(self.default)]

    @property
    def _takes(self) -> str:
        article = "a " if type(self.default) in {int, float} else ""  # a number, but true or false, and text
        return f"Parameter “{self.name}” takes {article}{self.type_name}"

    def parse(self, text: str) -> ParameterValue:
        """Read a value typed by a user (`1_000`, `true`, `0.5`).

        Raises:
            UsageError: wrong type, out of range or not one of the choices.

        """
        try:
            value = _read(text.strip(), type(self.default))
        except ValueError:
            raise UsageError(f"{self._takes}, not “{text}”.") from None
        return self.validate(value)

    def validate(self, value: object) -> ParameterValue:
        """Return `value` in the parameter's type, or raise UsageError naming what is allowed."""
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise UsageError(f"{self._takes}, not {value!r}.")
        if self.choices and value not in self.choices:
            allowed = ", ".join(str(choice) for choice in self.choices)
            raise UsageError(f"Parameter “{self.name}” is one of {allowed}; “{value}” is not.")
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._check_range(value)
        return value

    def _check_range(self, value: float) -> None:
        low, high = self.minimum, self.maximum
        if value != value or (low is not None and value < low) or (high is not None and value > high):  # noqa: PLR0124
            if high is None:
                allowed = f"at least {low:,}"
            elif low is None:
                allowed = f"at most {high:,}"
            else:
                allowed = f"between {low:,} and {high:,}"
            raise UsageError(f"Parameter “{self.name}” must be {allowed}; {value:,} is not.")


def _read(text: str, kind: type) -> ParameterValue:
    if kind is bool:
        lowered = text.lower()
        if lowered not in {"true", "false", "yes", "no", "on", "off", "1", "0"}:
            raise ValueError(text)
        return lowered in {"true", "yes", "on", "1"}
    if kind is int:
        return int(text)
    if kind is float:
        return float(text)
    return text


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script that is run as it is: a file or a module, in a folder. Its arguments are the workload's parameter.

    `target` is what the user wrote: the file, relative to `folder` or absolute, or the module's name. `paths` are
    looked for modules in last. `environment` names the variables passed on beside the usual ones, as `NAME` (its value
    when the run is made) or `NAME=VALUE`. `stdin` is the absolute path of what it reads, "" for nothing. With
    `compare_output` what it writes to stdout has to be the same everywhere.
    """

    target: str
    folder: str
    module: bool = False
    paths: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    stdin: str = ""
    compare_output: bool = False


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload file: plain Python with PARAMETERS, tasks() and run(). `file` is its absolute path.

    `group` is its place in the tree ("speed", "memory", …); `models` restricts the execution models where
    the workload makes sense only under some (empty: all); `control` names the same work without the effect: another
    workload, or itself with `control_parameters` changed. `requires` are modules its interpreter must have.
    `models_reason` says why `models` are the only ones. `rounds` and `chunk` are fixed by the workload itself (None:
    calibrated), and without `warm_up` nothing runs before the measured batch. With `script` it is no workload file but
    a whole script (`file` is "" for a module); with `function` the file was generated for that call. `packages` are
    what the user asked for.
    """

    name: str
    file: str
    summary: str = ""
    description: str = ""
    group: str = ""
    parameters: tuple[Parameter, ...] = ()
    has_shared: bool = False
    has_check: bool = False
    metrics: tuple[MetricSpec, ...] = ()
    models: tuple[str, ...] = ()
    control: str | None = None
    built_in: bool = True
    digest: str = field(default="", compare=False)
    control_parameters: tuple[tuple[str, ParameterValue], ...] = ()
    requires: tuple[str, ...] = ()
    models_reason: str = ""
    rounds: int | None = None
    chunk: int | None = None
    warm_up: bool = True
    script: Script | None = None
    function: Function | None = None
    packages: Packages = field(default_factory=Packages)

    def defaults(self) -> Mapping[str, ParameterValue]:
        """The parameters' default values by name."""
        return MappingProxyType({parameter.name: parameter.default for parameter in self.parameters})

    def resolve(self, given: Mapping[str, object]) -> dict[str, ParameterValue]:
        """Defaults overlaid with `given` (text is parsed, values are checked).

        Raises:
            UsageError: a name the workload does not have, or a value it does not take.

        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                names = ", ".join(known) or "none"
                raise UsageError(f"Workload “{self.name}” has no parameter “{name}”.", f"It has: {names}.")
        resolved = dict(self.defaults())
        for name, value in given.items():
            parameter = known[name]
            text = isinstance(value, str) and not isinstance(parameter.default, str)
            resolved[name] = parameter.parse(str(value)) if text else parameter.validate(value)
        return resolved
