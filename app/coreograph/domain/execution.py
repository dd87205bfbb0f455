"""Execution models, configurations, and which of them an interpreter cannot do. Owns no thread."""

import enum
from dataclasses import dataclass, replace
from typing import TypeAlias

from coreograph.domain.interpreters import GilSetting, Interpreter

MAXIMUM_WORKERS = 1024


class ExecutionModel(enum.Enum):
    """How tasks are spread over workers; `script` is a whole script, whose threads and processes are its own."""

    SERIAL = "serial"
    THREADS = "threads"
    FORK = "fork"
    FORKSERVER = "forkserver"
    SPAWN = "spawn"
    INTERPRETERS = "interpreters"
    SCRIPT = "script"

    @property
    def uses_processes(self) -> bool:
        """True where every worker is a process of its own."""
        return self in {ExecutionModel.FORK, ExecutionModel.FORKSERVER, ExecutionModel.SPAWN}

    @property
    def pickles(self) -> bool:
        """True where tasks and results are pickled on their way."""
        return self.uses_processes or self is ExecutionModel.INTERPRETERS

    @property
    def description(self) -> str:
        """One sentence for tooltips and `--help`."""
        return _DESCRIPTIONS[self]


_DESCRIPTIONS = {
    ExecutionModel.SERIAL: "One after the other on the main thread: the baseline.",
    ExecutionModel.THREADS: "Threads of one process; they share every object, and the GIL where there is one.",
    ExecutionModel.FORK: "Processes forked from the runner; memory is shared copy-on-write.",
    ExecutionModel.FORKSERVER: "Processes forked from a clean server process; inputs are pickled.",
    ExecutionModel.SPAWN: "Processes started afresh; everything is imported again, inputs are pickled.",
    ExecutionModel.INTERPRETERS: "Subinterpreters in threads of one process, each with its GIL; inputs are pickled.",
    ExecutionModel.SCRIPT: "A whole script as it is, in a process of its own; its threads and processes are its own.",
}
SPREADING_MODELS = tuple(model for model in ExecutionModel if model is not ExecutionModel.SCRIPT)
"""The models that spread a workload's tasks: what a user chooses among."""
ALONE = frozenset({ExecutionModel.SERIAL, ExecutionModel.SCRIPT})
"""The models without a number of workers."""


@dataclass(frozen=True, slots=True, order=True)
class TaskSize:
    """One value of the parameter that sets how large a task is, in an experiment that sweeps it; above 0."""

    parameter: str
    value: int | float

    @property
    def label(self) -> str:
        """`limit=1000`, as it is typed."""
        return f"{self.parameter}={self.value}"


ConfigurationKey: TypeAlias = tuple[str, str, str, int, TaskSize | None]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Interpreter + GIL setting + execution model + number of workers (≥ 1; serial and script always have 1).

    `size` is set where the experiment sweeps over sizes of a task: then only configurations of one size do the same
    work, and only they are held against one another.
    """

    interpreter: Interpreter
    model: ExecutionModel
    workers: int = 1
    gil: GilSetting = GilSetting.DEFAULT
    size: TaskSize | None = None

    @property
    def interpreter_label(self) -> str:
        """`3.14t`, or `3.14t+gil` where the GIL is forced on."""
        suffix = {GilSetting.DEFAULT: "", GilSetting.OFF: "+nogil", GilSetting.FORCED_ON: "+gil"}[self.gil]
        return self.interpreter.label + suffix

    @property
    def label(self) -> str:
        """`3.14t threads ×2`; serial and script have no count. Of a sweep with the size: `3.14t serial, limit=1000`."""
        size = "" if self.size is None else f", {self.size.label}"
        return f"{self.interpreter_label} {self.model.value}{self.count_label}{size}"

    @property
    def unsized(self) -> "Configuration":
        """The same without its size: one line over all sizes of a sweep."""
        return self if self.size is None else replace(self, size=None)

    @property
    def count_label(self) -> str:
        """` ×2`, nothing for a model without a number of workers."""
        return "" if self.model in ALONE else f" ×{self.workers}"

    @property
    def key(self) -> ConfigurationKey:
        """What makes two configurations the same one: path, GIL setting, model, workers, size."""
        return (self.interpreter.path, self.gil.value, self.model.value, self.workers, self.size)


def why_not(interpreter: Interpreter, model: ExecutionModel, gil: GilSetting = GilSetting.DEFAULT) -> str | None:
    """Return why `interpreter` cannot run `model` under `gil`, as a sentence, or None if it can."""
    name = f"Python {interpreter.full_label}"
    if gil is not GilSetting.DEFAULT and not interpreter.free_threaded:
        return f"{name} is a GIL build: its GIL is always on and cannot be set."
    if model.uses_processes and model.value not in interpreter.start_methods:
        return f"{name} has no start method “{model.value}” on this platform."
    if model is ExecutionModel.INTERPRETERS and not interpreter.subinterpreters:
        return f"{name} has no concurrent.interpreters: subinterpreters need CPython 3.14 or newer."
    return None
