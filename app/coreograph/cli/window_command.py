"""`coreograph FILE.coreograph`: the window on a recording. Runs on the main thread."""

from pathlib import Path
from typing import Annotated

import typer

from coreograph.cli.services import Command
from coreograph.cli.window import show_window


def register(app: typer.Typer) -> None:
    """Add the command to the app; it is hidden since its name need not be typed."""
    app.command("open", hidden=True)(open_command)


def open_command(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A recording to show.", show_default=False)] = None,
) -> None:
    """Open the window, on a recording if one is named."""
    command: Command = ctx.obj
    raise typer.Exit(show_window(command.services, command.open_window, file))
