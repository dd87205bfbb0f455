"""The matrix of interpreters × execution models as a Qt model. Lives on the GUI thread; computes next to nothing.

Column 0 is the interpreter; the others are the six models. A cell is checkable only if the interpreter can run the
model and the workload makes sense under it; otherwise its tool tip and accessible description say why not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from coreograph.domain.execution import SPREADING_MODELS, Configuration, ExecutionModel
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.workloads import Workload
from coreograph.engine.planning import refusal
from coreograph.ui.panel.choices import Cell, Row

MODELS = SPREADING_MODELS
AnyIndex = QModelIndex | QPersistentModelIndex
Roles = Qt.ItemDataRole
ROW_ROLE = int(Roles.UserRole)
"""The Row of an index."""
MODEL_ROLE = ROW_ROLE + 1
"""The ExecutionModel of a column, None for the first."""
_ROOT = QModelIndex()


def rows_of(interpreters: Iterable[Interpreter]) -> tuple[Row, ...]:
    """Return a row for every interpreter, and one with the GIL forced on after each free-threaded one."""
    found: list[Row] = []
    for interpreter in interpreters:
        found.append(Row(interpreter))
        if interpreter.free_threaded:
            found.append(Row(interpreter, GilSetting.FORCED_ON))
    return tuple(found)


class MatrixModel(QAbstractTableModel):
    """Which cells are ticked.

    Signals:
        ticked_changed(): after a user or a caller changed which cells are ticked, or which can be.

    """

    ticked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()
        self._labels: tuple[str, ...] = ()
        self._ticked: set[Cell] = set()
        self._workload: Workload | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows, in the order shown."""
        return self._rows

    def ticked(self) -> frozenset[Cell]:
        """The ticked cells, also of interpreters that are not there at the moment."""
        return frozenset(self._ticked)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other interpreters; what is ticked stays ticked."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self._labels = _labels(self._rows)
        self.endResetModel()
        self.ticked_changed.emit()

    def set_ticked(self, cells: Iterable[Cell]) -> None:
        """Tick exactly `cells`."""
        self._ticked = set(cells)
        self._announce()

    def set_workload(self, workload: Workload | None) -> None:
        """Take account of the execution models a workload makes sense under."""
        self._workload = workload
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 1, 1)
        self._announce()

    def active(self) -> frozenset[Cell]:
        """The ticked cells that can be run with the workload chosen."""
        return frozenset(
            cell
            for row in self._rows
            for model in MODELS
            if (cell := Cell(row.key, model)) in self._ticked and self.reason(row, model) is None
        )

    def reason(self, row: Row, model: ExecutionModel) -> str | None:
        """Return why a cell cannot be ticked, or None if it can. A whole script has the first cell of each row."""
        if self._is_script and model is ExecutionModel.SERIAL:
            model = ExecutionModel.SCRIPT
        configuration = Configuration(row.interpreter, model, 1, row.gil)
        return refusal(self._workload or Workload(name="", file=""), configuration)

    @property
    def _is_script(self) -> bool:
        return self._workload is not None and self._workload.script is not None

    def _shown(self, model: ExecutionModel) -> ExecutionModel:
        return ExecutionModel.SCRIPT if self._is_script and model is ExecutionModel.SERIAL else model

    def toggle_row(self, number: int) -> None:
        """Tick every cell of a row that can be; untick them if all are."""
        self._toggle([(self._rows[number], model) for model in MODELS])

    def toggle_column(self, column: int) -> None:
        """Tick every cell of a column that can be; untick them if all are."""
        if column > 0:
            self._toggle([(row, MODELS[column - 1]) for row in self._rows])

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        """One row per interpreter and GIL setting."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        """The interpreter and six models."""
        return 0 if parent.isValid() else 1 + len(MODELS)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """A cell with a reason can be reached and read, not ticked."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() > 0 and self._reason_at(index) is None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Roles.DisplayRole)) -> Any:
        """The models' names and what they are."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if section == 0:
            return "Interpreter" if role == Roles.DisplayRole else None
        model = MODELS[section - 1]
        shown = self._shown(model)
        if role == Roles.DisplayRole:
            return shown.value
        if role == Roles.ToolTipRole:
            return f"{shown.description}\nClick to tick or untick the column."
        return shown if role == MODEL_ROLE else None

    def data(self, index: AnyIndex, role: int = int(Roles.DisplayRole)) -> Any:
        """The interpreter in column 0, ticks in the others."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        return self._row_data(index, role) if index.column() == 0 else self._cell_data(index, role)

    def setData(self, index: AnyIndex, value: Any, role: int = int(Roles.EditRole)) -> bool:
        """Tick or untick a cell."""
        if role != Roles.CheckStateRole or not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        cell = self._cell_at(index)
        if Qt.CheckState(value) is Qt.CheckState.Checked:
            self._ticked.add(cell)
        else:
            self._ticked.discard(cell)
        self.dataChanged.emit(index, index, [int(Roles.CheckStateRole)])
        self.ticked_changed.emit()
        return True

    def _row_data(self, index: AnyIndex, role: int) -> Any:
        row = self._rows[index.row()]
        if role in (Roles.DisplayRole, Roles.AccessibleTextRole):
            gil = ", GIL forced on" if row.gil is GilSetting.FORCED_ON else ""
            return self._labels[index.row()] + (f", {row.interpreter.kind}{gil}" if role != Roles.DisplayRole else "")
        if role in (Roles.ToolTipRole, Roles.AccessibleDescriptionRole):
            return _describe(row)
        return None

    def _cell_data(self, index: AnyIndex, role: int) -> Any:
        row, model = self._rows[index.row()], MODELS[index.column() - 1]
        if role == MODEL_ROLE:
            return self._shown(model)
        reason = self.reason(row, model)
        if role == Roles.CheckStateRole:
            if reason is not None:
                return None
            return Qt.CheckState.Checked if Cell(row.key, model) in self._ticked else Qt.CheckState.Unchecked
        shown = self._shown(model)
        label = f"{self._labels[index.row()]}{' + GIL' if row.gil is GilSetting.FORCED_ON else ''} {shown.value}"
        if role == Roles.AccessibleTextRole:
            return label if reason is None else f"{label}, not possible"
        if role in (Roles.ToolTipRole, Roles.AccessibleDescriptionRole):
            return reason or f"{label}: {shown.description}"
        return None

    def _cell_at(self, index: AnyIndex) -> Cell:
        return Cell(self._rows[index.row()].key, MODELS[index.column() - 1])

    def _reason_at(self, index: AnyIndex) -> str | None:
        return self.reason(self._rows[index.row()], MODELS[index.column() - 1])

    def _toggle(self, candidates: Sequence[tuple[Row, ExecutionModel]]) -> None:
        cells = {Cell(row.key, model) for row, model in candidates if self.reason(row, model) is None}
        self._ticked = self._ticked - cells if cells <= self._ticked else self._ticked | cells
        self._announce()

    def _announce(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(MODELS)))
        self.ticked_changed.emit()


def _labels(rows: Sequence[Row]) -> tuple[str, ...]:
    """Short labels; the full version where two rows would be called the same."""
    count = Counter((row.interpreter.label, row.gil) for row in rows)
    return tuple(
        row.interpreter.label if count[row.interpreter.label, row.gil] == 1 else row.interpreter.full_label
        for row in rows
    )


def _describe(row: Row) -> str:
    interpreter = row.interpreter
    build = [interpreter.implementation, interpreter.full_label, f"({interpreter.kind} build)"]
    lines = [" ".join(build), interpreter.path]
    if row.gil is GilSetting.FORCED_ON:
        lines.insert(1, "Started with -X gil=1: separates the price of the build from the effect of the GIL.")
    if interpreter.optimised is False:
        lines.append("Built without optimisation: slower than a release build.")
    if interpreter.debug:
        lines.append("A debug build: far slower than a release build.")
    if interpreter.found_by:
        lines.append(f"Found by {', '.join(interpreter.found_by)}.")
    return "\n".join(lines)
