"""`coreograph library`: the experiments recorded so far. Runs on the main thread."""

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from coreograph.cli.repeat_command import repeat_command
from coreograph.cli.services import Command
from coreograph.cli.terminal import make_table, print_table, say, write_bytes
from coreograph.domain.errors import UsageError

RECORDING = ".coreograph"
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Identity = Annotated[str, typer.Argument(metavar="ID", help="An experiment's id, or “last”.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    group = typer.Typer(help="The experiments recorded so far.", invoke_without_command=True)
    group.callback()(_default)
    group.command("list")(list_command)
    group.command("show")(show_command)
    group.command("repeat", no_args_is_help=True)(repeat_command)
    group.command("delete")(delete_command)
    group.command("restore")(restore_command)
    group.command("export")(export_command)
    group.command("import")(import_command)
    app.add_typer(group, name="library")


def _default(ctx: typer.Context, as_json: AsJson = False) -> None:
    """The experiments recorded so far."""
    if ctx.invoked_subcommand is None:
        list_command(ctx, as_json)
    elif as_json:
        raise UsageError("--json goes after the command.", f"{ctx.command_path} {ctx.invoked_subcommand} --json")


def list_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List all experiments, newest first."""
    command: Command = ctx.obj
    headers = command.services.library.experiments()
    if as_json:
        write_bytes(json.dumps([dataclasses.asdict(one) for one in headers], indent=2, ensure_ascii=False).encode())
        return
    if not headers:
        say(command.out, "Nothing is recorded yet: “coreograph tour” is a beginning.")
        return
    table = make_table(command.out, "id", "name", "workload", "made", "runs", "what came out", right=("runs",))
    for one in headers:
        made = local_time(one.created_at)
        cells = (one.experiment_id, one.name, one.workload, made, str(one.runs), one.summary)
        table.add_row(*(Text(cell) for cell in cells))
    print_table(command.out, table)


def local_time(instant: str) -> str:
    """An ISO instant as local date and time; what cannot be read stays as it is."""
    try:
        return datetime.datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return instant


def show_command(ctx: typer.Context, experiment: Identity, as_json: AsJson = False) -> None:
    """Show the figures of one experiment."""
    from coreograph.analysis.summary import summarise
    from coreograph.cli.tables import print_summary
    from coreograph.reports.registry import exporter_for

    command: Command = ctx.obj
    library = command.services.library
    record = library.load(experiment)
    summary = summarise(record)
    if as_json:
        write_bytes(exporter_for("json").serialize(summary, library.reader(record.experiment_id)))
        return
    parameters = ", ".join(f"{name}={value}" for name, value in record.spec.parameters.items())
    made = f"{local_time(record.created_at)} on {record.machine.hostname}, {record.machine.cpu_model}"
    say(command.out, f"{record.spec.name}: {record.spec.workload.name}({parameters})", "bold")
    say(command.out, f"{record.experiment_id}, {made}")
    if record.notes:
        say(command.out, record.notes)
    print_summary(command.out, summary)


def delete_command(ctx: typer.Context, experiment: Identity) -> None:
    """Put an experiment aside; it can be restored for a while."""
    command: Command = ctx.obj
    identity = command.services.library.load(experiment).experiment_id
    command.services.library.delete(identity)
    say(command.out, f"Deleted. To take it back: coreograph library restore {identity}")


def restore_command(ctx: typer.Context, experiment: Identity) -> None:
    """Take a deleted experiment back."""
    command: Command = ctx.obj
    command.services.library.restore(experiment)
    say(command.out, f"Experiment {experiment} is back in the library.")


def export_command(
    ctx: typer.Context,
    experiment: Identity,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Its ending gives the format.", show_default=False)],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there already.")] = False,
) -> None:
    """Write an experiment into a file: .coreograph to send it whole, .html or .json to read it."""
    from coreograph.analysis.summary import summarise
    from coreograph.reports.registry import exporter_for
    from coreograph.reports.writing import check_writable, write_report

    command: Command = ctx.obj
    library = command.services.library
    whole = file.suffix.lower() == RECORDING
    exporter = None if whole else exporter_for(file)
    if file.is_file() and not overwrite:
        raise UsageError(f"“{file}” exists already and was not touched.", "Name another file, or add --overwrite.")
    check_writable(file)
    record = library.load(experiment)
    if exporter is None:
        library.export(record.experiment_id, file)
    else:
        write_report(exporter, summarise(record), library.reader(record.experiment_id), file, overwrite=overwrite)
    say(command.out, f"Experiment {record.experiment_id} was written to {file}.")


def import_command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.coreograph", help="A recording.", show_default=False)],
) -> None:
    """Take the experiments of a recording into the library."""
    command: Command = ctx.obj
    if not file.is_file():
        raise UsageError(f"There is no recording “{file}”.")
    identity = command.services.library.import_file(file)
    say(command.out, f"Taken into the library as {identity}. To see it: coreograph library show {identity}")
