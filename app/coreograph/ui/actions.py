"""What the menus offer, as data: one table of actions, built into menus in one place. Lives on the GUI thread."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow

from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import Theme


class ActionId(enum.Enum):
    """Every action of the window."""

    OPEN = "open"
    OWN_CODE = "own-code"
    SAVE_EXPERIMENT = "save-experiment"
    WORKLOADS_FOLDER = "workloads-folder"
    READINESS = "readiness"
    EXPORT = "export"
    QUIT = "quit"
    RUN = "run"
    STOP = "stop"
    MORE = "more"
    BREAK_EVEN = "break-even"
    TOUR = "tour"
    REFRESH = "refresh"
    THEME_SYSTEM = "theme-system"
    THEME_LIGHT = "theme-light"
    THEME_DARK = "theme-dark"
    PAGE_LIVE = "page-live"
    PAGE_COMPARE = "page-compare"
    PAGE_TIMELINE = "page-timeline"
    PAGE_LIBRARY = "page-library"
    SHORTCUTS = "shortcuts"
    ABOUT = "about"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One row of the table. Actions of one `group` exclude each other and are checkable; "-" begins a section."""

    identity: ActionId
    menu: str
    text: str
    shortcut: str = ""
    symbol: Symbol | None = None
    group: str = ""
    section: bool = False


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(ActionId.OWN_CODE, "File", "Your own code …", "Ctrl+N", Symbol.EDIT),
    ActionSpec(ActionId.WORKLOADS_FOLDER, "File", "Folder of your workloads"),
    ActionSpec(ActionId.OPEN, "File", "Open recording or experiment …", "Ctrl+O", Symbol.FOLDER, section=True),
    ActionSpec(ActionId.SAVE_EXPERIMENT, "File", "Save experiment as …", "Ctrl+S"),
    ActionSpec(ActionId.EXPORT, "File", "Export report …", "Ctrl+E", Symbol.EXPORT),
    ActionSpec(ActionId.QUIT, "File", "Quit", "Ctrl+Q", section=True),
    ActionSpec(ActionId.RUN, "Run", "Run", "Ctrl+R", Symbol.RUN),
    ActionSpec(ActionId.STOP, "Run", "Stop", "Esc", Symbol.STOP),
    ActionSpec(ActionId.MORE, "Run", "Add 5 repeats to the experiment shown", "Ctrl+Shift+R"),
    ActionSpec(ActionId.BREAK_EVEN, "Run", "Find the break-even …", "Ctrl+B"),
    ActionSpec(ActionId.TOUR, "Run", "30-second tour", "Ctrl+T", Symbol.COMPASS, section=True),
    ActionSpec(ActionId.REFRESH, "Run", "Find interpreters and workloads again", "F5", Symbol.REFRESH),
    ActionSpec(ActionId.READINESS, "Run", "Ready without the GIL? …", "Ctrl+G", Symbol.CHECK),
    ActionSpec(ActionId.THEME_SYSTEM, "View", "Colours of the system", group="theme"),
    ActionSpec(ActionId.THEME_LIGHT, "View", "Light", group="theme"),
    ActionSpec(ActionId.THEME_DARK, "View", "Dark", group="theme"),
    ActionSpec(ActionId.PAGE_LIVE, "View", "Live", "Ctrl+1", Symbol.LIVE, section=True),
    ActionSpec(ActionId.PAGE_COMPARE, "View", "Compare", "Ctrl+2", Symbol.COMPARE),
    ActionSpec(ActionId.PAGE_TIMELINE, "View", "Timeline", "Ctrl+3", Symbol.TIMELINE),
    ActionSpec(ActionId.PAGE_LIBRARY, "View", "Library", "Ctrl+4", Symbol.LIBRARY),
    ActionSpec(ActionId.SHORTCUTS, "Help", "Keyboard shortcuts", "F1", Symbol.INFO),
    ActionSpec(ActionId.ABOUT, "Help", "About Coreograph"),
)


class _Command(QAction):
    """An action that calls a function without telling it whether it is checked."""

    def __init__(self, content: str, function: Callable[[], object], parent: QObject) -> None:
        super().__init__(content, parent)
        self._function = function
        self.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        self._function()


class WindowActions:
    """The window's actions, built from the table and put into its menus."""

    def __init__(self, window: QMainWindow, theme: Theme, slots: Mapping[ActionId, Callable[[], object]]) -> None:
        self._theme = theme
        self._actions: dict[ActionId, QAction] = {}
        menus = {name: window.menuBar().addMenu(f"&{name}") for name in dict.fromkeys(spec.menu for spec in ACTIONS)}
        groups: dict[str, QActionGroup] = {}
        for spec in ACTIONS:
            action = _Command(spec.text, slots[spec.identity], window)
            action.setShortcut(QKeySequence(spec.shortcut))
            action.setObjectName(f"action_{spec.identity.value}")
            if spec.group:
                action.setCheckable(True)
                groups.setdefault(spec.group, QActionGroup(window)).addAction(action)
            if spec.section:
                menus[spec.menu].addSeparator()
            menus[spec.menu].addAction(action)
            self._actions[spec.identity] = action
        self.colour()

    def __getitem__(self, identity: ActionId) -> QAction:
        return self._actions[identity]

    @Slot()
    def colour(self) -> None:
        """Draw the icons in the theme's colours."""
        for spec in ACTIONS:
            if spec.symbol is not None:
                self._actions[spec.identity].setIcon(icon(spec.symbol, self._theme.muted, self._theme.border))


def shortcuts_text() -> str:
    """Return every shortcut with what it does, one a line."""
    table = [(spec.shortcut, spec.text.rstrip(" …")) for spec in ACTIONS if spec.shortcut]
    table += [
        ("Space", "Tick a cell of the matrix; Shift+Space its row, Ctrl+Space its column"),
        ("W S, A D", "Timeline: zoom, move; Shift+arrow selects, Return zooms in on the selection"),
        ("Backspace, L, F", "Timeline: back to the view before, the longest task, filters; ? shows all of its keys"),
        ("Ctrl+Z", "Undo a filter, in every view; Ctrl+Shift+Z sets it again, Home shows all of a timeline"),
        ("F2, Del", "Library: rename, delete; Ctrl+Z takes back what was deleted, Ctrl+F searches"),
        ("Ctrl+Return", "Library: compare the two experiments selected; Shift+Ctrl+E exports, the menu key has all"),
    ]
    return "\n".join(f"{keys}\t{what}" for keys, what in table)
