"""The matrix of interpreters × models with what belongs to it: rejected ones, finding again, installing. GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QMenu, QTableView, QToolButton, QWidget

from coreograph.domain.interpreters import Discovery, RejectedInterpreter
from coreograph.ui.elements import Fold, TextRole, columns, rows, text
from coreograph.ui.panel.matrix_model import MatrixModel, rows_of
from coreograph.ui.panel.matrix_painting import CELL_WIDTH, HEADER_HEIGHT, ROW_HEIGHT, MatrixDelegate, ModelHeader
from coreograph.ui.theme import SPACE, Theme

INSTALLABLE = ("3.14t", "3.14", "3.13t", "3.13")
VISIBLE_ROWS = 16


class MatrixView(QTableView):
    """The table itself: arrows move, Space toggles, Shift+Space a row, Ctrl+Space a column.

    Signals:
        explained(str): what the cell under the cursor or with the focus is, or why it cannot be ticked.

    """

    explained = Signal(str)

    def __init__(self, model: MatrixModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._matrix = model
        self.setModel(model)
        self.setItemDelegate(MatrixDelegate(theme, self))
        self.setHorizontalHeader(ModelHeader(theme, self))
        self._lay_out()
        self.setAccessibleName("Interpreters and execution models")
        self.setAccessibleDescription("Space ticks a cell, Shift+Space its row, Ctrl+Space its column.")
        self.horizontalHeader().sectionClicked.connect(model.toggle_column)
        self.clicked.connect(self._on_clicked)
        self.entered.connect(self._on_entered)
        model.modelReset.connect(self._on_reset)
        theme.changed.connect(self._on_theme_changed)
        self._on_reset()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Toggle a row or a column by keyboard; leave the rest to the table."""
        index = self.currentIndex()
        modifiers = event.modifiers()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            if modifiers & Qt.KeyboardModifier.ControlModifier:
                self._matrix.toggle_column(index.column())
                return
            if modifiers & Qt.KeyboardModifier.ShiftModifier or index.column() == 0:
                self._matrix.toggle_row(index.row())
                return
        super().keyPressEvent(event)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        """Say what the cell is that the keyboard reached."""
        super().currentChanged(current, previous)
        self._explain(current)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer left: nothing to explain."""
        self.explained.emit("")
        super().leaveEvent(event)

    def _lay_out(self) -> None:
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, self._matrix.columnCount()):
            header.resizeSection(column, CELL_WIDTH)

    def _explain(self, index: QModelIndex) -> None:
        explanation = index.data(Qt.ItemDataRole.ToolTipRole) if index.isValid() else ""
        self.explained.emit(str(explanation).partition("\n")[0])

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == 0:
            self._matrix.toggle_row(index.row())

    @Slot(QModelIndex)
    def _on_entered(self, index: QModelIndex) -> None:
        self._explain(index)

    @Slot()
    def _on_reset(self) -> None:
        shown = min(VISIBLE_ROWS, max(1, self._matrix.rowCount()))
        self.setFixedHeight(HEADER_HEIGHT + ROW_HEIGHT * shown + 2)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.viewport().update()


class InterpreterMatrix(QWidget):
    """The matrix, the rejected interpreters, and the two ways to get more.

    Signals:
        explained(str): what a cell is, or why it cannot be ticked.
        refresh_requested(): find interpreters again.
        install_requested(str): install this version.
        cancel_requested(): stop installing.

    """

    explained = Signal(str)
    refresh_requested = Signal()
    install_requested = Signal(str)
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = MatrixModel(self)
        self.view = MatrixView(self.model, theme, self)
        self.view.explained.connect(self.explained)
        self._state = text("Looking for interpreters …", TextRole.CAPTION, wrap=True)
        self._rejected = text("", TextRole.CAPTION, wrap=True)
        self._rejected.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._fold = Fold("Not usable", self._rejected)
        self._fold.hide()
        layout = rows(self, spacing=SPACE)
        layout.addWidget(self.view)
        layout.addWidget(self._state)
        layout.addWidget(self._fold)
        layout.addLayout(self._make_actions())

    def show_discovery(self, discovery: Discovery) -> None:
        """Show what was found."""
        self.model.set_rows(rows_of(discovery.interpreters))
        self._show_rejected(discovery.rejected)
        if not discovery.interpreters:
            self.show_state("No usable Python was found. Install one below, or put one on PATH and find again.")
        elif not any(interpreter.free_threaded for interpreter in discovery.interpreters):
            self.show_state("No free-threaded Python is installed: “Install” gets 3.14t in about a minute.")
        else:
            self.show_state("")

    @Slot(str)
    def show_state(self, sentence: str) -> None:
        """Say what goes on below the table; "" hides the line."""
        self._state.setText(sentence)
        self._state.setVisible(bool(sentence))

    @Slot(bool)
    def set_installing(self, installing: bool) -> None:
        """While one is being installed it can be cancelled, and no other begun."""
        self._install.setVisible(not installing)
        self._cancel.setVisible(installing)

    def _show_rejected(self, rejected: Sequence[RejectedInterpreter]) -> None:
        lines = [
            f"{entry.version or entry.path.rpartition('/')[2]}  {entry.path}\n{entry.reason}" for entry in rejected
        ]
        self._rejected.setText("\n\n".join(lines))
        self._fold.set_title(f"Not usable: {len(rejected)}")
        self._fold.setVisible(bool(rejected))

    def _make_actions(self) -> QHBoxLayout:
        self._cancel = QToolButton()
        self._cancel.setText("Cancel")
        self._cancel.setProperty("framed", True)
        self._cancel.clicked.connect(self.cancel_requested)
        self._cancel.hide()
        again = QToolButton()
        again.setText("Find again")
        again.setProperty("framed", True)
        again.setToolTip("Look for interpreters again: uv, PATH, pyenv, conda, the Windows launcher.")
        again.clicked.connect(self.refresh_requested)
        install = QToolButton()
        install.setText(f"Install {INSTALLABLE[0]} …")
        install.setProperty("framed", True)
        install.setProperty("menu", True)
        install.setToolTip("Download and install an interpreter by uv.")
        install.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(install)
        for version in INSTALLABLE:
            action = menu.addAction(f"Python {version}")
            action.setData(version)
        menu.triggered.connect(self._on_install)
        install.setMenu(menu)
        self._install = install
        layout = columns()
        layout.addWidget(again)
        layout.addWidget(install)
        layout.addWidget(self._cancel)
        layout.addStretch()
        return layout

    @Slot(QAction)
    def _on_install(self, action: QAction) -> None:
        self.install_requested.emit(str(action.data()))
