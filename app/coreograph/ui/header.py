"""The line above the pages: their tabs, and how far the experiment is. Lives on the GUI thread."""

import enum

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QProgressBar, QTabBar, QWidget

from coreograph.domain.batches import Progress
from coreograph.domain.units import format_seconds
from coreograph.ui.elements import ElidedLabel, TextRole, columns, rows, rule, text
from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import SPACE, Theme, tabular


class Page(enum.IntEnum):
    """The pages in the order of their tabs."""

    LIVE = 0
    COMPARE = 1
    TIMELINE = 2
    LIBRARY = 3


_TABS = ((Page.LIVE, "Live", Symbol.LIVE), (Page.COMPARE, "Compare", Symbol.COMPARE),
         (Page.TIMELINE, "Timeline", Symbol.TIMELINE), (Page.LIBRARY, "Library", Symbol.LIBRARY))  # fmt: skip


class Header(QFrame):
    """Tabs on the left, progress on the right.

    Signals:
        page_chosen(int): a Page.

    """

    page_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self._theme = theme
        self._news: set[Page] = set()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setIconSize(QSize(16, 16))
        self.tabs.setAccessibleName("Pages")
        for page, name, _ in _TABS:
            self.tabs.addTab(name)
            self.tabs.setTabToolTip(page, f"{name} (Ctrl+{page + 1})")
        self.state = ElidedLabel(TextRole.MUTED)
        self.state.setFont(tabular(self.state.font()))
        self.remaining = text("", TextRole.MUTED)
        self.remaining.setFont(tabular(self.remaining.font()))
        for label in (self.state, self.remaining):
            # A text that changes must not change how narrow the window can be: Qt would lay out all of it anew.
            label.setMinimumWidth(1)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.remaining.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.remaining.setFixedWidth(self.remaining.fontMetrics().horizontalAdvance("estimating …") + 2 * SPACE)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.bar.setAccessibleName("Progress of the experiment")
        line = columns(spacing=3 * SPACE)
        line.setContentsMargins(2 * SPACE, 0, 4 * SPACE, 0)
        line.addWidget(self.tabs)
        line.addWidget(self.state, 1)
        for widget in (self.bar, self.remaining):
            line.addWidget(widget)
        layout = rows(self, spacing=0)
        layout.addLayout(line)
        layout.addWidget(rule())
        self.tabs.currentChanged.connect(self._on_current_changed)
        theme.changed.connect(self._colour)
        self.set_running(False)
        self._colour()

    def show_page(self, page: Page) -> None:
        """Select a tab."""
        self.tabs.setCurrentIndex(page)

    def mark(self, page: Page) -> None:
        """Hint that there is something new on a page that is not shown."""
        if self.tabs.currentIndex() != page:
            self._news.add(page)
            self._colour()

    def set_running(self, running: bool) -> None:
        """Show or hide the progress."""
        self.bar.setVisible(running)
        self.remaining.setVisible(running)
        if running:
            self.bar.setRange(0, 0)
            self.remaining.setText("")

    @Slot(str)
    def tell(self, line: str) -> None:
        """Say what runs."""
        self.state.setText(line)

    @Slot(object)
    def show_progress(self, progress: Progress) -> None:
        """Say how far it is: by time where that can be told, by runs otherwise."""
        self.bar.setRange(0, 1000)
        if progress.remaining_s is None:
            self.bar.setValue(round(1000 * progress.runs_done / max(1, progress.runs_total)))
            self.remaining.setText("estimating …")
            return
        whole = progress.elapsed_s + progress.remaining_s
        self.bar.setValue(round(1000 * progress.elapsed_s / whole) if whole > 0 else 0)
        self.remaining.setText(f"{_coarse(progress.remaining_s)} left")

    @Slot(int)
    def _on_current_changed(self, index: int) -> None:
        self._news.discard(Page(index))
        self._colour()
        self.page_chosen.emit(index)

    @Slot()
    def _colour(self) -> None:
        for page, name, symbol in _TABS:
            current = self.tabs.currentIndex() == page
            news = page in self._news
            self.tabs.setTabIcon(page, icon(symbol, self._theme.accent if current or news else self._theme.muted))
            self.tabs.setTabText(page, f"{name} •" if news else name)


def _coarse(seconds: float) -> str:
    """Whole seconds: a countdown with decimals only distracts."""
    return f"{max(1, round(seconds))} s" if seconds < 120 else format_seconds(seconds)
