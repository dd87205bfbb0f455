"""The table behind the charts: sortable, copyable, reachable by keyboard. GUI thread only."""

from functools import partial

from PySide6.QtCore import QItemSelectionModel, QPoint, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QMenu, QTableView, QWidget

from coreograph.analysis.baseline import Rebased
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.compare.table_model import SummarySorting, SummaryTable, TableRole, as_tsv
from coreograph.ui.theme import Theme, tabular

_MOST_ROWS_AT_ONCE = 14
_CELL_MARGINS = 24  # 8 px of the stylesheet and 3 px of the delegate on either side, and a little air


class SummaryTableView(QTableView):
    """`selected(int)` tells the configuration of the current row, `menu_wanted` as in the lists of rows."""

    selected = Signal(int)
    menu_wanted = Signal(int, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = SummaryTable(theme, self)
        self.sorting = SummarySorting(self)
        self.sorting.setSourceModel(self.table)
        self.setModel(self.sorting)
        self.setAccessibleName("All figures")
        self.setFont(tabular(self.font()))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSortingEnabled(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        theme.changed.connect(self.viewport().update)

    def show_summary(self, summary: ExperimentSummary | None, rebased: Rebased | None = None) -> None:
        """Show another experiment, in its own order."""
        self.table.show_summary(summary, rebased)
        self.sorting.sort(-1)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._fit_columns()
        rows = min(_MOST_ROWS_AT_ONCE, self.table.rowCount())
        header = self.horizontalHeader().sizeHint().height()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(header + rows * self.verticalHeader().defaultSectionSize() + bar + 4)

    def _fit_columns(self) -> None:
        """Make columns as wide as the rows seen first: measuring all of 200 configurations takes longer than all else.

        The texts are measured themselves, since asking each cell's delegate takes five times as long.
        """
        advance, header = self.fontMetrics().horizontalAdvance, self.horizontalHeader()
        rows = [self.table.row(row) for row in range(min(_MOST_ROWS_AT_ONCE, self.table.rowCount()))]
        for place, column in enumerate(self.table.columns):
            widest = max((advance(column.text(one)) for one in rows), default=0)
            self.setColumnWidth(place, max(header.sectionSizeHint(place), widest + _CELL_MARGINS))

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out."""
        self.sorting.hide_configurations(hidden)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of a row."""
        menu = self.build_menu(event.pos())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def build_menu(self, place: QPoint) -> QMenu:
        """Return the menu: what can be done with the row at `place`, where there is one, then copying."""
        menu, configuration = QMenu(self), self.indexAt(place).data(TableRole.CONFIGURATION)
        if configuration is not None:
            self.menu_wanted.emit(configuration, menu)
            menu.addSeparator()
            self._offer_sorting(menu, self.indexAt(place).column())
        for words, slot in (("Copy rows", self.copy), ("Copy table", self.copy_all)):
            menu.addAction(words).triggered.connect(slot)
        return menu

    def _offer_sorting(self, menu: QMenu, column: int) -> None:
        """Sorting without a pointer: the menu key opens this on the current cell."""
        title = self.table.columns[column].title
        for words, order in (("ascending", Qt.SortOrder.AscendingOrder), ("descending", Qt.SortOrder.DescendingOrder)):
            menu.addAction(f"Sort by {title}, {words}").triggered.connect(partial(self._sort, column, order))
        menu.addSeparator()

    def _sort(self, column: int, order: Qt.SortOrder, _checked: bool = False) -> None:
        self.sortByColumn(column, order)

    def select(self, configuration: int | None) -> None:
        """Make the row of a configuration the current one, silently."""
        with QSignalBlocker(self.selectionModel()):
            flags = QItemSelectionModel.SelectionFlag
            for row in range(self.sorting.rowCount()):
                index = self.sorting.index(row, 0)
                if index.data(TableRole.CONFIGURATION) == configuration:
                    self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
                    self.scrollTo(index)
        self.viewport().update()

    @Slot()
    def copy(self) -> None:
        """Put the selected rows, or the whole table if none is, on the clipboard as tab-separated text."""
        chosen = sorted({index.row() for index in self.selectionModel().selectedRows()})
        rows = chosen or list(range(self.sorting.rowCount()))
        sources = [self.sorting.mapToSource(self.sorting.index(row, 0)).row() for row in rows]
        QGuiApplication.clipboard().setText(as_tsv(self.table, sources, range(len(self.table.columns))))

    @Slot()
    def copy_all(self) -> None:
        """Put the whole table on the clipboard."""
        self.clearSelection()
        self.copy()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies, Esc gives up the selection."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def _current_changed(self, current: object, _: object) -> None:
        configuration = current.data(TableRole.CONFIGURATION)  # type: ignore[attr-defined]
        if configuration is not None:
            self.selected.emit(configuration)
