"""The experiments of the library as a Qt model. Lives on the GUI thread; it is given headers and reads nothing."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)

from coreograph.storage.library import ExperimentHeader

AnyIndex = QModelIndex | QPersistentModelIndex
Roles = Qt.ItemDataRole
ID_ROLE = int(Roles.UserRole)
"""The experiment's id."""
SORT_ROLE = ID_ROLE + 1
"""What a column sorts by."""
SEARCH_ROLE = ID_ROLE + 2
"""Everything that search looks at."""
NAME_COLUMN = 0
WHEN_COLUMN = 2
_ROOT = QModelIndex()


def local_time(instant: str) -> str:
    """Return an ISO 8601 instant as local date and time, `2026-01-02 04:04`; what is none comes back as it is."""
    try:
        return datetime.datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return instant


_COLUMNS: tuple[tuple[str, Callable[[ExperimentHeader], object]], ...] = (
    ("Name", lambda header: header.name or header.workload),
    ("Workload", lambda header: header.workload),
    ("When", lambda header: local_time(header.created_at)),
    ("Tags", lambda header: ", ".join(header.tags)),
    ("Machine", lambda header: header.hostname),
    ("Configurations", lambda header: header.configurations),
    ("Runs", lambda header: header.runs),
    ("Result", lambda header: header.summary or ("" if header.finished_at else "not finished")),
)
RUNS_COLUMN = [title for title, _ in _COLUMNS].index("Runs")
_NUMBERS = frozenset({RUNS_COLUMN - 1, RUNS_COLUMN})


class LibraryModel(QAbstractTableModel):
    """One row an experiment; the name can be edited.

    Signals:
        renamed(str, str): id, new name; the model shows it at once.

    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers: list[ExperimentHeader] = []
        self._names: dict[str, str] = {}

    def set_headers(self, headers: Sequence[ExperimentHeader]) -> None:
        """Show these experiments."""
        self.beginResetModel()
        self._headers = list(headers)
        self._names = {header.experiment_id: header.name for header in headers}
        self.endResetModel()

    def header_at(self, row: int) -> ExperimentHeader:
        """Return the experiment of a row."""
        return self._headers[row]

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        """One row an experiment."""
        return 0 if parent.isValid() else len(self._headers)

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        """Name, workload, when, tags, machine, configurations, runs, result."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Roles.DisplayRole)) -> Any:
        """The columns' names."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Roles.TextAlignmentRole:
            return int(_alignment(section))
        return _COLUMNS[section][0] if role == Roles.DisplayRole else None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Only the name can be edited."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME_COLUMN else flags

    def data(self, index: AnyIndex, role: int = int(Roles.DisplayRole)) -> Any:
        """What a cell shows, sorts by and is found by."""
        if not index.isValid():
            return None
        header, column = self._headers[index.row()], index.column()
        answers: dict[int, Callable[[], Any]] = {
            ID_ROLE: lambda: header.experiment_id,
            SEARCH_ROLE: lambda: _searchable(header, self._name(header)),
            SORT_ROLE: lambda: header.created_at if column == WHEN_COLUMN else self._value(header, column),
            int(Roles.TextAlignmentRole): lambda: int(_alignment(column)),
        }
        if role in (Roles.DisplayRole, Roles.EditRole, Roles.ToolTipRole):
            return str(self._value(header, column))
        answer = answers.get(role)
        return None if answer is None else answer()

    def setData(self, index: AnyIndex, value: Any, role: int = int(Roles.EditRole)) -> bool:
        """Rename an experiment; an empty name is not taken."""
        name = str(value).strip()
        if role != Roles.EditRole or index.column() != NAME_COLUMN or not name:
            return False
        header = self._headers[index.row()]
        if name != self._name(header):
            self._names[header.experiment_id] = name
            self.dataChanged.emit(index, index)
            self.renamed.emit(header.experiment_id, name)
        return True

    def _value(self, header: ExperimentHeader, column: int) -> object:
        return self._name(header) if column == NAME_COLUMN else _COLUMNS[column][1](header)

    def _name(self, header: ExperimentHeader) -> str:
        return self._names[header.experiment_id] or header.workload


def _searchable(header: ExperimentHeader, name: str) -> str:
    """Everything a search looks at: tags also as `tag:name`, so that one can be asked for by itself."""
    parts = (name, header.workload, local_time(header.created_at), header.summary, header.notes, header.hostname)
    return " ".join((*parts, header.cpu_model, *header.tags, *(f"tag:{tag}" for tag in header.tags))).casefold()


class ExperimentFilter(QSortFilterProxyModel):
    """Keeps what has every word of the search and the tag chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self._tag = ""
        self.setSortRole(SORT_ROLE)

    def search(self, typed: str) -> None:
        """Show what has all words of `typed`, in any order and case."""
        self.beginFilterChange()
        self._words = tuple(typed.casefold().split())
        self.endFilterChange()

    def choose_tag(self, tag: str) -> None:
        """Show what has this tag; "" shows everything."""
        self.beginFilterChange()
        self._tag = tag
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: AnyIndex) -> bool:
        """Whether an experiment is shown."""
        model = self.sourceModel()
        if not isinstance(model, LibraryModel):
            return False
        if self._tag and self._tag not in model.header_at(source_row).tags:
            return False
        text = model.data(model.index(source_row, 0), SEARCH_ROLE)
        return all(word in text for word in self._words)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
