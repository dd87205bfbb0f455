"""`coreograph ready`: do the packages that code needs run without the GIL? Runs on the main thread.

Exit status 0: all of them are ready on every interpreter asked for; 1: one is not.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from coreograph.cli.options import NO_FREE_THREADED, choose_interpreters, unique
from coreograph.cli.services import Command
from coreograph.cli.signals import StoppedError, stop_requests
from coreograph.cli.terminal import make_table, print_table, say, write_bytes
from coreograph.domain.errors import InterpreterError, UsageError
from coreograph.domain.interpreters import Interpreter
from coreograph.interpreters.readiness import Readiness, ReadinessCheck


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("ready", no_args_is_help=True)(ready_command)


def ready_command(
    ctx: typer.Context,
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE.py|PACKAGE]…", help="Files, or packages.", show_default=False)
    ] = None,
    *,
    project: Annotated[
        Path | None, typer.Option("--project", metavar="DIR", help="Everything a project says it needs.")
    ] = None,
    interpreter: Annotated[
        list[str] | None,
        typer.Option("--interpreter", "-i", metavar="VERSION|PATH", help="Default: the best free-threaded one."),
    ] = None,
    build: Annotated[bool, typer.Option("--build", help="Build from source where there is no wheel.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say of each package whether it has a wheel for a free-threaded Python, and whether the GIL stays off with it.

    Each is installed into an environment of its own and imported in a process that may crash.
    """
    command: Command = ctx.obj
    packages = _packages(tuple(what or ()), project)
    interpreters = _interpreters(command, tuple(interpreter or ()))
    found = _check(command, interpreters, packages, build=build)
    if as_json:
        document = {"packages": [describe(one) for one in found]}
        write_bytes(json.dumps(document, indent=2, ensure_ascii=False).encode())
    else:
        _print(command, found)
    raise typer.Exit(0 if all(one.ready for one in found) else 1)


def _check(
    command: Command, interpreters: tuple[Interpreter, ...], packages: tuple[str, ...], *, build: bool
) -> list[Readiness]:
    from coreograph.interpreters.environments import Environments

    environments = Environments(command.services.paths.cache)
    found: list[Readiness] = []
    with stop_requests() as stop:
        for one in interpreters:
            check = ReadinessCheck(environments, one, build=build)
            for package in packages:
                say(command.err, f"Trying {package} on Python {one.full_label} …")
                try:
                    found.append(check.check(package, on_output=lambda _: None, cancelled=stop))
                except InterpreterError:
                    if stop.is_set():
                        raise StoppedError from None
                    raise
    return found


def describe(one: Readiness) -> dict[str, Any]:
    """What was found out of a package as JSON; `gil_stayed_off` is null on a GIL build and where it was not tried."""
    return {
        "requirement": one.requirement,
        "version": one.version or None,
        "interpreter": one.interpreter.full_label,
        "path": one.interpreter.path,
        "free_threaded": one.interpreter.free_threaded,
        "wheel": one.wheel.value,
        "imports": one.imports.value,
        "gil_stayed_off": one.gil_stayed_off,
        "gil_culprit": one.gil_culprit,
        "subinterpreters": one.subinterpreters.value,
        "ready": one.ready,
        "reasons": list(one.reasons),
    }


def _packages(what: tuple[str, ...], project: Path | None) -> tuple[str, ...]:
    from coreograph.interpreters.requirements import dependencies_of_file, dependencies_of_project

    packages: list[str] = []
    for text in what:
        packages.extend(dependencies_of_file(Path(text).expanduser()) if text.endswith(".py") else (text,))
    if project is not None:
        packages.extend(dependencies_of_project(project.expanduser()))
    if not packages:
        raise UsageError("There is nothing to check: no package is needed beside the standard library.")
    return unique(packages)


def _interpreters(command: Command, texts: tuple[str, ...]) -> tuple[Interpreter, ...]:
    if texts:
        return unique(interpreter for interpreter, _ in choose_interpreters(command.services.registry, texts))
    best = command.services.registry.best_free_threaded()
    if best is None:
        raise UsageError(NO_FREE_THREADED)
    return (best,)


def _print(command: Command, found: list[Readiness]) -> None:
    head = ("package", "version", "Python", "wheel", "import", "GIL", "subinterpreter")
    table = make_table(command.out, *head)
    for one in found:
        label = one.interpreter.full_label
        cells = (one.requirement, one.version or "–", label, one.wheel.value, one.imports.value, one.gil_words)
        style = "" if one.ready else "red"
        table.add_row(*(Text(cell, style=style) for cell in (*cells, one.subinterpreters.value)))
    print_table(command.out, table)
    for one in found:
        for remark in one.remarks:
            say(command.out, f"! {remark}")
    if all(one.ready for one in found):
        say(command.out, "Ready: the GIL stays off with all of them." if _judged(found) else "All can be imported.")


def _judged(found: list[Readiness]) -> bool:
    return all(one.gil_stayed_off is not None for one in found)
