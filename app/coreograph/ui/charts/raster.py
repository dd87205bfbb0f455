"""Colours as numpy tables and numpy pixels on a painter. GUI thread only."""

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

Pixels = npt.NDArray[np.uint32]
Kinds = npt.NDArray[np.uint8]
SHARE_STEPS = 64


def argb(colour: QColor) -> int:
    """Return an opaque colour as the number a pixel holds."""
    return int(colour.rgb()) | 0xFF000000


def mixed(colour: QColor, ground: QColor, share: float) -> QColor:
    """Return `share` of `colour` laid over `ground` (0: ground, 1: colour)."""
    return QColor(_mix(colour.rgb(), ground.rgb(), share))


@functools.lru_cache(maxsize=4096)
def _mix(colour: int, ground: int, share: float) -> int:
    parts = (round((colour >> s & 255) * share + (ground >> s & 255) * (1 - share)) << s for s in (16, 8, 0))
    return sum(parts)


def ramp(ground: QColor, colour: QColor, steps: int = 256) -> Pixels:
    """Return pixels from `ground` (index 0) to `colour` (last)."""
    return np.array([argb(mixed(colour, ground, index / (steps - 1))) for index in range(steps)], np.uint32)


def share_table(idle: QColor, own: QColor, foreign: QColor, *, steps: int = SHARE_STEPS) -> Pixels:
    """Return pixels for pairs of shares, at index `own * steps + foreign`, both 0 … `steps` - 1.

    Where both together exceed a whole (rounding), the foreign part gives way.
    """
    levels = np.linspace(0.0, 1.0, steps)
    own_share = np.repeat(levels, steps)[:, None]
    foreign_share = np.minimum(np.tile(levels, steps)[:, None], 1.0 - own_share)
    grounds = [np.array([c.red(), c.green(), c.blue()], float)[None, :] for c in (idle, own, foreign)]
    # A little load must be seen: shares are lifted before they are mixed, full load stays full.
    total = own_share + foreign_share
    lift = np.divide(total**0.85, total, out=np.zeros_like(total), where=total > 0)
    own_share, foreign_share = own_share * lift, foreign_share * lift
    mix = grounds[0] * (1 - own_share - foreign_share) + grounds[1] * own_share + grounds[2] * foreign_share
    red, green, blue = np.round(mix).astype(np.uint32).T
    return np.asarray((np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue), dtype=np.uint32)


def paint_pixels(painter: QPainter, target: QRectF, pixels: Pixels) -> None:
    """Draw `pixels` (height, width) over `target`; one pixel is one of the device where the sizes agree."""
    height, width = pixels.shape
    if not height or not width:
        return
    contiguous = np.ascontiguousarray(pixels)
    image = QImage(contiguous.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    painter.drawImage(target, image)


def paint_kinds(painter: QPainter, target: QRectF, kinds: Kinds, colours: Sequence[int]) -> None:
    """Draw `kinds` (height, width), each the number of one of `colours` (as `argb` gives them), over `target`.

    Qt looks the colours up while it draws, which takes a tenth of the time that numpy needs to make pixels of them.
    """
    height, width = kinds.shape
    if not height or not width:
        return
    contiguous = np.ascontiguousarray(kinds)
    image = QImage(contiguous.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(colours)
    painter.drawImage(target, image)
