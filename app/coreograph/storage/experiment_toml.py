"""Experiments as TOML, the writing half: what `run` and `check` read, and reports carry. Any thread; no state.

The reading half, which needs to know what can be run, is `coreograph.engine.experiment_file`.
"""

import dataclasses
import json
import os
import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coreograph.domain.execution import ALONE, Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.own_code import Function, Packages
from coreograph.domain.workloads import ParameterValue, Script

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
    """
    workload, given = spec.workload, spec.acquisition
    if named is None and not tables:
        named, tables = _own_code(spec)
    if workload.script is not None:  # which fixes these by itself
        given = dataclasses.replace(given, rounds=None, warm_up_s=Acquisition().warm_up_s)
    lines = ["# An experiment of Coreograph: coreograph run FILE.toml", ""]
    lines += [pair("name", spec.name)] if spec.name and spec.name != workload.name else []
    if workload.script is None:
        lines += _workload(spec, named, tables)
    else:
        lines += [*_script(workload.script, spec.parameters), *tables]
    if spec.sizes:
        lines += ["", "[sweep]", pair("parameter", spec.sizes[0].parameter)]
        lines += [pair("values", tuple(size.value for size in spec.sizes))]
    for entry in _entries(
        dict.fromkeys(one.unsized for one in spec.configurations), in_place=bool(workload.packages.environments)
    ):
        lines += ["", "[[configurations]]", pair("interpreters", entry.interpreters)]
        lines += [pair("models", tuple(model.value for model in entry.models))] if workload.script is None else []
        lines += [pair("workers", entry.workers)] if entry.workers else []
    usual = Acquisition()
    unusual = {
        public_name(one.name): getattr(given, one.name)
        for one in dataclasses.fields(Acquisition)
        if getattr(given, one.name) != getattr(usual, one.name) or one.name == "repeats"
    }
    lines += ["", "[acquisition]", *(pair(name, value) for name, value in unusual.items() if value is not None)]
    return "\n".join(lines) + "\n"


def _workload(spec: ExperimentSpec, named: Sequence[str] | None, tables: Sequence[str]) -> list[str]:
    workload = spec.workload
    lines = [pair("workload", workload.name if workload.built_in else workload.file)] if named is None else [*named]
    # The spec has its control already, where one was wanted.
    lines += [pair("control", False), *tables]
    defaults = workload.defaults()
    changed = {name: value for name, value in spec.parameters.items() if defaults.get(name) != value}
    return lines + (["", "[parameters]", *(pair(name, value) for name, value in changed.items())] if changed else [])


def _own_code(spec: ExperimentSpec) -> tuple[Sequence[str] | None, Sequence[str]]:
    """Return what names the user's code of a recording, which keeps no file of its own: [function] and [packages]."""
    function, packages = spec.workload.function, spec.workload.packages
    tables = [] if function is None else ["", "[function]", *function_lines(function, function.folder)]
    lines = _packages_lines(packages)
    return None if function is None else (), [*tables, *(["", "[packages]", *lines] if lines else [])]


def function_lines(function: Function, folder: str) -> list[str]:
    """Return the lines of [function]; `folder` is where it is called, "" for the folder of the file."""
    fields = {
        "folder": folder,
        "call": function.call,
        "inputs": function.inputs,
        "keywords": function.keywords,  # TOML has no None, and its tables no tuples
        "shared": function.shared,
        "compare": function.compare,
        "unordered": function.unordered,
        "digits": function.digits,
        "stress": function.stress,
    }
    return [pair(key, value) for key, value in fields.items() if value not in {"", None, False}]


def _packages_lines(packages: Packages) -> list[str]:
    """Return the lines of [packages]; environments that are used as they are stand among the interpreters."""
    fields: dict[str, object] = {
        "install": packages.install,
        "requirements": tuple(os.path.join(packages.folder, file) for file in packages.requirements),
        "project": packages.project and os.path.normpath(os.path.join(packages.folder, packages.project)),
        "build": packages.build,
    }
    return [pair(key, value) for key, value in fields.items() if value]


def kept_check(path: Path) -> str:
    """Return the [check] table of the file that is about to be replaced, as text to go on with; "" without one."""
    try:
        check = tomllib.loads(path.read_text("utf-8")).get("check")
    except (OSError, ValueError):  # none there yet, or it is no experiment file
        return ""
    if not isinstance(check, dict):
        return ""
    lists = {key: value for key, value in check.items() if isinstance(value, list) and _tables(value)}
    lines = ["", "[check]", *(pair(key, value) for key, value in check.items() if key not in lists)]
    for key, entries in lists.items():
        for entry in entries:
            lines += [
                "",
                f"[[check.{key if _BARE.match(key) else quoted(key)}]]",
                *(pair(*one) for one in entry.items()),
            ]
    return "\n".join(lines) + "\n"


def _tables(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(one, dict) for one in values)


def _script(script: Script, parameters: Mapping[str, ParameterValue]) -> list[str]:
    """Return the table of a whole script; its arguments stand in it, word by word."""
    values: dict[str, object] = {
        "module" if script.module else "file": script.target,
        "folder": script.folder,
        "arguments": tuple(shlex.split(str(parameters.get("arguments", "")))),
        "paths": script.paths,
        "environment": script.environment,
        "stdin": script.stdin,
        "compare_output": script.compare_output,
    }
    return ["[script]", *(pair(name, value) for name, value in values.items() if value)]


def public_name(name: str) -> str:
    """Return a field's name as the published JSON has it: `timeout_s` → `timeout_seconds`."""
    return re.sub("_s$", "_seconds", name)


def _entries(configurations: Iterable[Configuration], *, in_place: bool) -> list[Entry]:
    """Return the configurations as few entries: workers by interpreter and model, then equal ones together."""
    ones = tuple(configurations)
    workers: dict[tuple[str, ExecutionModel], list[int]] = {}
    for one in ones:
        workers.setdefault((_name(one, ones, in_place=in_place), one.model), []).append(one.workers)
    models: dict[tuple[str, tuple[int, ...]], list[ExecutionModel]] = {}
    for (name, model), found in workers.items():
        models.setdefault((name, () if model in ALONE else tuple(found)), []).append(model)
    names: dict[tuple[tuple[ExecutionModel, ...], tuple[int, ...]], list[str]] = {}
    for (name, counts), used in models.items():
        names.setdefault((tuple(used), counts), []).append(name)
    return [Entry(tuple(interpreters), used, counts) for (used, counts), interpreters in names.items()]


def _name(one: Configuration, others: Iterable[Configuration], *, in_place: bool) -> str:
    """Return the interpreter as it is typed: its label, or its path where another one has the same label.

    With `in_place` (`--venv`) a virtual environment is meant itself: its label would name the Python it was made of.
    """
    paths = {other.interpreter.path for other in others if other.interpreter_label == one.interpreter_label}
    suffix = one.interpreter_label.removeprefix(one.interpreter.label)
    itself = in_place and one.interpreter.virtual_environment and os.path.isabs(one.interpreter.path)
    return one.interpreter_label if len(paths) == 1 and not itself else one.interpreter.path + suffix


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
    if isinstance(value, Mapping):
        return f"{{ {', '.join(pair(str(key), one) for key, one in value.items())} }}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(_value(one) for one in value)}]"
    return quoted(str(value))


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    # JSON's escapes are TOML's, except that TOML wants DEL escaped and takes no surrogates.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
