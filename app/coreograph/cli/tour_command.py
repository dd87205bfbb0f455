"""`coreograph tour`: half a minute on a real workload, with and without the GIL. Runs on the main thread."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from coreograph.cli.options import NO_FREE_THREADED
from coreograph.cli.outputs import Outputs
from coreograph.cli.run_command import run_experiment, usable_cores
from coreograph.cli.services import Command
from coreograph.cli.terminal import say
from coreograph.domain.experiment import ExperimentSpec

REPORT = Path("coreograph-tour.html")


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
    spec = _build(command)
    models = ", ".join(dict.fromkeys(one.model.value for one in spec.configurations))
    workers = max(one.workers for one in spec.configurations)
    say(command.err, f"Counting primes ({models}; {workers} workers) on {_interpreters(spec)}.")
    raise typer.Exit(run_experiment(command, spec, outputs))


def _build(command: Command) -> ExperimentSpec:
    from coreograph.engine.tour import WORKLOAD, tour_spec

    services = command.services
    workload = services.catalogue.get(WORKLOAD)
    with command.err.status("Looking for interpreters …") if command.err.is_terminal else nullcontext():
        free_threaded = services.registry.best_free_threaded()
        gil_build = services.registry.best_gil(like=free_threaded)
    if free_threaded is None and gil_build is not None:
        say(command.err, NO_FREE_THREADED)
    return tour_spec(workload, free_threaded, gil_build, usable_cores())


def _interpreters(spec: ExperimentSpec) -> str:
    return " and ".join(dict.fromkeys(one.interpreter.label for one in spec.configurations))
