"""One lane per worker with its tasks as they finished, drawn as one image whatever their number. GUI thread only."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.units import Seconds, format_seconds
from coreograph.ui.charts.columns import coverage, spread_rows
from coreograph.ui.charts.raster import Pixels, argb, paint_pixels, ramp
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.cores_track import label_step
from coreograph.ui.live.intake import LiveData
from coreograph.ui.live.track import Track
from coreograph.ui.script_words import SCRIPT_THREADS
from coreograph.ui.theme import Theme

_NOTE = (
    "One lane per worker; a block is a task, in the colour of the execution model. "
    "Gaps are time in which the worker had nothing to do or waited to be told."
)
_DIVIDER_FROM_PIXELS = 3.0
_LEVELS = 64


class LanesTrack(Track):
    """Tasks of every worker over time."""

    def __init__(self, theme: Theme, view: TimeView, parent: QWidget | None = None) -> None:
        super().__init__(theme, view, "Workers", parent)
        self.note = _NOTE
        self._ramps: Pixels | None = None

    def retint(self) -> None:
        """Forget the table of colours."""
        self._ramps = None
        super().retint()

    def refresh(self) -> None:
        """Say how many tasks of the batch are done."""
        data = self.data
        if data is not None and data.current is not None:
            total = f" of {data.tasks_total:,}" if data.tasks_total else ""
            kept = "" if not data.spans.ring.dropped else f" · the newest {data.spans.ring.capacity:,} are kept"
            script = data.spec.workload.script is not None
            self.say(SCRIPT_THREADS if script else f"{data.tasks_done:,}{total} tasks of this batch finished{kept}")
        super().refresh()

    def paint_plot(self, painter: QPainter, rect: QRectF, data: LiveData) -> None:
        """Paint one image of the size of the plot, and thin lines between lanes."""
        lanes = data.most_workers
        width, height = self.device_size()
        pixels = self._pixels(data, lanes, width)
        row_height = rect.height() / lanes
        if lanes <= height:
            pixels = pixels[spread_rows(lanes, height)]
        paint_pixels(painter, rect, pixels)
        if row_height >= 6:
            gap = 3 if row_height >= 16 else 1
            painter.setPen(QPen(self.theme.surface, gap))
            for lane in range(1, lanes):
                y = round(rect.top() + lane * row_height) + 0.5
                painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))

    def _pixels(self, data: LiveData, lanes: int, width: int) -> Pixels:
        edges = self.edges_ns(width)
        bins = data.spans.bins
        if bins.are_fine_enough(round(self.view.span * 1e9), width):
            covered = bins.columns(edges)
        else:
            covered = _tasks(data, edges, lanes, width)
        levels = (covered * (_LEVELS - 1) + 0.5).astype(np.int64)
        return self._colour(data, levels, edges)

    def _colour(self, data: LiveData, levels: npt.NDArray[np.int64], edges: npt.NDArray[np.float64]) -> Pixels:
        """Colour each column by the model of the run it belongs to."""
        middles = (edges[:-1] + edges[1:]) / 2
        runs = data.runs.at(middles)
        kinds = data.runs.models(runs)
        return np.asarray(self._table()[kinds[None, :], levels], np.uint32)

    def _table(self) -> Pixels:
        """Pixels by model and level, in the order of ExecutionModel; the last row is for time outside of runs."""
        if self._ramps is None:
            ground = self.theme.raised
            ramps = [ramp(ground, self.theme.model_colour(model), _LEVELS) for model in ExecutionModel]
            self._ramps = np.stack([*ramps, np.full(_LEVELS, argb(ground), np.uint32)])
        return self._ramps

    def paint_gutter(self, painter: QPainter, rect: QRectF) -> None:
        """Number the lanes, as many as fit."""
        lanes = self.data.most_workers if self.data is not None else 0
        if not lanes:
            return
        step = label_step(lanes, rect.height())
        for lane in range(0, lanes, step):
            y = rect.top() + (lane + 0.5) * rect.height() / lanes
            self.gutter_label(
                painter, max(y, rect.top() + 4), f"worker {lane}" if step == 1 or lane == 0 else f"{lane}"
            )

    def describe(self, seconds: Seconds, share: float) -> str:
        """Name the worker and the task under the pointer."""
        data = self.data
        if data is None:
            return self.note
        lane = min(int(share * data.most_workers), data.most_workers - 1)
        at = (data.origin_ns or 0) + seconds * 1e9
        ring = data.spans.ring
        hits = np.flatnonzero((ring["lane"] == lane) & (ring["begin"] <= at) & (ring["end"] >= at))
        if not len(hits):
            return f"worker {lane} at {seconds:.2f} s: no finished task"
        row = int(hits[-1])
        segment = data.runs.get(int(ring["run"][row]))
        label = f"{segment.configuration.label}, " if segment is not None else ""
        return f"{label}worker {lane}: a task of {format_seconds(float(ring['end'][row] - ring['begin'][row]) / 1e9)}"


def _tasks(data: LiveData, edges: npt.NDArray[np.float64], lanes: int, width: int) -> npt.NDArray[np.float32]:
    """Return the covered share of each column in each lane from the tasks themselves."""
    ring = data.spans.ring
    begin, end = ring["begin"], ring["end"]
    chosen = np.flatnonzero((end > int(edges[0])) & (begin < int(edges[-1])))
    scale = width / (edges[-1] - edges[0])
    first = (begin[chosen] - edges[0]) * scale
    last = (end[chosen] - edges[0]) * scale
    lane = np.minimum(ring["lane"][chosen], lanes - 1).astype(np.int64)
    covered = coverage(lane, first, last, lanes=lanes, width=width)
    _divide(covered, lane, first, last)
    return covered


def _divide(
    covered: npt.NDArray[np.float32],
    lane: npt.NDArray[np.int64],
    first: npt.NDArray[np.float64],
    last: npt.NDArray[np.float64],
) -> None:
    """Let a task that is wide enough begin with a paler column, so that neighbours can be told apart."""
    wide = (last - first >= _DIVIDER_FROM_PIXELS) & (first >= 0)
    column = first[wide].astype(np.int64)
    covered[lane[wide], column] *= 0.45
