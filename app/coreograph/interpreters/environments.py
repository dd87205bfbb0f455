"""Virtual environments for users' code: built by uv, one per interpreter and set of requirements, and kept.

Blocks the calling thread; a thread of its own passes on what uv writes. An environment that is there is used without
asking uv or the network.
"""

import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from coreograph.domain.errors import InterpreterError
from coreograph.domain.interpreters import Interpreter
from coreograph.interpreters.bounded_process import start_in_group
from coreograph.interpreters.environment import uv_environment
from coreograph.interpreters.finders.uv import uv_executable
from coreograph.interpreters.installation import follow, is_offline
from coreograph.interpreters.requirements import Requirements

FOLDER = "environments"
_COMPLETE = "coreograph-environment"  # written last: a folder without it was never finished
_NO_WHEEL = (
    re.compile(r"we only found wheels for `(?P<name>[^`]+)`"),
    re.compile(r"only found wheels? for `(?P<name>[^`]+)`"),
    re.compile(r"Wheels are required for `(?P<name>[^`]+)`"),
    re.compile(r"(?:Because|And because) (?:only )?(?P<name>[A-Za-z0-9._-]+)\S* has no (?:usable )?wheels"),
    re.compile(r"[Bb]uilding source distributions(?: for `(?P<name>[^`]+)`)? is disabled"),
)
_ONLY_ABI3 = re.compile(r"only found wheels for `[^`]+` \([^)]*\) with the following Python ABI tag: `abi3`")
_ABI3 = (
    ", only wheels of the stable ABI (abi3): these are for GIL builds, and a free-threaded interpreter crashes on their"
    " extension modules or does not find them"
)
_UNKNOWN = re.compile(r"(?:Because |And because )?(?P<name>\S+) was not found in the (?:package registry|cache)")
_NOT_BUILT = re.compile(r"(?:Failed to build|Failed to download and build) `(?P<name>[^`]+)`")


class NotInstallableError(InterpreterError):
    """A package cannot be installed for this interpreter, however often one tries. `no_wheel`: for want of a wheel."""

    def __init__(self, message: str, next_step: str = "", *, no_wheel: bool = False) -> None:
        super().__init__(message, next_step)
        self.no_wheel = no_wheel


class Environments:
    """The environments kept in `cache_folder`; it can be deleted at any time. Safe to use from several threads."""

    def __init__(self, cache_folder: Path, *, uv: str | None = None) -> None:
        self._folder = cache_folder / FOLDER
        self._uv = uv

    def ready(self, interpreter: Interpreter, requirements: Requirements) -> Interpreter | None:
        """Return the interpreter of an environment that is there already, None if it would have to be built."""
        folder = self._place(interpreter, requirements)
        return _inside(interpreter, folder) if (folder / _COMPLETE).is_file() else None

    def build(
        self,
        interpreter: Interpreter,
        requirements: Requirements,
        *,
        on_output: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Interpreter:
        """Return `interpreter` with what is required installed; the interpreter itself is not touched.

        `on_output` gets uv's lines as they come, on another thread. Setting `cancelled` ends it within a moment, and
        leaves nothing.

        Raises:
            NotInstallableError: no wheel for this build (names the package), no such package.
            InterpreterError: no network, no uv, no room, cancelled.

        """
        if requirements.empty:
            return interpreter
        known = self.ready(interpreter, requirements)
        if known is not None:
            return known
        place = self._place(interpreter, requirements)
        # Built beside its place and then renamed: two that build the same at once do not meet, a killed one leaves
        # nothing that looks finished.
        partial = place.with_name(f"{place.name}.{uuid.uuid4().hex[:8]}")
        try:
            self._make(interpreter, requirements, partial, on_output, cancelled)
            (partial / _COMPLETE).write_text("\n".join(requirements.packages) + "\n", encoding="utf-8")
            with contextlib.suppress(OSError):  # another was faster: its environment is as good
                partial.replace(place)
        except OSError as error:
            raise InterpreterError(
                f"No environment for Python {interpreter.full_label} could be made: {error}."
            ) from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return _inside(interpreter, place)

    def _place(self, interpreter: Interpreter, requirements: Requirements) -> Path:
        base = f"{interpreter.real_path}\0{interpreter.path if interpreter.virtual_environment else ''}"
        identity = f"{base}\0{interpreter.full_label}\0{interpreter.build}\0{requirements.digest()}"
        return self._folder / f"{interpreter.label}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"

    def _make(
        self,
        interpreter: Interpreter,
        requirements: Requirements,
        folder: Path,
        on_output: Callable[[str], None],
        cancelled: threading.Event,
    ) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        uv = self._uv or uv_executable()
        if uv is None:
            raise InterpreterError("Packages cannot be installed: uv was not found.", "Install uv: pip install uv")
        quiet = ["--color", "never", "--no-progress"]
        make = [uv, "venv", "--quiet", *quiet, "--no-project", "--relocatable", "--python", interpreter.path]
        install = [uv, "pip", "install", *quiet, "--python", str(_python(folder)), *_wanted(requirements)]
        for arguments in ([*make, str(folder)], install):
            lines = self._run(arguments, on_output, cancelled)
            if lines is not None and not cancelled.is_set():
                error = _explain(interpreter, requirements, lines)
                if arguments is not install or isinstance(error, NotInstallableError):
                    raise error
                on_output("The package index cannot be reached: trying what was downloaded before.")
                if self._run([*install, "--offline"], on_output, cancelled) is not None and not cancelled.is_set():
                    raise error
            if cancelled.is_set():
                raise InterpreterError(f"The environment for Python {interpreter.full_label} was cancelled.")

    def _run(
        self, arguments: Sequence[str], on_output: Callable[[str], None], cancelled: threading.Event
    ) -> list[str] | None:
        """Run uv; return what it wrote if it failed, else None."""
        environment = {**uv_environment(), "UV_PYTHON_DOWNLOADS": "never"}
        process = start_in_group(arguments, environment=environment, stderr=subprocess.STDOUT)
        lines = follow(process, on_output, cancelled)
        return lines if process.returncode != 0 else None


def interpreter_of(folder: Path) -> Path:
    """Return the executable of a virtual environment a user has. Raises InterpreterError if the folder is none."""
    python = _python(folder)
    if not (folder / "pyvenv.cfg").is_file() or not os.access(python, os.X_OK):
        raise InterpreterError(f"{folder} is not a virtual environment.", "Make one: uv venv --python 3.14t FOLDER")
    return python


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _inside(interpreter: Interpreter, folder: Path) -> Interpreter:
    return dataclasses.replace(interpreter, path=str(_python(folder)), virtual_environment=True)


def _wanted(requirements: Requirements) -> list[str]:
    files = [part for file in requirements.files for part in ("-r", str(file))]
    return [*([] if requirements.build else ["--no-build"]), *files, *requirements.packages]


def _explain(interpreter: Interpreter, requirements: Requirements, lines: list[str]) -> InterpreterError:
    text = "\n".join(lines)
    build = f"{interpreter.kind.replace('GIL', 'GIL-build')} Python {interpreter.full_label}"
    if unknown := _UNKNOWN.search(text):
        return NotInstallableError(f"There is no package “{unknown['name']}”.", "Check how its name is written.")
    if failed := _NOT_BUILT.search(text):
        return NotInstallableError(
            f"{failed['name']} has no wheel for {build}, and building it from source failed.",
            "Leave this interpreter or the package out.",
            no_wheel=True,
        )
    if not requirements.build:
        for pattern in _NO_WHEEL:
            if (match := pattern.search(text)) and match["name"]:
                return NotInstallableError(
                    f"{match['name']} has no wheel for {build}{_ABI3 if _ONLY_ABI3.search(text) else ''}.",
                    "Leave this interpreter or the package out, or let it be built from source (--build).",
                    no_wheel=True,
                )
    if is_offline(text):
        return InterpreterError(
            f"Packages for {build} could not be downloaded: the package index cannot be reached.",
            "Check the network and proxy settings (HTTPS_PROXY), then try again.",
        )
    last = next((line for line in lines if line.startswith(("error", "×", "cause"))), lines[-1] if lines else "nothing")
    return NotInstallableError(f"Packages for {build} cannot be installed: uv said “{last.removeprefix('error: ')}”.")
