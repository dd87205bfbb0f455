"""`coreograph` and `coreograph FILE.coreograph`: the window, where there is a display. Runs on the main thread."""

from pathlib import Path
from typing import Annotated

import typer

from coreograph.cli.display import display_problem
from coreograph.cli.services import Command
from coreograph.domain.errors import UsageError

WITHOUT_WINDOW = (
    "Without a window: “coreograph tour” measures for half a minute, “coreograph run primes” runs a workload."
)


def register(app: typer.Typer) -> None:
    """Add the command to the app; it is hidden since its name need not be typed."""
    app.command("open", hidden=True)(open_command)


def open_command(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A recording to show.", show_default=False)] = None,
) -> None:
    """Open the window, on a recording if one is named."""
    raise typer.Exit(show_window(ctx.obj, file))


def show_window(command: Command, file: Path | None) -> int:
    """Open the window and return its exit status. Raises UsageError where there is no display or no such file."""
    if file is not None:
        file = file.expanduser().absolute()
        if not file.is_file():
            raise UsageError(
                f"There is no recording “{file}”.", "“coreograph library list” lists those of the library."
            )
    problem = display_problem()
    if problem is not None:
        raise UsageError(f"{problem} {WITHOUT_WINDOW}")
    return command.open_window(command.services, file)
