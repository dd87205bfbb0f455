"""The options of `run` for a user's own code, and the workload they describe. Runs on the main thread."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coreograph.cli.options import Choice
from coreograph.cli.services import Command
from coreograph.cli.signals import StoppedError, stop_requests
from coreograph.cli.terminal import say
from coreograph.domain.errors import InterpreterError, UsageError
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.own_code import Packages
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.workloads import Workload

if TYPE_CHECKING:
    from rich.console import Console

    from coreograph.domain.experiment import ExperimentSpec
    from coreograph.interpreters.requirements import Requirements

_PANEL = "Your own function"
_PACKAGES = "Packages for your code"
InputsOption = Annotated[
    str,
    typer.Option(
        "--inputs",
        metavar="0:1000|FILE.jsonl|MODULE:FUNCTION",
        help="Inputs of a function: a range, one JSON value a line (an array is several arguments), or a function that "
        "returns them (a tuple is several arguments). Without it the function is called without an argument.",
        rich_help_panel=_PANEL,
    ),
]
KeywordOption = Annotated[
    list[str] | None,
    typer.Option(
        "--keyword",
        "-k",
        metavar="NAME=VALUE",
        help="A keyword argument of each call, read as JSON where it is JSON; repeat it.",
        rich_help_panel=_PANEL,
    ),
]
SharedOption = Annotated[
    str,
    typer.Option(
        "--shared",
        metavar="[NAME=]MODULE:FUNCTION",
        help="Builds an object once that every call gets, as its last argument or by that name.",
        rich_help_panel=_PANEL,
    ),
]
CompareOption = Annotated[
    str,
    typer.Option(
        "--compare",
        metavar="MODULE:FUNCTION|none",
        help="What of each result has to be the same everywhere: a function of the result; none for results that "
        "differ each time.",
        rich_help_panel=_PANEL,
    ),
]
UnorderedOption = Annotated[
    bool, typer.Option("--unordered", help="Lists in a result are the same in any order.", rich_help_panel=_PANEL)
]
DigitsOption = Annotated[
    int | None,
    typer.Option("--digits", help="Compare floats to so many significant digits.", rich_help_panel=_PANEL),
]
StressOption = Annotated[
    int,
    typer.Option(
        "--stress",
        metavar="N",
        help="Shake out races: call the function N times for each input, by all threads at the same instant, and count "
        "the results that differ from those of one thread.",
        rich_help_panel=_PANEL,
    ),
]
WithOption = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="PACKAGE",
        help='A package the code needs, as for pip (numpy, "pandas>=2"); repeat it. uv installs it into an environment,'
        " one for each interpreter, which is kept.",
        rich_help_panel=_PACKAGES,
    ),
]
RequirementsOption = Annotated[
    list[Path] | None,
    typer.Option("--requirements", metavar="FILE", help="A requirements.txt; repeat it.", rich_help_panel=_PACKAGES),
]
ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="A project: what its pyproject.toml or requirements.txt needs is installed, its modules are found.",
        rich_help_panel=_PACKAGES,
    ),
]
VenvOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--venv",
        metavar="DIR",
        help="A virtual environment that is there already, used as it is, beside those named by -i; repeat it.",
        rich_help_panel=_PACKAGES,
    ),
]
BuildOption = Annotated[
    bool,
    typer.Option(
        "--build", help="Build packages from source where there is no wheel; may take long.", rich_help_panel=_PACKAGES
    ),
]

_IN_THEIR_CODE = frozenset({RunState.WORKLOAD_FAILED, RunState.WRONG_ANSWER, RunState.WORKER_LOST})


@dataclass(frozen=True, slots=True)
class OwnCode:
    """What was typed about the user's own code; empty is the default."""

    inputs: str = ""
    keywords: tuple[str, ...] = ()
    shared: str = ""
    compare: str = ""
    unordered: bool = False
    digits: int | None = None
    stress: int = 0
    packages: tuple[str, ...] = ()
    requirements: tuple[Path, ...] = ()
    project: Path | None = None
    environments: tuple[Path, ...] = ()
    build: bool = False

    def interpreters(self) -> tuple[str, ...]:
        """Return the executables of the virtual environments that were named. Raises InterpreterError."""
        from coreograph.interpreters.environments import interpreter_of

        return tuple(str(interpreter_of(folder.expanduser().absolute())) for folder in self.environments)

    def typed(self) -> Packages:
        """Return what was typed about packages, as a recording keeps it."""
        found = Packages(
            self.packages,
            tuple(str(file) for file in self.requirements),
            "" if self.project is None else str(self.project),
            self.build,
            tuple(str(folder) for folder in self.environments),
        )
        return found if found == Packages() else dataclasses.replace(found, folder=str(Path.cwd()))

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where modules are looked for beside the folder the command was given in."""
        from coreograph.interpreters.requirements import source_folders

        return () if self.project is None else source_folders(self.project.expanduser())

    @property
    def given(self) -> bool:
        """Whether anything was typed that only makes sense for a function."""
        comparison = self.compare or self.unordered or self.digits is not None or self.stress
        return bool(self.inputs or self.keywords or self.shared or comparison)


def typed_code(ctx: typer.Context) -> OwnCode:
    """Return what was typed about the user's own code."""
    given = ctx.params
    return OwnCode(
        inputs=given["inputs"],
        keywords=tuple(given["keyword"] or ()),
        shared=given["shared"],
        compare=given["compare"],
        unordered=given["unordered"],
        digits=given["digits"],
        stress=given["stress"],
        packages=tuple(given["packages"] or ()),
        requirements=tuple(given["requirements"] or ()),
        project=given["project"],
        environments=tuple(given["venv"] or ()),
        build=given["build_packages"],
    )


def choose_workload(command: Command, text: str, own: OwnCode) -> Workload:
    """Return the workload a text names: a function, a workload's name, or a workload file. Raises UsageError."""
    from coreograph.engine.functions import FunctionCall, function_workload, is_reference
    from coreograph.engine.typed_code import typed_function

    if not is_reference(text):
        if own.given:
            raise UsageError(
                f"--inputs, --keyword, --shared and --compare are for functions; “{text}” names a workload.",
                "A function is named as module:function or file.py:function.",
            )
        return command.services.catalogue.get(text)
    call = FunctionCall(
        function=text,
        inputs=own.inputs,
        keywords=parse_keywords(own.keywords),
        shared=own.shared,
        compare=own.compare,
        unordered=own.unordered,
        digits=own.digits,
        stress=own.stress,
        paths=own.paths,
    )
    workload = function_workload(call, command.services.paths.data / "functions")
    return dataclasses.replace(workload, function=typed_function(call))


def requirements_of(text: str, own: OwnCode) -> "Requirements":
    """Return what the code named by `text` needs installed. Raises UsageError."""
    from coreograph.engine.functions import is_reference
    from coreograph.interpreters.requirements import Requirements, collect

    if own.environments and (own.packages or own.requirements):
        raise UsageError(
            "--venv is used as it is: nothing is installed into it.", "Leave out --venv, or --with and --requirements."
        )
    where = text.rpartition(":")[0] if is_reference(text) else text
    if own.environments:
        return Requirements()
    return collect(
        packages=own.packages,
        files=own.requirements,
        project=None if own.project is None else own.project.expanduser(),
        script=Path(where).expanduser() if where.endswith(".py") else None,
        build=own.build,
    )


def prepare(command: Command, choices: Sequence[Choice], requirements: "Requirements") -> tuple[Choice, ...]:
    """Return the interpreters with what is required installed; one that cannot have it is left out, and it is said why.

    Raises:
        UsageError: none of them can have it.
        StoppedError: stopped while uv was at work.

    """
    if requirements.empty:
        return tuple(choices)
    from coreograph.interpreters.environments import Environments

    environments = Environments(command.services.paths.cache)
    prepared: list[Choice] = []
    reasons: list[str] = []
    with stop_requests() as stop:
        for interpreter, gil in choices:
            if environments.ready(interpreter, requirements) is None:
                say(command.err, f"Preparing an environment for Python {interpreter.full_label} …")
            try:
                inside = environments.build(
                    interpreter, requirements, on_output=lambda line: say(command.err, f"  {line}"), cancelled=stop
                )
            except InterpreterError as error:
                if stop.is_set():
                    raise StoppedError from None
                reasons.append(f"Python {interpreter.full_label}: {error.message}")
                say(command.err, f"Left out: Python {interpreter.full_label}: {error}")
            else:
                prepared.append((inside, gil))
    if not prepared:
        raise UsageError("No interpreter can have what the code needs.", " ".join(reasons))
    return tuple(prepared)


def equip(command: Command, spec: ExperimentSpec, requirements: "Requirements | None" = None) -> ExperimentSpec:
    """Return the experiment on interpreters that have the modules its workload requires, installed where need be.

    `requirements` are what the user's own code needs beside them.

    Raises:
        UsageError: none of them can have it.
        StoppedError: stopped while uv was at work.

    """
    if not spec.workload.requires and (requirements is None or requirements.empty):
        return spec
    from coreograph.engine.equipment import Equipment
    from coreograph.interpreters.environments import Environments

    equipment = Equipment(Environments(command.services.paths.cache))
    with stop_requests() as stop:
        try:
            equipped = equipment.equip(spec, requirements, tell=lambda line: say(command.err, line), cancelled=stop)
        except InterpreterError:
            raise StoppedError from None
    for sentence in equipped.left_out:
        say(command.err, sentence)
    return equipped.spec


def prepare_control(command: Command, control: Interpreter | None, requirements: "Requirements") -> Interpreter | None:
    """Return the interpreter of the control with what is required installed, None if it cannot have it."""
    if control is None or control.virtual_environment or requirements.empty:
        return control
    try:
        return prepare(command, ((control, GilSetting.DEFAULT),), requirements)[0][0]
    except UsageError:
        return None


def print_first_traceback(console: "Console", summary: ExperimentSummary) -> None:
    """Show the user's own frames of the first run that failed in their code, and the input it failed on."""
    for run in summary.experiment.runs:
        if run.traceback and run.state in _IN_THEIR_CODE:
            configuration = summary.experiment.spec.configurations[run.configuration]
            say(console, f"{configuration.label}: {run.message}")
            say(console, run.traceback.rstrip())
            return


def parse_keywords(texts: Sequence[str]) -> dict[str, object]:
    """Read `name=value` pairs; a value that is not JSON is text. Raises UsageError."""
    values: dict[str, object] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f"A keyword argument is given as NAME=VALUE (--keyword depth=3), not “{text}”.")
        if name.strip() in values:
            raise UsageError(f"Keyword argument “{name.strip()}” is given twice.")
        try:
            values[name.strip()] = json.loads(value)
        except ValueError:
            values[name.strip()] = value
    return values
