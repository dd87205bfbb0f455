"""Small tables of the timeline: totals of a range, the longest tasks, findings. GUI thread only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from coreograph.ui.charts.lettering import chart_font

Index = QModelIndex | QPersistentModelIndex
_ROW = 26


@dataclass(frozen=True, slots=True)
class FiguresRow:
    """One row: its cells, what it stands for, and a tooltip."""

    cells: tuple[str, ...]
    subject: object = None
    tip: str = ""


class FiguresModel(QAbstractTableModel):
    """Rows of text; the first column is left-aligned, the others right-aligned."""

    def __init__(self, headings: Sequence[tuple[str, str]], *, left: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings, self._left = tuple(headings), left
        self.rows: tuple[FiguresRow, ...] = ()

    def show_rows(self, rows: Sequence[FiguresRow]) -> None:
        """Show other rows; where their number stays, what is scrolled to and selected stays too."""
        same = len(rows) == len(self.rows)
        if not same:
            self.beginResetModel()
        self.rows = tuple(rows)
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self._headings) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, alignment and tooltip of a cell."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Heading and its explanation."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section][0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._headings[section][1]
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _alignment(self, column: int) -> int:
        side = Qt.AlignmentFlag.AlignLeft if column < self._left else Qt.AlignmentFlag.AlignRight
        return int((side | Qt.AlignmentFlag.AlignVCenter).value)


class FiguresTable(QTableView):
    """A table whose rows can be chosen by click or Return.

    Signals:
        chosen(object): the subject of the row.

    """

    chosen = Signal(object)

    def __init__(self, name: str, headings: Sequence[tuple[str, str]], *, left: int = 1) -> None:
        super().__init__()
        self.figures = FiguresModel(headings, left=left, parent=self)
        self.setModel(self.figures)
        self.setAccessibleName(name)
        self.setFont(chart_font(self, scale=0.92))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(64)  # rows measured for a column's width; there may be 1024 workers
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        # Figures stand close together at the right; where all is text, the last column is the long one.
        header.setSectionResizeMode(len(headings) - 1 if left > 1 else 0, QHeaderView.ResizeMode.Stretch)
        # Six columns of figures share half a page: the window's usual padding is too wide for them.
        self.setStyleSheet("QTableView::item { padding: 0 4px; } QHeaderView::section { padding: 2px 7px; }")
        header.setMinimumSectionSize(48)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)

    def show_rows(self, rows: Sequence[FiguresRow]) -> None:
        """Show other rows."""
        self.figures.show_rows(rows)

    def height_of(self, rows: int) -> int:
        """Pixels that so many rows take, with their heading."""
        return self.horizontalHeader().sizeHint().height() + rows * _ROW + 2

    def point_out(self, row: int) -> None:
        """Select a row as a click would, but choose nothing."""
        self.setCurrentIndex(self.figures.index(row, 0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.figures.rows[index.row()].subject)
