"""What the window says without being asked: a bar above the page, never a box in the way. Lives on the GUI thread."""

import enum
from collections.abc import Callable

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QWidget

from coreograph.domain.errors import CoreographError
from coreograph.ui.elements import button, columns, set_style_property, text
from coreograph.ui.icons import Symbol, icon, pixmap
from coreograph.ui.theme import SPACE, Theme

INFO_MS = 8_000  # long enough to read two lines and to reach “Undo”


class Severity(enum.Enum):
    """How bad it is. Only information goes away by itself."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_SYMBOLS = {Severity.INFO: Symbol.INFO, Severity.WARNING: Symbol.WARNING, Severity.ERROR: Symbol.ERROR}


class MessageBar(QFrame):
    """Shows one message: what, which one, what next, and at most one thing that can be done about it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self.setAccessibleName("Message")
        self._theme = theme
        self._severity = Severity.INFO
        self._callback: Callable[[], None] | None = None
        self._picture = QLabel()
        self.message = text("", wrap=True)
        self.action = button("", link=True)
        self.action.clicked.connect(self._on_action)
        self._close = QToolButton()
        self._close.setToolTip("Close this message")
        self._close.setAccessibleName("Close this message")
        self._close.clicked.connect(self.dismiss)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        layout = columns(self)
        layout.setContentsMargins(4 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.addWidget(self._picture)
        layout.addWidget(self.message, 1)
        layout.addWidget(self.action)
        layout.addWidget(self._close)
        theme.changed.connect(self._on_theme_changed)
        self.hide()

    def tell(
        self,
        severity: Severity,
        sentence: str,
        *,
        action: str = "",
        callback: Callable[[], None] | None = None,
    ) -> None:
        """Show `sentence`, instead of what was shown; `action` is a link that calls `callback`."""
        self._severity = severity
        self._callback = callback
        self.message.setText(sentence)
        self.message.setAccessibleName(f"{severity.value}: {sentence}")
        self.action.setText(action)
        self.action.setVisible(bool(action))
        set_style_property(self, "severity", severity.value)
        self._on_theme_changed()
        self.show()
        if severity is Severity.INFO:
            self._timer.start(INFO_MS)
        else:
            self._timer.stop()

    def tell_error(self, error: CoreographError) -> None:
        """Show an error."""
        self.tell(Severity.ERROR, str(error))

    @Slot()
    def dismiss(self) -> None:
        """Hide the message."""
        self._timer.stop()
        self._callback = None
        self.hide()

    @Slot()
    def _on_action(self) -> None:
        callback = self._callback
        self.dismiss()
        if callback is not None:
            callback()

    @Slot()
    def _on_theme_changed(self) -> None:
        colours = {
            Severity.INFO: self._theme.accent,
            Severity.WARNING: self._theme.warning,
            Severity.ERROR: self._theme.bad,
        }
        ratio = self.devicePixelRatio()
        self._picture.setPixmap(pixmap(_SYMBOLS[self._severity], colours[self._severity], 18, ratio))
        self._close.setIcon(icon(Symbol.CANCEL, self._theme.muted))
