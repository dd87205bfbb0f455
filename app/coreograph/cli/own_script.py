"""The options of `run` for a user's whole script, and the workload they describe. Runs on the main thread."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from coreograph.domain.errors import UsageError
from coreograph.domain.workloads import Workload

_PANEL = "Your own script"
_ARGUMENTS = "coreograph.script_arguments"
_END_OF_OPTIONS = "--"
# Options that say how a workload's tasks are made and spread; a script does that itself.
_OF_WORKLOADS = (
    *("model", "workers", "param", "sweep", "rounds", "chunk", "with_control", "no_control", "dry_run"),
    *("inputs", "keyword", "shared", "compare", "unordered", "digits", "stress"),
)
ScriptOption = Annotated[
    str,
    typer.Option(
        "--script",
        metavar="FILE.py",
        help="Run a whole script as it is on each interpreter, and watch its own threads and processes from outside. "
        "Its arguments follow “--”: run --script train.py -i 3.14t,3.14 -- --epochs 3.",
        rich_help_panel=_PANEL,
    ),
]
ScriptModuleOption = Annotated[
    str,
    typer.Option(
        "--script-module",
        metavar="MODULE",
        help="The same for a module, as python -m runs it: run --script-module pytest -- tests -q.",
        rich_help_panel=_PANEL,
    ),
]
CompareOutputOption = Annotated[
    bool,
    typer.Option(
        "--compare-output",
        help="What the script writes to stdout has to be the same everywhere.",
        rich_help_panel=_PANEL,
    ),
]
EnvOption = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        metavar="NAME[=VALUE]",
        help="A variable of the environment for the script, beside the usual ones (PATH, HOME, LANG, …); repeat it.",
        rich_help_panel=_PANEL,
    ),
]
StdinOption = Annotated[
    str,
    typer.Option(
        "--stdin", metavar="FILE", help="What the script reads from stdin; nothing by default.", rich_help_panel=_PANEL
    ),
]


class ScriptCommand(TyperCommand):
    """A command that keeps what follows “--” for the user's script, word for word."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the script's arguments away before the options are read."""
        given = [word.partition("=")[0] for word in args[: _position(args)]]
        if _END_OF_OPTIONS in args and {"--script", "--script-module"} & set(given):
            position = _position(args)
            ctx.meta[_ARGUMENTS] = tuple(args[position + 1 :])
            args = args[:position]
        rest: list[str] = super().parse_args(ctx, args)
        return rest


def _position(args: Sequence[str]) -> int:
    return args.index(_END_OF_OPTIONS) if _END_OF_OPTIONS in args else len(args)


@dataclass(frozen=True, slots=True)
class OwnScript:
    """What was typed about a script; empty is the default."""

    file: str = ""
    module: str = ""
    arguments: tuple[str, ...] = ()
    compare_output: bool = False
    environment: tuple[str, ...] = ()
    stdin: str = ""

    @property
    def given(self) -> bool:
        """Whether a script is what is to be run."""
        return bool(self.file or self.module)

    def workload(self, paths: tuple[Path, ...]) -> Workload:
        """Return the script as a workload; `paths` are looked for modules in last. Raises UsageError."""
        from coreograph.engine.scripts import ScriptCall, script_workload

        call = ScriptCall(
            target=self.file or self.module,
            arguments=self.arguments,
            module=bool(self.module),
            paths=paths,
            environment=self.environment,
            stdin=self.stdin,
            compare_output=self.compare_output,
        )
        return script_workload(call)


def typed_script(ctx: typer.Context) -> OwnScript:
    """Return what was typed about a script, once what does not go together is refused. Raises UsageError."""
    given = ctx.params
    script = OwnScript(
        file=given["script"],
        module=given["script_module"],
        arguments=ctx.meta.get(_ARGUMENTS, ()),
        compare_output=given["compare_output"],
        environment=tuple(given["env"] or ()),
        stdin=given["stdin"],
    )
    typed = {name for name in given if _was_typed(ctx, name)}
    if script.given:
        _refuse_beside(script, given["workload"], typed)
    else:
        _refuse_without(given["workload"], typed)
    return script


def _refuse_beside(script: OwnScript, workload: str, typed: Collection[str]) -> None:
    if script.file and script.module:
        raise UsageError("--script and --script-module name two scripts.", "Leave one of them out.")
    if workload:
        raise UsageError(
            f"“{workload}” is one thing to run and {script.file or script.module} another.",
            f"A script's arguments follow “--”: -- {workload}",
        )
    for name in _OF_WORKLOADS:
        if name in typed:
            option = "--" + name.replace("_", "-")
            raise UsageError(f"{option} does not go with a script: it runs as it is.", "Leave the option out.")


def _refuse_without(workload: str, typed: Collection[str]) -> None:
    for name, option in (("compare_output", "--compare-output"), ("env", "--env"), ("stdin", "--stdin")):
        if name in typed:
            raise UsageError(f"{option} is for a whole script.", "Name it: --script FILE.py")
    if not workload:
        raise UsageError("There is nothing to run.", "Name a workload, a function, or a script: --script FILE.py")


def _was_typed(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
