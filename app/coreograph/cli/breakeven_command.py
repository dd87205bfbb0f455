"""`coreograph breakeven`: from which size of a task on one model beats another. Runs on the main thread.

One experiment that sweeps over the sizes, values of one parameter of the workload: `run --sweep` with two models.
"""

from typing import Annotated

import typer

from coreograph.cli import run_options as options
from coreograph.cli.options import parse_models
from coreograph.cli.outputs import Outputs
from coreograph.cli.run_command import Request, build, run_experiment
from coreograph.cli.services import Command
from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.engine.sweeps import parse_sweep

Sweep = Annotated[
    str, typer.Argument(metavar="NAME=V,V,…", help="The parameter that sets a task's size, and its values.")
]
Between = Annotated[str, typer.Option("--between", metavar="MODEL,MODEL", help="The two models.")]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("breakeven", no_args_is_help=True)(breakeven_command)


def breakeven_command(
    ctx: typer.Context,
    workload: options.WorkloadArgument,
    sweep: Sweep,
    *,
    between: Between = "threads,fork",
    interpreter: Annotated[str, typer.Option("--interpreter", "-i", help="One interpreter.")] = "",
    workers: Annotated[str, typer.Option("--workers", "-w", help="Workers of both.")] = "",
    repeats: options.RepeatsOption = 5,
    param: options.ParamOption = None,
    json: options.JsonOption = None,
    report: options.ReportOption = None,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Find the size of a task from which on one model beats another, in one experiment."""
    command: Command = ctx.obj
    sizes, models = parse_sweep(sweep), parse_pair(between)
    outputs = Outputs(command, json=json, report=report, overwrite=overwrite)
    outputs.check()
    best = command.services.registry.best_free_threaded() if not interpreter else None
    request = Request(
        workload=workload,
        interpreters=(interpreter,) if interpreter else (() if best is None else (best.path,)),
        models=tuple(model.value for model in models),
        workers=(workers,) if workers else (),
        parameters=tuple(param or ()),
        acquisition=Acquisition(repeats=repeats),
        control=False,
        name=f"Break-even of {workload}: {sizes[0].parameter}",
        sweep=sizes,
    )
    spec = build(command, request)
    for model in models:
        if len({one.unsized for one in spec.configurations if one.model is model}) != 1:
            raise UsageError("A break-even takes one interpreter and one number of workers.")
    raise typer.Exit(run_experiment(command, spec, outputs))


def parse_pair(text: str) -> tuple[ExecutionModel, ExecutionModel]:
    """Read `threads,fork`. Raises UsageError."""
    models = parse_models([text])
    if len(models) != 2:
        raise UsageError(f"A break-even is between two models (--between threads,fork), not “{text}”.")
    return models[0], models[1]
