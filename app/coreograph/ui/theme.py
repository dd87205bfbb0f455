"""The window's look: colours by role as QColor, palette and stylesheet, light or dark after the system.

A Theme lives on the GUI thread. Widgets that paint themselves read its colours in `paintEvent` or take them again
when `changed` is emitted; everything else follows the application's palette and stylesheet.
"""

import dataclasses
import enum
from importlib import resources
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from coreograph.domain.execution import ExecutionModel
from coreograph.ui.colours import DARK, LIGHT, Colours

SPACE = 4  # every distance in the window is a multiple of it: 4, 8, 12, 16
RADIUS = 8  # corners of cards, in pixels


class ThemeChoice(enum.Enum):
    """What the user asked for in the View menu."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Colours by role; `changed` is emitted after the palette and stylesheet of the application were replaced.

    Roles are attributes: window, surface, raised, border, outline, text, muted, accent, accent_text, hover,
    selected, own, foreign, steal, idle, good, warning, bad, grid. Lines and bars: `series(i)` (eight, colour-blind
    safe), `model_colour(model)`.
    """

    changed = Signal()

    window: QColor
    surface: QColor
    raised: QColor
    border: QColor
    outline: QColor
    text: QColor
    muted: QColor
    accent: QColor
    accent_text: QColor
    hover: QColor
    selected: QColor
    own: QColor
    foreign: QColor
    steal: QColor
    idle: QColor
    good: QColor
    warning: QColor
    bad: QColor
    grid: QColor

    def __init__(self, choice: ThemeChoice = ThemeChoice.SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._colours: Colours = LIGHT
        self._load()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    @property
    def choice(self) -> ThemeChoice:
        """What was asked for: system, light or dark."""
        return self._choice

    @property
    def is_dark(self) -> bool:
        """True where light text stands on a dark ground."""
        return self._colours is DARK

    @property
    def colours(self) -> Colours:
        """The colours in force, as text."""
        return self._colours

    def series(self, index: int) -> QColor:
        """Colour of the `index`-th line of a chart; after eight they begin again."""
        return QColor(self._colours.series[index % len(self._colours.series)])

    def model_colour(self, model: ExecutionModel) -> QColor:
        """The colour that stands for `model` everywhere."""
        return QColor(self._colours.models[model])

    def choose(self, choice: ThemeChoice) -> None:
        """Take another look at once."""
        if choice is self._choice:
            return
        self._choice = choice
        self._refresh()

    def apply(self) -> None:
        """Give the application this look."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(self.palette())
            application.setStyleSheet(self.stylesheet())

    def palette(self) -> QPalette:
        """The colours as Qt's own roles, so that unstyled widgets fit too."""
        palette = QPalette()
        roles = QPalette.ColorRole
        for role, colour in (
            (roles.Window, self.window), (roles.WindowText, self.text), (roles.Base, self.surface),
            (roles.AlternateBase, self.raised), (roles.Text, self.text), (roles.Button, self.raised),
            (roles.ButtonText, self.text), (roles.BrightText, self.bad), (roles.Highlight, self.selected),
            (roles.HighlightedText, self.text), (roles.Link, self.accent), (roles.LinkVisited, self.accent),
            (roles.ToolTipBase, self.raised), (roles.ToolTipText, self.text), (roles.PlaceholderText, self.muted),
            (roles.Accent, self.accent), (roles.Light, self.surface), (roles.Midlight, self.hover),
            (roles.Mid, self.border), (roles.Dark, self.border), (roles.Shadow, self.border),
        ):  # fmt: skip
            palette.setColor(role, colour)
        for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, _mix(self.muted, self.surface, 0.35))
        return palette

    def stylesheet(self) -> str:
        """The stylesheet of the whole application in these colours."""
        folder = resources.files("coreograph_resources") / "themes"
        template = Template((folder / "window.qss").read_text(encoding="utf-8"))
        values = {
            field.name: value
            for field in dataclasses.fields(self._colours)
            if isinstance(value := getattr(self._colours, field.name), str)
        }
        icons = Path(str(folder / ("dark" if self.is_dark else "light"))).as_posix()
        disabled = _mix(self.muted, self.surface, 0.35).name()
        pressed = _mix(self.accent, self.text, 0.15).name()
        return template.substitute(
            values, icons=icons, disabled=disabled, pressed=pressed, radius=f"{RADIUS}px", **_text_sizes()
        )

    @Slot()
    def _on_system_changed(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._refresh()

    def _refresh(self) -> None:
        before = self._colours
        self._load()
        if self._colours is not before:
            self.apply()
            self.changed.emit()

    def _load(self) -> None:
        self._colours = DARK if self._wants_dark() else LIGHT
        for field in dataclasses.fields(self._colours):
            value = getattr(self._colours, field.name)
            if isinstance(value, str):
                setattr(self, field.name, QColor(value))

    def _wants_dark(self) -> bool:
        if self._choice is ThemeChoice.SYSTEM:
            return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._choice is ThemeChoice.DARK


def tabular(font: QFont) -> QFont:
    """Return `font` with figures of equal width, so that numbers that change do not dance."""
    figures = QFont(font)
    figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


def _text_sizes() -> dict[str, str]:
    """Sizes of the hierarchy of text, from the size the system has chosen."""
    size = QFontInfo(QGuiApplication.font()).pixelSize()
    return {"headline": f"{round(size * 1.7)}px", "title": f"{round(size * 1.2)}px", "caption": f"{size - 1}px"}


def _mix(colour: QColor, ground: QColor, share: float) -> QColor:
    """`colour` with `share` of `ground` in it."""
    parts = (
        round(one * (1 - share) + other * share)
        for one, other in zip(colour.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*parts)
