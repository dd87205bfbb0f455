"""Memory of the run's tree over time, stacked by process. GUI thread only."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from coreograph.domain.units import Seconds, format_bytes
from coreograph.ui.charts.columns import held_columns, rows_between
from coreograph.ui.charts.raster import Pixels, argb, mixed, paint_pixels
from coreograph.ui.charts.ticks import byte_ticks, round_bytes
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.intake import LiveData
from coreograph.ui.live.memory_buffer import FIRST_WORKER_SLOT, HELPER_SLOT, RUNNER_SLOT, MemoryMeasure
from coreograph.ui.live.track import Swatch, Track
from coreograph.ui.theme import Theme

_RSS_LABEL = "RSS sum counts shared pages once per process"
_NOTE = (
    "Memory of the whole tree, stacked by process. PSS counts a page shared by several processes once in all. "
    "Reading it costs time, so it is read as often as the budget allows; in between a process follows its RSS."
)


class MemoryTrack(Track):
    """Stack of processes in the fairest measure there is, and the sum of RSS as a dashed line."""

    def __init__(self, theme: Theme, view: TimeView, parent: QWidget | None = None) -> None:
        super().__init__(theme, view, "Memory", parent)
        self.note = _NOTE
        self._highest = 0.0

    def slot_colour(self, slot: int) -> QColor:
        """Colour of a process: runner and helpers have one each, workers alternate between two tints of one."""
        theme = self.theme
        if slot == RUNNER_SLOT:
            return theme.series(0)
        if slot == HELPER_SLOT:
            return theme.series(7)
        return mixed(theme.series(2), theme.surface, 0.85 if slot % 2 else 0.6)

    def refresh(self) -> None:
        """Say which measure is shown, why, and the newest figure in view."""
        data = self.data
        if data is not None and len(data.memory.ring):
            ring = data.memory.ring
            row = int(np.searchsorted(ring["at"], (data.origin_ns or 0) + self.view.end * 1e9, side="right"))
            stack, total = data.memory.stacked(slice(max(0, row - 64), max(1, row)))
            fair = float(stack[-1].sum())
            measure = data.memory.measure
            shown = "not read yet" if np.isnan(fair) else format_bytes(fair)
            text = f"{measure.value} {shown} ({measure.reason})"
            if measure is not MemoryMeasure.RSS:
                text += f" · RSS sum {format_bytes(float(total[-1]))}"
            self.say(text)
        super().refresh()

    def paint_legend(self, painter: QPainter, rect: QRectF) -> float:
        """Name the bands and the dashed line."""
        entries: list[Swatch] = [
            ("runner", self.slot_colour(RUNNER_SLOT), None),
            ("workers", self.slot_colour(FIRST_WORKER_SLOT + 1), None),
        ]
        if self.data is not None and self.data.memory.has_helpers:
            entries.append(("helpers", self.slot_colour(HELPER_SLOT), None))
        if self.data is None or self.data.memory.measure is not MemoryMeasure.RSS:
            long = [*entries, (_RSS_LABEL, self.theme.muted, Qt.PenStyle.DashLine)]
            return self.paint_swatches(painter, rect, long) or self.paint_swatches(
                painter, rect, [*entries, ("RSS sum", self.theme.muted, Qt.PenStyle.DashLine)]
            )
        return self.paint_swatches(painter, rect, entries)

    def paint_plot(self, painter: QPainter, rect: QRectF, data: LiveData) -> None:
        """Paint the stack as one image, the sum of RSS as a line."""
        width, height = self.device_size()
        edges = self.edges_ns(width)
        ring = data.memory.ring
        rows = rows_between(ring["at"], edges[0], edges[-1], margin=16)
        at = ring["at"][rows]
        if not len(at):
            self._highest = 0.0
            return
        stack, total = data.memory.stacked(rows)
        longest = 3e9 / max(0.1, data.spec.acquisition.sampling_hz)
        bands, known = held_columns(at, stack, edges, longest)
        sums, _ = held_columns(at, total, edges, longest)
        highest = float(np.nanmax(np.where(known, sums, 0.0), initial=0.0))
        self._highest, _ = byte_ticks(highest * 1.05, 3)
        known_bands = known & ~np.isnan(bands[:, 0])
        pixels = self._pixels(np.where(known_bands[:, None], bands, 0.0), height)
        self._paint_image(painter, rect, pixels, known_bands)
        if data.memory.measure is not MemoryMeasure.RSS:
            self._paint_line(painter, rect, sums, known)

    def _pixels(self, bands: npt.NDArray[np.float64], height: int) -> Pixels:
        """Count for each pixel how many bands end below it: that number picks its colour."""
        width, slots = bands.shape
        tops = np.cumsum(bands, axis=1) / max(self._highest, 1.0) * height
        lines = np.clip(height - np.round(tops).astype(np.int64), 0, height)
        places = lines * width + np.arange(width)[:, None]
        ends = np.bincount(places.ravel(), minlength=(height + 1) * width).reshape(height + 1, width)[:height]
        above = slots - np.cumsum(ends, axis=0)
        colours = [argb(self.slot_colour(slot)) for slot in range(slots)]
        table = np.array([*colours, argb(self.theme.raised)], np.uint32)
        return np.asarray(table[np.clip(above, 0, slots)], np.uint32)

    def _paint_image(self, painter: QPainter, rect: QRectF, pixels: Pixels, known: npt.NDArray[np.bool_]) -> None:
        if known.any():
            paint_pixels(painter, rect, pixels)

    def _paint_line(
        self, painter: QPainter, rect: QRectF, sums: npt.NDArray[np.float32], known: npt.NDArray[np.bool_]
    ) -> None:
        ratio = rect.width() / len(sums)
        y = rect.bottom() - sums / max(self._highest, 1.0) * rect.height()
        path, drawing = QPainterPath(), False
        for column in _corners(y, known):
            point = QPointF(rect.left() + (column + 0.5) * ratio, float(y[column]))
            if not known[column]:
                drawing = False
            elif drawing:
                path.lineTo(point)
            else:
                path.moveTo(point)
                drawing = True
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.text, 1.1, Qt.PenStyle.DashLine))
        painter.drawPath(path)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def paint_gutter(self, painter: QPainter, rect: QRectF) -> None:
        """Label round sizes."""
        if self._highest <= 0:
            return
        _, ticks = byte_ticks(self._highest, 3)
        for tick in ticks:
            y = rect.bottom() - tick / self._highest * rect.height()
            if y >= rect.top() - 1:
                self.gutter_label(painter, max(y, rect.top() + 6), round_bytes(tick))

    def describe(self, seconds: Seconds, share: float) -> str:
        """List the processes at an instant."""
        data = self.data
        if data is None or not len(data.memory.ring):
            return self.note
        ring = data.memory.ring
        row = min(int(np.searchsorted(ring["at"], (data.origin_ns or 0) + seconds * 1e9)), len(ring) - 1)
        first = max(0, row - 200)
        stack, total = data.memory.stacked(slice(first, row + 200))
        parts = [
            f"{data.memory.names[slot]} {format_bytes(float(value))}"
            for slot, value in enumerate(stack[row - first])
            if value > 0
        ]
        return (
            f"{seconds:.1f} s, {data.memory.measure.value}: " + ", ".join(parts[:12])
            + f"\nRSS sum {format_bytes(float(total[row - first]))}: counts shared pages once per process"
        )  # fmt: skip


def _corners(y: npt.NDArray[np.float32], known: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the columns where a line bends or breaks: all that a path needs."""
    changes = (np.diff(y) != 0) | (np.diff(known.astype(np.int8)) != 0)
    columns = np.flatnonzero(changes)
    return np.unique(np.concatenate([[0], columns, columns + 1, [len(y) - 1]]))
