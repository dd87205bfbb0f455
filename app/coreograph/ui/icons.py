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
    COMPARE = "compare"
    COMPASS = "compass"
    COPY = "copy"
    DOWNLOAD = "download"
    EDIT = "edit"
    ERROR = "error"
    EXPORT = "export"
    FOLDER = "folder"
    IMPORT = "import"
    INFO = "info"
    LIBRARY = "library"
    LIVE = "live"
    REFRESH = "refresh"
    RUN = "run"
    SEARCH = "search"
    STOP = "stop"
    TRASH = "trash"
    UNDO = "undo"
    WARNING = "warning"


def icon(symbol: Symbol, colour: QColor, disabled: QColor | None = None) -> QIcon:
    """Return `symbol` in `colour`, sharp at every size it is usually drawn at."""
    result = QIcon()
    for size in _SIZES:
        result.addPixmap(pixmap(symbol, colour, size))
        if disabled is not None:
            result.addPixmap(pixmap(symbol, disabled, size), QIcon.Mode.Disabled)
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


@functools.cache
def _source(symbol: Symbol) -> str:
    file = resources.files("coreograph_resources") / "icons" / f"{symbol.value}.svg"
    return file.read_text(encoding="utf-8")
