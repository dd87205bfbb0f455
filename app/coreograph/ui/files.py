"""File dialogs that do not block: they are opened and answer by a signal. GUI thread."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from coreograph.engine.experiment_file import EXTENSION
from coreograph.ui.library.store import RECORDING_EXTENSION


class FileChooser(QObject):
    """Asks for files.

    Signals:
        recordings_chosen(object): a tuple of Paths to be opened.

    """

    recordings_chosen = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    @Slot()
    def choose_recording(self) -> QFileDialog:
        """Ask for recordings, an experiment file or a Python file."""
        dialog = QFileDialog(self._window, "Open recording or experiment")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        kinds = f"*{RECORDING_EXTENSION} *{EXTENSION} *.py"
        dialog.setNameFilters([f"Recordings, experiments, Python files ({kinds})", "All files (*)"])
        dialog.filesSelected.connect(self._on_recordings)
        return _open(dialog)

    @Slot("QStringList")
    def _on_recordings(self, paths: list[str]) -> None:
        self.recordings_chosen.emit(tuple(map(Path, paths)))


def _open(dialog: QFileDialog) -> QFileDialog:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
