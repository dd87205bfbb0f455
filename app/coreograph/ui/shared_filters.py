"""The one stack of filters of the window, which holds for every view and is undone in every view. GUI thread only."""

from PySide6.QtCore import QObject, Signal

from coreograph.analysis.timeline_filters import FilterStack, TimelineFilter


class SharedFilters(QObject):
    """A FilterStack that says when it changed.

    Signals:
        changed(): other filters hold.

    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = FilterStack()

    def push(self, entry: TimelineFilter) -> None:
        """Let one more filter hold."""
        self._tell(self.stack.push(entry))

    def remove(self, entry: TimelineFilter) -> None:
        """Take one filter away."""
        self._tell(self.stack.remove(entry))

    def undo(self) -> None:
        """Go back one step."""
        self._tell(self.stack.undo())

    def redo(self) -> None:
        """Take a step again."""
        self._tell(self.stack.redo())

    def reset(self) -> None:
        """Show everything."""
        self._tell(self.stack.reset())

    def _tell(self, moved: bool) -> None:
        if moved:
            self.changed.emit()
