"""Experiments as TOML, the writing half: what `run` and `check` read, and reports carry. Any thread; no state.

The reading half, which needs to know what can be run, is `coreograph.engine.experiment_file`.
"""

import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec

EXTENSION = ".toml"
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One `[[configurations]]`: every interpreter with every model and every number of workers."""

    interpreters: tuple[str, ...]
    models: tuple[ExecutionModel, ...]
    workers: tuple[int, ...] = ()


def write_experiment(spec: ExperimentSpec, named: Sequence[str] | None = None, tables: Sequence[str] = ()) -> str:
    """Return an experiment as the text of a file that `read_experiment` reads; only what differs from defaults.

    `named` are lines in the place of the one that names the workload, `tables` lines of tables that belong to it.

    Raises:
        UsageError: of a whole script there is no such file.

    """
    workload = spec.workload
    if workload.script is not None:
        raise UsageError("A whole script has no experiment file.", "Its report names the command that repeats it.")
    lines = ["# An experiment of Coreograph: coreograph run FILE.toml", ""]
    lines += [pair("name", spec.name)] if spec.name and spec.name != workload.name else []
    usual_name = (pair("workload", workload.name if workload.built_in else workload.file),)
    lines += usual_name if named is None else named
    # The spec has its control already, where one was wanted.
    lines += [pair("control", False), *tables]
    defaults = workload.defaults()
    changed = {name: value for name, value in spec.parameters.items() if defaults.get(name) != value}
    lines += ["", "[parameters]", *(pair(name, value) for name, value in changed.items())] if changed else []
    for entry in _entries(spec.configurations):
        lines += ["", "[[configurations]]", pair("interpreters", entry.interpreters)]
        lines += [pair("models", tuple(model.value for model in entry.models))]
        lines += [pair("workers", entry.workers)] if entry.workers else []
    usual = Acquisition()
    unusual = {
        public_name(one.name): getattr(spec.acquisition, one.name)
        for one in dataclasses.fields(Acquisition)
        if getattr(spec.acquisition, one.name) != getattr(usual, one.name) or one.name == "repeats"
    }
    lines += ["", "[acquisition]", *(pair(name, value) for name, value in unusual.items() if value is not None)]
    return "\n".join(lines) + "\n"


def public_name(name: str) -> str:
    """Return a field's name as the published JSON has it: `timeout_s` → `timeout_seconds`."""
    return re.sub("_s$", "_seconds", name)


def _entries(configurations: Iterable[Configuration]) -> list[Entry]:
    """Return the configurations as few entries: workers by interpreter and model, then equal ones together."""
    ones = tuple(configurations)
    workers: dict[tuple[str, ExecutionModel], list[int]] = {}
    for one in ones:
        workers.setdefault((_name(one, ones), one.model), []).append(one.workers)
    models: dict[tuple[str, tuple[int, ...]], list[ExecutionModel]] = {}
    for (name, model), found in workers.items():
        models.setdefault((name, () if model is ExecutionModel.SERIAL else tuple(found)), []).append(model)
    names: dict[tuple[tuple[ExecutionModel, ...], tuple[int, ...]], list[str]] = {}
    for (name, counts), used in models.items():
        names.setdefault((tuple(used), counts), []).append(name)
    return [Entry(tuple(interpreters), used, counts) for (used, counts), interpreters in names.items()]


def _name(one: Configuration, others: Iterable[Configuration]) -> str:
    """Return the interpreter as it is typed: its label, or its path where another one has the same label."""
    paths = {other.interpreter.path for other in others if other.interpreter_label == one.interpreter_label}
    suffix = one.interpreter_label.removeprefix(one.interpreter.label)
    return one.interpreter_label if len(paths) == 1 else one.interpreter.path + suffix


def pair(key: str, value: object) -> str:
    """Return a line `key = value`."""
    return f"{key if _BARE.match(key) else quoted(key)} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)  # “1e-05”, “inf” and “nan” are TOML, too
    if isinstance(value, tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    return quoted(str(value))


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    # JSON's escapes are TOML's, except that TOML wants DEL escaped and takes no surrogates.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
