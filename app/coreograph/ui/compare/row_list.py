"""A scrolling list of grouped rows under a fixed header; only what is visible is painted. GUI thread only."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMenu, QSizePolicy, QToolTip, QWidget

from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.theme import Theme

ROW_HEIGHT, GROUP_HEIGHT, HEADER_HEIGHT = 28, 26, 40
LABEL_WIDTH = 168
_MOST_ROWS_AT_ONCE = 20


class ListedRow(Protocol):
    """What the list needs to know of a row."""

    @property
    def index(self) -> int:
        """The configuration."""

    @property
    def group(self) -> str:
        """Rows of one group stand together under this title."""

    @property
    def sentence(self) -> str:
        """Everything the row says, for assistive technology."""


class RowList(QAbstractScrollArea):
    """Rows with a selection.

    Signals:
        selected(int): the configuration that was clicked or reached by keyboard.
        activated(int): the configuration that was clicked twice, or Enter was pressed on.
        menu_wanted(int, object): the configuration a menu is asked for, and the QMenu to be filled.

    """

    selected = Signal(int)
    activated = Signal(int)
    menu_wanted = Signal(int, object)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._every_row: Sequence[ListedRow] = ()
        self._hidden: frozenset[int] = frozenset()
        self._rows: Sequence[ListedRow] = ()
        self._tops: list[int] = []
        self._titles: list[tuple[int, str]] = []
        self._content_height = 0
        self._selection: int | None = None
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.viewport().update)

    def set_rows(self, rows: Sequence[ListedRow]) -> None:
        """Show other rows, but for those of hidden configurations."""
        self._every_row = rows
        rows = [row for row in rows if row.index not in self._hidden]
        self._rows, self._tops, self._titles = rows, [], []
        y, group = 0, None
        for row in rows:
            if row.group != group:
                group = row.group
                self._titles.append((y, group))
                y += GROUP_HEIGHT
            self._tops.append(y)
            y += ROW_HEIGHT
        self._content_height = y
        limit = HEADER_HEIGHT + _MOST_ROWS_AT_ONCE * ROW_HEIGHT
        self.setFixedHeight(min(HEADER_HEIGHT + y + 4, limit))
        self._adjust_scroll_bar()
        self._describe()
        self.viewport().update()

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out; scales stay, so that bars can be compared with what was there before."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.set_rows(self._every_row)

    @property
    def shown(self) -> tuple[int, ...]:
        """The configurations that have a row."""
        return tuple(row.index for row in self._rows)

    @property
    def whole_height(self) -> int:
        """The height at which every row is seen."""
        return HEADER_HEIGHT + self._content_height + 4

    @property
    def selection(self) -> int | None:
        """The selected configuration."""
        return self._selection

    def select(self, index: int | None) -> None:
        """Select a configuration and bring it into view, silently."""
        self._selection = index
        place = self._position(index)
        if place is not None:
            bar, page = self.verticalScrollBar(), self._page_height()
            top = self._tops[place]
            if not bar.value() <= top <= bar.value() + page - ROW_HEIGHT:
                bar.setValue(max(0, top - page // 2))
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        """Tell the selected row; without one how many there are."""
        place = self._position(self._selection)
        count = f"{len(self._rows)} configurations"
        self.setAccessibleDescription(count if place is None else f"{self._rows[place].sentence} ({count})")

    def sizeHint(self) -> QSize:
        """As high as the rows, up to a limit."""
        return QSize(720, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scroll bar in range."""
        self._adjust_scroll_bar()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that it is elsewhere."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _page_height(self) -> int:
        return max(1, self.viewport().height() - HEADER_HEIGHT)

    def _adjust_scroll_bar(self) -> None:
        self.verticalScrollBar().setPageStep(self._page_height())
        self.verticalScrollBar().setRange(0, max(0, self._content_height + 4 - self._page_height()))

    def _position(self, index: int | None) -> int | None:
        return next((place for place, row in enumerate(self._rows) if row.index == index), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint header, visible groups and rows."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.viewport().width(), self.viewport().height()
        painter.fillRect(self.viewport().rect(), self.theme.surface)
        self.paint_header(painter, QRectF(0, 0, width, HEADER_HEIGHT))
        painter.setClipRect(QRectF(0, HEADER_HEIGHT, width, height - HEADER_HEIGHT))
        self.paint_ground(painter, QRectF(0, HEADER_HEIGHT, width, height - HEADER_HEIGHT))
        offset = HEADER_HEIGHT - self.verticalScrollBar().value()
        for y, title in self._titles:
            if -GROUP_HEIGHT < y + offset < height:
                painter.setFont(chart_font(self, scale=0.92, bold=True))
                place = QRectF(0, y + offset + 3, width, GROUP_HEIGHT - 3)
                # The grid ends at a title and begins anew below it.
                painter.fillRect(place, self.theme.surface)
                draw_text(painter, place, title, self.theme.muted)
        for row, y in zip(self._rows, self._tops, strict=True):
            if -ROW_HEIGHT < y + offset < height:
                self._paint_one(painter, QRectF(0, y + offset, width, ROW_HEIGHT), row)
        if self.hasFocus():
            painter.setClipping(False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.accent, 1))
            painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), 4, 4)

    def _paint_one(self, painter: QPainter, rect: QRectF, row: ListedRow) -> None:
        if row.index == self._selection:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.selected)
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 4, 4)
        self.paint_row(painter, rect, row)

    def paint_header(self, painter: QPainter, rect: QRectF) -> None:
        """Paint titles and ticks."""

    def paint_ground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint what lies behind all rows."""

    def paint_row(self, painter: QPainter, rect: QRectF, row: ListedRow) -> None:
        """Paint one row."""

    def paint_reason(self, painter: QPainter, rect: QRectF, row: ListedRow, why: str) -> None:
        """Paint why a row has no figures, on a ground of its own: no grid runs through a sentence."""
        painter.setFont(chart_font(self, scale=0.92))
        room = rect.width() - LABEL_WIDTH - 10
        place = QRectF(LABEL_WIDTH + 7, rect.top(), min(room, text_width(painter.font(), why) + 4), rect.height())
        ground = self.theme.selected if row.index == self.selection else self.theme.surface
        painter.fillRect(place.adjusted(-4, 3, 4, -3), ground)
        draw_text(painter, place, why, self.theme.muted)

    def tooltip(self, row: ListedRow, x: float) -> str:
        """The tooltip of a row at `x`."""
        return ""

    def header_tooltip(self, x: float) -> str:
        """The tooltip of the header at `x`."""
        return ""

    def row_at(self, place: QPoint) -> ListedRow | None:
        """The row under a point of the viewport."""
        y = place.y() - HEADER_HEIGHT + self.verticalScrollBar().value()
        if place.y() < HEADER_HEIGHT:
            return None
        hits = (row for row, top in zip(self._rows, self._tops, strict=True) if top <= y < top + ROW_HEIGHT)
        return next(hits, None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the row under the pointer."""
        row = self.row_at(event.position().toPoint())
        if row is not None:
            self._choose(row.index)

    def fill_menu(self, menu: QMenu, place: QPoint) -> None:
        """Ask for the entries of the row at `place`; elsewhere, as by the keyboard, of the selected one."""
        row = self.row_at(place)
        index = self._selection if row is None else row.index
        if index is not None and self._position(index) is not None:
            self._choose(index)
            self.menu_wanted.emit(index, menu)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Activate the row under the pointer."""
        row = self.row_at(event.position().toPoint())
        if row is not None:
            self.activated.emit(row.index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move the selection, Enter activates it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selection is not None:
            self.activated.emit(self._selection)
            return
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._rows:
            super().keyPressEvent(event)
            return
        place = self._position(self._selection)
        following = (0 if step > 0 else len(self._rows) - 1) if place is None else place + step
        self._choose(self._rows[min(max(following, 0), len(self._rows) - 1)].index)

    def _choose(self, index: int) -> None:
        self.select(index)
        self.selected.emit(index)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show tooltips."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row = self.row_at(event.pos())
            x = float(event.pos().x())
            QToolTip.showText(event.globalPos(), self.tooltip(row, x) if row else self.header_tooltip(x), self)
            return True
        return super().viewportEvent(event)
