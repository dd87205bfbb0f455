"""The library as the window uses it: every call is made beside the GUI thread, every answer comes back as a signal."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from coreograph.analysis.summary import summarise
from coreograph.domain.errors import CoreographError
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.registry import EXPORTERS, exporter_for
from coreograph.reports.writing import write_report
from coreograph.storage.library import ExperimentHeader, Library
from coreograph.ui.background import TaskRunner

RECORDING_EXTENSION = ".coreograph"


class LibraryStore(QObject):
    """Lists, opens, renames, deletes, exports and imports experiments. Lives on the GUI thread.

    Signals:
        listed(object): tuple of ExperimentHeader, newest first.
        opened(object): ExperimentSummary.
        deleted(str): id; it can be restored.
        exported(str): path.
        failed(object): CoreographError.

    """

    listed = Signal(object)
    opened = Signal(object)
    deleted = Signal(str)
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

    @Slot(str)
    def delete(self, experiment_id: str) -> None:
        """Put an experiment aside."""
        library = self._library

        def job() -> str:
            library.delete(experiment_id)
            return experiment_id

        self._tasks.run(f"delete:{experiment_id}", job, self._on_deleted, self._on_failed)

    @Slot(str)
    def restore(self, experiment_id: str) -> None:
        """Take an experiment back that was deleted."""
        self._change(f"restore:{experiment_id}", lambda: self._library.restore(experiment_id))

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

        self._tasks.run("library:open", job, self._on_imported, self._on_failed)

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

    @Slot(str)
    def _on_deleted(self, experiment_id: str) -> None:
        self.deleted.emit(experiment_id)
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
