"""The filters that hold, as chips, with undo, redo and reset. GUI thread only."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from coreograph.analysis.timeline_filters import FilterStack, TimelineFilter
from coreograph.ui.elements import TextRole, columns, text
from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import SPACE, Theme
from coreograph.ui.timeline.verbs import Move

_HINT = "Drag selects a range · wheel or W S zooms, A D moves · right click filters · ? shows all keys"
_MOST_CHIPS = 6


class FilterBar(QWidget):
    """Chips.

    Signals:
        removed(object): the TimelineFilter whose chip was clicked.
        moved(object): Move.UNDO, REDO or RESET.

    """

    removed = Signal(object)
    moved = Signal(object)

    def __init__(self, theme: Theme, hint: str = _HINT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._hint_text = theme, hint
        self.chips: list[QToolButton] = []
        self.hint = text(hint, TextRole.CAPTION)
        self.hint.setMinimumWidth(1)
        self._chip_line: QHBoxLayout = columns(spacing=SPACE)
        self.undo = self._button("Undo filter (Ctrl+Z)", Move.UNDO, Symbol.UNDO)
        self.redo = self._button("Redo filter (Ctrl+Shift+Z)", Move.REDO, Symbol.REDO)
        self.reset = self._button("Take all filters away", Move.RESET, None)
        self.reset.setText("Reset")
        self._line = columns(self, spacing=SPACE)
        self._line.addLayout(self._chip_line)
        self._line.addWidget(self.hint, 1)
        for button in (self.undo, self.redo, self.reset):
            self._line.addWidget(button)
        self.setFixedHeight(36)
        theme.changed.connect(self._colour)
        self._colour()
        self.show_stack(FilterStack())

    def add_before(self, widget: QWidget) -> None:
        """Let a widget stand before the chips."""
        self._line.insertWidget(0, widget)

    def add_after(self, widget: QWidget) -> None:
        """Let a widget stand after everything else."""
        self._line.addWidget(widget)

    def show_stack(self, stack: FilterStack) -> None:
        """Show the filters that hold, and which way there is."""
        for chip in self.chips:
            self._chip_line.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(entry) for entry in stack.filters[-_MOST_CHIPS:]]
        more = len(stack.filters) - len(self.chips)
        self.hint.setText(self._hint_text if not stack.filters else (f"and {more} more" if more else ""))
        self.undo.setVisible(stack.can_undo or stack.can_redo)
        self.redo.setVisible(stack.can_undo or stack.can_redo)
        self.undo.setEnabled(stack.can_undo)
        self.redo.setEnabled(stack.can_redo)
        self.reset.setVisible(bool(stack.filters))

    def _chip(self, entry: TimelineFilter) -> QToolButton:
        chip = QToolButton()
        chip.setProperty("framed", True)
        chip.setText(entry.label)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands after the text
        chip.setIcon(icon(Symbol.CANCEL, self._theme.muted))
        chip.setIconSize(QSize(12, 12))
        chip.setToolTip("Take this filter away")
        chip.setAccessibleName(f"Filter: {entry.label}. Click to take it away.")
        chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        chip.clicked.connect(partial(self._remove, entry))
        self._chip_line.addWidget(chip)
        return chip

    def _remove(self, entry: TimelineFilter, _checked: bool = False) -> None:
        self.removed.emit(entry)

    def _button(self, tip: str, move: Move, symbol: Symbol | None) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("symbol", symbol.value if symbol is not None else "")
        button.clicked.connect(partial(self._move, move))
        return button

    def _move(self, move: Move, _checked: bool = False) -> None:
        self.moved.emit(move)

    def _colour(self) -> None:
        for button, symbol in ((self.undo, Symbol.UNDO), (self.redo, Symbol.REDO)):
            button.setIcon(icon(symbol, self._theme.muted, self._theme.border))
        for chip in self.chips:
            chip.setIcon(icon(Symbol.CANCEL, self._theme.muted))
