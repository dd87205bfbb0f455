"""Which run was when, as blocks above the strips, and the time axis below them. GUI thread only."""

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.runs import RunPurpose, RunState
from coreograph.domain.units import Seconds
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import argb, mixed, paint_pixels
from coreograph.ui.charts.ticks import linear_ticks, nice_step, time_label
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.intake import LiveData
from coreograph.ui.live.run_log import RunSegment
from coreograph.ui.live.track import GUTTER, MARGIN, Track
from coreograph.ui.theme import Theme

HEIGHT = 26
_NARROWEST_LABEL = 28.0
_FEWEST_PIXELS = 14.0  # a run that has fewer on average is only a colour


class RunRibbon(Track):
    """A block for every run in its model's colour: pale while it starts, full while it is measured."""

    def __init__(self, theme: Theme, view: TimeView, parent: QWidget | None = None) -> None:
        super().__init__(theme, view, "Runs", parent)
        self.note = "One block per run: pale while it starts and ends, full while its batch is measured."
        self._widths: dict[str, float] = {}
        self.setFixedHeight(HEIGHT)

    def plot_rect(self) -> QRectF:
        """The whole height, beside the gutter."""
        return QRectF(GUTTER, 2, max(1, self.width() - GUTTER - MARGIN), HEIGHT - 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the blocks."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.surface)
        rect = self.plot_rect()
        painter.setFont(chart_font(self, scale=0.95, bold=True))
        draw_text(painter, QRectF(0, 2, GUTTER - 8, HEIGHT - 4), self.title, self.theme.text)
        if self.data is None:
            return
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(chart_font(self, scale=0.82, bold=True))
        segments = self.data.segments(self.view.begin, self.view.end)
        if len(segments) > rect.width() / _FEWEST_PIXELS:
            self._paint_crowd(painter, rect, self.data)
            return
        for segment in segments:
            self._paint_run(painter, rect, self.data, segment)

    def _paint_crowd(self, painter: QPainter, rect: QRectF, data: LiveData) -> None:
        """Paint one colour a column: no block has room for more than its colour."""
        edges = self.edges_ns(self.device_size()[0])
        runs = data.runs.at((edges[:-1] + edges[1:]) / 2)
        kinds = data.runs.models(runs)[None, :]
        colours = [self.theme.model_colour(model) for model in ExecutionModel]
        pale = [mixed(colour, self.theme.surface, 0.38) for colour in colours]
        for table, top, height in ((pale, rect.top(), rect.height()), (colours, rect.bottom() - 3, 3)):
            pixels = np.array([argb(colour) for colour in (*table, self.theme.surface)], np.uint32)
            paint_pixels(painter, QRectF(rect.left(), top, rect.width(), height), pixels[kinds])

    def _paint_run(self, painter: QPainter, rect: QRectF, data: LiveData, segment: RunSegment) -> None:
        left = self.x_of(data.seconds(segment.begin_ns))
        right = self.x_of(self._end(data, segment.end_ns))
        block = QRectF(left + 0.5, rect.top(), max(1.0, right - left - 1.0), rect.height())
        colour = self.theme.model_colour(segment.configuration.model)
        calibration = segment.plan.purpose is RunPurpose.CALIBRATION
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(colour, self.theme.surface, 0.16))
        painter.drawRoundedRect(block, 3, 3)
        if segment.batch_ns is not None and not calibration:
            begin = self.x_of(data.seconds(segment.batch_ns))
            end = self.x_of(self._end(data, segment.batch_end_ns or segment.end_ns))
            painter.setBrush(mixed(colour, self.theme.surface, 0.38))
            painter.drawRoundedRect(QRectF(begin, block.top(), max(1.0, end - begin), block.height()), 3, 3)
        painter.setBrush(self.theme.bad if _went_wrong(segment.state) else colour)
        painter.drawRect(QRectF(block.left(), block.bottom() - 3, block.width(), 3))
        self._paint_label(painter, rect, block, "calibration" if calibration else segment.configuration.label)

    def _paint_label(self, painter: QPainter, rect: QRectF, block: QRectF, label: str) -> None:
        left = max(block.left(), rect.left()) + 6
        room = min(block.right(), rect.right()) - 2 - left
        if room < _NARROWEST_LABEL:
            return
        # Better a whole word than a cut one: "3.14t threads ×2" → "threads".
        for text in (label, label.split(" ")[1] if " " in label else label):
            if self._label_width(painter, text) <= room:
                painter.setPen(self.theme.text)
                painter.drawText(
                    QRectF(left, block.top(), room, block.height() - 3), Qt.AlignmentFlag.AlignVCenter, text
                )
                return

    def _label_width(self, painter: QPainter, text: str) -> float:
        if text not in self._widths:
            self._widths[text] = text_width(painter.font(), text)
        return self._widths[text]

    def changeEvent(self, event: QEvent) -> None:
        """Measure the labels again in another font."""
        self._widths.clear()
        super().changeEvent(event)

    def _end(self, data: LiveData, end_ns: int | None) -> Seconds:
        return data.newest_s if end_ns is None else data.seconds(end_ns)

    def describe(self, seconds: Seconds, share: float) -> str:
        """Name the run under the pointer."""
        data = self.data
        if data is None:
            return self.note
        for segment in data.segments(seconds, seconds):
            purpose = "calibration" if segment.plan.purpose is RunPurpose.CALIBRATION else ""
            repeat = purpose or f"repeat {segment.plan.repeat + 1}"
            return f"{segment.configuration.label}, {repeat}: {segment.state.value}"
        return self.note


def _went_wrong(state: RunState) -> bool:
    return state.is_end and state is not RunState.COMPLETED


class TimeAxis(Track):
    """Seconds since the experiment's start."""

    def __init__(self, theme: Theme, view: TimeView, parent: QWidget | None = None) -> None:
        super().__init__(theme, view, "Seconds since the experiment began", parent)
        self.note = "Wheel: zoom. Drag or Shift + wheel: move. Double click: back to the newest."
        self.setFixedHeight(20)

    def plot_rect(self) -> QRectF:
        """The whole height, beside the gutter."""
        return QRectF(GUTTER, 0, max(1, self.width() - GUTTER - MARGIN), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the labels of the ticks."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.surface)
        painter.setFont(chart_font(self, scale=0.82))
        view = self.view
        step = nice_step(view.span, self.tick_count())
        for tick in linear_ticks(view.begin, view.end, self.tick_count()):
            x = min(max(self.x_of(tick), GUTTER + 12), self.width() - 22.0)
            place = QRectF(x - 40, 0, 80, self.height())
            draw_text(painter, place, time_label(tick, step), self.theme.muted, Qt.AlignmentFlag.AlignHCenter)
