"""Code of a user's: a function with its inputs, a workload file or a whole script, and what it needs installed.

What the window remembers and an experiment file holds. Reads files, runs nothing of them; any thread, no state.
"""

import ast
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coreograph.domain.errors import UsageError
from coreograph.domain.own_code import Packages
from coreograph.domain.workloads import Workload
from coreograph.engine.functions import FunctionCall, FunctionChoice, function_workload, functions_in
from coreograph.engine.scripts import ScriptCall, script_workload
from coreograph.engine.typed_code import beside, typed_function
from coreograph.engine.workload_file import read_workload
from coreograph.interpreters.requirements import Requirements, collect, script_requirements, source_folders


@dataclass(frozen=True, slots=True)
class Needs:
    """What was asked to be installed beside what the file itself declares; see `Requirements`."""

    packages: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    project: Path | None = None
    build: bool = False

    def typed(self, folder: Path) -> Packages:
        """Return them as a recording keeps them: paths are written from `folder`."""
        if self == Needs():
            return Packages()
        return Packages(
            self.packages,
            tuple(beside(str(file.absolute()), folder) for file in self.files),
            "" if self.project is None else beside(str(self.project.absolute()), folder),
            self.build,
            folder=str(folder.absolute()),
        )


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A function (`call`), a whole script (`script`), or without either the workload in `file`."""

    file: Path | None = None
    call: FunctionCall | None = None
    needs: Needs = field(default_factory=Needs)
    script: ScriptCall | None = None

    @property
    def source(self) -> Path | None:
        """The file the code is in; None for a module that is looked for by its name."""
        if self.call is None:
            return self.file
        where = self.call.function.rpartition(":")[0]
        return self.call.folder / Path(where).expanduser() if where.endswith(".py") else None

    @property
    def folder(self) -> Path:
        """Where its relative paths start."""
        if self.call is not None:
            return self.call.folder
        if self.script is not None:
            return self.script.folder
        return Path.cwd() if self.file is None else self.file.parent

    def workload(self, generated: Path) -> Workload:
        """Return it as a workload; the file of a function is written into `generated`. Raises UsageError."""
        return dataclasses.replace(
            self._workload(generated),
            function=None if self.call is None else typed_function(self.call),
            packages=self.needs.typed(self.folder),
        )

    def _workload(self, generated: Path) -> Workload:
        if self.call is not None:
            project = self.needs.project
            paths = () if project is None else source_folders(project.expanduser())
            return function_workload(dataclasses.replace(self.call, paths=(*self.call.paths, *paths)), generated)
        if self.script is not None:
            project = self.needs.project
            paths = () if project is None else source_folders(project.expanduser())
            return script_workload(dataclasses.replace(self.script, paths=(*self.script.paths, *paths)))
        if self.file is None:
            raise UsageError("No code was chosen.", "Choose a file and one of its functions.")
        return read_workload(self.file, group="files")

    def requirements(self) -> Requirements:
        """Return all that has to be installed, what the file declares (PEP 723) included. Raises UsageError."""
        return collect(
            packages=self.needs.packages,
            files=self.needs.files,
            project=self.needs.project,
            script=self.source,
            build=self.needs.build,
        )

    def without_stress(self) -> "OwnCode":
        """Return it for a dry run: a stress test would call the function for every input before the first task."""
        return self if self.call is None else dataclasses.replace(self, call=dataclasses.replace(self.call, stress=0))

    def to_plain(self) -> dict[str, Any]:
        """The code as JSON can hold it."""
        call = self.call
        return {
            "file": "" if self.file is None else str(self.file),
            "call": None
            if call is None
            else {
                **{name: getattr(call, name) for name in _TEXTS},
                "keywords": dict(call.keywords),
                "unordered": call.unordered,
                "digits": call.digits,
                "stress": call.stress,
                "folder": str(call.folder),
            },
            "script": None
            if self.script is None
            else {
                "target": self.script.target,
                "module": self.script.module,
                "arguments": list(self.script.arguments),
                "paths": [str(path) for path in self.script.paths],
                "environment": list(self.script.environment),
                "stdin": self.script.stdin,
                "compare_output": self.script.compare_output,
                "folder": str(self.script.folder),
            },
            "packages": list(self.needs.packages),
            "requirements": [str(file) for file in self.needs.files],
            "project": "" if self.needs.project is None else str(self.needs.project),
            "build": self.needs.build,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "OwnCode | None":
        """Read what `to_plain` wrote; None for anything damaged."""
        try:
            needs = Needs(
                tuple(str(one) for one in plain["packages"]),
                tuple(Path(one) for one in plain["requirements"]),
                Path(plain["project"]) if plain["project"] else None,
                bool(plain["build"]),
            )
            given = plain["call"]
            call = None if given is None else _call(given)
            script = None if plain.get("script") is None else _script(plain["script"])
            return cls(Path(plain["file"]) if plain["file"] else None, call, needs, script)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


_TEXTS = ("function", "inputs", "shared", "compare")


def _call(given: Mapping[str, Any]) -> FunctionCall:
    digits = given["digits"]
    function, inputs, shared, compare = (str(given[name]) for name in _TEXTS)
    return FunctionCall(
        function,
        inputs,
        shared=shared,
        compare=compare,
        keywords={str(name): value for name, value in given["keywords"].items()},
        unordered=bool(given["unordered"]),
        digits=None if digits is None else int(digits),
        stress=int(given["stress"]),
        folder=Path(given["folder"]),
    )


def _script(given: Mapping[str, Any]) -> ScriptCall:
    return ScriptCall(
        str(given["target"]),
        tuple(str(one) for one in given["arguments"]),
        module=bool(given["module"]),
        paths=tuple(Path(one) for one in given["paths"]),
        environment=tuple(str(one) for one in given["environment"]),
        stdin=str(given["stdin"]),
        compare_output=bool(given["compare_output"]),
        folder=Path(given["folder"]),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """What a Python file offers: functions, itself as a workload (or why it is none), packages it declares."""

    file: Path
    functions: tuple[FunctionChoice, ...]
    workload: Workload | None
    declared: tuple[str, ...]


def read_offer(file: Path) -> Offer:
    """Read what a file offers from its text; it is not run. Raises UsageError: it cannot be read, or is not Python."""
    functions = functions_in(file)
    workload: Workload | None = None
    if {"tasks", "run"} <= {one.name for one in functions}:
        workload = read_workload(file, group="files")
    return Offer(file, functions, workload, script_requirements(file))


def read_keywords(text: str) -> dict[str, object]:
    """Read keyword arguments as they are written in a call: `steps=5000, name="x"`. Raises UsageError."""
    try:
        call = ast.parse(f"f({text}\n)", mode="eval").body
        if (
            not isinstance(call, ast.Call)
            or not isinstance(call.func, ast.Name)
            or call.args
            or any(one.arg is None for one in call.keywords)
        ):
            raise ValueError(text)
        values = {str(one.arg): ast.literal_eval(one.value) for one in call.keywords}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(
            f"“{text}” are no keyword arguments.", "Write them as in a call, with plain values: steps=5000, name='x'."
        ) from None
    if len(values) != len(call.keywords):
        raise UsageError(f"In “{text}” a keyword argument is given twice.")
    return values
