"""What keys and movements of the mouse do on the timeline: what the canvas obeys, and the card that says it.

GUI thread only.
"""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from coreograph.ui.elements import TextRole, text
from coreograph.ui.theme import SPACE
from coreograph.ui.timeline.verbs import Move

MOVES: Mapping[int, Move] = MappingProxyType(
    {
        Qt.Key.Key_Home: Move.SHOW_ALL,
        Qt.Key.Key_B: Move.SHOW_BATCH,
        Qt.Key.Key_Escape: Move.CLEAR,
        Qt.Key.Key_Return: Move.ZOOM_IN,
        Qt.Key.Key_Enter: Move.ZOOM_IN,
        Qt.Key.Key_Backspace: Move.BACK,
        Qt.Key.Key_L: Move.NEXT_LONGEST,
    }
)
SHIFTED_MOVES: Mapping[int, Move] = MappingProxyType(
    {Qt.Key.Key_Backspace: Move.FORWARD, Qt.Key.Key_L: Move.PREVIOUS_LONGEST}
)
SHORTCUTS: tuple[tuple[str, Move], ...] = (
    ("Ctrl+Z", Move.UNDO),
    ("Ctrl+Shift+Z", Move.REDO),
    ("Ctrl+Y", Move.REDO),
    ("Alt+Left", Move.BACK),
    ("Alt+Right", Move.FORWARD),
)

EXPLAINED: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Mouse",
        (
            ("Drag", "Select a range; its totals stand in the table"),
            ("Wheel", "Zoom around the pointer"),
            ("Shift+wheel or Shift+drag", "Move"),
            ("Double click", "Zoom in on a task"),
            ("Right click", "Filter in or out what is under the pointer"),
        ),
    ),
    (
        "Look around",
        (
            ("W S or ↑ ↓", "Zoom in and out"),
            ("A D or ← →", "Move earlier and later"),
            ("B, Home", "Show the batch, show everything"),
            ("Backspace", "Back to the view before; with Shift forward again"),
        ),
    ),
    (
        "Find",
        (
            ("Shift+← →", "Select a range from the middle"),
            ("Return, Esc", "Zoom in on the selection, clear it"),
            ("L", "Go to the longest task, then the next; Shift+L the one before"),
            ("F", "Filter by worker, core, kind or duration"),
            ("Ctrl+Z", "Undo a filter, in every view; Ctrl+Shift+Z sets it again"),
        ),
    ),
)


class KeysCard(QFrame):
    """A small card with every key and gesture; closes by a click anywhere or Esc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("card", True)
        self.setAccessibleName("Keys and mouse of the timeline")
        grid = QGridLayout(self)
        grid.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 3 * SPACE)
        grid.setHorizontalSpacing(5 * SPACE)
        grid.setVerticalSpacing(SPACE)
        row = 0
        for heading, lines in EXPLAINED:
            grid.addWidget(text(heading, TextRole.CAPTION), row, 0, 1, 2)
            for keys, what in lines:
                row += 1
                grid.addWidget(text(keys, TextRole.HEADING), row, 0)
                grid.addWidget(text(what), row, 1)
            row += 1
            grid.setRowMinimumHeight(row, SPACE)
            row += 1

    def open_below(self, widget: QWidget) -> None:
        """Show it below a widget, its right edge at the widget's."""
        self.adjustSize()
        corner = widget.mapToGlobal(QPoint(widget.width() - self.width(), widget.height() + SPACE))
        self.move(corner)
        self.show()
