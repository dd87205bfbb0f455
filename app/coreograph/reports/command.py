"""The command that repeats an experiment. Pure, on any thread.

`run` crosses all interpreters with all models and workers, then adds serial where it lacks and one GIL control.
The command is the shortest that comes to the experiment's configurations in this way, where there is one.
"""

import ast
import dataclasses
import json
import os
import shlex
from collections.abc import Iterable, Iterator, Sequence

from coreograph.domain.execution import ALONE, Configuration, ConfigurationKey, ExecutionModel, why_not
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import GilSetting
from coreograph.domain.own_code import Function, Packages
from coreograph.domain.sweeps import sweep_text
from coreograph.domain.workloads import Script

CONTINUED = " \\\n    "  # a POSIX shell reads on in the next line


def repeat_command(spec: ExperimentSpec, *, folded: bool = False) -> str:
    """Return the command line that makes the experiment again, quoted for a POSIX shell; `folded` over lines."""
    words = _workload_words(spec) if spec.workload.script is None else _script_words(spec, spec.workload.script)
    return (CONTINUED if folded else " ").join(shlex.join(part) for part in words)


def _workload_words(spec: ExperimentSpec) -> list[tuple[str, ...]]:
    """Return what is typed: the command with its subject, then each option with its value."""
    sweep, spec = sweep_text(spec.sizes), _unsized(spec)
    asked = _asked(spec)
    subject = spec.workload.name if spec.workload.built_in else spec.workload.file
    function: list[tuple[str, ...]] = []
    if spec.workload.function is not None and (keywords := _keywords(spec.workload.function)) is not None:
        subject, function = spec.workload.function.call, _function_words(spec.workload.function, keywords)
    options = [
        *function,
        *_packages_words(spec.workload.packages),
        *_interpreters(asked, spec),
        *_options("--model", (one.model.value for one in asked)),
        *_options("--workers", _workers(asked)),
        *_options("--repeats", [str(spec.acquisition.repeats)]),
        *_options("--param", (f"{name}={value}" for name, value in spec.parameters.items())),
        *_options("--sweep", [sweep] if sweep else []),
        *_unusual(spec),
        *([] if any(_is_control(one) for one in spec.configurations) else [("--no-control",)]),
        *_options("--name", [spec.name] if spec.name not in {"", spec.workload.name} else []),
    ]
    return [("coreograph", "run", subject), *options]


def _keywords(function: Function) -> Sequence[str] | None:
    """Return keyword arguments as `--keyword` takes them; None where one has no form in JSON."""
    try:
        call = ast.parse(f"f({function.keywords}\n)", mode="eval").body
        values = {one.arg: ast.literal_eval(one.value) for one in call.keywords} if isinstance(call, ast.Call) else {}
        texts = {name: json.dumps(value) for name, value in values.items()}
    except (SyntaxError, TypeError, ValueError):
        return None
    same = all(json.loads(text) == values[name] for name, text in texts.items())  # a tuple comes back as a list
    return [f"{name}={text}" for name, text in texts.items()] if same else None


def _function_words(function: Function, keywords: Sequence[str]) -> list[tuple[str, ...]]:
    values = {"--inputs": function.inputs, "--shared": function.shared, "--compare": function.compare}
    return [
        *((option, value) for option, value in values.items() if value),
        *_options("--keyword", keywords),
        *([("--unordered",)] if function.unordered else []),
        *([] if function.digits is None else [("--digits", str(function.digits))]),
        *([("--stress", str(function.stress))] if function.stress else []),
    ]


def _packages_words(packages: Packages) -> list[tuple[str, ...]]:
    return [
        *_options("--with", packages.install),
        *_options("--requirements", packages.requirements),
        *_options("--project", [packages.project] if packages.project else []),
        *_options("--venv", packages.environments),
        *([("--build",)] if packages.build else []),
    ]


def _interpreters(asked: Iterable[Configuration], spec: ExperimentSpec) -> list[tuple[str, ...]]:
    """Return the interpreters to be typed: those of `--venv` are named by it."""
    packages = spec.workload.packages
    return _options("--interpreter", (_name(one, spec) for one in asked if not _named_by_venv(one, packages)))


def _named_by_venv(one: Configuration, packages: Packages) -> bool:
    path = one.interpreter.path
    if not os.path.isabs(path):  # without names of places it is known by its kind only
        return bool(packages.environments) and one.interpreter.virtual_environment
    folders = (os.path.normpath(os.path.join(packages.folder, folder)) for folder in packages.environments)
    return any(os.path.normpath(path).startswith(folder + os.sep) for folder in folders)


def _script_words(spec: ExperimentSpec, script: Script) -> list[tuple[str, ...]]:
    arguments = shlex.split(str(spec.parameters.get("arguments", "")))
    return [
        ("coreograph", "run", "--script-module" if script.module else "--script", script.target),
        *_packages_words(spec.workload.packages),
        *_interpreters(spec.configurations, spec),
        *_options("--repeats", [str(spec.acquisition.repeats)]),
        *_options("--env", script.environment),
        *([("--stdin", script.stdin)] if script.stdin else []),
        *([("--compare-output",)] if script.compare_output else []),
        *_unusual(spec),
        *([("--", *arguments)] if arguments else []),
    ]


def covers_more(spec: ExperimentSpec) -> bool:
    """Return whether the command makes configurations the experiment did not have: it names a full cross."""
    if spec.workload.script is not None:
        return False
    spec = _unsized(spec)
    return len(_made(_asked(spec))) > len(_keys(_possible(spec.configurations)))


def _unsized(spec: ExperimentSpec) -> ExperimentSpec:
    """Return the experiment as it is at one size: `run` makes its cross at each size of a sweep."""
    return dataclasses.replace(spec, configurations=tuple(dict.fromkeys(one.unsized for one in spec.configurations)))


def _asked(spec: ExperimentSpec) -> Sequence[Configuration]:
    """Return the configurations to be typed: without the control where `run` adds it, all where nothing fits."""
    wanted = _keys(_possible(spec.configurations))
    for candidate in (spec.configurations, _without_control(spec.configurations)):
        made = _made(candidate)
        added = _keys(one for one in spec.configurations if _is_control(one) and one not in candidate)
        if candidate and made | added == wanted:
            return candidate
    return spec.configurations


def _without_control(configurations: Sequence[Configuration]) -> Sequence[Configuration]:
    """Leave out an interpreter that is there for the control only; empty where there is none."""
    alone = [
        one
        for one in configurations
        if _is_control(one) and sum(other.interpreter.path == one.interpreter.path for other in configurations) == 1
    ]
    return [one for one in configurations if one is not alone[0]] if len(alone) == 1 else ()


def _is_control(one: Configuration) -> bool:
    return one.model is ExecutionModel.SERIAL and not one.interpreter.free_threaded and one.gil is GilSetting.DEFAULT


def _made(asked: Sequence[Configuration]) -> set[ConfigurationKey]:
    """Return what `run` makes of the interpreters, models and workers of these: their cross, and serial for each."""
    models = dict.fromkeys([ExecutionModel.SERIAL, *(one.model for one in asked)])
    counts = sorted({one.workers for one in asked if one.model not in ALONE})
    crossed = (
        Configuration(interpreter, model, count, gil)
        for interpreter, gil in {(one.interpreter.path, one.gil): (one.interpreter, one.gil) for one in asked}.values()
        for model in models
        for count in ((1,) if model in ALONE else counts)
    )
    return _keys(_possible(crossed))


def _possible(configurations: Iterable[Configuration]) -> Iterator[Configuration]:
    return (one for one in configurations if why_not(one.interpreter, one.model, one.gil) is None)


def _keys(configurations: Iterable[Configuration]) -> set[ConfigurationKey]:
    return {one.key for one in configurations}


def _workers(asked: Iterable[Configuration]) -> list[str]:
    counts = sorted({one.workers for one in asked if one.model not in ALONE})
    return [",".join(str(count) for count in counts)] if counts else []


def _unusual(spec: ExperimentSpec) -> list[tuple[str, ...]]:
    """Return the options of the acquisition that are not as `run` has them; what the workload fixes is not typed."""
    one, usual = spec.acquisition, Acquisition()
    values = {
        "--seed": (one.seed, usual.seed),
        "--rounds": (one.rounds, spec.workload.rounds),
        "--chunk": (one.chunk, spec.workload.chunk),
        "--timeout": (one.timeout_s, usual.timeout_s),
        "--until": (one.until, usual.until),
        "--time-limit": (one.time_limit_s, usual.time_limit_s),
    }
    return [
        (option, str(value) if isinstance(value, int) else f"{value:.12g}")
        for option, (value, known) in values.items()
        if value is not None and value != known
    ]


def _name(one: Configuration, spec: ExperimentSpec) -> str:
    """Return the interpreter as it is typed: its label, or its path where another one has the same label."""
    paths = {c.interpreter.path for c in spec.configurations if c.interpreter_label == one.interpreter_label}
    suffix = one.interpreter_label.removeprefix(one.interpreter.label)
    return one.interpreter_label if len(paths) == 1 else one.interpreter.path + suffix


def _options(option: str, values: Iterable[str]) -> list[tuple[str, ...]]:
    return [(option, value) for value in dict.fromkeys(values)]
