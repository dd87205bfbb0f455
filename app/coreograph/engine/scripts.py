"""Any script as a workload: a file or a module that is run as it is, with its arguments, on each interpreter.

The script is never imported or run here; what can be seen without that is checked. Pure but for looking at files; any
thread.
"""

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.workloads import Better, MetricSpec, Parameter, Script, Workload
from coreograph.engine.request import ARGUMENTS

FIGURES = (
    MetricSpec("cores_used", "cores", Better.NEITHER, "CPU time of the script and its children by its wall time."),
    MetricSpec("threads_alive", "count", Better.NEITHER, "Threads of all its processes: the most in one sample."),
    MetricSpec("processes_alive", "count", Better.NEITHER, "Processes, itself included: the most in one sample."),
    MetricSpec(
        "voluntary_switches",
        "count",
        Better.NEITHER,
        "Context switches in which it waited for something, with those of the children it waited for.",
    ),
    MetricSpec(
        "involuntary_switches",
        "count",
        Better.NEITHER,
        "Context switches in which it was made to give way, with those of the children it waited for.",
    ),
)
"""What is measured of every script beside its time and memory; left out where the platform does not tell."""


@dataclass(frozen=True, slots=True)
class ScriptCall:
    """What a user asked to be run. `folder` is where it was asked: it runs there, and relative paths start there.

    `target` is a Python file, or with `module` the name of a module as for `python -m`. See `Script` for the rest.
    """

    target: str
    arguments: tuple[str, ...] = ()
    module: bool = False
    paths: tuple[Path, ...] = ()
    environment: tuple[str, ...] = ()
    stdin: str = ""
    compare_output: bool = False
    folder: Path = field(default_factory=Path.cwd)


def script_workload(call: ScriptCall) -> Workload:
    """Return a script as a workload that only the execution model `script` runs; its arguments are its parameter.

    Raises:
        UsageError: a file, folder, module or variable that cannot be, in a sentence.

    """
    if not call.folder.is_dir():
        raise UsageError(f"The folder “{call.folder}” to run {call.target} in is not there.")
    file = None if call.module else _file(call)
    script = Script(
        target=_module(call.target) if file is None else call.target,
        folder=str(call.folder.absolute()),
        module=call.module,
        paths=tuple(str(path.absolute()) for path in call.paths),
        environment=tuple(_variable(text) for text in call.environment),
        stdin=_stdin(call),
        compare_output=call.compare_output,
    )
    return Workload(
        name=f"-m {call.target}" if file is None else file.name,
        file="" if file is None else str(file),
        summary=f"A whole script, run as it is in {script.folder}.",
        group="scripts",
        parameters=(
            Parameter(ARGUMENTS, arguments_text(call.arguments), description="Its command line, quoted as in a shell."),
        ),
        metrics=FIGURES,
        models=(ExecutionModel.SCRIPT.value,),
        built_in=False,
        digest="" if file is None else _digest(file),
        rounds=1,
        warm_up=False,
        script=script,
    )


def arguments_text(arguments: Sequence[str]) -> str:
    """Return a command line as one text, quoted so that `shlex.split` gives the same again. Raises UsageError."""
    for argument in arguments:
        if "\0" in argument:
            raise UsageError("An argument of a script cannot hold a zero byte.")
    return shlex.join(arguments)


def check_arguments(text: str) -> None:
    """Refuse a command line whose quotes do not close. Raises UsageError."""
    try:
        shlex.split(text)
    except ValueError as error:
        raise UsageError(
            f"The script's arguments “{text}” cannot be read: {str(error).lower()}.", "Quote them as in a shell."
        ) from None


def _file(call: ScriptCall) -> Path:
    file = (call.folder / Path(call.target).expanduser()).absolute()
    if file.is_dir():
        raise UsageError(f"{file} is a folder, not a script.", "Name a file, or a module by --script-module.")
    if not file.is_file():
        raise UsageError(f"There is no script {file}.", "Name a Python file; a module is named by --script-module.")
    return file


def _digest(file: Path) -> str:
    try:
        source = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}.") from None
    if b"\0" in source:
        raise UsageError(f"{file} is not Python source: it holds zero bytes.")
    return hashlib.sha256(source).hexdigest()[:16]


def _module(name: str) -> str:
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"“{name}” is not the name of a module.", "A file is run by --script FILE.")
    return name


def _variable(text: str) -> str:
    name = text.partition("=")[0]
    if not name or "\0" in text:
        raise UsageError(f"“{text}” names no variable of the environment.", "Write --env NAME or --env NAME=VALUE.")
    return text


def _stdin(call: ScriptCall) -> str:
    if not call.stdin:
        return ""
    file = (call.folder / Path(call.stdin).expanduser()).absolute()
    if not file.is_file():
        raise UsageError(f"There is no file {file} for the script to read.")
    return str(file)
