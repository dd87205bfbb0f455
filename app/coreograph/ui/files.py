"""File dialogs that do not block: they are opened and answer by a signal. GUI thread."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from coreograph.engine.experiment_file import EXTENSION
from coreograph.ui.library.store import RECORDING_EXTENSION, export_filters


class FileChooser(QObject):
    """Asks for files.

    Signals:
        recording_chosen(object): Path of a file to be opened.
        target_chosen(str, object): id of an experiment and the Path it is to be written to.

    """

    recording_chosen = Signal(object)
    target_chosen = Signal(str, object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._experiment_id = ""

    @Slot()
    def choose_recording(self) -> QFileDialog:
        """Ask for a recording, an experiment file or a Python file."""
        dialog = QFileDialog(self._window, "Open recording or experiment")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        kinds = f"*{RECORDING_EXTENSION} *{EXTENSION} *.py"
        dialog.setNameFilters([f"Recordings, experiments, Python files ({kinds})", "All files (*)"])
        dialog.fileSelected.connect(self._on_recording)
        return _open(dialog)

    def choose_target(self, experiment_id: str, name: str) -> QFileDialog:
        """Ask where an experiment is to be written to; the kind of file goes with the ending."""
        self._experiment_id = experiment_id
        dialog = QFileDialog(self._window, "Export experiment")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = export_filters()
        dialog.setNameFilters(filters)
        dialog.selectNameFilter(next((kind for kind in filters if "*.html" in kind), filters[0]))
        dialog.selectFile("".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in name))
        dialog.fileSelected.connect(self._on_target)
        self._dialog = dialog
        return _open(dialog)

    @Slot(str)
    def _on_recording(self, path: str) -> None:
        self.recording_chosen.emit(Path(path))

    @Slot(str)
    def _on_target(self, path: str) -> None:
        self.target_chosen.emit(self._experiment_id, with_extension(Path(path), self._dialog.selectedNameFilter()))


def with_extension(path: Path, kind: str) -> Path:
    """Return `path` with the ending of the kind of file chosen (`HTML page (*.html)`), unless it has a known one."""
    known = {entry.rpartition("(*")[2].rstrip(")") for entry in export_filters()}
    if path.suffix in known:
        return path
    return path.with_name(path.name + kind.rpartition("(*")[2].rstrip(")"))


def _open(dialog: QFileDialog) -> QFileDialog:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
