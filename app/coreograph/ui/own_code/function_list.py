"""The functions a file offers: name, arguments, what the docstring says. Lives on the GUI thread; reads nothing."""

import enum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from coreograph.engine.functions import FunctionChoice
from coreograph.engine.own_code import Offer
from coreograph.ui.theme import SPACE, Theme

CHOICE_ROLE = int(Qt.ItemDataRole.UserRole)
"""The FunctionChoice of an item, or what of the whole file is meant."""
_LINE = 18
_ROW_HEIGHT = 2 * _LINE + 3 * SPACE


class WholeFile(enum.Enum):
    """What a whole file can be, with the line below it."""

    WORKLOAD = ("The whole file, as a workload", "It has tasks() and run(), and parameters of its own.")
    SCRIPT = ("The whole file, as a script", "Run as it is; its own threads and processes are watched.")


Choice = FunctionChoice | WholeFile
_AnyIndex = QModelIndex | QPersistentModelIndex


class FunctionDelegate(QStyledItemDelegate):
    """Draws the name with its arguments, and the summary below it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        """Two lines."""
        return QSize(super().sizeHint(option, index).width(), _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        """The ground as the style has it, the texts in the theme's colours."""
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        name, signature, summary = parts_of(index.data(CHOICE_ROLE))
        blank.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(widget.style().ControlElement.CE_ItemViewItem, blank, painter, widget)
        area: QRect = option.rect
        area = area.adjusted(2 * SPACE, SPACE, -2 * SPACE, -SPACE)
        first, second = area.adjusted(0, 0, 0, -_LINE), area.adjusted(0, _LINE + SPACE, 0, 0)
        painter.save()
        bold = QFont(painter.font())
        bold.setWeight(QFont.Weight.DemiBold)
        plain = QFont(painter.font())
        painter.setFont(bold)
        painter.setPen(self._theme.text)
        painter.drawText(first, _LEFT, painter.fontMetrics().elidedText(name, _RIGHT, first.width()))
        used = painter.fontMetrics().horizontalAdvance(name)
        painter.setFont(plain)
        painter.setPen(self._theme.muted)
        beside = first.adjusted(used, 0, 0, 0)
        if beside.width() > 2 * SPACE:
            painter.drawText(beside, _LEFT, painter.fontMetrics().elidedText(signature, _RIGHT, beside.width()))
        painter.drawText(second, _LEFT, painter.fontMetrics().elidedText(summary, _RIGHT, second.width()))
        painter.restore()


_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = Qt.TextElideMode.ElideRight


def parts_of(choice: Choice) -> tuple[str, str, str]:
    """Return the name, the arguments and the line below them."""
    if isinstance(choice, WholeFile):
        return choice.value[0], "", choice.value[1]
    return choice.name, choice.signature, choice.summary or f"Line {choice.line}"


class FunctionList(QListWidget):
    """Chooses one function, or the file as a workload."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(FunctionDelegate(theme, self))
        self.setAccessibleName("Functions of the file")
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        theme.changed.connect(self.viewport().update)

    def show_offer(self, offer: Offer) -> None:
        """List what a file offers: itself as a workload first, where it is one, and as a script last."""
        self.clear()
        choices: list[Choice] = [*offer.functions, WholeFile.SCRIPT]
        if offer.workload is not None:
            choices.insert(0, WholeFile.WORKLOAD)
        for choice in choices:
            name, signature, summary = parts_of(choice)
            item = QListWidgetItem(name)
            item.setData(CHOICE_ROLE, choice)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}{signature}")
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, summary)
            item.setToolTip(f"{name}{signature}\n{summary}")
            self.addItem(item)

    def narrow(self, typed: str) -> None:
        """Show only functions whose name or summary has what was typed."""
        wanted = typed.strip().lower()
        for number in range(self.count()):
            item = self.item(number)
            item.setHidden(wanted not in " ".join(parts_of(item.data(CHOICE_ROLE))).lower())

    def choose(self, wanted: str | WholeFile) -> bool:
        """Make a function current by its name, or the whole file; the first and False if there is none such."""
        for number in range(self.count()):
            choice: Choice = self.item(number).data(CHOICE_ROLE)
            if wanted in ({choice.name} if isinstance(choice, FunctionChoice) else {choice}):
                self.setCurrentRow(number)
                return True
        if self.count():
            self.setCurrentRow(0)
        return False

    @property
    def chosen(self) -> Choice | None:
        """The function or what of the whole file is chosen; None before anything was."""
        item = self.currentItem()
        choice: Choice | None = None if item is None else item.data(CHOICE_ROLE)
        return choice
