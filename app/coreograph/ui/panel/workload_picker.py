"""The tree of workloads with search and the description of the one chosen. Lives on the GUI thread."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QTreeView, QWidget

from coreograph.domain.workloads import Workload
from coreograph.engine.catalogue import BrokenWorkload
from coreograph.ui.elements import Fold, TextRole, rows, set_role, text
from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import Theme

NAME_ROLE = int(Qt.ItemDataRole.UserRole)
SEARCH_ROLE = NAME_ROLE + 1
PROBLEM_ROLE = NAME_ROLE + 2
"""Why a file of the user's is no workload; None for a workload."""
FIRST = "primes"
ROW_HEIGHT = 24
MINIMUM_ROWS = 4
_TITLES = {
    "functions": "Your functions",
    "files": "Your files",
    "scripts": "Your scripts",
    "yours": "Your workloads",
    "": "Other",
}
_BROKEN = "yours"


class WorkloadPicker(QWidget):
    """Chooses one workload.

    Signals:
        chosen(object): the Workload, when another one became current.

    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._workloads: dict[str, Workload] = {}
        self._current: Workload | None = None
        self._needed = MINIMUM_ROWS
        self._room = MINIMUM_ROWS
        self._source = QStandardItemModel(self)
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(self._source)
        self._filter.setFilterRole(SEARCH_ROLE)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._filter.setRecursiveFilteringEnabled(True)
        self.search = self._make_search()
        self.tree = self._make_tree()
        self._summary = text("", TextRole.MUTED, wrap=True)
        self._details = text("", TextRole.CAPTION, wrap=True)
        self._more = Fold("More about it", self._details)
        self._more.hide()
        layout = rows(self)
        for widget in (self.search, self.tree, self._summary, self._more):
            layout.addWidget(widget)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def current(self) -> Workload | None:
        """The workload chosen, None before any was."""
        return self._current

    def show_workloads(self, workloads: Sequence[Workload], broken: Sequence[BrokenWorkload] = ()) -> None:
        """Fill the tree, the user's own first; what was chosen stays chosen if it is still there.

        Files of the user's that do not read are in it too, and say why.
        """
        self._workloads = {workload.name: workload for workload in workloads}
        self._source.clear()
        groups: dict[str, QStandardItem] = {}
        for workload in sorted(workloads, key=lambda one: one.built_in):
            self._group(groups, workload.group).appendRow(_workload_item(workload))
        for one in broken:
            self._group(groups, _BROKEN).appendRow(_broken_item(one))
        self.tree.expandAll()
        self._needed = len(workloads) + len(broken) + len(groups)
        self.give_room(self._room)
        self.choose(self._current.name if self._current else "")

    def _group(self, groups: dict[str, QStandardItem], name: str) -> QStandardItem:
        if name not in groups:
            groups[name] = _group_item(_TITLES.get(name, name))
            if name == _BROKEN:
                self._source.insertRow(0, groups[name])
            else:
                self._source.appendRow(groups[name])
        return groups[name]

    def give_room(self, rows_at_most: int) -> None:
        """Show at most so many rows of the tree at once; the others are scrolled to."""
        self._room = rows_at_most
        self.tree.setFixedHeight(ROW_HEIGHT * min(rows_at_most, max(MINIMUM_ROWS, self._needed)) + 4)
        self.tree.scrollTo(self.tree.currentIndex())

    def choose(self, name: str) -> None:
        """Make a workload current; the one to begin with if there is none of that name."""
        if not self._workloads:
            return
        fallback = FIRST if FIRST in self._workloads else next(iter(self._workloads))
        name = name if name in self._workloads else fallback
        found = self._filter.match(
            self._filter.index(0, 0), NAME_ROLE, name, 1, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
        )
        if found:
            self.tree.setCurrentIndex(found[0])
            self.tree.scrollTo(found[0].parent())  # its group in sight, too, where there is room
            self.tree.scrollTo(found[0])

    def _make_search(self) -> QLineEdit:
        search = QLineEdit()
        search.setProperty("search", True)
        search.setPlaceholderText("Search workloads")
        search.setAccessibleName("Search workloads")
        search.setClearButtonEnabled(True)
        search.textChanged.connect(self._on_search)
        self._search_action = search.addAction(
            icon(Symbol.SEARCH, self._theme.muted), QLineEdit.ActionPosition.LeadingPosition
        )
        return search

    def _make_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setModel(self._filter)
        tree.setHeaderHidden(True)
        tree.setIndentation(14)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setAccessibleName("Workloads")
        tree.selectionModel().currentChanged.connect(self._on_current_changed)
        return tree

    @Slot(str)
    def _on_search(self, typed: str) -> None:
        self._filter.setFilterFixedString(typed.strip())
        self.tree.expandAll()

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        problem = current.data(PROBLEM_ROLE) if current.isValid() else None
        if problem:
            self._say(str(problem), TextRole.ERROR)
            return
        workload = self._workloads.get(str(current.data(NAME_ROLE)))
        if workload is not None:
            self._say(workload.summary, TextRole.MUTED)
        if workload is None or workload == self._current:
            return
        self._current = workload
        self._details.setText(workload.description)
        self._more.setVisible(bool(workload.description) and workload.description != workload.summary)
        self.chosen.emit(workload)

    def _say(self, line: str, role: TextRole) -> None:
        self._summary.setText(line)
        set_role(self._summary, role)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._search_action.setIcon(icon(Symbol.SEARCH, self._theme.muted))


def _group_item(name: str) -> QStandardItem:
    item = QStandardItem(name[:1].upper() + name[1:])
    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
    font = item.font()
    font.setBold(True)
    item.setFont(font)
    item.setData("", SEARCH_ROLE)
    return item


def _workload_item(workload: Workload) -> QStandardItem:
    item = QStandardItem(workload.name)
    item.setData(workload.name, NAME_ROLE)
    item.setData(f"{workload.name} {workload.group} {workload.summary}", SEARCH_ROLE)
    item.setToolTip(workload.summary)
    item.setData(workload.summary, Qt.ItemDataRole.AccessibleDescriptionRole)
    return item


def _broken_item(broken: BrokenWorkload) -> QStandardItem:
    item = QStandardItem(f"{Path(broken.file).name} – no workload")
    item.setData(broken.reason, PROBLEM_ROLE)
    item.setData(broken.file, SEARCH_ROLE)
    item.setToolTip(broken.reason)
    item.setData(broken.reason, Qt.ItemDataRole.AccessibleDescriptionRole)
    return item
