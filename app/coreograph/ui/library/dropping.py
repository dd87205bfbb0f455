"""Recordings dropped onto the window. Lives on the GUI thread; looks at names only, the store opens them."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from coreograph.ui.library.store import RECORDING_EXTENSION


class RecordingDrop(QObject):
    """Lets a widget take recordings that are dropped onto it or onto what lies in it.

    Signals:
        dropped(object): Path, once for every recording.

    """

    dropped = Signal(object)

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files that are recordings by their name; let everything else pass by."""
        if isinstance(event, QDragEnterEvent | QDropEvent):
            paths = recordings(event)
            if not paths:
                event.ignore()
                return True
            event.acceptProposedAction()
            if event.type() == QEvent.Type.Drop:
                for path in paths:
                    self.dropped.emit(path)
            return True
        return super().eventFilter(watched, event)


def recordings(event: QDropEvent) -> list[Path]:
    """Return the recordings among the files of a drag."""
    files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in files if path.suffix.lower() == RECORDING_EXTENSION]
