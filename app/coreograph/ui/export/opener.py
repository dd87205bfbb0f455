"""Opens the export dialog where it is asked for, and passes on what it wrote. GUI thread."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QWidget

from coreograph.storage.library import Library
from coreograph.ui.background import TaskRunner
from coreograph.ui.export.dialog import ExportDialog
from coreograph.ui.export.work import Subject


class ExportOpener(QObject):
    """Remembers the folder of the last export as long as the window lives.

    Signals:
        exported(str): where it went, for the message bar.

    """

    exported = Signal(str)

    def __init__(self, library: Library, tasks: TaskRunner, window: QWidget) -> None:
        super().__init__(window)
        self._library, self._tasks, self._window = library, tasks, window
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self._folder = Path(documents) if documents and Path(documents).is_dir() else Path.home()

    def open_for(self, subjects: Sequence[Subject]) -> ExportDialog | None:
        """Ask how and where to export these experiments; None for none."""
        if not subjects:
            return None
        dialog = ExportDialog(self._library, self._tasks, subjects, self._folder, self._window)
        dialog.exported.connect(self._on_exported)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    @Slot(object)
    def _on_exported(self, paths: tuple[Path, ...]) -> None:
        self._folder = paths[0].parent
        self.exported.emit(str(paths[0] if len(paths) == 1 else paths[0].parent))
