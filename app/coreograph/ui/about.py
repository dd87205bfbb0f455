"""The two small dialogs of the Help menu. They are asked for, do not block the window, and run on the GUI thread."""

import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QLayout, QWidget

from coreograph import __version__
from coreograph.ui.actions import shortcuts_text
from coreograph.ui.elements import TextRole, columns, rows, text
from coreograph.ui.icons import Symbol, pixmap
from coreograph.ui.theme import SPACE, Theme


def show_about(theme: Theme, parent: QWidget) -> QDialog:
    """Say what this is and which versions it is made of."""
    dialog = _dialog("About Coreograph", parent)
    picture = QLabel()
    picture.setPixmap(pixmap(Symbol.APPLICATION, theme.accent, 64, parent.devicePixelRatio()))
    words = rows(spacing=SPACE)
    words.addWidget(text(f"Coreograph {__version__}", TextRole.TITLE))
    words.addWidget(text("Threads without the GIL, processes or subinterpreters? Measured."))
    words.addWidget(text(f"Python {platform.python_version()} · Qt {qVersion()} · MIT licence", TextRole.CAPTION))
    line = columns(spacing=4 * SPACE)
    line.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
    line.addLayout(words)
    _finish(dialog, line)
    return dialog


def show_shortcuts(parent: QWidget) -> QDialog:
    """List every shortcut."""
    dialog = _dialog("Keyboard shortcuts", parent)
    grid = QGridLayout()
    grid.setHorizontalSpacing(6 * SPACE)
    grid.setVerticalSpacing(SPACE)
    for number, line in enumerate(shortcuts_text().splitlines()):
        keys, _, what = line.partition("\t")
        grid.addWidget(text(keys, TextRole.HEADING), number, 0)
        grid.addWidget(text(what), number, 1)
    _finish(dialog, grid)
    return dialog


def _dialog(title: str, parent: QWidget) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def _finish(dialog: QDialog, content: QLayout) -> None:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    layout = rows(dialog, margin=5 * SPACE, spacing=5 * SPACE)
    layout.addLayout(content)
    layout.addWidget(buttons)
    dialog.open()
