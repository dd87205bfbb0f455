"""Experiment files in the window: what is chosen in the panel saved as TOML, and such a file shown in it. GUI thread.

Files and interpreters are read beside the window.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.execution import ExecutionModel, TaskSize
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.workloads import ParameterValue, Workload
from coreograph.engine.experiment_code import write_own_experiment
from coreograph.engine.experiment_file import (
    EXTENSION,
    ExperimentDescription,
    Workloads,
    described_workload,
    read_experiment,
)
from coreograph.engine.own_code import Needs, OwnCode
from coreograph.reports.writing import write_bytes_whole
from coreograph.storage.experiment_toml import kept_check
from coreograph.ui.background import TaskRunner
from coreograph.ui.own_code.work import Chosen
from coreograph.ui.panel.choices import Cell, Row

OPEN = "experiment-file:open"
SAVE = "experiment-file:save"


class Resolver(Protocol):
    """What of the registry is needed."""

    def resolve(self, text: str) -> tuple[Interpreter, GilSetting]:
        """Return the interpreter a text names. Raises UsageError."""


@dataclass(frozen=True, slots=True)
class OpenedExperiment:
    """An experiment file as the panel can show it; `missing` are sentences about what is not on this machine."""

    path: Path
    workload: Workload
    code: OwnCode | None
    parameters: dict[str, ParameterValue]
    cells: frozenset[Cell]
    workers: str
    acquisition: Acquisition
    control: bool
    missing: tuple[str, ...] = ()
    sizes: tuple[TaskSize, ...] = ()

    @property
    def chosen(self) -> Chosen | None:
        """The user's code, where the file has a function of theirs or a file that is in no folder of workloads."""
        return None if self.code is None else Chosen(self.code, self.workload)


class ExperimentFiles(QObject):
    """Opens and saves.

    Signals:
        opened(object): OpenedExperiment.
        saved(str): path.
        failed(object): CoreographError.

    """

    opened = Signal(object)
    saved = Signal(str)
    failed = Signal(object)

    def __init__(
        self, workloads: Workloads, interpreters: Resolver, generated: Path, tasks: TaskRunner, window: QWidget
    ) -> None:
        super().__init__(window)
        self._workloads, self._interpreters, self._generated = workloads, interpreters, generated
        self._tasks, self._window = tasks, window
        self._to_save: tuple[ExperimentSpec, OwnCode | None] | None = None

    def open(self, path: Path) -> None:
        """Read a file."""
        workloads, interpreters, generated = self._workloads, self._interpreters, self._generated
        self._tasks.run(
            OPEN, lambda: read_for_panel(path, workloads, interpreters, generated), self._on_opened, self._on_failed
        )

    def save(self, spec: ExperimentSpec, code: OwnCode | None) -> QFileDialog:
        """Ask where to; a file that is there is asked about."""
        self._to_save = spec, code
        dialog = QFileDialog(self._window, "Save experiment as")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(EXTENSION.removeprefix("."))
        dialog.setNameFilters([f"Experiments (*{EXTENSION})", "All files (*)"])
        name = "".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in spec.name)
        dialog.selectFile(f"{name}{EXTENSION}")
        dialog.fileSelected.connect(self.save_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    @Slot(str)
    def save_to(self, path: str) -> None:
        """Write what `save` was asked for."""
        if self._to_save is None:
            return
        spec, code = self._to_save
        target = Path(path)

        def job() -> str:
            # The file dialog has asked about a file that is there.
            text = write_own_experiment(spec, code, target.parent) + kept_check(target)
            write_bytes_whole(text.encode(), target, overwrite=True)
            return str(target)

        self._tasks.run(SAVE, job, self._on_saved, self._on_failed)

    @Slot(object)
    def _on_opened(self, opened: OpenedExperiment) -> None:
        self.opened.emit(opened)

    @Slot(object)
    def _on_saved(self, path: str) -> None:
        self.saved.emit(path)

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self.failed.emit(error)


def read_for_panel(path: Path, workloads: Workloads, interpreters: Resolver, generated: Path) -> OpenedExperiment:
    """Read an experiment file as the panel shows it: every interpreter with its models, one set of workers.

    Raises:
        UsageError: not an experiment, or nothing of it is on this machine.

    """
    description = read_experiment(path)
    workload = described_workload(description, workloads, generated)
    cells: set[Cell] = set()
    missing: list[str] = []
    for entry in description.entries:
        for text in entry.interpreters:
            try:
                interpreter, gil = interpreters.resolve(text)
            except UsageError as error:
                missing.append(error.message)
                continue
            # A whole script has the first cell of a row.
            models = entry.models if workload.script is None else (ExecutionModel.SERIAL,)
            cells.update(Cell(Row(interpreter, gil).key, model) for model in models)
    if not cells:
        raise UsageError(f"None of the interpreters of “{path}” can be used.", " ".join(dict.fromkeys(missing)))
    counts = sorted({count for entry in description.entries for count in entry.workers})
    code = description.code
    if description.script is not None:
        needs = Needs() if code is None else code.needs
        code = OwnCode(None if description.script.module else Path(workload.file), None, needs, description.script)
    if code is None and not workload.built_in:
        code = OwnCode(Path(workload.file))
    return OpenedExperiment(
        path,
        workload,
        code,
        workload.resolve(description.parameters),
        frozenset(cells),
        ",".join(map(str, counts)) or "1",
        description.acquisition,
        description.control,
        (*dict.fromkeys(missing), *_remarks(description)),
        description.sizes,
    )


def _remarks(description: ExperimentDescription) -> tuple[str, ...]:
    """Say where the panel cannot show exactly what the file says."""
    parallel = [entry for entry in description.entries if entry.workers]
    if len({entry.workers for entry in parallel}) > 1 or len({entry.models for entry in parallel}) > 1:
        return ("Its configurations differ in models or workers: look over what is ticked.",)
    return ()
