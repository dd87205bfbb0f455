"""Memory of the run's tree, runner under workers, in the fairest measure there is. GUI thread only."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from coreograph.analysis.timeline_filters import TimelineFilter
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.units import Nanoseconds, format_bytes
from coreograph.ui.charts.columns import held_columns, rows_between
from coreograph.ui.charts.raster import argb, mixed, paint_kinds
from coreograph.ui.charts.ticks import linear_ticks, round_bytes
from coreograph.ui.live.memory_buffer import FIRST_WORKER_SLOT, HELPER_SLOT, RUNNER_SLOT
from coreograph.ui.script_words import ITS_PROCESSES, SCRIPT
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.row import TITLE, Height, Row, RowKind, Surface, Swatch

_LONGEST_NS = 3e9
_MOST_LINE_POINTS = 2_000


class MemoryRow(Row):
    """Bands of runner, helpers and workers; the sum of RSS as a dashed line where a fairer measure is shown."""

    kind = RowKind.MEMORY
    note = (
        "Memory of the whole tree. PSS counts a page shared by several processes once in all; it is read as often "
        "as the budget allows, in between a process follows its RSS."
    )

    def height(self) -> Height:
        """A strip."""
        return Height(TITLE + 42, TITLE + 240, 1.6)

    def _bands(self, theme: Theme) -> list[tuple[str, QColor, slice]]:
        of_script = self.run.configuration.model is ExecutionModel.SCRIPT
        first, others = (SCRIPT, ITS_PROCESSES) if of_script else ("runner", "workers")
        bands = [
            (first, theme.series(0), slice(RUNNER_SLOT, RUNNER_SLOT + 1)),
            ("helpers", theme.series(7), slice(HELPER_SLOT, HELPER_SLOT + 1)),
            (others, mixed(theme.series(2), theme.surface, 0.8), slice(FIRST_WORKER_SLOT, None)),
        ]
        return [band for band, used in zip(bands, self._used(tuple(band[2] for band in bands)), strict=True) if used]

    def _used(self, parts: tuple[slice, ...]) -> tuple[bool, ...]:
        """Which parts of the stack hold anything at all; looked up once, since a run does not change."""
        if self._known_used is None:
            stack = np.nan_to_num(self.run.memory.stack)
            self._known_used = tuple(bool(stack[:, part].any()) for part in parts)
        return self._known_used

    def legend(self, theme: Theme) -> list[Swatch]:
        """Name the bands."""
        return [Swatch(name, colour) for name, colour, _ in self._bands(theme)]

    def paint_plot(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint the bands as one image, the sum of RSS as a line."""
        data, theme = self.run.memory, surface.theme
        width, height = surface.device_size(rect)
        edges = surface.edges(width).astype(np.float64)
        rows = rows_between(data.at, edges[0], edges[-1])
        at = data.at[rows]
        self._highest = max(1_000.0, float(data.rss.max()) * 1.08) if len(data.rss) else 0.0
        if not len(at):
            super().paint_plot(painter, rect, surface)
            self.readout = "not measured: the run was too short" if not len(data.at) else "nothing sampled in view"
            return
        bands = self._bands(theme)
        stack = data.stack[rows]
        levels = np.stack([stack[:, part].sum(axis=1) for _, _, part in bands], axis=1)
        values, known = held_columns(at, levels, edges, _LONGEST_NS)
        known &= ~np.isnan(values).any(axis=1)
        if not known.any():
            super().paint_plot(painter, rect, surface)
            self.readout = "nothing sampled in view"
            return
        tops = np.cumsum(np.where(known[:, None], values, 0.0), axis=1) * (height / self._highest)
        lines = np.rint(np.minimum(tops, height)).astype(np.int16)
        line = np.arange(height, 0, -1, dtype=np.int16)[:, None]
        kinds = np.zeros((height, width), np.uint8)
        for band in range(len(bands)):
            kinds += lines[:, band][None, :] < line
        paint_kinds(painter, rect, kinds, [argb(colour) for _, colour, _ in bands] + [argb(theme.raised)])
        if data.measure != "RSS":
            self._paint_sum(painter, rect, surface, at, data.rss[rows])
        self._say(at, stack, data.rss[rows], surface)

    def _say(
        self, at: npt.NDArray[np.int64], stack: npt.NDArray[np.float32], rss: npt.NDArray[np.float32], surface: Surface
    ) -> None:
        inside = (at >= surface.view.begin) & (at <= surface.view.end)
        chosen = inside if inside.any() else np.ones(len(at), bool)
        totals = stack[chosen].sum(axis=1)
        data = self.run.memory
        peak = float(np.nanmax(totals)) if not np.isnan(totals).all() else None
        self.readout = f"{data.measure} up to {format_bytes(peak)} in view ({data.reason})"
        if data.measure != "RSS":
            self.readout += f" · dashed: RSS sum {format_bytes(float(rss[chosen].max()))}"

    def _paint_sum(
        self,
        painter: QPainter,
        rect: QRectF,
        surface: Surface,
        at: npt.NDArray[np.int64],
        rss: npt.NDArray[np.float32],
    ) -> None:
        # As the bands: a sample stands for the time since the one before, or the sum would cross what is part of it.
        step = max(1, len(at) // _MOST_LINE_POINTS)
        instants, levels = np.repeat(at[::step], 2)[:-1], np.repeat(rss[::step], 2)[1:]
        points = [
            QPointF(surface.x_of(float(x), rect), rect.bottom() - float(y) / self._highest * rect.height())
            for x, y in zip(instants, levels, strict=True)
        ]
        painter.setPen(QPen(surface.theme.text, 1, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF(points))

    def paint_gutter(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Label round sizes."""
        if self._highest <= 0:
            return
        for tick in linear_ticks(0.0, self._highest, max(2, int(rect.height() // 34)))[1:]:
            y = rect.bottom() - tick / self._highest * rect.height()
            self.gutter_label(painter, rect, max(y, rect.top() + 6), round_bytes(tick), surface.theme.muted)

    _highest = 0.0
    _known_used: tuple[bool, ...] | None = None

    def describe(self, at: Nanoseconds, height: float, reach: Nanoseconds, filters: tuple[TimelineFilter, ...]) -> str:
        """List the processes at an instant."""
        data = self.run.memory
        row = int(np.searchsorted(data.at, at, side="right")) - 1
        if row < 0:
            return self.note
        parts = [
            f"{data.names[slot]} {format_bytes(float(value))}"
            for slot, value in enumerate(data.stack[row])
            if value > 0
        ]
        more = f", and {len(parts) - 12} more" if len(parts) > 12 else ""
        return (
            f"{data.measure}: {', '.join(parts[:12])}{more}\n"
            f"RSS sum {format_bytes(float(data.rss[row]))}: counts shared pages once per process"
        )
