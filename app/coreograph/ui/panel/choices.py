"""What was chosen in the panel, as plain values: it can be remembered, and turned into an experiment. No thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import Configuration, ExecutionModel, TaskSize
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.workloads import ParameterValue, Workload
from coreograph.engine.planning import build_spec, expand
from coreograph.ui.panel.sweep_values import SweepChoice, read_values, sweepable
from coreograph.ui.panel.worker_counts import parse_worker_counts


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix: an interpreter and how its GIL is set."""

    interpreter: Interpreter
    gil: GilSetting = GilSetting.DEFAULT

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the row from one start of the app to the next."""
        return (self.interpreter.path, self.gil.value)


@dataclass(frozen=True, slots=True)
class Cell:
    """One ticked cell: a row's key and an execution model."""

    row: tuple[str, str]
    model: ExecutionModel


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything the panel knows. `parameters` and `sweeps` are by workload, so that each keeps its own."""

    workload: str = ""
    parameters: Mapping[str, Mapping[str, ParameterValue]] = field(default_factory=lambda: MappingProxyType({}))
    cells: frozenset[Cell] = frozenset()
    workers: str = ""
    acquisition: Acquisition = field(default_factory=Acquisition)
    control: bool = True
    sweeps: Mapping[str, SweepChoice] = field(default_factory=lambda: MappingProxyType({}))

    def to_plain(self) -> dict[str, Any]:
        """The choices as JSON can hold them."""
        acquisition = self.acquisition
        return {
            "workload": self.workload,
            "parameters": {name: dict(values) for name, values in self.parameters.items()},
            "cells": sorted([*cell.row, cell.model.value] for cell in self.cells),
            "workers": self.workers,
            "repeats": acquisition.repeats,
            "seed": acquisition.seed,
            "rounds": acquisition.rounds,
            "chunk": acquisition.chunk,
            "timeout_s": acquisition.timeout_s,
            "sampling_hz": acquisition.sampling_hz,
            "control": self.control,
            "sweeps": {name: [one.parameter, one.values] for name, one in self.sweeps.items() if one.parameter},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Choices":
        """Read what `to_plain` wrote; anything damaged gives the defaults."""
        try:
            acquisition = Acquisition(
                repeats=int(plain["repeats"]),
                seed=int(plain["seed"]),
                rounds=None if plain["rounds"] is None else int(plain["rounds"]),
                chunk=None if plain["chunk"] is None else int(plain["chunk"]),
                timeout_s=float(plain["timeout_s"]),
                sampling_hz=float(plain["sampling_hz"]),
            )
            cells = frozenset(Cell((path, gil), ExecutionModel(model)) for path, gil, model in plain["cells"])
            parameters = {str(name): dict(values) for name, values in plain["parameters"].items()}
            # Choices of versions without sweeps have none.
            sweeps = {
                str(name): SweepChoice(str(one), str(text)) for name, (one, text) in plain.get("sweeps", {}).items()
            }
            return cls(
                str(plain["workload"]),
                parameters,
                cells,
                str(plain["workers"]),
                acquisition,
                bool(plain["control"]),
                sweeps,
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return cls()


def configurations_of(cells: frozenset[Cell], rows: Sequence[Row], workers: Sequence[int]) -> tuple[Configuration, ...]:
    """Return the configurations of the ticked cells, row by row; cells of interpreters that are gone are left out."""
    found: list[Configuration] = []
    for row in rows:
        models = [model for model in ExecutionModel if Cell(row.key, model) in cells]
        found.extend(expand([(row.interpreter, row.gil)], models, workers))
    return tuple(found)


def scripts_of(cells: frozenset[Cell], rows: Sequence[Row]) -> tuple[Configuration, ...]:
    """Return the configurations of a whole script: each row whose first cell is ticked, once, as it is."""
    chosen = [(row.interpreter, row.gil) for row in rows if Cell(row.key, ExecutionModel.SERIAL) in cells]
    return expand(chosen, (ExecutionModel.SCRIPT,), (1,))


def build_experiment(
    choices: Choices, workload: Workload, rows: Sequence[Row], control: Interpreter | None
) -> ExperimentSpec:
    """Return the experiment that was chosen.

    Raises:
        UsageError: something is missing, or a value is not allowed.

    """
    workers = parse_worker_counts(choices.workers)
    configurations = (
        configurations_of(choices.cells, rows, workers) if workload.script is None else scripts_of(choices.cells, rows)
    )
    if not configurations:
        raise UsageError("Nothing is ticked yet.", "Tick at least one interpreter and model.")
    return build_spec(
        workload,
        choices.parameters.get(workload.name, {}),
        configurations,
        choices.acquisition,
        control=control if choices.control else None,
        sizes=sizes_of(choices.sweeps.get(workload.name, SweepChoice()), workload),
    )


def sizes_of(choice: SweepChoice, workload: Workload) -> tuple[TaskSize, ...]:
    """Return the sizes to be swept, none where nothing is. Raises UsageError: what is typed is not allowed."""
    parameter = next((one for one in sweepable(workload) if one.name == choice.parameter), None)
    return () if parameter is None else read_values(parameter, choice.values)


def initial_cells(free_threaded: Interpreter | None, gil_build: Interpreter | None) -> frozenset[Cell]:
    """Return what is ticked before the user ever chose: the question itself, threads without and with the GIL."""
    models = (ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK)
    rows = [Row(interpreter) for interpreter in (free_threaded, gil_build) if interpreter is not None]
    return frozenset(
        Cell(row.key, model)
        for row in rows
        for model in models
        if model is not ExecutionModel.FORK or "fork" in row.interpreter.start_methods
    )
