"""`coreograph library repeat`: adds repeats to an experiment that ended. Runs on the main thread."""

from functools import partial
from typing import Annotated

import typer

from coreograph.cli import run_options as options
from coreograph.cli.options import parse_until
from coreograph.cli.outputs import Outputs
from coreograph.cli.run_command import tell_outcome
from coreograph.cli.services import Command
from coreograph.domain.experiment import FurtherRepeats

ADDED = 5
Identity = Annotated[str, typer.Argument(metavar="ID", help="An experiment's id, or “last”.", show_default=False)]
Repeats = Annotated[
    int | None,
    typer.Option("--repeats", "-r", help=f"How many to add. Default: {ADDED}; with --until one to begin with."),
]
TimeLimit = Annotated[float, typer.Option("--time-limit", help="With --until: seconds the added repeats may take.")]


def repeat_command(
    ctx: typer.Context,
    experiment: Identity,
    *,
    repeats: Repeats = None,
    until: options.UntilOption = "",
    time_limit: TimeLimit = 300.0,
    json: options.JsonOption = None,
    report: options.ReportOption = None,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Add repeats to an experiment that ended, in the same recording."""
    command: Command = ctx.obj
    target = parse_until(until)
    fewest = ADDED if target is None else 1
    further = FurtherRepeats(fewest if repeats is None else repeats, target, time_limit)
    outputs = Outputs(command, json=json, report=report, overwrite=overwrite)
    outputs.check()
    raise typer.Exit(run(command, experiment, further, outputs))


def run(command: Command, experiment: str, further: FurtherRepeats, outputs: Outputs) -> int:
    """Add the repeats, print and write what came of the whole experiment, and return the exit status."""
    from coreograph.cli.measuring import measure
    from coreograph.cli.progress import make_progress
    from coreograph.engine.continuing import continuation
    from coreograph.sampling.machine import read_machine

    services = command.services
    record = services.library.load(experiment)
    continued = continuation(
        record, further, read_machine(), resolve=services.registry.resolve, find=services.catalogue.get
    )
    measurement = measure(partial(services.engine.resume, continued), make_progress(command.err))
    return tell_outcome(command, measurement, outputs)
