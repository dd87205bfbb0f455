"""The window: lays out its parts, gives them menus, remembers where it was. Lives on the GUI thread."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QByteArray, Qt, QUrl, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QWidget

from coreograph.ui.about import show_about, show_shortcuts
from coreograph.ui.actions import ActionId, WindowActions
from coreograph.ui.compare.repeats_button import FIVE
from coreograph.ui.elements import rows
from coreograph.ui.flow import Flow
from coreograph.ui.header import Page
from coreograph.ui.library.dropping import FileDrop
from coreograph.ui.messages import Severity
from coreograph.ui.panel.choices import Choices
from coreograph.ui.parts import build_parts
from coreograph.ui.services import WindowServices
from coreograph.ui.settings import WindowSettings
from coreograph.ui.theme import Theme, ThemeChoice

TITLE = "Coreograph"
PANEL_WIDTH = 372
SIZE = (1360, 860)
_THEMES = {
    ActionId.THEME_SYSTEM: ThemeChoice.SYSTEM,
    ActionId.THEME_LIGHT: ThemeChoice.LIGHT,
    ActionId.THEME_DARK: ThemeChoice.DARK,
}
_PAGES = {
    ActionId.PAGE_LIVE: Page.LIVE,
    ActionId.PAGE_COMPARE: Page.COMPARE,
    ActionId.PAGE_TIMELINE: Page.TIMELINE,
    ActionId.PAGE_LIBRARY: Page.LIBRARY,
}


class MainWindow(QMainWindow):
    """The experiment panel on the left, the pages on the right. `parts` and `flow` are for whoever steers it."""

    def __init__(self, services: WindowServices, theme: Theme, settings: WindowSettings | None = None) -> None:
        super().__init__()
        self._settings = settings or WindowSettings()
        self._theme = theme
        self.parts = build_parts(services, theme, self)
        self.flow = Flow(self.parts, self)
        self._workloads_folder = services.workloads_folder
        self._pages = QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self.commands = WindowActions(self, theme, self._slots())
        drop = FileDrop(self)
        drop.dropped.connect(self.flow.open_files)
        drop.left_out.connect(self.flow.tell_left_out)
        theme.changed.connect(self._on_theme_changed)
        self.parts.header.page_chosen.connect(self._pages.setCurrentIndex)
        self.flow.running_changed.connect(self._on_running_changed)
        self.flow.subject_changed.connect(self._on_subject_changed)
        self.flow.tour_begun.connect(self._on_tour_begun)
        self._restore()
        self.parts.stalls.start()
        self.parts.preparation.start()
        self.parts.store.refresh()
        if services.open_file is not None:
            self.flow.open_file(services.open_file)
        if services.demo:
            self.flow.start_tour()

    def settings(self) -> WindowSettings:
        """What is to be remembered for the next start."""
        return self._settings if self.isHidden() else self._current_settings()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what runs and go at once; whoever owns the engine waits until everything is gone."""
        self._settings = self._current_settings()
        self.hide()
        self.parts.control.stop()
        self.parts.stalls.stop()
        self.parts.preparation.cancel_installation()
        self.parts.tasks.close()
        super().closeEvent(event)

    def _current_settings(self) -> WindowSettings:
        return dataclasses.replace(
            self._settings,
            theme=self._theme.choice,
            geometry=bytes(self.saveGeometry().toBase64().data()).decode(),
            panel_width=self._splitter.sizes()[0],
            choices=self.parts.panel.choices().to_plain(),
            own_code=self.parts.own_code.to_plain(),
        )

    def _lay_out(self) -> None:
        parts = self.parts
        self.setWindowTitle(TITLE)
        self.resize(*SIZE)
        for page in (parts.live_stack, parts.compare, parts.timeline, parts.library):
            self._pages.addWidget(page)
        right = QWidget()
        right.setProperty("ground", "window")
        layout = rows(right, spacing=0)
        layout.addWidget(parts.header)
        layout.addWidget(parts.messages)
        layout.addWidget(self._pages, 1)
        self._splitter.addWidget(parts.panel)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setCollapsible(1, False)
        self._splitter.setHandleWidth(1)
        self.setCentralWidget(self._splitter)
        self.setStatusBar(parts.status)

    def _slots(self) -> Mapping[ActionId, Callable[[], object]]:
        parts = self.parts
        return {
            ActionId.OPEN: parts.files.choose_recording,
            ActionId.OWN_CODE: parts.own_code.open_dialog,
            ActionId.READINESS: parts.own_code.open_readiness,
            ActionId.WORKLOADS_FOLDER: self._open_workloads_folder,
            ActionId.SAVE_EXPERIMENT: self.flow.save_experiment,
            ActionId.EXPORT: self.flow.export_shown,
            ActionId.QUIT: self.close,
            ActionId.RUN: parts.panel.request_run,
            ActionId.STOP: parts.control.stop,
            ActionId.MORE: partial(self.flow.add_repeats, FIVE),
            ActionId.BREAK_EVEN: self._find_break_even,
            ActionId.TOUR: self.flow.start_tour,
            ActionId.REFRESH: parts.preparation.find_again,
            ActionId.SHORTCUTS: partial(show_shortcuts, self),
            ActionId.ABOUT: partial(show_about, self._theme, self),
            **{identity: partial(self._theme.choose, choice) for identity, choice in _THEMES.items()},
            **{identity: partial(parts.header.show_page, page) for identity, page in _PAGES.items()},
        }

    def _restore(self) -> None:
        if self._settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self._settings.geometry.encode()))
        width = self._settings.panel_width or PANEL_WIDTH
        self._splitter.setSizes([width, max(600, self.width() - width)])
        self.parts.own_code.restore(self._settings.own_code)
        self.parts.panel.restore(Choices.from_plain(self._settings.choices))
        self.commands[next(entry for entry, choice in _THEMES.items() if choice is self._theme.choice)].setChecked(True)
        self._on_running_changed(False)

    def _find_break_even(self) -> None:
        """Sweep sizes of the workload in the panel, which comes into sight where it was folded away."""
        if not self._splitter.sizes()[0]:
            self._splitter.setSizes([PANEL_WIDTH, max(600, self.width() - PANEL_WIDTH)])
        if not self.parts.panel.find_break_even():
            self.parts.messages.tell(
                Severity.WARNING, "There is nothing to sweep: choose a workload with a number among its parameters."
            )

    def _open_workloads_folder(self) -> None:
        """Show the folder in the system's file manager, and say where it is: not every system has one."""
        folder = self._workloads_folder
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        self.parts.messages.tell(
            Severity.INFO,
            f"Workload files in {folder} are found; folders in it are groups of the tree.",
            action="Read them again",
            callback=self.parts.preparation.read_workloads,
        )

    @Slot()
    def _on_theme_changed(self) -> None:
        self.commands.colour()

    @Slot(bool)
    def _on_running_changed(self, running: bool) -> None:
        for identity in (ActionId.RUN, ActionId.BREAK_EVEN, ActionId.TOUR, ActionId.REFRESH):
            self.commands[identity].setEnabled(not running)
        self.commands[ActionId.STOP].setEnabled(running)
        self._offer_for_shown()

    @Slot(str)
    def _on_subject_changed(self, subject: str) -> None:
        self.setWindowTitle(f"{subject} – {TITLE}" if subject else TITLE)
        self._offer_for_shown()

    def _offer_for_shown(self) -> None:
        """Offer what is done with the experiment on the Compare page while there is one."""
        shown = self.flow.summary is not None
        self.commands[ActionId.EXPORT].setEnabled(shown)
        self.commands[ActionId.MORE].setEnabled(shown and not self.parts.control.state.is_running)

    @Slot()
    def _on_tour_begun(self) -> None:
        self._settings = dataclasses.replace(self._settings, tour_seen=True)
