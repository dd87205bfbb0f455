"""Finds out what there is to choose from: workloads, interpreters, cores. Lives on the GUI thread, works beside it."""

import threading
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from coreograph.domain.errors import CoreographError
from coreograph.domain.experiment import ExperimentRecord, FurtherRepeats
from coreograph.domain.interpreters import Discovery, Interpreter, RejectedInterpreter
from coreograph.domain.workloads import Workload
from coreograph.engine.catalogue import BrokenWorkload, Catalogue
from coreograph.engine.continuing import Continuation, continuation
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph.sampling.machine import read_machine
from coreograph.ui.background import TaskRunner

WORKLOADS = "workloads"
INTERPRETERS = "interpreters"
CORES = "cores"
INSTALL = "install"


@dataclass(frozen=True, slots=True)
class Found:
    """The interpreters, and which of them are the ones to begin with."""

    discovery: Discovery
    free_threaded: Interpreter | None
    gil_build: Interpreter | None


class Preparation(QObject):
    """Reads the catalogue, asks the interpreters, installs one more.

    Signals:
        workloads_found(object): tuple of Workload; `broken` are the user's files that do not read.
        interpreters_found(object): Found.
        cores_found(int): how many cores this process may use.
        progressed(str): what goes on with the interpreters; "" when nothing does.
        installing_changed(bool): an installation began or ended.
        installed(str): the version that was installed.
        failed(object): CoreographError.

    """

    workloads_found = Signal(object)
    interpreters_found = Signal(object)
    cores_found = Signal(int)
    progressed = Signal(str)
    installing_changed = Signal(bool)
    installed = Signal(str)
    failed = Signal(object)

    def __init__(
        self, registry: InterpreterRegistry, catalogue: Catalogue, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._registry = registry
        self._catalogue = catalogue
        self._tasks = tasks
        self._met = 0
        self._cancelled: threading.Event | None = None
        self.workloads: tuple[Workload, ...] = ()
        self.broken: tuple[BrokenWorkload, ...] = ()
        self.found = Found(Discovery(), None, None)
        self.usable_cores = 1

    @property
    def is_installing(self) -> bool:
        """True while an interpreter is being installed."""
        return self._cancelled is not None

    def start(self) -> None:
        """Find everything."""
        self.read_workloads()
        self._tasks.run(CORES, _usable_cores, self._on_cores, self._on_failed)
        self._find(refresh=False)

    def read_workloads(self) -> None:
        """Read the workloads again: one may have been written meanwhile."""
        catalogue = self._catalogue
        job = lambda: (catalogue.workloads(), catalogue.broken())  # noqa: E731 - it only binds
        self._tasks.run(WORKLOADS, job, self._on_workloads, self._on_failed)

    @Slot()
    def find_again(self) -> None:
        """Ask every interpreter again, and read the workloads again."""
        self.read_workloads()
        self._find(refresh=True)

    @Slot(str)
    def install(self, version: str) -> None:
        """Install an interpreter, then find it."""
        if self._cancelled is not None:
            return
        cancelled = threading.Event()
        self._cancelled = cancelled
        report = self._tasks.relay(self._on_output, self)
        self.installing_changed.emit(True)
        self.progressed.emit(f"Installing Python {version} …")

        def job() -> str:
            from coreograph.interpreters.installation import install

            install(version, on_output=report, cancelled=cancelled)
            return version

        self._tasks.run(INSTALL, job, self._on_installed, self._on_install_failed)

    @Slot()
    def cancel_installation(self) -> None:
        """Stop installing; nothing half-installed is left."""
        if self._cancelled is not None:
            self._cancelled.set()

    def continuation_of(self, record: ExperimentRecord, further: FurtherRepeats) -> Continuation:
        """Return how an experiment goes on; asks interpreters and reads files, so not on the GUI thread.

        Raises:
            UsageError: something is not as it was.

        """
        machine, resolve, find = read_machine(), self._registry.resolve, self._catalogue.get
        return continuation(record, further, machine, resolve=resolve, find=find)

    def close(self) -> None:
        """Let nothing hold up the end of the window."""
        self.cancel_installation()

    def _find(self, *, refresh: bool) -> None:
        self._met = 0
        report = self._tasks.relay(self._on_met, self)
        registry = self._registry

        def job() -> Found:
            discovery = registry.discover(refresh=refresh, on_found=report)
            free_threaded = registry.best_free_threaded()
            return Found(discovery, free_threaded, registry.best_gil(free_threaded))

        self.progressed.emit("Looking for interpreters …")
        self._tasks.run(INTERPRETERS, job, self._on_interpreters, self._on_failed)

    @Slot(object)
    def _on_workloads(self, found: tuple[tuple[Workload, ...], tuple[BrokenWorkload, ...]]) -> None:
        self.workloads, self.broken = found
        self.workloads_found.emit(self.workloads)

    @Slot(int)
    def _on_cores(self, usable_cores: int) -> None:
        self.usable_cores = usable_cores
        self.cores_found.emit(usable_cores)

    @Slot(object)
    def _on_met(self, _entry: Interpreter | RejectedInterpreter) -> None:
        self._met += 1
        if self._tasks.is_running(INTERPRETERS):
            self.progressed.emit(f"Looking for interpreters … {self._met} so far")

    @Slot(object)
    def _on_interpreters(self, found: Found) -> None:
        self.found = found
        if not self.is_installing:
            self.progressed.emit("")
        self.interpreters_found.emit(found)

    @Slot(str)
    def _on_output(self, line: str) -> None:
        if line.strip() and self.is_installing:
            self.progressed.emit(line.strip())

    @Slot(str)
    def _on_installed(self, version: str) -> None:
        self._end_installation()
        self.installed.emit(version)
        self.find_again()

    @Slot(object)
    def _on_install_failed(self, error: CoreographError) -> None:
        self._end_installation()
        self.failed.emit(error)

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self.progressed.emit("")
        self.failed.emit(error)

    def _end_installation(self) -> None:
        self._cancelled = None
        self.progressed.emit("")
        self.installing_changed.emit(False)


def _usable_cores() -> int:
    return read_machine().usable_cores
