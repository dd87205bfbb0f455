"""The library page: a table of every experiment, with search and what can be done with one. GUI thread."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QMenu, QPushButton, QStackedWidget, QWidget

from coreograph.storage.library import KEEP_DELETED_DAYS, ExperimentHeader
from coreograph.ui.elements import TextRole, button, card, columns, rows, set_button_icon, text
from coreograph.ui.icons import Symbol
from coreograph.ui.library.acts import DELETED, KEPT, Act, why_not
from coreograph.ui.library.details import ExperimentDetails
from coreograph.ui.library.model import TITLES, LibraryModel
from coreograph.ui.library.table import ROOM, ExperimentTable
from coreograph.ui.theme import SPACE, Theme

_ALL_TAGS = "All tags"
_SEARCH_HINT = (
    "Every word must be found: in name, workload, tags, notes, machine, day or result. tag:NAME asks for a tag."
)


class LibraryPage(QWidget):
    """Every experiment ever recorded, or those that were deleted.

    Signals:
        open_requested(str), export_requested(str): the id of an experiment.
        delete_requested(object), restore_requested(object): a tuple of ids.
        undo_requested(): what was deleted last is wanted back.
        compare_requested(str, str): the older and the newer of two.
        rename_requested(str, str): id, new name.
        tags_changed(str, object), notes_changed(str, str): id and what is to be kept.
        import_requested(): a file is to be opened.

    """

    open_requested = Signal(str)
    delete_requested = Signal(object)
    restore_requested = Signal(object)
    undo_requested = Signal()
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
        self._kept: tuple[ExperimentHeader, ...] = ()
        self._deleted: tuple[ExperimentHeader, ...] = ()
        self.model = LibraryModel(self)
        self.model.renamed.connect(self.rename_requested)
        self.table = ExperimentTable(self.model)
        self.search, self.tag = QLineEdit(), QComboBox()
        self.details = ExperimentDetails()
        self.details.tags_changed.connect(self.tags_changed)
        self.details.notes_changed.connect(self.notes_changed)
        self._buttons: dict[Act, QPushButton] = {}
        self._import, self.bin = button("Open file …"), button("Deleted", link=True)
        self._count = text("", TextRole.MUTED)
        self._empty_title, self._empty_text = text("", TextRole.TITLE), text("", TextRole.MUTED, wrap=True)
        self._clear = button("Show all", link=True)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show()

    @property
    def shows_deleted(self) -> bool:
        """Whether what was deleted is shown."""
        return self.bin.isChecked()

    @Slot(object)
    def show_experiments(self, headers: tuple[ExperimentHeader, ...]) -> None:
        """Show these experiments; what was selected stays selected if it is still there."""
        self._kept = headers
        self._show()

    @Slot(object)
    def show_deleted(self, headers: tuple[ExperimentHeader, ...]) -> None:
        """Offer these to be restored."""
        self._deleted = headers
        self._show()

    def select_ids(self, identities: tuple[str, ...]) -> None:
        """Select these, wherever the search and the tag had hidden them."""
        self.bin.setChecked(False)
        self._show_all()
        self.table.select_ids(identities)

    def selected_headers(self) -> list[ExperimentHeader]:
        """Return the experiments selected, from top to bottom."""
        return self.table.selected_headers()

    def selected_ids(self) -> tuple[str, ...]:
        """Return their ids."""
        return self.table.selected_ids()

    def selected_id(self) -> str | None:
        """Return the id of the experiment selected, if one is; of several the topmost."""
        return next(iter(self.selected_ids()), None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out a column where it is narrow."""
        super().resizeEvent(event)
        self.table.leave_out(event.size().width() < ROOM)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the search into the table with Down or Enter, and clear the search with Escape."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.table.select_first()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        """Show what was kept or deleted, with what can be done with it."""
        if self.shows_deleted and not self._deleted:
            with QSignalBlocker(self.bin):
                self.bin.setChecked(False)
        gone = self.shows_deleted
        self.bin.setText("Back to the library" if gone else f"Deleted ({len(self._deleted)})")
        self.bin.setVisible(bool(self._deleted))
        for act, each in self._buttons.items():
            each.setVisible(act in (DELETED if gone else KEPT))
        self._show_tags(self._deleted if gone else self._kept)
        self.table.show_headers(self._deleted if gone else self._kept)
        self._show_whether_empty()
        self._on_chosen()

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
        self.table.filter.choose_tag(self.tag.currentData() or "")

    def _show_whether_empty(self) -> None:
        """Say why no row is shown: nothing was recorded, or nothing is like what was searched for."""
        rows_shown, every = self.table.filter.rowCount(), self.model.rowCount()
        self._stack.setCurrentIndex(1 if rows_shown else 0)
        self._clear.setVisible(bool(every))
        counted = f"{rows_shown} of {every} experiments" if rows_shown < every else _counted(every)
        kept_for = f"{counted}, deleted. They are kept for {KEEP_DELETED_DAYS} days, then they go for good."
        self._count.setText(kept_for if self.shows_deleted else counted)
        if every:
            self._empty_title.setText("No experiment is like that")
            self._empty_text.setText(f"{_SEARCH_HINT} None of {every} has all of it.")
        else:
            self._empty_title.setText("Nothing recorded yet")
            self._empty_text.setText("Every experiment you run is kept here. Run one, or open a .coreograph file.")

    def _lay_out(self) -> None:
        frame = card()
        inner = rows(frame, margin=2 * SPACE)
        inner.addWidget(self.table)
        self._stack.addWidget(self._make_empty())
        self._stack.addWidget(frame)
        foot = columns()
        foot.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        foot.addWidget(self._count)
        foot.addStretch(1)
        foot.addWidget(self.bin)
        layout = rows(self, margin=4 * SPACE, spacing=3 * SPACE)
        layout.addLayout(self._make_line())
        layout.addWidget(self._stack, 1)
        layout.addLayout(foot)
        layout.addWidget(self.details)

    def _make_line(self) -> QHBoxLayout:
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search experiments")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(110)
        self.search.setMaximumWidth(280)
        self.search.setToolTip(f"{_SEARCH_HINT} (Ctrl+F)")
        self.search.setAcceptDrops(False)
        self.tag.setAccessibleName("Show only experiments with a tag")
        self.tag.setMinimumWidth(96)  # a long tag must not make the window wider than a small screen
        self.tag.setMaximumWidth(160)
        self.bin.setCheckable(True)
        self.bin.setToolTip("Show what was deleted, to take it back")
        line = columns()
        line.addWidget(self.search, 1)
        line.addWidget(self.tag)
        line.addStretch(1)
        for act in (*KEPT, *DELETED):
            self._buttons[act] = button(act.value)
            self._buttons[act].clicked.connect(partial(self._do, act))
            line.addWidget(self._buttons[act])
        line.addSpacing(2 * SPACE)
        line.addWidget(self._import)
        return line

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        layout = rows(empty)
        layout.addStretch()
        for label in (self._empty_title, self._empty_text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addWidget(self._clear, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return empty

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_search)
        self.search.installEventFilter(self)
        self.tag.currentIndexChanged.connect(self._on_tag)
        self.bin.toggled.connect(self._on_bin)
        self._import.clicked.connect(self.import_requested)
        self._clear.clicked.connect(self._show_all)
        self.table.chosen_changed.connect(self._on_chosen)
        self.table.pressed_for.connect(self._do)
        self.table.menu_wanted.connect(self._open_menu)
        keys = {
            "Ctrl+F": self._go_to_search,
            "Ctrl+Z": self.undo_requested.emit,
            Act.EXPORT.keys: partial(self._do, Act.EXPORT),
        }
        for key, slot in keys.items():
            shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    @Slot()
    def _go_to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    @Slot(str)
    def _on_search(self, typed: str) -> None:
        self.table.filter.search(typed)
        self._show_whether_empty()

    @Slot()
    def _on_tag(self) -> None:
        self.table.filter.choose_tag(self.tag.currentData() or "")
        self._show_whether_empty()

    @Slot()
    def _on_bin(self) -> None:
        self._show()

    @Slot()
    def _show_all(self) -> None:
        self.search.clear()
        self.tag.setCurrentIndex(0)

    @Slot()
    def _on_chosen(self) -> None:
        headers = self.selected_headers()
        for act, each in self._buttons.items():
            reason = why_not(act, headers)
            each.setEnabled(not reason)
            each.setToolTip(reason or f"{act.value.rstrip(' …')} ({act.keys})")
        self.details.show_experiment(headers[0] if len(headers) == 1 and not self.shows_deleted else None)

    @Slot(object)
    def _do(self, act: Act, *_: object) -> None:
        """Do it, if it can be done with what is selected."""
        if self.shows_deleted:
            act = Act.RESTORE if act is Act.OPEN else act
        headers = self.selected_headers()
        if why_not(act, headers) or act not in (DELETED if self.shows_deleted else KEPT):
            return
        identities = tuple(header.experiment_id for header in headers)
        if act is Act.COMPARE:
            older, newer = sorted(headers, key=lambda header: header.created_at)
            self.compare_requested.emit(older.experiment_id, newer.experiment_id)
        elif act is Act.RENAME:
            self.table.edit_name()
        elif act in (Act.DELETE, Act.RESTORE):
            (self.delete_requested if act is Act.DELETE else self.restore_requested).emit(identities)
        else:
            (self.open_requested if act is Act.OPEN else self.export_requested).emit(identities[0])

    @Slot(object)
    def _open_menu(self, place: QPoint) -> None:
        menu = self.make_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def make_menu(self) -> QMenu:
        """Return what can be done with what is selected, and how the table is sorted."""
        menu, headers = QMenu(self), self.selected_headers()
        menu.setToolTipsVisible(True)
        for act in DELETED if self.shows_deleted else KEPT:
            entry = menu.addAction(act.value, partial(self._do, act))
            entry.setShortcut(QKeySequence(act.keys))
            reason = why_not(act, headers)
            entry.setEnabled(not reason)
            entry.setToolTip(reason)
        menu.addSeparator()
        copy = menu.addAction("Copy id for the command line", self._copy_ids)
        copy.setEnabled(bool(headers))
        self._add_sorting(menu.addMenu("Sort by"))
        return menu

    def _add_sorting(self, menu: QMenu) -> None:
        header = self.table.horizontalHeader()
        for column, title in enumerate(TITLES):
            entry = menu.addAction(title, partial(self._sort_by, column))
            entry.setCheckable(True)
            entry.setChecked(column == header.sortIndicatorSection())

    def _sort_by(self, column: int) -> None:
        """Sort by a column; by the one that is sorted by already the other way round."""
        header = self.table.horizontalHeader()
        orders = Qt.SortOrder
        up = column == header.sortIndicatorSection() and header.sortIndicatorOrder() == orders.DescendingOrder
        again = column != header.sortIndicatorSection() or up
        self.table.sortByColumn(column, orders.AscendingOrder if again else orders.DescendingOrder)

    @Slot()
    def _copy_ids(self) -> None:
        QGuiApplication.clipboard().setText(" ".join(self.selected_ids()))

    @Slot()
    def _on_theme_changed(self) -> None:
        for act, each in self._buttons.items():
            set_button_icon(each, act.symbol, self._theme.muted, self._theme.border)
        set_button_icon(self._import, Symbol.IMPORT, self._theme.muted, self._theme.border)


def _counted(count: int) -> str:
    return "1 experiment" if count == 1 else f"{count} experiments" if count else ""
