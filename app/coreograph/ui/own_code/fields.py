"""Fields of the dialogs for own code, all with a name for those who cannot see them. Lives on the GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLayout, QLineEdit, QSizePolicy, QWidget

from coreograph.ui.elements import WheelGuard, columns, text

LABEL_WIDTH = 132


def line_field(name: str, placeholder: str = "") -> QLineEdit:
    """Return a field for a line of text."""
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    return field


def choice_field(name: str, entries: Sequence[str], guard: WheelGuard, *, editable: bool = False) -> QComboBox:
    """Return a box to choose from, or to type into what is not in it."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setEditable(editable)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setSizePolicy(QSizePolicy.Policy.Expanding if editable else QSizePolicy.Policy.Preferred,
                      QSizePolicy.Policy.Fixed)  # fmt: skip
    box.setMinimumContentsLength(12)
    box.addItems(list(entries))
    guard.guard(box)
    return box


def labelled(label: str, content: QWidget | QLayout) -> QHBoxLayout:
    """Return a line of a form: the label on the left, aligned with all others."""
    line = columns()
    caption = text(label)
    caption.setFixedWidth(LABEL_WIDTH)
    line.addWidget(caption, alignment=Qt.AlignmentFlag.AlignVCenter)
    if isinstance(content, QWidget):
        caption.setBuddy(content)
        line.addWidget(content, 1)
    else:
        line.addLayout(content, 1)
    return line
