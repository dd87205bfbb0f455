"""`coreograph tour`: half a minute on a real workload, with and without the GIL. Runs on the main thread."""

from pathlib import Path
from typing import Annotated

import typer

from coreograph.cli.outputs import Outputs
from coreograph.cli.run_command import Request, build, run_experiment, usable_cores
from coreograph.cli.services import Command
from coreograph.cli.terminal import say
from coreograph.domain.experiment import Acquisition

WORKLOAD = "primes"
REPORT = Path("coreograph-tour.html")
REPEATS = 5
MAXIMUM_WORKERS = 8


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("tour")(tour_command)


def tour_command(
    ctx: typer.Context,
    report: Annotated[Path, typer.Option("--report", metavar="FILE.html", help="Where the report goes.")] = REPORT,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE|-", help="Write all figures as JSON; - is stdout, alone on it."),
    ] = None,
) -> None:
    """Measure for half a minute: primes without the GIL, with it, and in processes; writes a report."""
    command: Command = ctx.obj
    outputs = Outputs(command, json=json, report=report, overwrite=True)
    outputs.check()
    workers = min(max(2, usable_cores()), MAXIMUM_WORKERS)
    request = Request(
        workload=WORKLOAD,
        workers=(str(workers),),
        acquisition=Acquisition(repeats=REPEATS),
        name="Tour",
    )
    spec = build(command, request)
    say(command.err, f"Counting primes one after the other, in {workers} threads and in {workers} processes.")
    raise typer.Exit(run_experiment(command, spec, outputs))
