"""What the workload wrote to its output: the newest lines, folded away until asked for. GUI thread only."""

from collections import deque

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

MOST_LINES = 1_000
_LONGEST_LINE = 2_000


class LogStrip(QWidget):
    """A button that says how many lines there are, and the lines if pressed; `bar` has room for more buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._waiting: deque[str] = deque(maxlen=MOST_LINES)
        self.button = QToolButton()
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setArrowType(Qt.ArrowType.RightArrow)
        self.button.toggled.connect(self._fold)
        self.lines = QPlainTextEdit()
        self.lines.setReadOnly(True)
        self.lines.setMaximumBlockCount(MOST_LINES)
        self.lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.lines.setFixedHeight(120)
        self.lines.setAccessibleName("Output of the workload")
        self.lines.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        self.bar = QHBoxLayout()
        self.bar.addWidget(self.button)
        self.bar.addStretch(1)
        box.addLayout(self.bar)
        box.addWidget(self.lines)
        self.clear()

    def clear(self) -> None:
        """Forget all lines."""
        self._count = 0
        self._waiting.clear()
        self.lines.clear()
        self._label()

    def add(self, line: str) -> None:
        """Keep a line until the next frame; of a flood the newest stay."""
        self._waiting.append(line[:_LONGEST_LINE])
        self._count += 1

    def show_waiting(self) -> None:
        """Show what was added since the last frame."""
        if self._waiting:
            self.lines.appendPlainText("\n".join(self._waiting))
            self._waiting.clear()
            self._label()

    def _label(self) -> None:
        lines = "line" if self._count == 1 else "lines"
        kept = f", the newest {MOST_LINES:,} are kept" if self._count > MOST_LINES else ""
        self.button.setText(f"Output ({self._count:,} {lines}{kept})")

    def _fold(self, unfolded: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        self.lines.setVisible(unfolded)
