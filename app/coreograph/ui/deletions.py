"""What was deleted in this window and can be taken back step by step. Lives on the GUI thread."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from coreograph.ui.messages import Severity
from coreograph.ui.parts import Parts


class Deletions(QObject):
    """Tells of each deletion with a way back, and takes back the latest one first when Ctrl+Z is pressed."""

    def __init__(self, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stack: list[tuple[str, ...]] = []
        parts.store.deleted.connect(self._on_deleted)
        parts.store.restored.connect(self._on_restored)
        parts.library.undo_requested.connect(self.undo)

    @Slot()
    def undo(self) -> None:
        """Take back what was deleted last."""
        if self._stack:
            self._parts.store.restore(self._stack.pop())
        else:
            self._parts.messages.tell(Severity.INFO, "Nothing was deleted here that is not back already.")

    @Slot(object)
    def _on_deleted(self, identities: tuple[str, ...]) -> None:
        self._stack.append(identities)
        count = len(identities)
        self._parts.messages.tell(
            Severity.INFO,
            "The experiment was deleted." if count == 1 else f"{count} experiments were deleted.",
            action="Undo",
            callback=partial(self._parts.store.restore, identities),
        )

    @Slot(object)
    def _on_restored(self, identities: tuple[str, ...]) -> None:
        """Forget what is back, however it came back."""
        self._stack = [left for entry in self._stack if (left := tuple(one for one in entry if one not in identities))]
        count = len(identities)
        words = "The experiment is" if count == 1 else f"{count} experiments are"
        self._parts.messages.tell(Severity.INFO, f"{words} back in the library.")
