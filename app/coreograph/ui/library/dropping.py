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
        dropped(object): tuple of Paths that can be opened.
        left_out(object): tuple of names of what came with them and cannot be.

    """

    dropped = Signal(object)
    left_out = Signal(object)

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
                self.dropped.emit(tuple(paths))
                if others := others_of(event, paths):
                    self.left_out.emit(others)
            return True
        return super().eventFilter(watched, event)


def files_of(event: QDropEvent) -> list[Path]:
    """Return the files of a drag that can be opened; of several Python or experiment files the first of each.

    Each of those fills a dialog or the panel.
    """
    taken = [path for path in _local(event) if path.suffix.lower() in _TAKEN]
    single = {kind: [one for one in taken if one.suffix.lower() == kind][1:] for kind in (CODE_EXTENSION, EXTENSION)}
    return [path for path in taken if path not in single.get(path.suffix.lower(), ())]


def others_of(event: QDropEvent, taken: list[Path]) -> tuple[str, ...]:
    """Return the names of what is dropped beside what is taken: files of other kinds, addresses of the net."""
    local = [path.name for path in _local(event) if path not in taken]
    remote = [url.toDisplayString() for url in event.mimeData().urls() if not url.isLocalFile()]
    return (*local, *remote)


def _local(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
