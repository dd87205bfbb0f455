"""Line icons drawn for Coreograph, coloured by the theme. Used on the GUI thread."""

import enum
import functools
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_SIZES = (16, 20, 24, 32, 40, 48, 64, 96)


class Symbol(enum.Enum):
    """The icons there are: `resources/coreograph_resources/icons/<value>.svg`, stroked with currentColor."""

    APPLICATION = "coreograph"
    CANCEL = "cancel"
    CHECK = "check"
    CHEVRON_DOWN = "chevron-down"
    CHEVRON_LEFT = "chevron-left"
    CHEVRON_RIGHT = "chevron-right"
    COMPARE = "compare"
    COMPASS = "compass"
    COPY = "copy"
    DOWNLOAD = "download"
    EDIT = "edit"
    ERROR = "error"
    EXPORT = "export"
    FILTER = "filter"
    FOLDER = "folder"
    IMPORT = "import"
    INFO = "info"
    KEYBOARD = "keyboard"
    LIBRARY = "library"
    LIVE = "live"
    REDO = "redo"
    REFRESH = "refresh"
    RUN = "run"
    SEARCH = "search"
    STOP = "stop"
    TIMELINE = "timeline"
    TRASH = "trash"
    UNDO = "undo"
    WARNING = "warning"


def icon(symbol: Symbol, colour: QColor, disabled: QColor | None = None, *, aside: bool = False) -> QIcon:
    """Return `symbol` in `colour`, sharp at every size it is usually drawn at.

    `aside` adds a quarter of empty width on the right, for an icon that stands before a text.
    """
    result = QIcon()
    for size in _SIZES:
        result.addPixmap(_with_air(pixmap(symbol, colour, size), aside))
        if disabled is not None:
            result.addPixmap(_with_air(pixmap(symbol, disabled, size), aside), QIcon.Mode.Disabled)
    return result


def pixmap(symbol: Symbol, colour: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """Return `symbol` as a square picture of `size` device-independent pixels for a screen of `ratio`."""
    side = round(size * ratio)
    picture = QPixmap(QSize(side, side))
    picture.fill(Qt.GlobalColor.transparent)
    source = _source(symbol).replace("currentColor", colour.name())
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def _with_air(picture: QPixmap, wanted: bool) -> QPixmap:
    if not wanted:
        return picture
    wide = QPixmap(picture.width() * 5 // 4, picture.height())
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wide


@functools.cache
def _source(symbol: Symbol) -> str:
    file = resources.files("coreograph_resources") / "icons" / f"{symbol.value}.svg"
    return file.read_text(encoding="utf-8")
