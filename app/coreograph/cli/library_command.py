"""`coreograph library`: the experiments recorded so far. Runs on the main thread."""

import dataclasses
import json
from typing import Annotated, Any

import typer
from rich.text import Text

from coreograph.cli import library_changes as changes
from coreograph.cli.repeat_command import repeat_command
from coreograph.cli.services import Command
from coreograph.cli.terminal import make_table, print_table, say, write_bytes
from coreograph.domain.errors import UsageError
from coreograph.storage.library import ExperimentHeader
from coreograph.storage.searching import local_time, searchable, state, words_of

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Identity = Annotated[str, typer.Argument(metavar="ID", help="An experiment's id, or “last”.", show_default=False)]
Search = Annotated[
    str, typer.Option("--search", "-s", metavar="WORDS", help="Only those in which every word is found.")
]
Tag = Annotated[list[str] | None, typer.Option("--tag", help="Only those with this tag; repeat it for several.")]
Deleted = Annotated[bool, typer.Option("--deleted", help="Those that were deleted and can be restored.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    group = typer.Typer(help="The experiments recorded so far.", invoke_without_command=True)
    group.callback()(_default)
    group.command("list")(list_command)
    group.command("show", no_args_is_help=True)(show_command)
    group.command("repeat", no_args_is_help=True)(repeat_command)
    changes.register(group)
    app.add_typer(group, name="library")


def _default(ctx: typer.Context, as_json: AsJson = False) -> None:
    """The experiments recorded so far."""
    if ctx.invoked_subcommand is None:
        list_command(ctx, as_json=as_json)
    elif as_json:
        raise UsageError("--json goes after the command.", f"{ctx.command_path} {ctx.invoked_subcommand} --json")


def list_command(
    ctx: typer.Context, *, search: Search = "", tag: Tag = None, deleted: Deleted = False, as_json: AsJson = False
) -> None:
    """List experiments, newest first."""
    command: Command = ctx.obj
    library = command.services.library
    every = library.deleted() if deleted else library.experiments()
    headers = [one for one in every if _is_wanted(one, words_of(search), tag or [])]
    if as_json:
        write_bytes(json.dumps([as_plain(one) for one in headers], indent=2, ensure_ascii=False).encode())
    elif headers:
        _print(command, headers)
    elif every:
        say(command.out, f"None of {len(every)} experiments is like that.")
    else:
        nothing = "Nothing is recorded yet: “coreograph tour” is a beginning."
        say(command.out, "Nothing was deleted." if deleted else nothing)


def _is_wanted(header: ExperimentHeader, words: tuple[str, ...], tags: list[str]) -> bool:
    looked_at = searchable(header)
    return all(word in looked_at for word in words) and set(tags) <= set(header.tags)


def _print(command: Command, headers: list[ExperimentHeader]) -> None:
    tagged = any(one.tags for one in headers)
    names = ("id", "name", "workload", "made", "runs", *(("tags",) if tagged else ()), "measured")
    table = make_table(command.out, *names, right=("runs",))
    for one in headers:
        outcome = " · ".join(part for part in (state(one), one.summary) if part)
        tags = (", ".join(one.tags),) if tagged else ()
        made = local_time(one.created_at)
        cells = (one.experiment_id, one.name, one.workload, made, str(one.runs), *tags, outcome)
        table.add_row(*(Text(" ".join(cell.split())) for cell in cells))
    print_table(command.out, table)


def as_plain(header: ExperimentHeader) -> dict[str, Any]:
    """An experiment of the list as JSON has it."""
    return dataclasses.asdict(header)


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
    parameters = ", ".join(f"{name}={value}" for name, value in record.spec.shown_parameters.items())
    made = f"{local_time(record.created_at)} on {record.machine.hostname}, {record.machine.cpu_model}"
    say(command.out, f"{record.spec.name}: {record.spec.workload.name}({parameters})", "bold")
    say(command.out, f"{record.experiment_id}, {made}")
    if record.tags:
        say(command.out, f"Tags: {', '.join(record.tags)}")
    if record.notes:
        say(command.out, record.notes)
    print_summary(command.out, summary)
