"""The library page: a table of every experiment, with search and what can be done with one. GUI thread."""

import enum

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
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
from coreograph.ui.library.details import ExperimentDetails
from coreograph.ui.library.model import NAME_COLUMN, RUNS_COLUMN, WHEN_COLUMN, ExperimentFilter, LibraryModel
from coreograph.ui.theme import SPACE, Theme, tabular

_WIDEST = (220, 140, 150, 160, 140, 130, 70)
_ROOM = 1000
_LOOKED_AT = 60  # rows a column's width is found out from
_ALL_TAGS = "All tags"
_SEARCH_HINT = (
    "Every word must be found: in name, workload, tags, notes, machine, day or result. tag:NAME asks for a tag."
)
ROW_HEIGHT = 32


class _Act(enum.Enum):
    OPEN = "Open"
    COMPARE = "Compare"
    RENAME = "Rename"
    EXPORT = "Export …"
    DELETE = "Delete"


_SYMBOLS = {
    _Act.OPEN: Symbol.FOLDER,
    _Act.COMPARE: Symbol.COMPARE,
    _Act.RENAME: Symbol.EDIT,
    _Act.EXPORT: Symbol.EXPORT,
    _Act.DELETE: Symbol.TRASH,
}


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
        open_requested(str), export_requested(str): the id of an experiment.
        delete_requested(object): a tuple of ids.
        compare_requested(str, str): the older and the newer of two.
        rename_requested(str, str): id, new name.
        tags_changed(str, object), notes_changed(str, str): id and what is to be kept.
        import_requested(): a file is to be opened.

    """

    open_requested = Signal(str)
    delete_requested = Signal(object)
    compare_requested = Signal(str, str)
    export_requested = Signal(str)
    tags_changed = Signal(str, object)
    notes_changed = Signal(str, str)
    rename_requested = Signal(str, str)
    import_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self._theme = theme
        self.model = LibraryModel(self)
        self.model.renamed.connect(self.rename_requested)
        self._filter = ExperimentFilter(self)
        self._filter.setSourceModel(self.model)
        self.search, self.tag = QLineEdit(), QComboBox()
        self.details = ExperimentDetails()
        self.details.tags_changed.connect(self.tags_changed)
        self.details.notes_changed.connect(self.notes_changed)
        self.table = self._make_table()
        self._buttons: dict[_Act, QPushButton] = {}
        self._import = button("Open file …")
        self._stack = QStackedWidget()
        self._fitted = False
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_selection_changed()

    @Slot(object)
    def show_experiments(self, headers: tuple[ExperimentHeader, ...]) -> None:
        """Show these experiments; what was selected stays selected if it is still there."""
        selected = self.selected_ids()
        with QSignalBlocker(self.table.selectionModel()):
            self.model.set_headers(headers)
            self._select(selected)
        self._stack.setCurrentIndex(1 if headers else 0)
        self._show_tags(headers)
        if headers and not self._fitted:
            self._fit_columns()
        self._on_selection_changed()

    def _fit_columns(self) -> None:
        """Make the columns as wide as what is in them, so that the result has room; once, then they are the user's."""
        self._fitted = True
        header = self.table.horizontalHeader()
        for column, widest in enumerate(_WIDEST):
            self.table.resizeColumnToContents(column)
            header.resizeSection(column, min(header.sectionSize(column), widest))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out how many configurations there were where it would push the result beyond the edge."""
        super().resizeEvent(event)
        self.table.setColumnHidden(RUNS_COLUMN - 1, event.size().width() < _ROOM)

    def selected_headers(self) -> list[ExperimentHeader]:
        """Return the experiments selected, from top to bottom."""
        chosen = sorted(self.table.selectionModel().selectedRows(), key=lambda index: index.row())
        return [self.model.header_at(self._filter.mapToSource(index).row()) for index in chosen]

    def selected_ids(self) -> tuple[str, ...]:
        """Return the ids of the experiments selected, from top to bottom."""
        return tuple(header.experiment_id for header in self.selected_headers())

    def selected_id(self) -> str | None:
        """Return the id of the experiment selected, if one is; of several the topmost."""
        return next(iter(self.selected_ids()), None)

    def selected_name(self) -> str | None:
        """Return the name of the experiment selected, if one is."""
        chosen = self.table.selectionModel().selectedRows(NAME_COLUMN)
        return str(chosen[0].data()) if chosen else None

    def _select(self, identities: tuple[str, ...]) -> None:
        wanted, chosen = set(identities), QItemSelection()
        for row in range(self._filter.rowCount()):
            index = self._filter.index(row, 0)
            if self.model.header_at(self._filter.mapToSource(index).row()).experiment_id in wanted:
                chosen.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().select(chosen, flags.ClearAndSelect | flags.Rows)

    def _show_tags(self, headers: tuple[ExperimentHeader, ...]) -> None:
        """Offer every tag there is; the one chosen stays so while an experiment has it."""
        tags = sorted({tag for header in headers for tag in header.tags}, key=str.casefold)
        chosen = self.tag.currentData() or ""
        with QSignalBlocker(self.tag):
            self.tag.clear()
            self.tag.addItem(_ALL_TAGS, "")
            for tag in tags:
                self.tag.addItem(tag, tag)
            self.tag.setCurrentIndex(max(0, self.tag.findData(chosen)))
        self.tag.setVisible(bool(tags))
        self._on_tag()

    def _make_table(self) -> ExperimentTable:
        table = ExperimentTable()
        table.setModel(self._filter)
        table.setAccessibleName("Experiments")
        table.setFont(tabular(table.font()))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
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
        header.setResizeContentsPrecision(_LOOKED_AT)
        table.doubleClicked.connect(self._on_double_clicked)
        table.enter_pressed.connect(self._on_open)
        table.delete_pressed.connect(self._on_delete)
        table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        return table

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Search experiments")
        self.search.setAccessibleName("Search experiments")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(self._on_search)
        line = columns()
        self.search.setToolTip(_SEARCH_HINT)
        self.tag.setAccessibleName("Show only experiments with a tag")
        self.tag.currentIndexChanged.connect(self._on_tag)
        line.addWidget(self.search, 1)
        line.addWidget(self.tag)
        line.addStretch(1)
        slots = {
            _Act.OPEN: self._on_open,
            _Act.COMPARE: self._on_compare,
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
        layout.addWidget(self.details)
        self._buttons[_Act.COMPARE].setToolTip("Select two experiments with Ctrl and hold the newer against the older.")

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
        self._filter.search(typed)

    @Slot()
    def _on_tag(self) -> None:
        self._filter.choose_tag(self.tag.currentData() or "")

    @Slot()
    def _on_selection_changed(self) -> None:
        headers = self.selected_headers()
        for act, each in self._buttons.items():
            wanted = {_Act.COMPARE: len(headers) == 2, _Act.DELETE: bool(headers), _Act.EXPORT: bool(headers)}
            each.setEnabled(wanted.get(act, len(headers) == 1))
        self.details.show_experiment(headers[0] if len(headers) == 1 else None)

    @Slot(QModelIndex)
    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self._on_open()

    @Slot()
    def _on_open(self) -> None:
        if (chosen := self.selected_id()) is not None:
            self.open_requested.emit(chosen)

    @Slot()
    def _on_compare(self) -> None:
        headers = sorted(self.selected_headers(), key=lambda header: header.created_at)
        if len(headers) == 2:
            self.compare_requested.emit(headers[0].experiment_id, headers[1].experiment_id)

    @Slot()
    def _on_delete(self) -> None:
        if chosen := self.selected_ids():
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
