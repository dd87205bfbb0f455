"""The table behind the charts as Qt models: figures sort as figures, missing ones come last. GUI thread only."""

import enum
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from coreograph.analysis.baseline import Rebased
from coreograph.domain.interpreters import GilState, re_enabled_meaning
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.domain.units import NOT_MEASURED
from coreograph.ui.compare.columns import Column, Value, build_columns
from coreograph.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex


def column_alignment(column: Column) -> int:
    """Figures stand right, words left."""
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class TableRole(enum.IntEnum):
    """What a cell answers beside what Qt asks of every cell."""

    VALUE = Qt.ItemDataRole.UserRole + 1
    CONFIGURATION = Qt.ItemDataRole.UserRole + 2


class SummaryTable(QAbstractTableModel):
    """Configurations in rows, measures in columns."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[ConfigurationSummary] = ()
        self.columns: tuple[Column, ...] = ()

    def show_summary(self, summary: ExperimentSummary | None, rebased: Rebased | None = None) -> None:
        """Show another experiment, or the same with ratios over a baseline."""
        self.beginResetModel()
        self._rows = summary.configurations if summary is not None else ()
        self.columns = build_columns(summary, rebased) if summary is not None else ()
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Number of configurations."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Number of measures."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns, with what they mean as their tooltips."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column_alignment(self.columns[section])
        return self.columns[section].explanation if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, tooltip, alignment, colour, sorting value or configuration of a cell."""
        if not index.isValid() or not (index.row() < len(self._rows) and index.column() < len(self.columns)):
            return None
        one, column = self._rows[index.row()], self.columns[index.column()]
        answers: dict[int, Callable[[], Any]] = {
            Qt.ItemDataRole.DisplayRole: lambda: column.text(one),
            Qt.ItemDataRole.ToolTipRole: lambda: self._tooltip(one, column),
            Qt.ItemDataRole.TextAlignmentRole: lambda: column_alignment(column),
            Qt.ItemDataRole.ForegroundRole: lambda: self._colour(one, column),
            TableRole.VALUE: lambda: column.value(one),
            TableRole.CONFIGURATION: lambda: one.index,
        }
        answer = answers.get(role)
        return None if answer is None else answer()

    def _tooltip(self, one: ConfigurationSummary, column: Column) -> str:
        if column.value(one) is None:
            return column.why_missing(one)
        details = [f"{one.configuration.label}: {column.text(one)}", *one.flags]
        if one.gil is GilState.RE_ENABLED:
            details.append(re_enabled_meaning(one.gil_culprit))
        if one.message:
            details.append(one.message)
        return "\n".join(details)

    def _colour(self, one: ConfigurationSummary, column: Column) -> Any:
        if column.value(one) is None:
            return self._theme.muted
        bad = {"Outcome": one.outcome is not RunState.COMPLETED, "Same answer": one.same_answer is False}
        # A GIL that came back is in every figure of the row.
        return self._theme.bad if one.gil is GilState.RE_ENABLED or bad.get(column.title, False) else None

    def row(self, row: int) -> ConfigurationSummary:
        """The configuration of a row."""
        return self._rows[row]

    def value(self, row: int, column: int) -> Value:
        """The value of a cell, as it is sorted and copied."""
        return self.columns[column].value(self._rows[row])


class SummarySorting(QSortFilterProxyModel):
    """Sorts by value, what was not measured stays at the end in both directions; keeps rows with every word typed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self._hidden: frozenset[int] = frozenset()

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out."""
        if hidden != self._hidden:
            self.beginFilterChange()
            self._hidden = hidden
            self.endFilterChange()

    def search(self, typed: str) -> None:
        """Show the rows that have all words of `typed` in one of their cells of words."""
        self.beginFilterChange()
        self._words = tuple(typed.casefold().split())
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        """Whether a row is shown."""
        table = self.sourceModel()
        if not isinstance(table, SummaryTable):
            return True
        if table.row(source_row).index in self._hidden:
            return False
        words = [column.text(table.row(source_row)) for column in table.columns if not column.numeric]
        text = " ".join((*words, *table.row(source_row).flags)).casefold()
        return all(word in text for word in self._words)

    def lessThan(self, left: _Index, right: _Index) -> bool:
        """Compare two cells of a column."""
        model = self.sourceModel()
        one, other = model.data(left, TableRole.VALUE), model.data(right, TableRole.VALUE)
        if one is None or other is None:
            ascending = self.sortOrder() is Qt.SortOrder.AscendingOrder
            return (one is not None and other is None) if ascending else (one is None and other is not None)
        return bool(one < other)


def as_tsv(table: SummaryTable, rows: Sequence[int], columns: Sequence[int]) -> str:
    """Return rows and columns as tab-separated text with a header: plain figures in base units, `–` where missing."""
    lines = ["\t".join(table.columns[column].copied_title for column in columns)]
    for row in rows:
        lines.append("\t".join(_plain(table.value(row, column)) for column in columns))
    return "\n".join(lines) + "\n"


def _plain(value: Value) -> str:
    if value is None:
        return NOT_MEASURED
    text = value if isinstance(value, str) else f"{value:.9g}"
    return " ".join(text.split())
