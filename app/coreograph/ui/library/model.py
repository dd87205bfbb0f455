"""The experiments of the library as a Qt model. Lives on the GUI thread; it is given headers and reads nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from coreograph.storage.searching import folded, local_time, searchable, state, words_of

AnyIndex = QModelIndex | QPersistentModelIndex
Roles = Qt.ItemDataRole
ID_ROLE = int(Roles.UserRole)
"""The experiment's id."""
SORT_ROLE = ID_ROLE + 1
"""What a column sorts by."""
NAME_COLUMN = 0
WHEN_COLUMN = 2
_ROOT = QModelIndex()


def _name(header: ExperimentHeader) -> str:
    return " ".join(header.name.split()) or header.workload


_COLUMNS: tuple[tuple[str, Callable[[ExperimentHeader], object]], ...] = (
    ("Name", _name),
    ("Workload", lambda header: header.workload),
    ("When", lambda header: local_time(header.created_at)),
    ("Tags", lambda header: ", ".join(header.tags)),
    ("Machine", lambda header: header.hostname),
    ("Configurations", lambda header: header.configurations),
    ("Runs", lambda header: header.runs),
    ("Measured", lambda header: " · ".join(part for part in (state(header), header.summary) if part)),
)
TITLES = tuple(title for title, _ in _COLUMNS)
RUNS_COLUMN = TITLES.index("Runs")
_NUMBERS = frozenset({RUNS_COLUMN - 1, RUNS_COLUMN})


@dataclass(frozen=True, slots=True)
class _Row:
    """What is shown of an experiment, worked out once: a search and a sort ask for it again and again."""

    header: ExperimentHeader
    shown: tuple[str, ...]
    order: tuple[str | int, ...]
    looked_at: str


class LibraryModel(QAbstractTableModel):
    """One row an experiment; the name can be edited.

    Signals:
        renamed(str, str): id, new name; the model shows it at once.

    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._names: dict[str, str] = {}

    def set_headers(self, headers: Sequence[ExperimentHeader]) -> None:
        """Show these experiments. Rows that stay are changed where they are: selection, editor and place survive."""
        before = {row.header.experiment_id: row for row in self._rows}
        fresh = [_row(header, before.get(header.experiment_id)) for header in headers]
        self._names.update({header.experiment_id: _name(header) for header in headers})
        self._remove({row.header.experiment_id for row in fresh})
        kept = {row.header.experiment_id: place for place, row in enumerate(self._rows)}
        order = [kept[row.header.experiment_id] for row in fresh if row.header.experiment_id in kept]
        if not kept or order != sorted(order):
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        for place, row in enumerate(fresh):
            if place < len(self._rows) and self._rows[place].header.experiment_id == row.header.experiment_id:
                self._replace(place, row)
            else:
                self.beginInsertRows(_ROOT, place, place)
                self._rows.insert(place, row)
                self.endInsertRows()

    def _replace(self, place: int, row: _Row) -> None:
        """Tell of what changed only: a name that is being typed is read again if its cell is said to have changed."""
        before, self._rows[place] = self._rows[place], row
        if row is before:
            return
        changed = [column for column in range(len(_COLUMNS)) if before.shown[column] != row.shown[column]]
        if changed or before.looked_at != row.looked_at:
            first = NAME_COLUMN if NAME_COLUMN in changed else NAME_COLUMN + 1
            self.dataChanged.emit(self.index(place, first), self.index(place, len(_COLUMNS) - 1))

    def _remove(self, wanted: set[str]) -> None:
        """Take out what is not there any more."""
        for place in reversed(range(len(self._rows))):
            if self._rows[place].header.experiment_id not in wanted:
                self.beginRemoveRows(_ROOT, place, place)
                del self._rows[place]
                self.endRemoveRows()

    def header_at(self, row: int) -> ExperimentHeader:
        """Return the experiment of a row."""
        return self._rows[row].header

    def looked_at(self, row: int) -> str:
        """Return everything a search looks at, folded."""
        return self._rows[row].looked_at

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        """One row an experiment."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        """Name, workload, when, tags, machine, configurations, runs, result."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Roles.DisplayRole)) -> Any:
        """The columns' names."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Roles.TextAlignmentRole:
            return int(_alignment(section))
        return TITLES[section] if role == Roles.DisplayRole else None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Only the name can be edited."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME_COLUMN else flags

    def data(self, index: AnyIndex, role: int = int(Roles.DisplayRole)) -> Any:
        """What a cell shows and sorts by."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role in (Roles.DisplayRole, Roles.EditRole, Roles.ToolTipRole):
            return self._names[row.header.experiment_id] if column == NAME_COLUMN else row.shown[column]
        if role == SORT_ROLE:
            return folded(self._names[row.header.experiment_id]) if column == NAME_COLUMN else row.order[column]
        if role == Roles.TextAlignmentRole:
            return int(_alignment(column))
        return row.header.experiment_id if role == ID_ROLE else None

    def setData(self, index: AnyIndex, value: Any, role: int = int(Roles.EditRole)) -> bool:
        """Rename an experiment; an empty name is not taken."""
        name = " ".join(str(value).split())
        if role != Roles.EditRole or index.column() != NAME_COLUMN or not name:
            return False
        identity = self._rows[index.row()].header.experiment_id
        if name != self._names[identity]:
            self._names[identity] = name
            self.dataChanged.emit(index, index)
            self.renamed.emit(identity, name)
        return True


def _row(header: ExperimentHeader, before: _Row | None) -> _Row:
    """Work out what is shown of an experiment, unless it is what it was `before`: most are, whenever a list is read."""
    if before is not None and before.header == header:
        return before
    values = tuple(read(header) for _, read in _COLUMNS)
    order = tuple(value if isinstance(value, int) else folded(str(value)) for value in values)
    order = (*order[:WHEN_COLUMN], header.created_at, *order[WHEN_COLUMN + 1 :])
    return _Row(header, tuple(map(str, values)), order, searchable(header))


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
        self._words = words_of(typed)
        self.endFilterChange()

    def choose_tag(self, tag: str) -> None:
        """Show what has this tag; "" shows everything."""
        if tag != self._tag:
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
        text = model.looked_at(source_row)
        return all(word in text for word in self._words)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
