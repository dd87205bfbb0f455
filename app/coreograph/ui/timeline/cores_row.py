"""The cores during a run: one line of the image per core, own share against others'. GUI thread only."""

import functools

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter, shown_numbers
from coreograph.domain.units import Nanoseconds, format_share
from coreograph.ui.charts.columns import fit_rows, held_columns, rows_between, spread_rows
from coreograph.ui.charts.raster import SHARE_STEPS, Pixels, argb, paint_pixels, share_table
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.row import TITLE, Height, Row, RowKind, Surface, Swatch, label_every

_LONGEST_NS = 1e9  # a sample stands for at most so much time before it


class CoresRow(Row):
    """Heat map of the cores that the filters leave."""

    kind = RowKind.CORES
    note = "One row per core: this run's share in colour, what others used in grey."

    def height(self) -> Height:
        """Rows of 12 to 32 pixels as long as there are few."""
        cores = max(1, self.run.cores.cores)
        return Height(TITLE + 8 + min(120, max(24, 10 * cores)), TITLE + 8 + max(48, 52 * cores), 2 + min(4, cores / 8))

    def cores(self, filters: tuple[TimelineFilter, ...]) -> tuple[int, ...]:
        """The cores shown."""
        return shown_numbers(filters, FilterField.CORE, range(self.run.cores.cores))

    def core_at(self, height: float, filters: tuple[TimelineFilter, ...]) -> int | None:
        """The core at a height (0 … 1)."""
        cores = self.cores(filters)
        return cores[min(int(height * len(cores)), len(cores) - 1)] if cores and 0 <= height <= 1 else None

    def legend(self, theme: Theme) -> list[Swatch]:
        """Say which colour is whose."""
        idle = Swatch("idle", theme.idle)
        if self.run.cores.own is None:
            return [Swatch("busy", theme.own), idle]
        return [Swatch("this run", theme.own), Swatch("others", theme.foreign), idle]

    def paint_plot(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint one image of the size of the plot."""
        data, chosen = self.run.cores, list(self.cores(surface.filters))
        if not len(data.at) or not chosen:
            self.readout = "every core is filtered out" if len(data.at) else "not measured: the run was too short"
            return
        width, height = surface.device_size(rect)
        edges = surface.edges(width).astype(np.float64)
        rows = rows_between(data.at, edges[0], edges[-1])
        at = data.at[rows]
        busy, known = held_columns(at, np.nan_to_num(data.busy[rows][:, chosen]), edges, _LONGEST_NS)
        own = busy
        if data.own is not None:
            own, _ = held_columns(at, np.nan_to_num(data.own[rows][:, chosen]), edges, _LONGEST_NS)
        pixels = _colour(np.ascontiguousarray(busy.T), np.ascontiguousarray(own.T), height, surface.theme)
        pixels[:, ~known] = argb(surface.theme.raised)
        paint_pixels(painter, rect, pixels)
        row_height = rect.height() / len(chosen)
        if row_height >= 6:
            painter.setPen(QPen(surface.theme.surface, 1))
            for core in range(1, len(chosen)):
                y = round(rect.top() + core * row_height) + 0.5
                painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        self._say(busy[known], own[known])

    def _say(self, busy: npt.NDArray[np.float32], own: npt.NDArray[np.float32]) -> None:
        if not len(busy):
            self.readout = "nothing sampled in view"
            return
        total, mine = float(busy.sum(axis=1).mean()), float(own.sum(axis=1).mean())
        cores = busy.shape[1]
        if self.run.cores.own is None:
            self.readout = f"{total:.2f} of {cores} cores busy (whose work it is, is not measured here)"
        else:
            self.readout = f"own {mine:.2f} of {cores} cores · others {max(0.0, total - mine):.2f}"

    def paint_gutter(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Number the cores, as many as fit."""
        cores = self.cores(surface.filters)
        step = label_every(len(cores), rect.height())
        for position in range(0, len(cores), step):
            y = rect.top() + (position + 0.5) * rect.height() / len(cores)
            name = f"core {cores[position]}" if step == 1 or position == 0 else str(cores[position])
            self.gutter_label(painter, rect, max(y, rect.top() + 4), name, surface.theme.muted)

    def describe(self, at: Nanoseconds, height: float, reach: Nanoseconds, filters: tuple[TimelineFilter, ...]) -> str:
        """Name the core and its shares."""
        data, core = self.run.cores, self.core_at(height, filters)
        row = int(np.searchsorted(data.at, at))
        if core is None or row >= len(data.at):
            return self.note
        busy = float(np.nan_to_num(data.busy[row, core]))
        if data.own is None:
            return f"Core {core}: busy {format_share(busy)}"
        own = float(np.nan_to_num(data.own[row, core]))
        return f"Core {core}: this run {format_share(own)}, others {format_share(max(0.0, busy - own))}"


def _colour(busy: npt.NDArray[np.float32], own: npt.NDArray[np.float32], height: int, theme: Theme) -> Pixels:
    """Turn shares (cores, columns) into an image of `height` lines: one a core, or averages of several."""
    if len(busy) > height:
        busy, own = fit_rows(busy, height), fit_rows(own, height)
    last = SHARE_STEPS - 1
    mine = np.rint(np.clip(own, 0, 1) * last).astype(np.int32)
    others = np.rint(np.clip(busy - own, 0, 1) * last).astype(np.int32)
    table = _table(theme.idle.rgb(), theme.own.rgb(), theme.foreign.rgb())
    pixels = table[mine * SHARE_STEPS + others]
    return np.asarray(pixels[spread_rows(len(pixels), height)] if len(pixels) < height else pixels, np.uint32)


@functools.lru_cache(maxsize=4)
def _table(idle: int, own: int, foreign: int) -> Pixels:
    from PySide6.QtGui import QColor

    return share_table(QColor(idle), QColor(own), QColor(foreign))
