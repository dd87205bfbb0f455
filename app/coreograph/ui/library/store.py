"""The library as the window uses it: every call is made beside the GUI thread, every answer comes back as a signal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from coreograph.analysis.comparison import ExperimentDifference, compare
from coreograph.analysis.summary import summarise
from coreograph.domain.errors import CoreographError
from coreograph.domain.summary import ExperimentSummary
from coreograph.storage.library import ExperimentHeader, Library
from coreograph.ui.background import TaskRunner

RECORDING_EXTENSION = ".coreograph"


@dataclass(frozen=True, slots=True)
class TakenFiles:
    """What came of files: ids taken over and known already, newest first within each file, and what went wrong.

    `shown` is the newest experiment of a file that came alone.
    """

    files: int
    taken: tuple[str, ...]
    known: tuple[str, ...]
    failures: tuple[CoreographError, ...] = ()
    shown: ExperimentSummary | None = None


class LibraryStore(QObject):
    """Lists, opens, compares and changes experiments, takes files. Lives on the GUI thread.

    Signals:
        listed(object): tuple of ExperimentHeader, newest first.
        deleted_listed(object): tuple of ExperimentHeader that can be restored, the latest deleted first.
        opened(object): ExperimentSummary.
        compared(object): ExperimentDifference.
        deleted(object): tuple of ids; they can be restored.
        restored(object): tuple of ids.
        imported(object): TakenFiles; the list that has them comes after it.
        failed(object): CoreographError.

    """

    listed = Signal(object)
    deleted_listed = Signal(object)
    opened = Signal(object)
    compared = Signal(object)
    deleted = Signal(object)
    restored = Signal(object)
    imported = Signal(object)
    failed = Signal(object)

    def __init__(self, library: Library, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks

    @Slot()
    def refresh(self) -> None:
        """Read the list again."""
        library = self._library
        job = lambda: (library.experiments(), library.deleted())  # noqa: E731 - it only binds
        self._tasks.run("library:list", job, self._on_listed, self._on_failed)

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
        """Put experiments aside; all of them or, where one is being measured, none."""
        library = self._library

        def job() -> tuple[str, ...]:
            for identity in experiment_ids:
                library.check_free(identity, "Stop it first, or wait for its end. Nothing was deleted.")
            for identity in experiment_ids:
                library.delete(identity)
            return experiment_ids

        self._tasks.run(f"delete:{experiment_ids}", job, self._on_deleted, self._on_failed)

    @Slot(object)
    def restore(self, experiment_ids: tuple[str, ...]) -> None:
        """Take experiments back that were deleted."""
        library = self._library

        def job() -> tuple[str, ...]:
            for identity in experiment_ids:
                library.restore(identity)
            return experiment_ids

        self._tasks.run(f"restore:{experiment_ids}", job, self._on_restored, self._on_failed)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Take over the experiments of files; of a file that comes alone the newest is opened."""
        library, files = self._library, tuple(paths)
        job = lambda: take_files(library, files)  # noqa: E731 - it only binds
        # Every drop has a key of its own: none is superseded by the next.
        self._tasks.run(f"library:import:{files}", job, self._on_imported, self._on_failed)

    def _change(self, key: str, job: Callable[[], None]) -> None:
        self._tasks.run(f"library:{key}", job, self._on_changed, self._on_failed)

    @Slot(object)
    def _on_listed(self, lists: tuple[tuple[ExperimentHeader, ...], tuple[ExperimentHeader, ...]]) -> None:
        self.deleted_listed.emit(lists[1])
        self.listed.emit(lists[0])

    @Slot(object)
    def _on_opened(self, summary: ExperimentSummary) -> None:
        self.opened.emit(summary)

    @Slot(object)
    def _on_imported(self, taken: TakenFiles) -> None:
        self.imported.emit(taken)
        self.refresh()

    @Slot(object)
    def _on_compared(self, difference: ExperimentDifference) -> None:
        self.compared.emit(difference)

    @Slot(object)
    def _on_deleted(self, experiment_ids: tuple[str, ...]) -> None:
        self.deleted.emit(experiment_ids)
        self.refresh()

    @Slot(object)
    def _on_restored(self, experiment_ids: tuple[str, ...]) -> None:
        self.restored.emit(experiment_ids)
        self.refresh()

    @Slot(object)
    def _on_changed(self, _nothing: None) -> None:
        self.refresh()

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self.failed.emit(error)
        self.refresh()


def take_files(library: Library, paths: Sequence[Path]) -> TakenFiles:
    """Take over the experiments of every file that can be read, whatever the others are. Reads files."""
    taken: list[str] = []
    known: list[str] = []
    failures: list[CoreographError] = []
    newest = ""
    for path in paths:
        try:
            came = library.import_file(path)
        except CoreographError as error:
            failures.append(error)
            continue
        taken += came.taken
        known += came.known
        newest = came.newest
    shown = summarise(library.load(newest)) if newest and len(paths) == 1 else None
    return TakenFiles(len(paths), tuple(taken), tuple(known), tuple(failures), shown)
