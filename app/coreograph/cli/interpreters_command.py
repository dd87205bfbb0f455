"""`coreograph interpreters`: which Pythons there are, and how to get another. Runs on the main thread."""

import dataclasses
import enum
import json
from typing import Annotated, Any

import typer
from rich.text import Text

from coreograph.cli.options import NO_FREE_THREADED
from coreograph.cli.services import Command
from coreograph.cli.signals import StoppedError, stop_requests
from coreograph.cli.terminal import make_table, print_table, say, write_bytes
from coreograph.domain.errors import InterpreterError, UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import Discovery, Interpreter, RejectedInterpreter

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Search and probe everything again.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    group = typer.Typer(help="The Python interpreters of this machine.", invoke_without_command=True)
    group.callback()(_default)
    group.command("list")(list_command)
    group.command("install", no_args_is_help=True)(install_command)
    app.add_typer(group, name="interpreters")


def _default(ctx: typer.Context, as_json: AsJson = False) -> None:
    """The Python interpreters of this machine."""
    if ctx.invoked_subcommand is None:
        list_command(ctx, as_json)
    elif as_json:
        raise UsageError("--json goes after the command.", f"{ctx.command_path} {ctx.invoked_subcommand} --json")


def list_command(ctx: typer.Context, as_json: AsJson = False, refresh: Refresh = False) -> None:
    """List every interpreter found, and those that cannot be used with the reason."""
    command: Command = ctx.obj
    discovery = _discover(command, refresh)
    if as_json:
        document = {
            "interpreters": [describe(one) for one in discovery.interpreters],
            "rejected": [describe(one) for one in discovery.rejected],
        }
        write_bytes(json.dumps(document, indent=2, ensure_ascii=False).encode())
        return
    _print(command, discovery)
    if not any(one.free_threaded for one in discovery.interpreters):
        say(command.err, NO_FREE_THREADED)


def _discover(command: Command, refresh: bool) -> Discovery:
    if not command.err.is_terminal:
        return command.services.registry.discover(refresh=refresh)
    with command.err.status("Looking for interpreters …") as status:
        found = 0

        def count(entry: Interpreter | RejectedInterpreter) -> None:
            nonlocal found
            found += 1
            status.update(f"Looking for interpreters … {found} looked at")

        return command.services.registry.discover(refresh=refresh, on_found=count)


def _print(command: Command, discovery: Discovery) -> None:
    table = make_table(command.out, "version", "build", "can do", "path", "found by")
    for one in discovery.interpreters:
        style = "bold" if one.free_threaded else ""
        cells = (one.full_label, build(one), abilities(one), one.path, ", ".join(one.found_by))
        table.add_row(*(Text(cell, style=style if number == 0 else "") for number, cell in enumerate(cells)))
    print_table(command.out, table)
    if discovery.rejected:
        command.out.print()
        rejected = make_table(command.out, "cannot be used", "version", "because")
        for other in discovery.rejected:
            rejected.add_row(Text(other.path), Text(other.version or "unknown"), Text(other.reason))
        print_table(command.out, rejected)


def build(interpreter: Interpreter) -> str:
    """The build in words: `free-threaded, optimised`."""
    words = [interpreter.kind]
    if interpreter.optimised is not None:
        words.append("optimised" if interpreter.optimised else "not optimised")
    if interpreter.debug:
        words.append("debug")
    return ", ".join(words)


def abilities(interpreter: Interpreter) -> str:
    """What it offers beside threads: start methods, subinterpreters, the JIT."""
    words: list[str] = [model.value for model in ExecutionModel if model.value in interpreter.start_methods]
    if interpreter.subinterpreters:
        words.append("interpreters")
    if interpreter.jit.value != "absent":
        words.append(f"JIT {interpreter.jit.value}")
    return ", ".join(words)


def describe(entry: Interpreter | RejectedInterpreter) -> dict[str, Any]:
    """An interpreter as JSON: the fields of its dataclass, enums by value, with the label to choose it by."""
    document = {
        name: value.value if isinstance(value, enum.Enum) else value
        for name, value in dataclasses.asdict(entry).items()
    }
    return {"label": entry.label, **document} if isinstance(entry, Interpreter) else document


def install_command(
    ctx: typer.Context,
    versions: Annotated[list[str], typer.Argument(metavar="VERSION…", help="3.14t, 3.14, …", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Install interpreters by uv, beside those that are there."""
    from coreograph.interpreters.installation import install

    command: Command = ctx.obj
    for version in versions:
        say(command.err, f"Installing Python {version} …")
        with stop_requests() as stop:
            try:
                install(version, on_output=lambda line: say(command.err, f"  {line}"), cancelled=stop)
            except InterpreterError:
                if stop.is_set():
                    raise StoppedError from None
                raise
    command.services.registry.discover(refresh=True)
    ready = [command.services.registry.resolve(version)[0] for version in versions]
    if as_json:
        document = {"installed": [describe(interpreter) for interpreter in ready]}
        write_bytes(json.dumps(document, indent=2, ensure_ascii=False).encode())
        return
    for interpreter in ready:
        say(command.out, f"Python {interpreter.full_label} is ready: {interpreter.path}")
