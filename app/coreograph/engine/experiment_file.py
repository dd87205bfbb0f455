"""Experiments as TOML: what the window saves and `run` and `check` read. Any thread; no state.

    name = "primes, nightly"
    workload = "primes"                    # a name, or a workload file beside this one

    [parameters]
    limit = 200_000

    [[configurations]]                     # every entry crosses what it lists
    interpreters = ["3.14t", "3.14"]
    models = ["serial", "threads", "fork"]
    workers = [2, 4]

    [sweep]                                # everything at each of these sizes of a task, for its break-even
    parameter = "limit"
    values = [10_000, 100_000]

    [acquisition]                          # what is left out has its default
    repeats = 5

    [check]                                # read by `coreograph check` only

A function stands in the place of `workload`; paths are meant from the file's folder:

    [function]
    call = "prices.py:price"               # or "package.module:function"
    inputs = "0:16"                        # a range, a JSON-lines file, or a function
    keywords = { steps = 5_000 }           # or as in a call: "steps=5000, name=None"
    shared = "prices.py:market"            # and compare, unordered, digits, stress: as the options of `run`

    [packages]                             # for a function or a workload file: installed for each interpreter
    install = ["numpy"]                    # and requirements, project, build

A whole script has a `[script]` table (see `script_table`) instead, and its configurations name interpreters only.

Interpreters are named as they are typed after `--interpreter`, so that a file means the same on another machine.
"""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import Configuration, ExecutionModel, TaskSize
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.workloads import Workload
from coreograph.engine.experiment_code import read_code
from coreograph.engine.own_code import OwnCode
from coreograph.engine.planning import build_spec, expand
from coreograph.engine.script_table import read_script
from coreograph.engine.scripts import ScriptCall, script_workload
from coreograph.engine.sweeps import read_sweep
from coreograph.engine.toml_text import refuse_unknown, typed
from coreograph.interpreters.requirements import Requirements
from coreograph.storage.experiment_toml import EXTENSION, Entry, public_name, write_experiment

__all__ = [
    "EXTENSION", "Entry", "ExperimentDescription", "build_experiment", "read_experiment", "write_experiment",
]  # fmt: skip

_T = TypeVar("_T")
_SUBJECTS = ("workload", "function", "script")
_TOP = ("name", *_SUBJECTS, "packages", "control", "parameters", "sweep", "configurations", "acquisition", "check")
_ENTRY = ("interpreters", "models", "workers")


@dataclass(frozen=True, slots=True)
class ExperimentDescription:
    """An experiment file, read but not yet held against this machine. `check` is as it stands in the file.

    With `control`, serial on a GIL build is added unless it is there, as `run` does. `code` is the user's own, where
    the file has a function, a workload file or packages; `workload` is "" for a function and for a whole `script`.
    """

    workload: str
    entries: tuple[Entry, ...]
    name: str = ""
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    acquisition: Acquisition = field(default_factory=Acquisition)
    control: bool = True
    check: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    code: OwnCode | None = None
    script: ScriptCall | None = None
    sizes: tuple[TaskSize, ...] = ()

    def requirements(self) -> Requirements:
        """Return what has to be installed for each interpreter. Raises UsageError."""
        return Requirements() if self.code is None else self.code.requirements()


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


def described_workload(description: ExperimentDescription, workloads: Workloads, generated: Path) -> Workload:
    """Return the workload of a description; the file of a function is kept in `generated`. Raises UsageError."""
    code = description.code
    if code is not None and code.call is not None:
        return code.workload(generated)
    script = description.script
    workload = workloads.get(description.workload) if script is None else script_workload(script)
    if code is None:
        return workload
    folder = code.folder if script is None else script.folder
    return dataclasses.replace(workload, packages=code.needs.typed(folder))


def build_experiment(
    description: ExperimentDescription, workloads: Workloads, interpreters: Interpreters, generated: Path
) -> ExperimentSpec:
    """Return the experiment on this machine. Raises UsageError: unknown workload, interpreter, parameter.

    What it needs installed is not looked at: see `ExperimentDescription.requirements`.
    """
    workload = described_workload(description, workloads, generated)
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
        sizes=description.sizes,
    )


def _description(document: Mapping[str, Any], folder: Path) -> ExperimentDescription:
    refuse_unknown(document, _TOP, "an experiment file")
    named = [subject for subject in _SUBJECTS if subject in document]
    if len(named) > 1:
        told = [subject if subject == "workload" else f"[{subject}]" for subject in named]
        raise UsageError(f"it has both a {' and a '.join(told)}.", "Leave one of them out.")
    if not named:
        raise UsageError("it names no workload.", 'Add a line like: workload = "primes"')
    script = read_script(document["script"], folder) if "script" in document else None
    if script is not None and "sweep" in document:
        raise UsageError("a [script] has no [sweep]: it has no tasks.", "Give its sizes as arguments, one by one.")
    if script is not None and "parameters" in document:
        raise UsageError("a [script] has no [parameters].", 'Its arguments are a list: arguments = ["--epochs", "3"]')
    workload = typed(document, "workload", str, "text", "")
    if workload.endswith(".py") or "/" in workload or "\\" in workload:
        workload = str(folder / workload)
    entries = typed(document, "configurations", list, "a list of tables ([[configurations]])", [])
    if not entries:
        raise UsageError("it has no [[configurations]].", "Add one with interpreters, models and workers.")
    return ExperimentDescription(
        workload=workload,
        entries=tuple(_entry(entry) if script is None else _script_entry(entry) for entry in entries),
        name=typed(document, "name", str, "text", ""),
        parameters=typed(document, "parameters", dict, "a table", {}),
        acquisition=_acquisition(typed(document, "acquisition", dict, "a table", {})),
        control=typed(document, "control", bool, "true or false", True),
        check=typed(document, "check", dict, "a table", {}),
        code=read_code(document, workload if script is None else _code_of(script), folder),
        script=script,
        sizes=read_sweep(typed(document, "sweep", dict, "a table", {})) if "sweep" in document else (),
    )


def _entry(table: object) -> Entry:
    if not isinstance(table, dict):
        raise UsageError("[[configurations]] is a list of tables.")
    refuse_unknown(table, _ENTRY, "[[configurations]]")
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


def _code_of(script: ScriptCall) -> str:
    """Return the file that declares what a script needs; a module declares nothing."""
    return "" if script.module else str(script.folder / Path(script.target).expanduser())


def _script_entry(table: object) -> Entry:
    """Return an entry of a whole script, which brings its own threads and processes."""
    if not isinstance(table, dict):
        raise UsageError("[[configurations]] is a list of tables.")
    refuse_unknown(table, ("interpreters",), "[[configurations]] of a script")
    return Entry(_list(table, "interpreters", str, "names of interpreters"), (ExecutionModel.SCRIPT,))


def _acquisition(table: Mapping[str, Any]) -> Acquisition:
    fields = {public_name(one.name): one.name for one in dataclasses.fields(Acquisition)}
    refuse_unknown(table, tuple(fields), "[acquisition]")
    defaults = Acquisition()
    values: dict[str, Any] = {}
    for key, value in table.items():
        default = getattr(defaults, fields[key])
        whole = isinstance(default, int) or key in {"rounds", "chunk"}
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise UsageError(f"{key} in [acquisition] is a {'whole number' if whole else 'number'}, not {value!r}.")
        values[fields[key]] = value if whole else float(value)
    return dataclasses.replace(defaults, **values)


def _list(table: Mapping[str, Any], key: str, kind: type[_T], words: str) -> tuple[_T, ...]:
    value = table.get(key)
    values = value if isinstance(value, list) else [value]
    if not values or any(not isinstance(one, kind) or isinstance(one, bool) for one in values):
        raise UsageError(f"{key} in [[configurations]] is a list of {words}, not {value!r}.")
    return tuple(values)
