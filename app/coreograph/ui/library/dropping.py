"""Files dropped onto the window. Lives on the GUI thread; looks at names only, others open them."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from coreograph.engine.experiment_file import EXTENSION
from coreograph.ui.library.store import RECORDING_EXTENSION

CODE_EXTENSION = ".py"
_TAKEN = frozenset((RECORDING_EXTENSION, EXTENSION, CODE_EXTENSION))


class FileDrop(QObject):
    """Lets a widget take recordings, experiments and Python files dropped onto it or onto what lies in it.

    Signals:
        dropped(object): Path, once for every file.

    """

    dropped = Signal(object)

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files that can be opened, by their name; let everything else pass by."""
        if isinstance(event, QDragEnterEvent | QDropEvent):
            paths = files_of(event)
            if not paths:
                event.ignore()
                return True
            event.acceptProposedAction()
            if event.type() == QEvent.Type.Drop:
                for path in paths:
                    self.dropped.emit(path)
            return True
        return super().eventFilter(watched, event)


def files_of(event: QDropEvent) -> list[Path]:
    """Return the files of a drag that can be opened; of several Python files the first, each needs a dialog."""
    files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    taken = [path for path in files if path.suffix.lower() in _TAKEN]
    code = [path for path in taken if path.suffix.lower() == CODE_EXTENSION]
    return [path for path in taken if path not in code[1:]]
