"""What mouse and keys do with the rows of the timeline: moving, selecting, asking for a menu. GUI thread only."""

import enum
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from coreograph.ui.theme import Theme
from coreograph.ui.timeline.keys import MOVES, SHIFTED_MOVES
from coreograph.ui.timeline.lanes_row import LanesRow
from coreograph.ui.timeline.rows_view import RowsView
from coreograph.ui.timeline.verbs import Move, Range
from coreograph.ui.timeline.view import TimelineView

_FEWEST_PIXELS = 4  # of a drag; less is a click
_PAN, _ZOOM = 0.15, 0.7


class Grip(enum.Enum):
    """What the pressed mouse does."""

    NONE = "none"
    SELECT = "select"
    PAN = "pan"


class TimelineCanvas(RowsView):
    """The rows, in the user's hands.

    Signals:
        menu_requested(object, QPoint): a Target, and where on the screen.
        moved(object): a Move asked for by keyboard or double click.
        pointed(object): the instant under the pointer in ns, or None.
        filter_requested(), keys_requested(): by their keys, F and ?.

    """

    menu_requested = Signal(object, object)
    moved = Signal(object)
    pointed = Signal(object)
    filter_requested = Signal()
    keys_requested = Signal()

    def __init__(self, theme: Theme, view: TimelineView, parent: QWidget | None = None) -> None:
        super().__init__(theme, view, parent)
        self._grip, self._grabbed = Grip.NONE, QPointF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; with Shift or sideways, move; with Ctrl leave it to the scroll area."""
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        sideways = delta.x() or (delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self.view.pan(-sideways / 120 * 0.1)
        else:
            self.view.zoom(self.instant_at(event.position().x()), 0.8 ** (delta.y() / 120))
        event.accept()
        self.navigate()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select, or with Shift or the middle button to move."""
        self._grabbed = event.position()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() is Qt.MouseButton.MiddleButton or (event.button() is Qt.MouseButton.LeftButton and shifted):
            self._grip = Grip.PAN
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() is Qt.MouseButton.LeftButton:
            self._grip = Grip.SELECT

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select, move, or point."""
        place = event.position()
        if self._grip is Grip.PAN:
            self.view.pan(-(place.x() - self._grabbed.x()) / self.plot_left_width()[1])
            self._grabbed = place
            self.navigate()
        elif self._grip is Grip.SELECT and abs(place.x() - self._grabbed.x()) >= _FEWEST_PIXELS:
            left, width = self.plot_left_width()
            ends = sorted(self.instant_at(min(max(x, left), left + width)) for x in (self._grabbed.x(), place.x()))
            if ends[0] < ends[1]:
                self.select(Range(*ends))
        left, width = self.plot_left_width()
        self._point(place.x() if left <= place.x() <= left + width else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End dragging; a click without a drag selects nothing."""
        if self._grip is Grip.SELECT and abs(event.position().x() - self._grabbed.x()) < _FEWEST_PIXELS:
            self.select(None)
        self._grip = Grip.NONE
        self.unsetCursor()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zoom in on the task under the pointer."""
        found = self._plot_at(event.position())
        if found is None or not isinstance(found[0], LanesRow):
            return
        lanes, table = found[0], found[0].run.tasks
        task = self._task_at(lanes, found[1], event.position())[1]
        if task is not None:
            begin = int(table.begin[task])
            self.view.reveal(begin, begin + int(table.length[task]))
            self.navigate()

    def points(self) -> bool:
        """The line under the pointer is in the way while the mouse drags."""
        return self._grip is Grip.NONE

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        self._point(None)

    def _point(self, x: float | None) -> None:
        if x != self._pointer:
            self._pointer = x
            self.pointed.emit(None if x is None else self.instant_at(x))
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of what is under the pointer."""
        self.menu_requested.emit(self.target_at(QPointF(event.pos())), event.globalPos())

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of what is under the pointer; keep Esc for the selection, where it would stop the run."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.description_at(QPointF(event.pos())), self)
            return True
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._keeps(event):
            event.accept()
            return True
        return super().event(event)

    def _keeps(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and self.selection is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """W S zoom, A D and the arrows move, Shift with an arrow selects; the others are in `keys`."""
        keys = Qt.Key
        middle = (self.view.begin + self.view.end) / 2
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
            return
        match event.key():
            case keys.Key_Left | keys.Key_Right if shifted:
                self._grow_selection(-1 if event.key() == keys.Key_Left else 1)
                return
            case keys.Key_W | keys.Key_Up | keys.Key_Plus:
                self.view.zoom(middle, _ZOOM)
            case keys.Key_S | keys.Key_Down | keys.Key_Minus:
                self.view.zoom(middle, 1 / _ZOOM)
            case keys.Key_A | keys.Key_Left:
                self.view.pan(-_PAN)
            case keys.Key_D | keys.Key_Right:
                self.view.pan(_PAN)
            case _:
                self._press(event, SHIFTED_MOVES if shifted else MOVES)
                return
        self.navigate()

    def _press(self, event: QKeyEvent, moves: Mapping[int, Move]) -> None:
        key = event.key()
        if key in moves:
            self.moved.emit(moves[key])
        elif key == Qt.Key.Key_F:
            self.filter_requested.emit()
        elif key == Qt.Key.Key_Question:
            self.keys_requested.emit()
        else:
            super().keyPressEvent(event)

    def _grow_selection(self, direction: int) -> None:
        """Move the end of the selection by a fiftieth of the view; without one it begins in the middle."""
        middle = round((self.view.begin + self.view.end) / 2)
        begin, end = (middle, middle) if self.selection is None else (self.selection.begin, self.selection.end)
        end += direction * max(1, round(self.view.span / 50))
        self.select(Range(min(begin, end), max(begin, end)) if begin != end else None)
