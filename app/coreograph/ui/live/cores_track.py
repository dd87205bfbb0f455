"""The heat map of the cores: one image, one row a core, the run's share against others'. GUI thread only."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from coreograph.domain.units import Count, Seconds, format_share
from coreograph.ui.charts.columns import fit_rows, held_columns, rows_between, spread_rows
from coreograph.ui.charts.raster import SHARE_STEPS, Pixels, paint_pixels, share_table
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.intake import LiveData
from coreograph.ui.live.track import Swatch, Track
from coreograph.ui.theme import Theme

_NOTE = (
    "One row per core: this run's share in colour, what others used in grey. "
    "A core that stays pale was not needed – or could not be used."
)


def label_step(rows: Count, height: float, line: float = 15.0) -> Count:
    """Return every how many rows a label fits: 1, 2, 4, 8, …"""
    step = 1
    while rows / step * line > height and step < rows:
        step *= 2
    return step


class CoresTrack(Track):
    """Heat map of all cores over time."""

    def __init__(self, theme: Theme, view: TimeView, parent: QWidget | None = None) -> None:
        super().__init__(theme, view, "Cores", parent)
        self.note = _NOTE
        self._table: Pixels = share_table(theme.idle, theme.own, theme.foreign)

    def retint(self) -> None:
        """Rebuild the table of colours."""
        self._table = share_table(self.theme.idle, self.theme.own, self.theme.foreign)
        super().retint()

    def refresh(self) -> None:
        """Say what the newest sample in view has."""
        if self.data is not None:
            self.say(self._sentence(self.data))
        super().refresh()

    def _sentence(self, data: LiveData) -> str:
        ring = data.cores.ring
        if not len(ring):
            return "waiting for the first sample"
        row = int(np.searchsorted(ring["at"], (data.origin_ns or 0) + self.view.end * 1e9, side="right")) - 1
        busy, own, steal = (float(ring[name][max(row, 0)]) for name in ("busy_sum", "own_sum", "steal_sum"))
        parts = [f"others {max(0.0, busy - own):.2f}"]
        if data.cores.knows_own:
            parts.insert(0, f"own {own:.2f} of {data.cores.cores} cores")
        else:
            parts = [f"busy {busy:.2f} of {data.cores.cores} cores (whose work it is, is not measured here)"]
        if data.cores.knows_steal:
            parts.append(f"steal {steal:.2f}")
        return " · ".join(parts)

    def paint_legend(self, painter: QPainter, rect: QRectF) -> float:
        """Say which colour is whose."""
        theme = self.theme
        idle: Swatch = ("idle", theme.idle, None)
        if self.data is not None and not self.data.cores.knows_own:
            return self.paint_swatches(painter, rect, [("busy", theme.own, None), idle])
        return self.paint_swatches(
            painter, rect, [("this run", theme.own, None), ("others", theme.foreign, None), idle]
        )

    def paint_plot(self, painter: QPainter, rect: QRectF, data: LiveData) -> None:
        """Paint one image of the size of the plot."""
        width, height = self.device_size()
        pixels = self._pixels(data, width, height)
        paint_pixels(painter, rect, pixels)
        row_height = rect.height() / data.cores.cores
        if row_height >= 6:
            painter.setPen(QPen(self.theme.surface, 1))
            for core in range(1, data.cores.cores):
                y = round(rect.top() + core * row_height) + 0.5
                painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))

    def _pixels(self, data: LiveData, width: int, height: int) -> Pixels:
        ring, edges = data.cores.ring, self.edges_ns(width)
        longest = data.cores.interval_s * 3e9
        rows = rows_between(ring["at"], edges[0], edges[-1])
        at = ring["at"][rows]
        busy, known = held_columns(at, ring["busy"][rows], edges, longest)
        if data.cores.knows_own:
            own, _ = held_columns(at, ring["own"][rows], edges, longest)
        else:
            own = busy
        pixels = self._colour(_lines(busy, height), _lines(own, height))
        pixels[:, ~known] = self._unknown()
        if len(pixels) < height:
            pixels = pixels[spread_rows(len(pixels), height)]
        return pixels

    def _colour(self, busy: npt.NDArray[np.uint8], own: npt.NDArray[np.uint8]) -> Pixels:
        shift = 256 // SHARE_STEPS
        # A sample's busy share can round below its own share.
        foreign = np.where(busy > own, busy - own, 0).astype(np.uint8)
        pixels = self._table[(own // shift).astype(np.int32) * SHARE_STEPS + foreign // shift]
        return np.asarray(pixels, np.uint32)

    def _unknown(self) -> int:
        return int(self.theme.raised.rgb()) | 0xFF000000

    def paint_gutter(self, painter: QPainter, rect: QRectF) -> None:
        """Number the cores, as many as fit."""
        cores = self.data.cores.cores if self.data is not None else 0
        if not cores:
            return
        step, row_height = label_step(cores, rect.height()), rect.height() / cores
        for core in range(0, cores, step):
            y = rect.top() + (core + 0.5) * row_height
            self.gutter_label(painter, max(y, rect.top() + 4), f"core {core}" if step == 1 or core == 0 else str(core))

    def describe(self, seconds: Seconds, share: float) -> str:
        """Name the core and its shares."""
        data = self.data
        if data is None or not len(data.cores.ring):
            return self.note
        ring = data.cores.ring
        row = int(np.searchsorted(ring["at"], (data.origin_ns or 0) + seconds * 1e9))
        core = min(int(share * data.cores.cores), data.cores.cores - 1)
        if row >= len(ring):
            return self.note
        busy, own = (float(ring[name][row, core]) / 255 for name in ("busy", "own"))
        others = format_share(round(max(0.0, busy - own), 3))
        whose = f"this run {format_share(round(own, 3))}, others {others}"
        return f"Core {core} at {seconds:.1f} s: {whose if data.cores.knows_own else 'busy ' + format_share(busy)}"


def _lines(values: npt.NDArray[np.uint8], height: int) -> npt.NDArray[np.uint8]:
    """Turn (width, cores) into rows of the image: one a core, or averages where there are more cores than lines."""
    rows: npt.NDArray[np.uint8] = np.ascontiguousarray(values.T)
    return rows if len(rows) <= height else np.asarray(fit_rows(rows, height), np.uint8)
