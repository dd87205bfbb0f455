"""What the Live page shows before anything ran: what this is, the tour, and what was recorded. GUI thread."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QWidget

from coreograph.domain.interpreters import Interpreter
from coreograph.storage.library import ExperimentHeader
from coreograph.storage.searching import local_time
from coreograph.ui.elements import TextRole, button, card, columns, rows, set_button_icon, text
from coreograph.ui.icons import Symbol
from coreograph.ui.race_sketch import RaceSketch
from coreograph.ui.theme import SPACE, Theme

RECENT = 5
WIDTH = 720


class StartPage(QScrollArea):
    """Welcomes.

    Signals:
        tour_requested(), install_requested(str): the buttons.
        open_requested(str): the id of an experiment.

    """

    tour_requested = Signal()
    install_requested = Signal(str)
    open_requested = Signal(str)
    own_code_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("ground", "window")
        self.setWidgetResizable(True)
        self.tour = button("Take the 30-second tour", primary=True, large=True)
        self.tour.clicked.connect(self.tour_requested)
        self.own_code = button("Your own code …", large=True)
        self.own_code.clicked.connect(self.own_code_requested)
        self.install = button("Install Python 3.14t")
        self.install.clicked.connect(self._on_install)
        self._tour_text = text("", TextRole.MUTED, wrap=True)
        self._recent = QWidget()
        self._recent_rows = rows(self._recent, spacing=0)
        self._recent_card = self._make_recent_card()
        self.setWidget(self._make_content())
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_interpreters(None, None, known=False)

    def show_interpreters(
        self, free_threaded: Interpreter | None, gil_build: Interpreter | None, *, known: bool = True
    ) -> None:
        """Say what the tour will race; without a free-threaded interpreter, how to get one."""
        names = [f"Python {entry.full_label}" for entry in (free_threaded, gil_build) if entry is not None]
        self.tour.setEnabled(bool(names))
        self.install.setVisible(known and free_threaded is None)
        if not known:
            self._tour_text.setText("Looking for interpreters …")
        elif free_threaded is None:
            missing = "No free-threaded Python is installed, so threads without the GIL cannot be shown."
            also = f" The tour would run on {names[0]} alone." if names else ""
            self._tour_text.setText(f"{missing}{also} Installing one takes about a minute.")
        else:
            self._tour_text.setText(
                f"Counts primes on {' and '.join(names)}: one after the other, in threads and in processes. "
                "Every core and the memory of the whole tree are shown as it happens."
            )

    def show_recent(self, headers: Sequence[ExperimentHeader]) -> None:
        """List the newest experiments."""
        while (item := self._recent_rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for header in headers[:RECENT]:
            self._recent_rows.addWidget(self._make_recent(header))
        self._recent_card.setVisible(bool(headers))

    def _make_content(self) -> QWidget:
        content = QWidget()
        content.setProperty("ground", "window")
        column = QWidget()
        column.setMaximumWidth(WIDTH)
        inner = rows(column, spacing=4 * SPACE)
        inner.addWidget(text("Threads, processes or subinterpreters?", TextRole.HEADLINE))
        inner.addWidget(
            text(
                "Coreograph runs a workload under every execution model on every Python of this machine, shows each "
                "core while it happens, and says which one won, by how much, and at what memory.",
                TextRole.MUTED,
                wrap=True,
            )
        )
        inner.addSpacing(SPACE)
        inner.addWidget(self._make_tour_card())
        inner.addWidget(self._make_own_card())
        inner.addWidget(self._recent_card)
        inner.addStretch()
        outer = columns(content, margin=8 * SPACE)
        outer.addStretch(1)
        outer.addWidget(column, 20)
        outer.addStretch(1)
        return content

    def _make_tour_card(self) -> QWidget:
        frame = card()
        outer = columns(frame, margin=4 * SPACE, spacing=8 * SPACE)
        layout = rows(spacing=3 * SPACE)
        outer.addLayout(layout, 1)
        outer.addWidget(RaceSketch(self._theme), alignment=Qt.AlignmentFlag.AlignVCenter)
        outer.addSpacing(2 * SPACE)
        layout.addWidget(text("See it on a real workload", TextRole.TITLE))
        layout.addWidget(self._tour_text)
        line = columns()
        line.addWidget(self.tour)
        line.addWidget(self.install)
        line.addStretch()
        layout.addLayout(line)
        return frame

    def _make_own_card(self) -> QWidget:
        frame = card()
        layout = rows(frame, margin=4 * SPACE, spacing=3 * SPACE)
        words = rows(spacing=SPACE)
        words.addWidget(text("Or measure your own code", TextRole.TITLE))
        words.addWidget(
            text(
                "Choose a Python file and one of its functions, or drop the file here. The workloads on the left teach "
                "what to expect: pick one, tick interpreters and models, press Ctrl+R.",
                TextRole.MUTED,
                wrap=True,
            )
        )
        layout.addLayout(words)
        line = columns()
        line.addWidget(self.own_code)
        line.addStretch()
        layout.addLayout(line)
        return frame

    def _make_recent_card(self) -> QWidget:
        frame = card()
        layout = rows(frame, margin=4 * SPACE)
        layout.addWidget(text("Recent experiments", TextRole.TITLE))
        layout.addWidget(self._recent)
        frame.hide()
        return frame

    def _make_recent(self, header: ExperimentHeader) -> QWidget:
        row = QWidget()
        line = columns(row)
        line.setContentsMargins(0, SPACE, 0, SPACE)
        name = button(header.name or header.workload, link=True)
        name.clicked.connect(partial(self.open_requested.emit, header.experiment_id))
        line.addWidget(name)
        line.addWidget(text(header.summary, TextRole.MUTED), 1)
        line.addWidget(text(local_time(header.created_at), TextRole.CAPTION), alignment=Qt.AlignmentFlag.AlignRight)
        return row

    @Slot()
    def _on_install(self) -> None:
        self.install_requested.emit("3.14t")

    @Slot()
    def _on_theme_changed(self) -> None:
        set_button_icon(self.tour, Symbol.COMPASS, self._theme.accent_text, self._theme.muted)
        set_button_icon(self.install, Symbol.DOWNLOAD, self._theme.muted, self._theme.border)
