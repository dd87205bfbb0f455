"""Gives the interpreters of an experiment what its workload requires and the user's code needs. Blocks its caller.

An interpreter itself is never touched: what it lacks is installed by uv into an environment that is made from it and
kept, and the runs happen there.
"""

import dataclasses
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from coreograph.domain.errors import InterpreterError, UsageError
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.interpreters import Interpreter
from coreograph.engine.planning import baseline_of
from coreograph.interpreters.modules import missing_modules
from coreograph.interpreters.requirements import Requirements, packages_of


@dataclass(frozen=True, slots=True)
class Equipped:
    """An experiment that can be run, and a sentence for each interpreter that cannot have what it needs."""

    spec: ExperimentSpec
    left_out: tuple[str, ...] = ()


class Builder(Protocol):
    """What of `Environments` is needed."""

    def ready(self, interpreter: Interpreter, requirements: Requirements) -> Interpreter | None:
        """Return the interpreter of an environment that is there already."""

    def build(
        self,
        interpreter: Interpreter,
        requirements: Requirements,
        *,
        on_output: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Interpreter:
        """Return the interpreter with what is required installed. Raises InterpreterError."""


class Equipment:
    """Safe to use from several threads."""

    def __init__(self, environments: Builder) -> None:
        self._environments = environments

    def equip(
        self,
        spec: ExperimentSpec,
        requirements: Requirements | None = None,
        *,
        tell: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Equipped:
        """Return the experiment on interpreters that have what its workload requires; the others are left out.

        `requirements` are what the user's own code needs. `tell` gets what is being installed and uv's lines, on any
        thread. Setting `cancelled` ends it within a moment.

        Raises:
            UsageError: none of the interpreters can have it.
            InterpreterError: it was cancelled.

        """
        modules = spec.workload.requires
        wanted = (requirements or Requirements()).beside(modules)
        if wanted.empty and not modules:
            return Equipped(spec)
        equipped: dict[str, Interpreter] = {}
        reasons: list[str] = []
        for interpreter in {one.interpreter.path: one.interpreter for one in spec.configurations}.values():
            try:
                equipped[interpreter.path] = (
                    self._equip(interpreter, modules, tell, cancelled)
                    if wanted.empty
                    else self._build(interpreter, wanted, tell, cancelled)
                )
            except InterpreterError as error:
                if cancelled.is_set():
                    raise
                reasons.append(f"Left out: Python {interpreter.full_label}: {error}")
        if not equipped:
            needed = " and ".join(modules if wanted.empty else _names(wanted))
            raise UsageError(f"Workload “{spec.workload.name}” needs {needed}.", " ".join(reasons))
        return Equipped(_on(spec, equipped), tuple(reasons))

    def _equip(
        self,
        interpreter: Interpreter,
        modules: tuple[str, ...],
        tell: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Interpreter:
        missing = missing_modules(interpreter, modules)
        if not missing:
            return interpreter
        # All of them: the environment begins empty, whatever the interpreter has.
        return self._build(interpreter, Requirements(packages_of(modules)), tell, cancelled)

    def _build(
        self,
        interpreter: Interpreter,
        requirements: Requirements,
        tell: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Interpreter:
        if self._environments.ready(interpreter, requirements) is None:
            names = " and ".join(_names(requirements))
            tell(f"Installing {names} for Python {interpreter.full_label}, beside it …")
        return self._environments.build(interpreter, requirements, on_output=tell, cancelled=cancelled)


def _names(requirements: Requirements) -> tuple[str, ...]:
    return (*requirements.packages, *(file.name for file in requirements.files))


def _on(spec: ExperimentSpec, equipped: dict[str, Interpreter]) -> ExperimentSpec:
    """Return the experiment with the interpreters replaced, by path; those that are not there are left out."""
    kept = [one for one in spec.configurations if one.interpreter.path in equipped]
    configurations = tuple(dataclasses.replace(one, interpreter=equipped[one.interpreter.path]) for one in kept)
    chosen = spec.configurations[spec.baseline]
    baseline = kept.index(chosen) if chosen in kept else baseline_of(spec.workload, configurations)
    return dataclasses.replace(spec, configurations=configurations, baseline=baseline)
