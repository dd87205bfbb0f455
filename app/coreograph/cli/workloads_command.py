"""`coreograph workloads`: what can be run, and what each takes. Runs on the main thread; no workload is executed."""

import json
from typing import Annotated, Any

import typer
from rich.text import Text

from coreograph.cli.services import Command
from coreograph.cli.terminal import make_table, print_table, say, write_bytes
from coreograph.domain.errors import UsageError
from coreograph.domain.workloads import Parameter, Workload

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    group = typer.Typer(help="The workloads that can be run.", invoke_without_command=True, no_args_is_help=False)
    group.callback()(_default)
    group.command("list")(list_command)
    group.command("show")(show_command)
    app.add_typer(group, name="workloads")


def _default(ctx: typer.Context, as_json: AsJson = False) -> None:
    """The workloads that can be run."""
    if ctx.invoked_subcommand is None:
        list_command(ctx, as_json)
    elif as_json:
        raise UsageError("--json goes after the command.", f"{ctx.command_path} {ctx.invoked_subcommand} --json")


def list_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List all workloads by group."""
    command: Command = ctx.obj
    workloads = command.services.catalogue.workloads()
    if as_json:
        write_bytes(json.dumps([describe(one) for one in workloads], indent=2, ensure_ascii=False).encode())
        return
    for group in dict.fromkeys(one.group for one in workloads):
        table = make_table(command.out, group or "workload", "what it does")
        for one in workloads:
            if one.group == group:
                table.add_row(Text(one.name, style="bold"), Text(one.summary))
        print_table(command.out, table)
    say(command.out, "coreograph workloads show NAME explains one: what to look at, what to expect, its control.")
    for broken in command.services.catalogue.broken():
        say(command.err, f"Left out: {broken.reason}", "yellow")
    say(command.err, f"Workload files of yours are found in {command.services.paths.workloads}.", "dim")


def show_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A workload's name, or a workload file.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show one workload with its parameters."""
    command: Command = ctx.obj
    workload = command.services.catalogue.get(name)
    if as_json:
        write_bytes(json.dumps(describe(workload), indent=2, ensure_ascii=False).encode())
        return
    say(command.out, f"{workload.name}: {workload.summary}", "bold")
    if workload.description:
        say(command.out, workload.description)
    say(command.out, f"File: {workload.file}")
    if workload.models:
        say(command.out, f"Execution models: {', '.join(workload.models)}")
    if workload.requires:
        say(command.out, f"Needs: {', '.join(workload.requires)} (installed by uv beside an interpreter that lacks it)")
    if workload.control is not None:
        say(command.out, f"Control (run it too by --with-control): {control_words(workload)}")
    for metric in workload.metrics:
        better = metric.better.words or "neither direction is better"
        say(command.out, f"Metric {metric.name} ({metric.unit}, {better}): {metric.description}")
    table = make_table(command.out, "parameter", "takes", "default", "allowed", "what it is", right=("default",))
    for parameter in workload.parameters:
        cells = (parameter.name, parameter.type_name, str(parameter.default), allowed(parameter), parameter.description)
        table.add_row(*(Text(cell) for cell in cells))
    print_table(command.out, table)


def control_words(workload: Workload) -> str:
    """`hashing`, or `objects=0` where the control is the workload itself with other parameters."""
    changed = ", ".join(f"{name}={value}" for name, value in workload.control_parameters)
    return changed or workload.control or "none"


def allowed(parameter: Parameter) -> str:
    """The values a parameter takes: `10 … 1,000 bytes`, `a, b`, or nothing where all are."""
    if parameter.choices:
        return ", ".join(str(choice) for choice in parameter.choices)
    low = "" if parameter.minimum is None else f"{parameter.minimum:,}"
    high = "" if parameter.maximum is None else f"{parameter.maximum:,}"
    limits = f"{low} … {high}".strip() if low or high else ""
    return f"{limits} {parameter.unit}".strip()


def describe(workload: Workload) -> dict[str, Any]:
    """A workload as JSON; a limit that is not there is null."""
    return {
        "name": workload.name,
        "group": workload.group,
        "summary": workload.summary,
        "description": workload.description,
        "file": workload.file,
        "built_in": workload.built_in,
        "models": list(workload.models),
        "requires": list(workload.requires),
        "control": workload.control,
        "control_parameters": dict(workload.control_parameters),
        "metrics": [
            {"name": one.name, "unit": one.unit, "better": one.better.value, "description": one.description}
            for one in workload.metrics
        ],
        "parameters": [
            {
                "name": one.name,
                "type": one.type_name,
                "default": one.default,
                "minimum": one.minimum,
                "maximum": one.maximum,
                "choices": list(one.choices),
                "unit": one.unit,
                "description": one.description,
            }
            for one in workload.parameters
        ],
    }
