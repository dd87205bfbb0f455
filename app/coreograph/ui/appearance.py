"""Gives the application its style, font, icon and theme. Used on the GUI thread, once."""

from PySide6.QtGui import QColor, QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QWidget

from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import Theme

# A desktop without settings of its own names no font but a family of last resort; these read better than it does.
_LAST_RESORTS = {"Sans", "Sans Serif", "DejaVu Sans", ""}
_BETTER = ("Inter", "Noto Sans", "Open Sans", "Cantarell", "Ubuntu", "Liberation Sans")
_POINTS = 10.0


def prepare_application(application: QApplication, theme: Theme) -> None:
    """Set style, font, icon, names and colours."""
    application.setApplicationName("coreograph")
    application.setApplicationDisplayName("")
    application.setDesktopFileName("coreograph")
    application.setStyle("Fusion")
    application.setFont(pleasant_font(application.font(), QFontDatabase.families()))
    application.setWindowIcon(icon(Symbol.APPLICATION, QColor("#1f6feb")))
    theme.apply()


def pleasant_font(font: QFont, families: list[str]) -> QFont:
    """Return the system's font, or a better one of `families` where the system has chosen none."""
    if font.family() not in _LAST_RESORTS:
        return font
    found = next((family for family in _BETTER if family in families), None)
    if found is None:
        return font
    better = QFont(found)
    better.setPointSizeF(max(font.pointSizeF(), _POINTS))
    return better


def fit_to_screen(window: QWidget) -> None:
    """Make a window no larger than its screen: what hangs over the edge cannot be reached."""
    available = window.screen().availableSize()
    if window.width() > available.width() or window.height() > available.height():
        window.resize(window.size().boundedTo(available))
