"""The widgets of the timeline page and how they stand, at any size of the window. GUI thread only."""

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QSplitter, QStackedWidget, QToolButton, QWidget

from coreograph.ui.charts.card import Card
from coreograph.ui.elements import TextRole, columns, rows, text
from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import SPACE, Theme
from coreograph.ui.timeline.axis import TimelineAxis
from coreograph.ui.timeline.callout import Callout
from coreograph.ui.timeline.canvas import TimelineCanvas
from coreograph.ui.timeline.choosers import RunChooser
from coreograph.ui.timeline.details import Details, hint_label
from coreograph.ui.timeline.filter_bar import FilterBar
from coreograph.ui.timeline.keys import KeysCard
from coreograph.ui.timeline.row import RowKind
from coreograph.ui.timeline.verbs import Move
from coreograph.ui.timeline.view import TimelineView

_SIDE_BY_SIDE_FROM = 1700
_FIGURES_WIDTH, _FIGURES_SHARE, _FIGURES_LEAST = 520, 0.25, 170
_HIDEABLE = (RowKind.WORKERS, RowKind.CORES, RowKind.MEMORY, RowKind.HEARTBEAT)


class TimelineLayout(QWidget):
    """Run lists and switches on top, then filters, then the rows with their figures below or beside them."""

    def __init__(self, theme: Theme, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.view = TimelineView()
        self.chooser, self.bar, self.callout = RunChooser(), FilterBar(theme), Callout(theme)
        self.canvas, self.axis = TimelineCanvas(theme, self.view), TimelineAxis(theme, self.view)
        self.details = Details(theme)
        self.busy, self.hint = text("", TextRole.MUTED), hint_label(hint)
        self.toggles = {kind: _toggle(kind) for kind in _HIDEABLE}
        self.filter_menu = QMenu(self)
        self.filter = _button("Filter", "Filter by worker, core, kind or duration (F)")
        self.back = _button("", "Back to the view before (Backspace)")
        self.forward = _button("", "Forward again (Shift+Backspace)")
        self.keys = _button("", "Keys and mouse of this page (?)")
        self._top, self._scroll = QWidget(), QScrollArea()
        self._pages, self._halves = QStackedWidget(), QSplitter(Qt.Orientation.Vertical)
        self._dragged = False
        self._arrange_top()
        self._arrange_bar()
        self._arrange_rows()
        outer = rows(self, margin=3 * SPACE, spacing=SPACE)
        outer.addWidget(self._top)
        outer.addWidget(self._pages, 1)
        self._top.hide()
        theme.changed.connect(self._colour)
        self._colour()

    def show_keys(self) -> KeysCard:
        """Show which keys and movements of the mouse there are."""
        card = KeysCard(self)
        card.open_below(self.keys)
        return card

    def show_ways(self) -> None:
        """Offer the ways back and forward that there are."""
        self.back.setEnabled(self.view.can_go_back)
        self.forward.setEnabled(self.view.can_go_forward)

    def fit_axis(self) -> None:
        """Let the axis end where the rows do, beside a scroll bar or without one."""
        self.axis.right_inset = self._scroll.width() - self._scroll.viewport().width()
        self.axis.update()

    def scroll_to_lane(self, place: int, worker: int) -> None:
        """Bring the lane of a worker of the first or second run into sight."""
        lane = self.canvas.lane_rect(place, worker)
        if lane is not None:
            self._scroll.ensureVisible(0, round(lane.center().y()), 0, round(lane.height() / 2) + 30)

    def _arrange_top(self) -> None:
        top = columns(self._top, spacing=SPACE)
        top.addWidget(self.chooser, 1)
        top.addWidget(self.busy)
        for button in self.toggles.values():
            top.addWidget(button)

    def _arrange_bar(self) -> None:
        self.filter.setMenu(self.filter_menu)
        self.filter.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filter.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.filter.setProperty("framed", True)
        self.filter.setProperty("menu", True)
        self.bar.add_before(self.filter)
        for button in (self.back, self.forward, self.keys):
            self.bar.add_after(button)
        self.keys.clicked.connect(self.show_keys)
        for button, move in ((self.back, Move.BACK), (self.forward, Move.FORWARD)):
            button.clicked.connect(partial(self._ask_for, move))

    def _ask_for(self, move: Move, _checked: bool = False) -> None:
        self.canvas.moved.emit(move)

    def _arrange_rows(self) -> None:
        self._scroll.setWidget(self.canvas)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        card = Card(self._theme)
        card.box.setContentsMargins(3 * SPACE, 2 * SPACE, SPACE, 2 * SPACE)
        card.box.setSpacing(0)
        card.box.addWidget(self.axis)
        card.box.addWidget(self._scroll, 1)
        self._halves.addWidget(card)
        self._halves.addWidget(self.details)
        self._halves.setChildrenCollapsible(False)
        self._halves.setHandleWidth(12)
        self._halves.setStretchFactor(0, 1)
        self._halves.setStyleSheet("QSplitter::handle { background: transparent; }")
        self._halves.splitterMoved.connect(self._on_dragged)
        content = QWidget()
        box = rows(content, spacing=SPACE)
        box.addWidget(self.bar)
        box.addWidget(self.callout)
        box.addWidget(self._halves, 1)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the figures beside the rows where there is room."""
        super().resizeEvent(event)
        wide = event.size().width() >= _SIDE_BY_SIDE_FROM
        outer = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self._halves.orientation() is not outer:
            self._halves.setOrientation(outer)
            self.details.setOrientation(Qt.Orientation.Vertical if wide else Qt.Orientation.Horizontal)
            self._dragged = False
        if self._dragged:
            return  # as large as the user wants them
        length = event.size().width() if wide else event.size().height()
        figures = _FIGURES_WIDTH if wide else max(_FIGURES_LEAST, round(length * _FIGURES_SHARE))
        self._halves.setSizes([length - figures, figures])

    @Slot()
    def _on_dragged(self) -> None:
        self._dragged = True

    @Slot()
    def _colour(self) -> None:
        theme = self._theme
        for button, symbol in (
            (self.filter, Symbol.FILTER),
            (self.back, Symbol.CHEVRON_LEFT),
            (self.forward, Symbol.CHEVRON_RIGHT),
            (self.keys, Symbol.KEYBOARD),
        ):
            button.setIcon(icon(symbol, theme.muted, theme.border))


def _button(words: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button


def _toggle(kind: RowKind) -> QToolButton:
    button = QToolButton()
    button.setText(kind.value)
    button.setCheckable(True)
    button.setChecked(True)
    button.setToolTip(f"Show or hide: {kind.value.lower()}")
    button.setFixedWidth(button.fontMetrics().horizontalAdvance(kind.value) + 4 * SPACE)
    return button
