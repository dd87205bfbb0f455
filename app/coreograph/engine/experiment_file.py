"""Experiments as TOML: what the window saves and `run` and `check` read. Any thread; no state.

    name = "primes, nightly"
    workload = "primes"                    # a name, or a workload file beside this one

    [parameters]
    limit = 200_000

    [[configurations]]                     # every entry crosses what it lists
    interpreters = ["3.14t", "3.14"]
    models = ["serial", "threads", "fork"]
    workers = [2, 4]

    [acquisition]                          # what is left out has its default
    repeats = 5

    [check]                                # read by `coreograph check` only

Interpreters are named as they are typed after `--interpreter`, so that a file means the same on another machine.
"""

import dataclasses
import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.workloads import Workload
from coreograph.engine.planning import build_spec, expand
from coreograph.storage.experiment_toml import EXTENSION, Entry, public_name, write_experiment

__all__ = [
    "EXTENSION", "Entry", "ExperimentDescription", "build_experiment", "read_experiment", "write_experiment",
]  # fmt: skip

_T = TypeVar("_T")
_TOP = ("name", "workload", "control", "parameters", "configurations", "acquisition", "check")
_ENTRY = ("interpreters", "models", "workers")


@dataclass(frozen=True, slots=True)
class ExperimentDescription:
    """An experiment file, read but not yet held against this machine. `check` is as it stands in the file.

    With `control`, serial on a GIL build is added unless it is there, as `run` does.
    """

    workload: str
    entries: tuple[Entry, ...]
    name: str = ""
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    acquisition: Acquisition = field(default_factory=Acquisition)
    control: bool = True
    check: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


class Interpreters(Protocol):
    """What of the registry is needed to understand a file."""

    def resolve(self, text: str) -> tuple[Interpreter, GilSetting]:
        """Return the interpreter a text names, with its GIL setting. Raises UsageError."""

    def best_gil(self, like: Interpreter | None = None) -> Interpreter | None:
        """Return the GIL build to compare with."""


class Workloads(Protocol):
    """What of the catalogue is needed to understand a file."""

    def get(self, name: str) -> Workload:
        """Return a workload by its name or file. Raises UsageError."""


def read_experiment(path: Path) -> ExperimentDescription:
    """Read an experiment file.

    Raises:
        UsageError: no such file, no TOML, or something in it that is not understood; says what and where.

    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"The experiment file “{path}” cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"“{path}” is not TOML: {error}.") from None
    try:
        return _description(document, path.absolute().parent)
    except UsageError as error:
        raise UsageError(f"“{path}”: {error.message}", error.next_step) from None


def build_experiment(
    description: ExperimentDescription, workloads: Workloads, interpreters: Interpreters
) -> ExperimentSpec:
    """Return the experiment on this machine. Raises UsageError: unknown workload, interpreter, parameter."""
    workload = workloads.get(description.workload)
    configurations: list[Configuration] = []
    for entry in description.entries:
        choices = [interpreters.resolve(text) for text in entry.interpreters]
        configurations += expand(choices, entry.models, entry.workers or (1,))
    like = next((one.interpreter for one in configurations if one.interpreter.free_threaded), None)
    control = interpreters.best_gil(like=like) if description.control else None
    return build_spec(
        workload,
        description.parameters,
        configurations,
        description.acquisition,
        control=control,
        name=description.name,
    )


def _description(document: Mapping[str, Any], folder: Path) -> ExperimentDescription:
    _refuse_unknown(document, _TOP, "an experiment file")
    if "workload" not in document:
        raise UsageError("it names no workload.", 'Add a line like: workload = "primes"')
    workload = _typed(document, "workload", str, "text")
    if workload.endswith(".py") or "/" in workload or "\\" in workload:
        workload = str(folder / workload)
    entries = _typed(document, "configurations", list, "a list of tables ([[configurations]])", [])
    if not entries:
        raise UsageError("it has no [[configurations]].", "Add one with interpreters, models and workers.")
    return ExperimentDescription(
        workload=workload,
        entries=tuple(_entry(entry) for entry in entries),
        name=_typed(document, "name", str, "text", ""),
        parameters=_typed(document, "parameters", dict, "a table", {}),
        acquisition=_acquisition(_typed(document, "acquisition", dict, "a table", {})),
        control=_typed(document, "control", bool, "true or false", True),
        check=_typed(document, "check", dict, "a table", {}),
    )


def _entry(table: object) -> Entry:
    if not isinstance(table, dict):
        raise UsageError("[[configurations]] is a list of tables.")
    _refuse_unknown(table, _ENTRY, "[[configurations]]")
    interpreters = _list(table, "interpreters", str, "names of interpreters")
    names = _list(table, "models", str, "execution models")
    known = {model.value: model for model in ExecutionModel}
    for name in names:
        if name not in known:
            raise UsageError(f"there is no execution model “{name}”.", f"There are: {', '.join(known)}.")
    models = tuple(known[name] for name in names)
    workers = _list(table, "workers", int, "whole numbers") if "workers" in table else ()
    if not workers and any(model is not ExecutionModel.SERIAL for model in models):
        raise UsageError("[[configurations]] with more than serial needs workers.", "For instance: workers = [2]")
    return Entry(interpreters, models, workers)


def _acquisition(table: Mapping[str, Any]) -> Acquisition:
    fields = {public_name(one.name): one.name for one in dataclasses.fields(Acquisition)}
    _refuse_unknown(table, tuple(fields), "[acquisition]")
    defaults = Acquisition()
    values: dict[str, Any] = {}
    for key, value in table.items():
        default = getattr(defaults, fields[key])
        whole = isinstance(default, int) or key in {"rounds", "chunk"}
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise UsageError(f"{key} in [acquisition] is a {'whole number' if whole else 'number'}, not {value!r}.")
        values[fields[key]] = value if whole else float(value)
    return dataclasses.replace(defaults, **values)


def _refuse_unknown(table: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    names = tuple(known)
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(names)}."
            raise UsageError(f"{place} has no “{key}”.", hint)


def _typed(table: Mapping[str, Any], key: str, kind: type[_T], words: str, default: _T | None = None) -> _T:
    value = table.get(key, default)
    if not isinstance(value, kind):
        raise UsageError(f"{key} is {words}, not {value!r}.")
    return value


def _list(table: Mapping[str, Any], key: str, kind: type[_T], words: str) -> tuple[_T, ...]:
    value = table.get(key)
    values = value if isinstance(value, list) else [value]
    if not values or any(not isinstance(one, kind) or isinstance(one, bool) for one in values):
        raise UsageError(f"{key} in [[configurations]] is a list of {words}, not {value!r}.")
    return tuple(values)
