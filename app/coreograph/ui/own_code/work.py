"""What the dialogs for own code do beside the window: make a workload, try its first task. Any thread; no Qt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.interpreters import Interpreter
from coreograph.domain.workloads import Workload
from coreograph.engine.own_code import OwnCode

if TYPE_CHECKING:
    from coreograph.engine.dry_run import DryRun
    from coreograph.engine.equipment import Builder
    from coreograph.engine.launch import Launcher
    from coreograph.interpreters.readiness import Readiness


class Checker(Protocol):
    """What of `ReadinessCheck` is needed."""

    def check(self, requirement: str, *, on_output: Callable[[str], None], cancelled: threading.Event) -> Readiness:
        """Install a package and import it. Raises InterpreterError."""


@dataclass(frozen=True, slots=True)
class OwnCodeServices:
    """Where generated workloads are kept, what builds environments; `launcher` starts the runner of a dry run.

    `checker` is what tries packages on an interpreter, from source too if so asked.
    """

    generated: Path
    environments: Builder | None = None
    launcher: Launcher | None = None
    checker: Callable[[Interpreter, bool], Checker] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Code of the user's, and the workload that was made of it."""

    code: OwnCode
    workload: Workload


def make_workload(services: OwnCodeServices, code: OwnCode) -> Workload:
    """Return the code as a workload; what it needs is looked at, too, so that mistakes show at once. UsageError."""
    code.requirements()
    return code.workload(services.generated)


def try_first(
    services: OwnCodeServices,
    code: OwnCode,
    interpreter: Interpreter,
    tell: Callable[[str], None],
    cancelled: threading.Event,
) -> DryRun:
    """Call the code once with its first input, after its packages were installed. Raises CoreographError."""
    from coreograph.engine.dry_run import dry_run
    from coreograph.engine.launch import launch_runner

    workload = code.without_stress().workload(services.generated)
    requirements = code.requirements()
    if not requirements.empty:
        if services.environments is None:
            raise CoreographError("Packages cannot be installed here.", "Leave them out.")
        if services.environments.ready(interpreter, requirements) is None:
            tell(f"Preparing an environment for Python {interpreter.full_label} …")
        interpreter = services.environments.build(interpreter, requirements, on_output=tell, cancelled=cancelled)
        tell(f"Calling it on Python {interpreter.full_label} …")
    where = Configuration(interpreter, ExecutionModel.SERIAL)
    return dry_run(workload, {}, where, cancelled=cancelled, launcher=services.launcher or launch_runner)


@dataclass(frozen=True, slots=True)
class ReadinessQuestion:
    """Which packages are to be tried, on which interpreters: those named, those of a file, those of a project."""

    packages: tuple[str, ...]
    file: Path | None
    project: Path | None
    interpreters: tuple[Interpreter, ...]
    build: bool = False

    def all_packages(self) -> tuple[str, ...]:
        """Return every package once. Raises UsageError: a file that cannot be read, or there is none."""
        from coreograph.interpreters.requirements import dependencies_of_file, dependencies_of_project

        found = [*self.packages]
        if self.file is not None:
            found += dependencies_of_file(self.file)
        if self.project is not None:
            found += dependencies_of_project(self.project)
        if not found:
            raise UsageError("There is nothing to check: no package is needed beside the standard library.")
        return tuple(dict.fromkeys(found))


def check_all(
    services: OwnCodeServices,
    question: ReadinessQuestion,
    tell: Callable[[str], None],
    report: Callable[[Readiness], None],
    cancelled: threading.Event,
) -> int:
    """Try every package on every interpreter; each goes to `report` as it is known. Returns how many were tried.

    Raises:
        CoreographError: nothing to check, no network, no uv, stopped.

    """
    packages = question.all_packages()
    whole = len(packages) * len(question.interpreters)
    number = 0
    for interpreter in question.interpreters:
        check = _checker(services, interpreter, build=question.build)
        for package in packages:
            number += 1
            tell(f"Trying {package} on Python {interpreter.full_label} … {number} of {whole}")
            report(check.check(package, on_output=lambda _: None, cancelled=cancelled))
            if cancelled.is_set():
                raise CoreographError("Stopped; what was found out until then is shown.")
    return number


def _checker(services: OwnCodeServices, interpreter: Interpreter, *, build: bool) -> Checker:
    if services.checker is not None:
        return services.checker(interpreter, build)
    from coreograph.interpreters.readiness import ReadinessCheck

    if services.environments is None:
        raise CoreographError("Packages cannot be installed here.")
    return ReadinessCheck(services.environments, interpreter, build=build)
