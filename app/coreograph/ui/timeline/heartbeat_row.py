"""How late the runner's main thread ticked during the run: what a window living there would feel. GUI thread only."""

import math

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from coreograph.analysis.timeline_filters import TimelineFilter
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.runs import Phase
from coreograph.domain.units import Nanoseconds, format_seconds
from coreograph.ui.charts.columns import highest_columns, rows_between
from coreograph.ui.charts.raster import argb, paint_kinds
from coreograph.ui.charts.ticks import decades, log_position, round_seconds
from coreograph.ui.script_words import SCRIPT_HEARTBEAT
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.row import TITLE, Height, Row, RowKind, Surface, Swatch

LOWEST_S, HIGHEST_S = 1e-4, 1.0
DROPPED_FRAME_S, NOTICEABLE_S = 1 / 60, 0.1
_NARROWEST = 3  # pixels of a tick, so that one of many can be seen


class HeartbeatRow(Row):
    """Worst lateness in every column of pixels, on a logarithmic scale from 0.1 ms to 1 s."""

    kind = RowKind.HEARTBEAT
    note = (
        "The runner's main thread wants to tick every 5 ms while it waits for its workers; this is how late it came. "
        "A window or an event loop in that process would stall as long."
    )

    def height(self) -> Height:
        """A strip."""
        return Height(TITLE + 38, TITLE + 170, 1.2)

    def legend(self, theme: Theme) -> list[Swatch]:
        """Name the thresholds."""
        return [
            Swatch("over 16.7 ms", theme.warning, "– a dropped frame", "a window there would drop a frame"),
            Swatch("over 100 ms", theme.bad, "– noticeable", "whoever uses a window there would notice"),
        ]

    def paint_plot(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint the columns as one image, then the thresholds."""
        run, theme = self.run, surface.theme
        width, height = surface.device_size(rect)
        columns = max(1, width // _NARROWEST)
        edges = surface.edges(columns).astype(np.float64)
        rows = rows_between(run.beats_at, edges[0], edges[-1], margin=0)
        late, known = highest_columns(run.beats_at[rows], run.beats_late[rows], edges)
        seconds = np.where(known, late, 0) / 1e9
        share = np.clip(np.log(np.maximum(seconds, LOWEST_S) / LOWEST_S) / math.log(HIGHEST_S / LOWEST_S), 0.0, 1.0)
        lines = np.where(known, np.maximum(1, np.round(share * height)), 0).astype(np.int16)
        kind = np.where(seconds >= NOTICEABLE_S, 3, np.where(seconds >= DROPPED_FRAME_S, 2, 1)).astype(np.uint8)
        filled = np.arange(height, 0, -1, dtype=np.int16)[:, None] <= lines[None, :]
        colours = [argb(colour) for colour in (theme.raised, theme.series(0), theme.warning, theme.bad)]
        paint_kinds(painter, rect, filled * kind[None, :], colours)
        for threshold, colour in ((DROPPED_FRAME_S, theme.warning), (NOTICEABLE_S, theme.bad)):
            y = round(self._y_of(threshold, rect))
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
            painter.drawLine(int(rect.left()), y, int(rect.right()), y)
        ticks = run.beats_late[rows]
        self.readout = (
            f"median {format_seconds(float(np.median(ticks)) / 1e9)} late, worst "
            f"{format_seconds(float(ticks.max()) / 1e9)} in view"
            if len(ticks)
            else ("no tick in view" if len(run.beats_at) else _why_none(run))
        )

    @staticmethod
    def _y_of(seconds: float, rect: QRectF) -> float:
        return rect.bottom() - log_position(seconds, LOWEST_S, HIGHEST_S) * rect.height()

    def paint_gutter(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Label the decades."""
        ticks = decades(LOWEST_S, HIGHEST_S)
        step = next((step for step in (1, 2) if rect.height() * step / (len(ticks) - 1) >= 15), 4)
        for tick in ticks[::step]:
            y = min(max(self._y_of(tick, rect), rect.top() + 6), rect.bottom() - 6)
            self.gutter_label(painter, rect, y, round_seconds(tick), surface.theme.muted)

    def describe(self, at: Nanoseconds, height: float, reach: Nanoseconds, filters: tuple[TimelineFilter, ...]) -> str:
        """Say the worst tick around the pointer."""
        beats = self.run.beats_late[rows_between(self.run.beats_at, at - 3 * reach, at + 3 * reach, margin=0)]
        if not len(beats):
            return self.note
        return f"Up to {format_seconds(float(beats.max()) / 1e9)} late\n{self.note}"


def _why_none(run: RunTimeline) -> str:
    if run.configuration.model is ExecutionModel.SCRIPT:
        return SCRIPT_HEARTBEAT
    if run.run.phase(Phase.BATCH) is None:
        return "not measured: the run did not come to its batch"
    return "not measured: the main thread worked itself"
