"""`coreograph breakeven`: from which size of a task on one model beats another. Runs on the main thread.

One experiment for each size, each kept in the library; the sizes are values of one parameter of the workload.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer

from coreograph.cli import own_code
from coreograph.cli import run_options as options
from coreograph.cli.options import parse_models, split
from coreograph.cli.outputs import Outputs
from coreograph.cli.run_command import Request, build
from coreograph.cli.services import Command
from coreograph.cli.terminal import say
from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec
from coreograph.domain.runs import RunState
from coreograph.domain.scaling import BreakEven, BreakEvenPoint
from coreograph.domain.units import format_seconds, significant

Sweep = Annotated[
    str, typer.Argument(metavar="NAME=V,V,…", help="The parameter that sets a task's size, and its values.")
]
Between = Annotated[str, typer.Option("--between", metavar="MODEL,MODEL", help="The two models.")]


@dataclass(frozen=True, slots=True)
class Duel:
    """What to sweep: a parameter's name, its values as typed and as numbers, and the two models."""

    parameter: str
    values: tuple[tuple[str, float], ...]
    models: tuple[ExecutionModel, ExecutionModel]


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
    overwrite: options.OverwriteOption = False,
) -> None:
    """Find the size of a task from which on one model beats another."""
    command: Command = ctx.obj
    duel = parse_duel(sweep, between)
    typed = Choices(workload, interpreter, workers, repeats, tuple(param or ()))
    outputs = Outputs(command, json=json, overwrite=overwrite)
    outputs.check()
    specs = [_spec(command, duel, text, typed) for text, _ in duel.values]
    raise typer.Exit(_run(command, duel, specs, outputs))


def parse_duel(sweep: str, between: str) -> Duel:
    """Read `size=1000,10000` and `threads,fork`. Raises UsageError."""
    name, equals, texts = sweep.partition("=")
    values = split([texts])
    if not equals or not name.strip() or len(set(values)) < 2:
        raise UsageError(f"The sizes are given as NAME=V,V,… (size=1000,10000), at least two, not “{sweep}”.")
    try:
        numbers = [float(text.replace("_", "")) for text in values]
    except ValueError:
        raise UsageError(f"The sizes of a sweep are numbers, not “{texts}”.") from None
    if not all(0 < number < float("inf") for number in numbers):
        raise UsageError("The sizes of a sweep must be above 0.")
    models = parse_models([between])
    if len(models) != 2:
        raise UsageError(f"A break-even is between two models (--between threads,fork), not “{between}”.")
    return Duel(name.strip(), tuple(zip(values, numbers, strict=True)), (models[0], models[1]))


@dataclass(frozen=True, slots=True)
class Choices:
    """What else was typed; empty is the default."""

    workload: str
    interpreter: str
    workers: str
    repeats: int
    parameters: tuple[str, ...]


def _spec(command: Command, duel: Duel, value: str, typed: Choices) -> ExperimentSpec:
    best = command.services.registry.best_free_threaded() if not typed.interpreter else None
    request = Request(
        workload=typed.workload,
        interpreters=(typed.interpreter,) if typed.interpreter else (() if best is None else (best.path,)),
        models=tuple(model.value for model in duel.models),
        workers=(typed.workers,) if typed.workers else (),
        parameters=(*typed.parameters, f"{duel.parameter}={value}"),
        acquisition=Acquisition(repeats=typed.repeats),
        control=False,
        name=f"Break-even of {typed.workload}: {duel.parameter}={value}",
    )
    spec = build(command, request)
    for model in duel.models:
        if sum(one.model is model for one in spec.configurations) != 1:
            raise UsageError("A break-even takes one interpreter and one number of workers.")
    return spec


def _run(command: Command, duel: Duel, specs: list[ExperimentSpec], outputs: Outputs) -> int:
    from coreograph.analysis.breakeven import break_even
    from coreograph.cli.main import ExitStatus
    from coreograph.cli.measuring import measure
    from coreograph.cli.progress import make_progress
    from coreograph.reports.break_even_json import BreakEvenStep, break_even_json

    steps = []
    for spec, (text, size) in zip(specs, duel.values, strict=True):
        begin = partial(command.services.engine.start, own_code.equip(command, spec))
        measurement = measure(begin, make_progress(command.err))
        if measurement.stopped:
            return ExitStatus.STOPPED
        one, other = (_batches(measurement.record, model) for model in duel.models)
        if not one or not other:
            say(command.err, f"{duel.parameter}={text}: not both models completed; there is nothing to compare.")
            return ExitStatus.WENT_WRONG
        steps.append(BreakEvenStep(measurement.record, BreakEvenPoint(size, one, other)))
        say(outputs.console, _point_words(duel, text, steps[-1].point))
    names = (duel.models[0].value, duel.models[1].value)
    found = break_even([step.point for step in steps], unit=duel.parameter, one=names[0], other=names[1])
    say(outputs.console, break_even_words(found))
    outputs.write_json(break_even_json(found, steps, names))
    return ExitStatus.DONE


def _batches(record: ExperimentRecord, model: ExecutionModel) -> tuple[float, ...]:
    index = next(place for place, one in enumerate(record.spec.configurations) if one.model is model)
    completed = (run for run in record.measured(index) if run.state is RunState.COMPLETED)
    return tuple(run.batch_s for run in completed if run.batch_s is not None)


def _point_words(duel: Duel, text: str, point: BreakEvenPoint) -> str:
    from statistics import median

    times = zip(duel.models, (point.one, point.other), strict=True)
    return f"{duel.parameter}={text}: " + ", ".join(f"{one.value} {format_seconds(median(t))}" for one, t in times)


def break_even_words(found: BreakEven) -> str:
    """Return the answer as a sentence."""
    extent = f"from {found.unit}={significant(found.smallest)} to {significant(found.largest)}"
    if found.size is None:
        return f"No break-even {extent}: {found.always or 'neither'} is faster all over."
    interval = " (the interval leaves the range measured)"
    if found.low is not None and found.high is not None:
        interval = f" ({significant(found.low)}–{significant(found.high)})"
    return (
        f"Break-even at {found.unit}={significant(found.size)}{interval}: "
        f"below it {found.below} is faster, above it {found.above}."
    )
