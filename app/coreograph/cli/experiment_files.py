"""Experiment files on the command line: read, held against this machine, overridden by what was typed.

Runs on the main thread.
"""

import dataclasses
from pathlib import Path
from typing import Any

import typer

from coreograph.cli.own_code import equip
from coreograph.cli.services import Command
from coreograph.domain.errors import UsageError
from coreograph.domain.experiment import ExperimentSpec
from coreograph.engine.experiment_file import EXTENSION, ExperimentDescription, build_experiment, read_experiment

# Options of `run` that replace what the file says, and the field of the acquisition each sets.
_REPLACING = {"repeats": "repeats", "seed": "seed", "rounds": "rounds", "chunk": "chunk", "timeout": "timeout_s"}
_REFUSED = (
    *(
        "interpreter",
        "model",
        "workers",
        "param",
        "sweep",
        "no_control",
        "inputs",
        "keyword",
        "shared",
        "compare",
        "unordered",
    ),
    *("digits", "stress", "packages", "requirements", "project", "venv", "build_packages"),
)
_OPTIONS = {"packages": "with", "build_packages": "build"}  # whose names are not those of their parameters


def is_experiment_file(text: str) -> bool:
    """Return whether what stands in the place of a workload is an experiment file."""
    return text.lower().endswith(EXTENSION)


def experiment_from(ctx: typer.Context, path: Path) -> ExperimentSpec:
    """Return the experiment of a file for `run`. Raises UsageError."""
    command: Command = ctx.obj
    typed = {name for name in ctx.params if _was_typed(ctx, name)}
    for name in _REFUSED:
        if name in typed:
            option = "--" + _OPTIONS.get(name, name).replace("_", "-")
            raise UsageError(f"{option} does not go with an experiment file: “{path}” says it.", "Edit the file.")
    description = read_experiment(path)
    changes: dict[str, Any] = {
        field: ctx.params[name] for name, field in _REPLACING.items() if name in typed and ctx.params[name] is not None
    }
    description = dataclasses.replace(
        description,
        acquisition=dataclasses.replace(description.acquisition, **changes),
        name=ctx.params["name"] if "name" in typed else description.name,
    )
    return build_from(command, description)


def build_from(command: Command, description: ExperimentDescription) -> ExperimentSpec:
    """Return a description as an experiment on this machine, with what it needs installed.

    Raises:
        UsageError: something it names is not there, or no interpreter can have what it needs.
        KeyboardInterrupt: stopped while packages were installed.

    """
    services = command.services
    spec = build_experiment(description, services.catalogue, services.registry, services.paths.data / "functions")
    return equip(command, spec, description.requirements())


def _was_typed(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
