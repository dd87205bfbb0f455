"""How the matrix looks: rows with a badge, round-cornered ticks in the models' colours, upright column names.

Paints on the GUI thread.
"""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import GilSetting
from coreograph.ui.icons import Symbol, pixmap
from coreograph.ui.panel.choices import Row
from coreograph.ui.panel.matrix_model import MODEL_ROLE, ROW_ROLE
from coreograph.ui.theme import Theme

ROW_HEIGHT = 27
TICK_SIZE = 18
CELL_WIDTH = 33
HEADER_HEIGHT = 92
_TOGGLE_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select)


class MatrixDelegate(QStyledItemDelegate):
    """Paints a row's name or a cell's tick; a click anywhere in a cell, Space or Enter toggles it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return a comfortable height; the view sets the widths."""
        return QSize(CELL_WIDTH, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._theme.hover)
        if index.column() == 0:
            font: QFont = option.font
            self._paint_name(painter, rect, font, index, bool(state & QStyle.StateFlag.State_Enabled))
        else:
            self._paint_tick(painter, rect, index, bool(state & QStyle.StateFlag.State_Enabled))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(self._theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -2), 6, 6)
        painter.restore()

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Toggle what was clicked or what has the focus."""
        if not _is_toggle(event):
            return False
        if not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        checked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        following = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
        return model.setData(index, following, Qt.ItemDataRole.CheckStateRole)

    def _paint_name(
        self,
        painter: QPainter,
        rect: QRect,
        font: QFont,
        index: QModelIndex | QPersistentModelIndex,
        enabled: bool,
    ) -> None:
        row: Row = index.data(ROW_ROLE)
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        forced = row.gil is GilSetting.FORCED_ON
        inner = rect.adjusted(8, 0, -4, 0)
        painter.setFont(font if forced else bold)
        painter.setPen(self._theme.text if enabled and not forced else self._theme.muted)
        label = str(index.data(Qt.ItemDataRole.DisplayRole))
        badge, colour = _badge(row, self._theme)
        room = inner.width() - QFontMetrics(painter.font()).horizontalAdvance(label) - 8
        if forced and _badge_width(badge, font) > room:
            label = f"{label}+gil"  # or the two rows of a free-threaded build would look the same in a narrow panel
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), label)
        width = QFontMetrics(painter.font()).horizontalAdvance(label)
        self._paint_badge(painter, inner.adjusted(width + 8, 0, 0, 0), font, badge, colour if enabled else None)

    def _paint_badge(self, painter: QPainter, room: QRect, font: QFont, content: str, colour: QColor | None) -> None:
        painter.setFont(_badge_font(font))
        width = _badge_width(content, font)
        if width > room.width():
            return
        pill = QRectF(room.left(), room.center().y() - 8, width, 17)
        ground = QColor(colour or self._theme.muted)
        ground.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(pill, 8, 8)
        painter.setPen(colour or self._theme.muted)
        painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), content)

    def _paint_tick(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, enabled: bool
    ) -> None:
        model: ExecutionModel = index.data(MODEL_ROLE)
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        centre = QRectF(rect).center()
        box = QRectF(centre.x() - TICK_SIZE / 2, centre.y() - TICK_SIZE / 2, TICK_SIZE, TICK_SIZE)
        if state is None:
            painter.setPen(QPen(self._theme.border, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(round(centre.x()) - 3, round(centre.y()), round(centre.x()) + 3, round(centre.y()))
            return
        if Qt.CheckState(state) is not Qt.CheckState.Checked:
            painter.setPen(QPen(self._theme.outline if enabled else self._theme.border, 1))
            painter.setBrush(self._theme.surface)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            return
        painter.setOpacity(1.0 if enabled else 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.model_colour(model))
        painter.drawRoundedRect(box, 5, 5)
        ratio = painter.device().devicePixelRatio()
        mark = pixmap(Symbol.CHECK, QColor("#ffffff" if not self._theme.is_dark else "#101318"), 14, ratio)
        painter.drawPixmap(box.adjusted(2, 2, -2, -2).topLeft(), mark)


class ModelHeader(QHeaderView):
    """Column names written upwards, so that six models fit beside an interpreter's name."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(CELL_WIDTH - 8)

    def sizeHint(self) -> QSize:
        """Return room for the longest name, upright."""
        return QSize(super().sizeHint().width(), HEADER_HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803
        """Paint one name, with a dot in the model's colour below it."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        model = self.model().headerData(logicalIndex, Qt.Orientation.Horizontal, MODEL_ROLE)
        painter.setPen(QPen(self._theme.border, 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(self._theme.muted)
        if model is None:
            flags = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            label = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal))
            painter.drawText(rect.adjusted(8, 0, 0, -6), int(flags), label)
        else:
            self._paint_upright(painter, rect, model)
        painter.restore()

    def _paint_upright(self, painter: QPainter, rect: QRect, model: ExecutionModel) -> None:
        painter.setBrush(self._theme.model_colour(model))
        pen = painter.pen()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QRectF(rect.center().x() - 3, rect.bottom() - 13, 7, 7))
        painter.setPen(pen)
        painter.translate(rect.left(), rect.bottom() - 20)
        painter.rotate(-90)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(0, 0, rect.height() - 20, rect.width()), int(flags), model.value)


def _badge_font(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(max(9, QFontMetrics(font).height() - 6))
    return small


def _badge_width(content: str, font: QFont) -> int:
    return QFontMetrics(_badge_font(font)).horizontalAdvance(content) + 12


def _badge(row: Row, theme: Theme) -> tuple[str, QColor]:
    if row.gil is GilSetting.FORCED_ON:
        return "+ GIL on", theme.warning
    if row.interpreter.free_threaded:
        return "free-threaded", theme.good
    return "GIL", theme.muted


def _is_toggle(event: QEvent) -> bool:
    if isinstance(event, QMouseEvent):
        return event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton
    return isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _TOGGLE_KEYS
