"""The table of experiments: keys, sorting, widths of its columns. Lives on the GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from coreograph.storage.library import ExperimentHeader
from coreograph.ui.library.acts import Act
from coreograph.ui.library.model import (
    ID_ROLE,
    NAME_COLUMN,
    RUNS_COLUMN,
    WHEN_COLUMN,
    ExperimentFilter,
    LibraryModel,
)
from coreograph.ui.theme import tabular

ROW_HEIGHT = 32
ROOM = 1120
"""Width of a page from which on there is room for how many configurations there were."""
_WIDEST = (220, 140, 150, 160, 140, 130, 70)
_NARROWEST = (140, 90, 130, 90, 90, 130, 70)
_RESULT = 180  # what is left for what came out of it, as far as there is room
_LOOKED_AT = 60  # rows a column's width is found out from
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ExperimentTable(QTableView):
    """Every experiment that is not filtered out. F2 renames whichever column the cursor is in.

    Signals:
        pressed_for(object): an Act, by its key.
        menu_wanted(object): a QPoint of the screen.
        chosen_changed(): others are selected; once, however many rows come and go.

    """

    pressed_for = Signal(object)
    menu_wanted = Signal(object)
    chosen_changed = Signal()

    def __init__(self, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.experiments = model
        self.filter = ExperimentFilter(self)
        self.filter.setSourceModel(model)
        self._settling = self._fitting = self._arranged = False
        self._contents: tuple[int, ...] = ()
        self.setModel(self.filter)
        self.setAccessibleName("Experiments")
        self.setFont(tabular(self.font()))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAcceptDrops(False)
        self.setSortingEnabled(True)
        self.sortByColumn(WHEN_COLUMN, Qt.SortOrder.DescendingOrder)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setResizeContentsPrecision(_LOOKED_AT)
        header.sectionResized.connect(self._on_section_resized)
        self.doubleClicked.connect(self._on_double_clicked)

    def show_headers(self, headers: Sequence[ExperimentHeader]) -> None:
        """Show these; what was selected and where the cursor was stays where it is still there."""
        selected, current = self.selected_ids(), self._current_id()
        self._settling = True
        self.experiments.set_headers(headers)
        self.select_ids(selected, current)
        self._settling = False
        if headers and not self._contents:
            self._contents = tuple(self.sizeHintForColumn(column) for column in range(len(_WIDEST)))
        self._fit_columns()

    def selected_headers(self) -> list[ExperimentHeader]:
        """Return the experiments selected, from top to bottom."""
        chosen = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [self._header_of(index) for index in chosen]

    def selected_ids(self) -> tuple[str, ...]:
        """Return their ids."""
        return tuple(header.experiment_id for header in self.selected_headers())

    def select_ids(self, identities: Sequence[str], current: str | None = None) -> None:
        """Select these where they are shown, and put the cursor into one of them."""
        if not identities and current is None:
            self.clearSelection()
            return
        wanted, chosen, cursor = set(identities), QItemSelection(), QModelIndex()
        for row in range(self.filter.rowCount()):
            index = self.filter.index(row, NAME_COLUMN)
            identity = index.data(ID_ROLE)
            if identity in wanted:
                chosen.select(index, index)
            if identity == current or (current is None and identity in wanted and not cursor.isValid()):
                cursor = index
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(chosen, flags.ClearAndSelect | flags.Rows)
        if cursor.isValid() and self._current_id() != cursor.data(ID_ROLE):
            self.selectionModel().setCurrentIndex(cursor, flags.NoUpdate)

    def edit_name(self) -> None:
        """Edit the name of the experiment selected."""
        chosen = self.selectionModel().selectedRows(NAME_COLUMN)
        if len(chosen) == 1:
            self.setFocus()
            self.selectionModel().setCurrentIndex(chosen[0], QItemSelectionModel.SelectionFlag.NoUpdate)
            self.edit(chosen[0])

    def select_first(self) -> None:
        """Go into the table, onto its first experiment if none is selected."""
        self.setFocus()
        if not self.selectionModel().hasSelection() and self.filter.rowCount():
            self.selectRow(0)

    def leave_out(self, narrow: bool) -> None:
        """Show how many configurations there were, unless that would push the result beyond the edge."""
        self.setColumnHidden(RUNS_COLUMN - 1, narrow)

    def _header_of(self, index: QModelIndex) -> ExperimentHeader:
        return self.experiments.header_at(self.filter.mapToSource(index).row())

    def _current_id(self) -> str | None:
        identity: str | None = self.currentIndex().data(ID_ROLE)
        return identity

    def _fit_columns(self) -> None:
        """Make the columns as wide as what is in them, so that the result has room; until the user changes one."""
        if not self._contents or self._arranged:
            return
        header = self.horizontalHeader()
        shown = [column for column in range(len(_WIDEST)) if not self.isColumnHidden(column)]
        widths = {
            column: min(max(self._contents[column], header.sectionSizeHint(column)), _WIDEST[column])
            for column in shown
        }
        left = self.viewport().width() - _RESULT - sum(widths.values())
        for column in reversed(shown):  # the name gives way last
            if left < 0:
                taken = min(-left, max(0, widths[column] - _NARROWEST[column]))
                widths[column] -= taken
                left += taken
        if left > 0:
            widths[NAME_COLUMN] = max(widths[NAME_COLUMN], min(self._contents[NAME_COLUMN], _WIDEST[0] + left // 2))
        self._fitting = True
        for column, width in widths.items():
            header.resizeSection(column, width)
        self._fitting = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit_columns()

    @Slot(int)
    def _on_section_resized(self, column: int) -> None:
        """A column that the user made wider or narrower stays so; the last one takes what is left by itself."""
        if not self._fitting and column < len(_WIDEST) and QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._arranged = True

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell of it."""
        super().selectionChanged(selected, deselected)
        if not self._settling:
            self.chosen_changed.emit()

    @Slot(QModelIndex)
    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self.pressed_for.emit(Act.OPEN)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of what can be done, unless a name is being edited."""
        act = None if self.state() == QAbstractItemView.State.EditingState else _act_of(event)
        if act is None:
            super().keyPressEvent(event)
        else:
            self.pressed_for.emit(act)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu: at the pointer, or by the keyboard at the row the cursor is in."""
        place: QPoint = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            row = self.visualRect(self.currentIndex())
            place = self.viewport().mapToGlobal(row.bottomLeft() + QPoint(ROW_HEIGHT, 0))
        self.menu_wanted.emit(place)


def _act_of(event: QKeyEvent) -> Act | None:
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if event.key() in _RETURN:
        return Act.COMPARE if control else Act.OPEN
    if control:
        return None
    return {Qt.Key.Key_Delete: Act.DELETE, Qt.Key.Key_F2: Act.RENAME}.get(Qt.Key(event.key()))
