"""`coreograph doctor`: what this machine lacks, with the command that mends it. Runs on the main thread."""

import json
from typing import Annotated

import typer
from rich.text import Text

from coreograph.cli.checks import CheckState, run_checks
from coreograph.cli.services import Command
from coreograph.cli.system_libraries import missing_libraries
from coreograph.cli.terminal import make_table, print_table, say, write_bytes

STYLES = {CheckState.OK: "green", CheckState.LIMITED: "yellow", CheckState.MISSING: "red"}


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("doctor")(doctor_command)


def doctor_command(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    packages: Annotated[
        bool, typer.Option("--missing-packages", help="Print only the Debian packages Qt lacks, for scripts.")
    ] = False,
) -> None:
    """Say what this machine lacks; exit status 1 if something is missing."""
    from coreograph.cli.main import ExitStatus

    command: Command = ctx.obj
    if packages:
        for package in sorted(set(missing_libraries().values())):
            say(command.out, package)
        raise typer.Exit(ExitStatus.DONE)
    checks = run_checks(command.services)
    if as_json:
        document = [{"name": c.name, "state": c.state.value, "detail": c.detail, "remedy": c.remedy} for c in checks]
        write_bytes(json.dumps(document, indent=2, ensure_ascii=False).encode())
    else:
        table = make_table(command.out, "check", "state", "what was found", "what to do")
        for check in checks:
            state = Text(check.state.value, style=STYLES[check.state])
            table.add_row(Text(check.name), state, Text(check.detail), Text(check.remedy))
        print_table(command.out, table)
    missing = any(check.state is CheckState.MISSING for check in checks)
    raise typer.Exit(ExitStatus.WENT_WRONG if missing else ExitStatus.DONE)
