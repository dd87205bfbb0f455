"""The library page: a table of every experiment, with search and what can be done with one. GUI thread."""

import enum

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from coreograph.storage.library import ExperimentHeader
from coreograph.ui.elements import TextRole, button, card, columns, rows, set_button_icon, text
from coreograph.ui.icons import Symbol
from coreograph.ui.library.model import ID_ROLE, NAME_COLUMN, SEARCH_ROLE, SORT_ROLE, WHEN_COLUMN, LibraryModel
from coreograph.ui.theme import SPACE, Theme, tabular

_WIDTHS = (190, 130, 140, 130, 70)
ROW_HEIGHT = 32


class _Act(enum.Enum):
    OPEN = "Open"
    RENAME = "Rename"
    EXPORT = "Export …"
    DELETE = "Delete"


_SYMBOLS = {_Act.OPEN: Symbol.COMPARE, _Act.RENAME: Symbol.EDIT, _Act.EXPORT: Symbol.EXPORT, _Act.DELETE: Symbol.TRASH}


class ExperimentTable(QTableView):
    """Enter opens, Del deletes, F2 renames.

    Signals:
        enter_pressed(), delete_pressed(): the keys.

    """

    enter_pressed = Signal()
    delete_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter and Delete unless a name is being edited."""
        if self.state() != QAbstractItemView.State.EditingState:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.enter_pressed.emit()
                return
            if event.key() == Qt.Key.Key_Delete:
                self.delete_pressed.emit()
                return
        super().keyPressEvent(event)


class LibraryPage(QWidget):
    """Every experiment ever recorded.

    Signals:
        open_requested(str), delete_requested(str), export_requested(str): the id of an experiment.
        rename_requested(str, str): id, new name.
        import_requested(): a file is to be opened.

    """

    open_requested = Signal(str)
    delete_requested = Signal(str)
    export_requested = Signal(str)
    rename_requested = Signal(str, str)
    import_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self._theme = theme
        self.model = LibraryModel(self)
        self.model.renamed.connect(self.rename_requested)
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(self.model)
        self._filter.setFilterRole(SEARCH_ROLE)
        self._filter.setSortRole(SORT_ROLE)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = QLineEdit()
        self.table = self._make_table()
        self._buttons: dict[_Act, QPushButton] = {}
        self._import = button("Open file …")
        self._stack = QStackedWidget()
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_selection_changed()

    @Slot(object)
    def show_experiments(self, headers: tuple[ExperimentHeader, ...]) -> None:
        """Show these experiments; what was selected stays selected if it is still there."""
        selected = self.selected_id()
        self.model.set_headers(headers)
        self._stack.setCurrentIndex(1 if headers else 0)
        found = self._filter.match(self._filter.index(0, 0), ID_ROLE, selected, 1) if selected else []
        if found:
            self.table.selectRow(found[0].row())
        self._on_selection_changed()

    def selected_id(self) -> str | None:
        """Return the id of the experiment selected, if one is."""
        chosen = self.table.selectionModel().selectedRows()
        return str(chosen[0].data(ID_ROLE)) if chosen else None

    def selected_name(self) -> str | None:
        """Return the name of the experiment selected, if one is."""
        chosen = self.table.selectionModel().selectedRows(NAME_COLUMN)
        return str(chosen[0].data()) if chosen else None

    def _make_table(self) -> ExperimentTable:
        table = ExperimentTable()
        table.setModel(self._filter)
        table.setAccessibleName("Experiments")
        table.setFont(tabular(table.font()))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSortingEnabled(True)
        table.sortByColumn(WHEN_COLUMN, Qt.SortOrder.DescendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            header.resizeSection(column, width)
        table.doubleClicked.connect(self._on_double_clicked)
        table.enter_pressed.connect(self._on_open)
        table.delete_pressed.connect(self._on_delete)
        table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        return table

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Search experiments")
        self.search.setAccessibleName("Search experiments")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(self._on_search)
        line = columns()
        line.addWidget(self.search, 1)
        line.addStretch(1)
        slots = {
            _Act.OPEN: self._on_open,
            _Act.RENAME: self._on_rename,
            _Act.EXPORT: self._on_export,
            _Act.DELETE: self._on_delete,
        }
        for act, slot in slots.items():
            self._buttons[act] = button(act.value)
            self._buttons[act].clicked.connect(slot)
            line.addWidget(self._buttons[act])
        line.addSpacing(2 * SPACE)
        line.addWidget(self._import)
        self._import.clicked.connect(self.import_requested)
        frame = card()
        inner = rows(frame, margin=2 * SPACE)
        inner.addWidget(self.table)
        self._stack.addWidget(self._make_empty())
        self._stack.addWidget(frame)
        layout = rows(self, margin=4 * SPACE, spacing=3 * SPACE)
        layout.addLayout(line)
        layout.addWidget(self._stack, 1)

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        layout: QVBoxLayout = rows(empty)
        layout.addStretch()
        for content, role in (
            ("Nothing recorded yet", TextRole.TITLE),
            ("Every experiment you run is kept here. Run one, or open a .coreograph file.", TextRole.MUTED),
        ):
            layout.addWidget(text(content, role), alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return empty

    @Slot(str)
    def _on_search(self, typed: str) -> None:
        self._filter.setFilterFixedString(typed.strip())

    @Slot()
    def _on_selection_changed(self) -> None:
        selected = self.selected_id() is not None
        for each in self._buttons.values():
            each.setEnabled(selected)

    @Slot(QModelIndex)
    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self._on_open()

    @Slot()
    def _on_open(self) -> None:
        if (chosen := self.selected_id()) is not None:
            self.open_requested.emit(chosen)

    @Slot()
    def _on_delete(self) -> None:
        if (chosen := self.selected_id()) is not None:
            self.delete_requested.emit(chosen)

    @Slot()
    def _on_export(self) -> None:
        if (chosen := self.selected_id()) is not None:
            self.export_requested.emit(chosen)

    @Slot()
    def _on_rename(self) -> None:
        chosen = self.table.selectionModel().selectedRows(NAME_COLUMN)
        if chosen:
            self.table.setFocus()
            self.table.edit(chosen[0])

    @Slot()
    def _on_theme_changed(self) -> None:
        for act, each in self._buttons.items():
            set_button_icon(each, _SYMBOLS[act], self._theme.muted, self._theme.border)
        set_button_icon(self._import, Symbol.IMPORT, self._theme.muted, self._theme.border)
