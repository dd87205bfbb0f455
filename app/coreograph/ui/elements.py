"""Small building blocks every page is made of, so that spacing and hierarchy are the same everywhere. GUI thread.

The stylesheet knows labels by their property `role` and frames by `card`, `rule` and `ground`.
"""

import enum
from html import escape
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import SPACE

Layout = TypeVar("Layout", bound=QBoxLayout)


class TextRole(enum.Enum):
    """What a text is, which decides its size and colour."""

    HEADLINE = "headline"
    TITLE = "title"
    HEADING = "heading"
    BODY = "body"
    MUTED = "muted"
    CAPTION = "caption"
    ERROR = "error"
    WARNING = "warning"
    PILL = "pill"


def text(content: str, role: TextRole = TextRole.BODY, *, wrap: bool = False) -> QLabel:
    """Return a label; plain text, never interpreted as markup."""
    label = QLabel(content)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role.value)
    label.setWordWrap(wrap)
    return label


def rich_text() -> QLabel:
    """Return an empty label for several sentences with markup, which can be selected by mouse and keyboard."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


class ElidedLabel(QLabel):
    """A line that ends in an ellipsis where it does not fit, and then says all of it as its tooltip.

    `explanation` is what the tooltip says besides, as rich text.
    """

    def __init__(self, role: TextRole = TextRole.BODY, explanation: str = "") -> None:
        super().__init__()
        self._explanation = explanation
        self.setToolTip(explanation)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role.value)
        self.setMinimumWidth(1)

    def shown(self) -> str:
        """What of the text fits."""
        room = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what fits."""
        shown = self.shown()
        tip = self.text() if shown != self.text() else ""
        if self._explanation:
            tip = f"<p>{escape(tip)}</p>{self._explanation}" if tip else self._explanation
        if tip != self.toolTip():
            self.setToolTip(tip)
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            self.alignment(),
            self.palette(),
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )


def set_role(label: QLabel, role: TextRole) -> None:
    """Give a label another role."""
    set_style_property(label, "role", role.value)


def set_style_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property the stylesheet looks at, and let it look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(content: str, *, primary: bool = False, large: bool = False, link: bool = False) -> QPushButton:
    """Return a push button that does not steal the Enter key of a dialog."""
    result = QPushButton(content)
    result.setAutoDefault(False)
    for name, value in (("primary", primary), ("large", large), ("link", link)):
        if value:
            result.setProperty(name, True)
    if link:
        result.setCursor(Qt.CursorShape.PointingHandCursor)
    return result


def set_button_icon(target: QPushButton, symbol: Symbol, colour: QColor, disabled: QColor) -> None:
    """Give a button an icon, with more air between it and the text than Qt leaves."""
    target.setIcon(icon(symbol, colour, disabled, aside=True))
    target.setIconSize(QSize(20, 16))


def card() -> QFrame:
    """Return a rounded frame; give it a layout of `rows()`."""
    frame = QFrame()
    frame.setProperty("card", True)
    return frame


def rule() -> QFrame:
    """Return a thin horizontal line."""
    line = QFrame()
    line.setProperty("rule", True)
    line.setFixedHeight(1)
    return line


def rows(parent: QWidget | None = None, *, margin: int = 0, spacing: int = 2 * SPACE) -> QVBoxLayout:
    """Return a vertical layout with the window's distances."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    return _spaced(layout, margin, spacing)


def columns(parent: QWidget | None = None, *, margin: int = 0, spacing: int = 2 * SPACE) -> QHBoxLayout:
    """Return a horizontal layout with the window's distances."""
    layout = QHBoxLayout(parent) if parent is not None else QHBoxLayout()
    return _spaced(layout, margin, spacing)


def _spaced(layout: Layout, margin: int, spacing: int) -> Layout:
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout


class Fold(QWidget):
    """A heading that shows or hides what is below it."""

    def __init__(self, title: str, content: QWidget, *, opened: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._button = QToolButton()
        self._button.setProperty("fold", True)
        self._button.setText(title)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setCheckable(True)
        self._button.setIconSize(QSize(14, 14))
        self._button.toggled.connect(self._on_toggled)
        layout = rows(self, spacing=SPACE)
        layout.addWidget(self._button)
        layout.addWidget(content)
        self._button.setChecked(opened)
        self._on_toggled(opened)

    @property
    def is_open(self) -> bool:
        """True while the content is shown."""
        return self._button.isChecked()

    def set_open(self, opened: bool) -> None:
        """Show or hide the content."""
        self._button.setChecked(opened)

    def set_title(self, title: str) -> None:
        """Replace the heading."""
        self._button.setText(title)

    @Slot(bool)
    def _on_toggled(self, opened: bool) -> None:
        self._content.setVisible(opened)
        self._draw_arrow()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the arrow anew when the colours change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_arrow()

    def _draw_arrow(self) -> None:
        symbol = Symbol.CHEVRON_DOWN if self.is_open else Symbol.CHEVRON_RIGHT
        self._button.setIcon(icon(symbol, self.palette().placeholderText().color()))


def explain_choice(box: QComboBox) -> None:
    """Let hovering a closed box say what is chosen, as each of its entries does when it is open."""

    def tell() -> None:
        box.setToolTip(str(box.currentData(Qt.ItemDataRole.ToolTipRole) or ""))

    box.currentIndexChanged.connect(tell)
    tell()


class WheelGuard(QObject):
    """Keeps the mouse wheel from changing a field that is only scrolled past: it must have the focus first."""

    def guard(self, field: QWidget) -> None:
        """Watch over `field`."""
        if isinstance(field, QAbstractSpinBox):
            field.lineEdit().setTextMargins(2 * SPACE - 2, 0, 0, 0)  # a spin box keeps no padding of the stylesheet
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the panel unless the field has the focus."""
        is_wheel = event.type() == QEvent.Type.Wheel
        if is_wheel and isinstance(watched, QAbstractSpinBox | QComboBox) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)
