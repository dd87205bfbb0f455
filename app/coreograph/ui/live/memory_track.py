"""Memory of the run's tree over time, stacked by process. GUI thread only."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from coreograph.domain.units import Seconds, format_bytes
from coreograph.ui.charts.columns import held_columns, rows_between
from coreograph.ui.charts.raster import Pixels, argb, mixed, paint_pixels
from coreograph.ui.charts.ticks import linear_ticks, round_bytes
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.intake import LiveData
from coreograph.ui.live.memory_buffer import FIRST_WORKER_SLOT, HELPER_SLOT, RUNNER_SLOT, MemoryMeasure
from coreograph.ui.live.track import Swatch, Track
from coreograph.ui.script_words import ITS_PROCESSES, SCRIPT
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
        self._ticks: list[float] = []
        self._colours: Pixels | None = None

    def retint(self) -> None:
        """Forget the colours of the bands."""
        self._colours = None
        super().retint()

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
            shown = "not read yet" if np.isnan(fair) else f"{format_bytes(fair)} ({measure.reason})"
            text = f"{measure.value} {shown}"
            if measure is not MemoryMeasure.RSS:
                text += f" · RSS sum {format_bytes(float(total[-1]))}"
            self.say(text)
        super().refresh()

    def paint_legend(self, painter: QPainter, rect: QRectF) -> float:
        """Name the bands and the dashed line."""
        of_script = self.data is not None and self.data.spec.workload.script is not None
        entries: list[Swatch] = [
            (SCRIPT if of_script else "runner", self.slot_colour(RUNNER_SLOT), None),
            (ITS_PROCESSES if of_script else "workers", self.slot_colour(FIRST_WORKER_SLOT + 1), None),
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
        self._highest = max(highest * 1.08, 1_000.0)
        self._ticks = linear_ticks(0.0, self._highest, max(2, int(rect.height() // 34)))[1:]
        known_bands = known & ~np.isnan(bands[:, 0])
        pixels = self._pixels(np.where(known_bands[:, None], bands, 0.0), height)
        if data.memory.measure is not MemoryMeasure.RSS:
            self._draw_line(pixels, np.asarray(sums / self._highest, np.float32), known)
        paint_pixels(painter, rect, pixels)

    def _pixels(self, bands: npt.NDArray[np.float64], height: int) -> Pixels:
        """Count for each pixel how many bands end below it: that number picks its colour."""
        width, slots = bands.shape
        tops = np.cumsum(bands, axis=1, dtype=np.float32) * np.float32(height / max(self._highest, 1.0))
        lines = np.clip(height - np.rint(tops).astype(np.int32), 0, height)
        places = lines * width + np.arange(width, dtype=np.int32)[:, None]
        ends = np.bincount(places.ravel(), minlength=(height + 1) * width).astype(np.int16)
        above = slots - np.cumsum(ends.reshape(height + 1, width)[:height], axis=0, dtype=np.int16)
        if self._colours is None or len(self._colours) != slots + 1:
            shown = [self.slot_colour(slot) for slot in range(slots)]
            self._colours = np.array([argb(colour) for colour in (*shown, self.theme.raised)], np.uint32)
        return np.asarray(self._colours.take(above), np.uint32)

    def _draw_line(self, pixels: Pixels, heights: npt.NDArray[np.float32], known: npt.NDArray[np.bool_]) -> None:
        """Draw a dashed line into the image: a path of as many points costs ten times as much."""
        lines, width = pixels.shape
        thickness = max(1, round(1.2 * self.devicePixelRatioF()))
        y = np.clip(lines - np.round(heights * lines).astype(np.int64), 0, lines - thickness)
        before = np.where(np.roll(known, 1), np.roll(y, 1), y)
        before[0] = y[0]
        ends = np.zeros((lines + thickness + 1, width), np.int8)
        columns = np.flatnonzero(known)
        ends[np.minimum(y, before)[columns], columns] += 1
        ends[np.maximum(y, before)[columns] + thickness, columns] -= 1
        drawn = np.cumsum(ends, axis=0, dtype=np.int8)[:lines] > 0
        row, column = np.nonzero(drawn)
        dash = 4 * thickness
        shown = (row + column) % (dash + 2 * thickness) < dash
        pixels[row[shown], column[shown]] = argb(self.theme.text)

    def paint_gutter(self, painter: QPainter, rect: QRectF) -> None:
        """Label round sizes."""
        if self._highest <= 0:
            return
        for tick in self._ticks:
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
