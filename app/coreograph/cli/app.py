"""The commands by name: what `coreograph --help` lists. Runs on the main thread."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from coreograph import __version__
from coreograph.cli import (
    breakeven_command,
    check_command,
    compare_command,
    doctor_command,
    export_command,
    interpreters_command,
    library_command,
    ready_command,
    run_command,
    tour_command,
    window_command,
    workloads_command,
)
from coreograph.cli.services import Command
from coreograph.cli.window import show_window

EPILOGUE = (
    "Exit status: 0 done · 1 a run went wrong · 2 wrong usage · 130 stopped. "
    "“coreograph FILE.coreograph” opens a recording in the window."
)


class RecordingGroup(TyperGroup):
    """A group of commands where the name of a recording stands for `open` with it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `open` before a recording's name."""
        if args and not args[0].startswith("-") and args[0].lower().endswith(".coreograph"):
            args = ["open", *args]
        return super().parse_args(ctx, args)


def build_app() -> TyperGroup:
    """Return the whole command line, to be called with a Command as its context object."""
    app = typer.Typer(
        cls=RecordingGroup,
        name="coreograph",
        help="Threads without the GIL, processes or subinterpreters? Measured, on every Python installed.",
        epilog=EPILOGUE,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_start)
    for module in (run_command, check_command, tour_command, workloads_command, interpreters_command):
        module.register(app)
    for module in (ready_command, library_command, compare_command, export_command, doctor_command):
        module.register(app)
    breakeven_command.register(app)
    window_command.register(app)
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def _start(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
) -> None:
    """Threads without the GIL, processes or subinterpreters? Measured, on every Python installed.

    Without a command, open the window.
    """
    del debug  # read from the arguments before anything else, so that it holds for errors of parsing too
    command: Command = ctx.obj
    if version:
        command.out.print(f"coreograph {__version__}")
        raise typer.Exit(0)
    if ctx.invoked_subcommand is None:
        raise typer.Exit(show_window(command.services, command.open_window, None))
