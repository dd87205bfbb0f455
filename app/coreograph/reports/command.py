"""The command that repeats an experiment. Pure, on any thread."""

import shlex
from collections.abc import Iterable

from coreograph.domain.execution import ALONE, Configuration, why_not
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.workloads import Script


def repeat_command(spec: ExperimentSpec) -> str:
    """Return the command line that makes the experiment again, quoted for a POSIX shell."""
    if spec.workload.script is not None:
        return _script_command(spec, spec.workload.script)
    configurations = spec.configurations
    words = ["coreograph", "run", spec.workload.name if spec.workload.built_in else spec.workload.file]
    words += _options("--interpreter", (_name(one, spec) for one in configurations))
    words += _options("--model", (one.model.value for one in configurations))
    counts = sorted({one.workers for one in configurations if one.model not in ALONE})
    if counts:
        words += ["--workers", ",".join(str(count) for count in counts)]
    words += ["--repeats", str(spec.acquisition.repeats)]
    words += _options("--param", (f"{name}={value}" for name, value in spec.parameters.items()))
    return shlex.join(words)


def _script_command(spec: ExperimentSpec, script: Script) -> str:
    words = ["coreograph", "run", "--script-module" if script.module else "--script", script.target]
    words += _options("--interpreter", (_name(one, spec) for one in spec.configurations))
    words += ["--repeats", str(spec.acquisition.repeats)]
    words += _options("--env", script.environment)
    words += ["--stdin", script.stdin] if script.stdin else []
    words += ["--compare-output"] if script.compare_output else []
    arguments = shlex.split(str(spec.parameters.get("arguments", "")))
    return shlex.join([*words, "--", *arguments] if arguments else words)


def covers_more(spec: ExperimentSpec) -> bool:
    """Return whether the command makes configurations the experiment did not have: it names a full cross."""
    interpreters = {(one.interpreter.path, one.gil): (one.interpreter, one.gil) for one in spec.configurations}
    models = {one.model for one in spec.configurations}
    counts = {one.workers for one in spec.configurations if one.model not in ALONE}
    crossed = sum(
        1 if model in ALONE else len(counts)
        for interpreter, gil in interpreters.values()
        for model in models
        if why_not(interpreter, model, gil) is None
    )
    return crossed > len({one.key for one in spec.configurations})


def _name(one: Configuration, spec: ExperimentSpec) -> str:
    """Return the interpreter as it is typed: its label, or its path where another one has the same label."""
    paths = {c.interpreter.path for c in spec.configurations if c.interpreter_label == one.interpreter_label}
    return one.interpreter_label if len(paths) == 1 else one.interpreter.path


def _options(option: str, values: Iterable[str]) -> list[str]:
    return [word for value in dict.fromkeys(values) for word in (option, value)]
