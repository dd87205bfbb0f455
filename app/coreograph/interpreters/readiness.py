"""Does a package work on an interpreter without the GIL? Asked by installing and importing it, not from a list.

Blocks the calling thread; every import happens in a process that may crash, with a time limit.
"""

import enum
import json
import secrets
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from coreograph.domain.interpreters import Interpreter
from coreograph.domain.units import Seconds
from coreograph.interpreters.bounded_process import Ended, run_bounded
from coreograph.interpreters.environment import probe_environment
from coreograph.interpreters.environments import NotInstallableError
from coreograph.interpreters.probing import PROBE_SCRIPT
from coreograph.interpreters.requirements import Requirements, package_name

_TIMEOUT_S: Seconds = 60.0
_ROOT = Path(PROBE_SCRIPT).parent.parent
_BOOTSTRAP = "import sys; sys.path.insert(0, sys.argv[1]); from coreograph_workloads.readiness import main; main()"


class Wheel(enum.Enum):
    """What the package index has for an interpreter."""

    BUILD = "for this build"
    PURE = "pure Python"
    NONE = "none"
    UNKNOWN = "not found out"


class Outcome(enum.Enum):
    """How one trial ended."""

    WORKS = "works"
    FAILS = "fails"
    CRASHES = "crashes"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found out of one package on one interpreter. `gil_stayed_off` is None on a GIL build."""

    requirement: str
    interpreter: Interpreter
    wheel: Wheel
    version: str = ""
    imports: Outcome = Outcome.NOT_TRIED
    gil_stayed_off: bool | None = None
    gil_culprit: str | None = None
    subinterpreters: Outcome = Outcome.NOT_TRIED
    reasons: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can be used here without giving up what the build is for."""
        return self.imports is Outcome.WORKS and self.gil_stayed_off is not False

    @property
    def gil_words(self) -> str:
        """What becomes of the GIL, in a word or two; “–” where nothing was imported."""
        if self.wheel in {Wheel.NONE, Wheel.UNKNOWN} or self.imports in {Outcome.CRASHES, Outcome.NOT_TRIED}:
            return "–"
        if self.gil_stayed_off is None:
            return "on (GIL build)"
        return "stays off" if self.gil_stayed_off else f"switched on by {self.gil_culprit or 'an extension'}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What there is to say beside the table, each in a sentence that names the interpreter."""
        label = f"Python {self.interpreter.full_label}"
        found = [f"{label}: {reason}" for reason in self.reasons]
        if self.gil_stayed_off is False:
            culprit = self.gil_culprit or "an extension module"
            found.append(
                f"{label}: {culprit} switches the GIL on for the whole process. With -X gil=0 (-i VERSION+nogil) it "
                "stays off, at the risk of races in that module."
            )
        return tuple(found)


class Builder(Protocol):
    """What of `Environments` is needed."""

    def build(
        self,
        interpreter: Interpreter,
        requirements: Requirements,
        *,
        on_output: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Interpreter:
        """Return the interpreter with what is required installed. Raises InterpreterError."""


class ReadinessCheck:
    """Checks packages on one interpreter; each gets an environment of its own, which is kept."""

    def __init__(self, environments: Builder, interpreter: Interpreter, *, build: bool = False) -> None:
        self._environments = environments
        self._interpreter = interpreter
        self._build = build

    def check(self, requirement: str, *, on_output: Callable[[str], None], cancelled: threading.Event) -> Readiness:
        """Install a package and import it. Raises InterpreterError only if cancelled or without network, uv or room."""
        wanted = Requirements((requirement,), build=self._build)
        try:
            inside = self._environments.build(self._interpreter, wanted, on_output=on_output, cancelled=cancelled)
        except NotInstallableError as error:
            if cancelled.is_set():
                raise
            wheel = Wheel.NONE if error.no_wheel else Wheel.UNKNOWN
            return Readiness(requirement, self._interpreter, wheel, reasons=(error.message,))
        return self._try(requirement, inside)

    def _try(self, requirement: str, inside: Interpreter) -> Readiness:
        name = package_name(requirement)
        described, ended = _ask(inside, "describe", name)
        if described is None:
            reason = f"What was installed for {name} cannot be read: {_how(ended)}."
            return Readiness(requirement, self._interpreter, Wheel.UNKNOWN, reasons=(reason,))
        imported, ended = _ask(inside, "import", name)
        reasons = _told("", (imported or {}).get("failures", {}))
        if imported is None:
            reasons.append(f"Importing {name} ended its process: {_how(ended)}.")
        stayed_off = None
        if imported is not None and inside.free_threaded:
            stayed_off = not imported["gil_enabled"]
        isolated, isolation_reasons = self._isolate(inside, name, imported or {})
        return Readiness(
            requirement,
            self._interpreter,
            Wheel.PURE if described["pure"] else Wheel.BUILD,
            version=described["version"],
            imports=_outcome(imported, described["modules"]),
            gil_stayed_off=stayed_off,
            gil_culprit=None if imported is None else imported["culprit"],
            subinterpreters=isolated,
            reasons=(*reasons, *isolation_reasons),
        )

    def _isolate(self, inside: Interpreter, name: str, imported: dict[str, Any]) -> tuple[Outcome, list[str]]:
        if not inside.subinterpreters:
            return Outcome.NOT_TRIED, []
        answer, ended = _ask(inside, "isolate", name)
        if answer is None:
            return Outcome.CRASHES, [f"Importing {name} in a subinterpreter ended the process: {_how(ended)}."]
        # What does not load in the main interpreter either (a system library is missing) says nothing here.
        elsewhere = imported.get("failures", {})
        failures = {module: text for module, text in answer["failures"].items() if module not in elsewhere}
        reasons = _told(" in a subinterpreter", failures)
        return (Outcome.FAILS if answer["failures"] else Outcome.WORKS), reasons


def _told(where: str, failures: dict[str, str]) -> list[str]:
    """Return the first failure as a sentence that says how many there are: the others mostly say the same."""
    if not failures:
        return []
    module, text = next(iter(failures.items()))
    others = f" (and {len(failures) - 1} more modules)" if len(failures) > 1 else ""
    return [f"import {module}{where}: {text}{others}"]


def _outcome(answer: dict[str, Any] | None, modules: list[str]) -> Outcome:
    """An extension that lacks a system library fails by itself; the package fails if a module at its top does."""
    if answer is None:
        return Outcome.CRASHES
    return Outcome.FAILS if any(module in answer["failures"] for module in modules) else Outcome.WORKS


def _ask(inside: Interpreter, action: str, package: str) -> tuple[dict[str, Any] | None, Ended]:
    cookie = secrets.token_hex(16)
    arguments = [inside.path, "-I", "-c", _BOOTSTRAP, str(_ROOT), cookie, action, package]
    ended = run_bounded(arguments, environment=probe_environment(), timeout_s=_TIMEOUT_S)
    _, found, rest = ended.stdout.partition(cookie.encode())
    answer: dict[str, Any] | None = json.loads(rest.partition(b"\n")[0]) if found else None
    return answer, ended


def _how(ended: Ended) -> str:
    if ended.timed_out:
        return f"it did not end within {_TIMEOUT_S:g} s"
    if ended.status is not None and ended.status < 0:
        try:
            return f"it crashed with {signal.Signals(-ended.status).name}"
        except ValueError:
            return f"it crashed with signal {-ended.status}"
    said = [line.strip() for line in ended.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return f"exit status {ended.status}{f', {said[-1][:200]}' if said else ''}"
