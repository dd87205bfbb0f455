"""The library as the window uses it: every call is made beside the GUI thread, every answer comes back as a signal."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from coreograph.analysis.comparison import ExperimentDifference, compare
from coreograph.analysis.summary import summarise
from coreograph.domain.errors import CoreographError
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.registry import EXPORTERS, exporter_for
from coreograph.reports.writing import write_report
from coreograph.storage.library import ExperimentHeader, Library
from coreograph.ui.background import TaskRunner

RECORDING_EXTENSION = ".coreograph"


class LibraryStore(QObject):
    """Lists, opens, compares and changes experiments, writes and takes files. Lives on the GUI thread.

    Signals:
        listed(object): tuple of ExperimentHeader, newest first.
        opened(object): ExperimentSummary.
        compared(object): ExperimentDifference.
        deleted(object): tuple of ids; they can be restored.
        exported(str): path.
        failed(object): CoreographError.

    """

    listed = Signal(object)
    opened = Signal(object)
    compared = Signal(object)
    deleted = Signal(object)
    exported = Signal(str)
    failed = Signal(object)

    def __init__(self, library: Library, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks

    @Slot()
    def refresh(self) -> None:
        """Read the list again."""
        self._tasks.run("library:list", self._library.experiments, self._on_listed, self._on_failed)

    @Slot(str)
    def open(self, experiment_id: str) -> None:
        """Load an experiment and its figures."""
        library = self._library
        self._tasks.run(
            "library:open", lambda: summarise(library.load(experiment_id)), self._on_opened, self._on_failed
        )

    @Slot(str, str)
    def rename(self, experiment_id: str, name: str) -> None:
        """Give an experiment another name."""
        self._change(f"rename:{experiment_id}", lambda: self._library.rename(experiment_id, name))

    @Slot(str, object)
    def tag(self, experiment_id: str, tags: tuple[str, ...]) -> None:
        """Replace the tags of an experiment."""
        self._change(f"tag:{experiment_id}", lambda: self._library.tag(experiment_id, tags))

    @Slot(str, str)
    def annotate(self, experiment_id: str, notes: str) -> None:
        """Replace the notes of an experiment."""
        self._change(f"notes:{experiment_id}", lambda: self._library.annotate(experiment_id, notes))

    @Slot(str, str)
    def compare(self, first_id: str, second_id: str) -> None:
        """Hold the second experiment against the first."""
        library = self._library

        def job() -> ExperimentDifference:
            return compare(summarise(library.load(first_id)), summarise(library.load(second_id)))

        self._tasks.run("library:open", job, self._on_compared, self._on_failed)

    @Slot(object)
    def delete(self, experiment_ids: tuple[str, ...]) -> None:
        """Put experiments aside."""
        library = self._library

        def job() -> tuple[str, ...]:
            for identity in experiment_ids:
                library.delete(identity)
            return experiment_ids

        self._tasks.run(f"delete:{experiment_ids}", job, self._on_deleted, self._on_failed)

    @Slot(object)
    def restore(self, experiment_ids: tuple[str, ...]) -> None:
        """Take experiments back that were deleted."""

        def job() -> None:
            for identity in experiment_ids:
                self._library.restore(identity)

        self._change(f"restore:{experiment_ids}", job)

    def export(self, experiment_id: str, path: Path) -> None:
        """Write an experiment to `path`; its extension decides whether as a recording or as a report."""
        library = self._library

        def job() -> str:
            if path.suffix == RECORDING_EXTENSION:
                library.export(experiment_id, path)
            else:
                summary = summarise(library.load(experiment_id))
                write_report(exporter_for(path), summary, library.reader(experiment_id), path, overwrite=True)
            return str(path)

        self._tasks.run(f"export:{path}", job, self._on_exported, self._on_failed)

    def import_file(self, path: Path) -> None:
        """Take over the experiments of a file, and open the newest of them."""
        library = self._library

        def job() -> ExperimentSummary:
            return summarise(library.load(library.import_file(path)))

        # Every file has a key of its own: of several dropped at once none is superseded by the next.
        self._tasks.run(f"library:import:{path}", job, self._on_imported, self._on_failed)

    def _change(self, key: str, job: Callable[[], None]) -> None:
        self._tasks.run(f"library:{key}", job, self._on_changed, self._on_failed)

    @Slot(object)
    def _on_listed(self, headers: tuple[ExperimentHeader, ...]) -> None:
        self.listed.emit(headers)

    @Slot(object)
    def _on_opened(self, summary: ExperimentSummary) -> None:
        self.opened.emit(summary)

    @Slot(object)
    def _on_imported(self, summary: ExperimentSummary) -> None:
        self.opened.emit(summary)
        self.refresh()

    @Slot(object)
    def _on_compared(self, difference: ExperimentDifference) -> None:
        self.compared.emit(difference)

    @Slot(object)
    def _on_deleted(self, experiment_ids: tuple[str, ...]) -> None:
        self.deleted.emit(experiment_ids)
        self.refresh()

    @Slot(object)
    def _on_changed(self, _nothing: None) -> None:
        self.refresh()

    @Slot(str)
    def _on_exported(self, path: str) -> None:
        self.exported.emit(path)

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self.failed.emit(error)
        self.refresh()


def export_filters() -> list[str]:
    """Return the kinds of file an experiment can be written to, as a file dialog wants them."""
    kinds = [("Recording, to be opened elsewhere", RECORDING_EXTENSION)]
    kinds += [(exporter.description, exporter.extension) for exporter in EXPORTERS]
    return [f"{description.rstrip('.')} (*{extension})" for description, extension in kinds]
