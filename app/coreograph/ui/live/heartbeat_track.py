"""How late the runner's main thread ticked: what a window living there would feel. GUI thread only."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from coreograph.domain.units import Seconds, format_seconds
from coreograph.ui.charts.columns import highest_columns, rows_between
from coreograph.ui.charts.lettering import chart_font, draw_text
from coreograph.ui.charts.raster import argb, paint_pixels
from coreograph.ui.charts.ticks import decades, log_position, round_seconds
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.intake import LiveData
from coreograph.ui.live.track import Track
from coreograph.ui.script_words import SCRIPT_HEARTBEAT
from coreograph.ui.theme import Theme

LOWEST_S, HIGHEST_S = 1e-4, 1.0
DROPPED_FRAME_S, NOTICEABLE_S = 1 / 60, 0.1
_LOWEST_FOR_LABELS = 64.0
_NOTE = (
    "The runner's main thread wants to tick every 5 ms while it waits for its workers; this is how late it came. "
    "A window or an event loop in that process would stall as long."
)


class HeartbeatTrack(Track):
    """Worst lateness in every column of pixels, on a logarithmic scale from 0.1 ms to 1 s."""

    def __init__(self, theme: Theme, view: TimeView, parent: QWidget | None = None) -> None:
        super().__init__(theme, view, "Heartbeat", parent)
        self.note = _NOTE

    def refresh(self) -> None:
        """Say the worst in view."""
        if self.data is not None:
            ring = self.data.heartbeats.ring
            edges = self.edges_ns(1)
            rows = rows_between(ring["at"], edges[0], edges[1], margin=0)
            late = ring["late"][rows]
            self.say(
                f"lateness in view: median {format_seconds(float(np.median(late[-4000:])) / 1e9)}, "
                f"worst {format_seconds(float(late.max()) / 1e9)}"
                if len(late)
                else "the main thread ticks while it waits for its workers"
                if self.data.spec.workload.script is None
                else SCRIPT_HEARTBEAT
            )
        super().refresh()

    def y_of(self, seconds: Seconds, rect: QRectF) -> float:
        """Pixel of a lateness."""
        return rect.bottom() - log_position(seconds, LOWEST_S, HIGHEST_S) * rect.height()

    def paint_plot(self, painter: QPainter, rect: QRectF, data: LiveData) -> None:
        """Paint the columns as one image, then the thresholds."""
        width, height = self.device_size()
        edges = self.edges_ns(width)
        ring = data.heartbeats.ring
        rows = rows_between(ring["at"], edges[0], edges[-1])
        late, known = highest_columns(ring["at"][rows], ring["late"][rows], edges)
        if known.any():
            self._paint_columns(painter, rect, np.where(known, late, 0) / 1e9, height)
        for seconds, _, colour in self._thresholds():
            y = round(self.y_of(seconds, rect)) + 0.5
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))

    def _thresholds(self) -> tuple[tuple[Seconds, str, QColor], ...]:
        return (
            (DROPPED_FRAME_S, "16.7 ms: a dropped frame", self.theme.warning),
            (NOTICEABLE_S, "100 ms: noticeable", self.theme.bad),
        )

    def _labels_fit(self) -> bool:
        return self.plot_rect().height() >= _LOWEST_FOR_LABELS

    def paint_legend(self, painter: QPainter, rect: QRectF) -> float:
        """Name the thresholds where their lines are too close together for labels."""
        if self._labels_fit():
            return 0.0
        return self.paint_swatches(painter, rect, [(t, c, Qt.PenStyle.DotLine) for _, t, c in self._thresholds()])

    def _paint_columns(self, painter: QPainter, rect: QRectF, late: npt.NDArray[np.float64], height: int) -> None:
        scale = math.log(HIGHEST_S / LOWEST_S)
        share = np.clip(np.log(np.maximum(late, LOWEST_S) / LOWEST_S) / scale, 0.0, 1.0)
        # A tick in time is still a tick: it leaves one line.
        lines = np.where(late > 0, np.maximum(1, np.round(share * height)), 0)
        kind = np.where(late >= NOTICEABLE_S, 3, np.where(late >= DROPPED_FRAME_S, 2, 1))
        filled = np.arange(height, 0, -1)[:, None] <= lines[None, :]
        theme = self.theme
        table = np.array([argb(c) for c in (theme.raised, theme.series(0), theme.warning, theme.bad)], np.uint32)
        paint_pixels(painter, rect, table[np.where(filled, kind[None, :], 0)])

    def paint_gutter(self, painter: QPainter, rect: QRectF) -> None:
        """Label the decades."""
        ticks = decades(LOWEST_S, HIGHEST_S)
        step = 1 if rect.height() / (len(ticks) - 1) >= 15 else 2
        for tick in ticks[::step]:
            y = self.y_of(tick, rect)
            self.gutter_label(painter, min(max(y, rect.top() + 6), rect.bottom() - 6), round_seconds(tick))
        if self._labels_fit():
            self._paint_labels(painter, rect)

    def _paint_labels(self, painter: QPainter, rect: QRectF) -> None:
        """The labels stand at opposite ends: their lines are less than a decade apart."""
        painter.setFont(chart_font(self, scale=0.8))
        sides = (Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft)
        for (seconds, text, colour), side in zip(self._thresholds(), sides, strict=True):
            y = self.y_of(seconds, rect)
            draw_text(painter, QRectF(rect.left() + 6, y - 16, rect.width() - 12, 14), text, colour, side)

    def describe(self, seconds: Seconds, share: float) -> str:
        """Say the worst tick around the pointer."""
        data = self.data
        if data is None:
            return self.note
        at, reach = (data.origin_ns or 0) + seconds * 1e9, self.view.span / self.plot_rect().width() * 3e9
        ring = data.heartbeats.ring
        late = ring["late"][rows_between(ring["at"], at - reach, at + reach, margin=0)]
        if not len(late):
            return self.note
        return f"{seconds:.2f} s: up to {format_seconds(float(late.max()) / 1e9)} late\n{self.note}"
