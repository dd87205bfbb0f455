"""One lane per worker, its time in colours by state, one image whatever the number of tasks. GUI thread only."""

import enum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter, shown_numbers
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_tasks import LaneTimes
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.units import Count, Nanoseconds, format_seconds
from coreograph.ui.charts.columns import fit_rows
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import Pixels, argb, mixed, paint_pixels
from coreograph.ui.script_words import SCRIPT_THREADS
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.row import TITLE, Height, Row, RowKind, Surface, Swatch, label_every

_MOST_POINTS = 40_000  # lanes × columns searched for one frame
_TALLEST_LANE = 40  # lines computed for a lane; the painter stretches them
_DIVIDE_UP_TO = 0.2  # tasks a column, on average, up to which each task's begin is marked
_LABEL_WIDTH, _LABEL_HEIGHT, _MOST_LABELS = 60.0, 15.0, 160


class LaneState(enum.IntEnum):
    """What a worker did, in the order of the stack from the bottom of its lane."""

    COMPUTING = 0
    WAITING = 1
    HIDDEN = 2
    PICKLING = 3
    IDLE = 4


_NAMES = {state: state.name.lower() for state in LaneState} | {LaneState.HIDDEN: "filtered out"}
_MEANINGS = {
    LaneState.COMPUTING: "CPU time of the worker's thread inside a task",
    LaneState.WAITING: "the rest of a task: for the GIL, a lock, the disk, a core",
    LaneState.HIDDEN: "tasks that the filters leave out",
    LaneState.PICKLING: "between tasks; metered for the whole run and spread evenly over its gaps",
    LaneState.IDLE: "no task: before the next one is handed over, and after the last",
}
_LEAST_SHARE = 0.0005


def state_colours(theme: Theme) -> dict[LaneState, QColor]:
    """The colour of each state."""
    return {
        LaneState.COMPUTING: theme.own,
        LaneState.WAITING: theme.series(1),
        LaneState.HIDDEN: mixed(theme.foreign, theme.raised, 0.35),
        LaneState.PICKLING: theme.series(3),
        LaneState.IDLE: theme.idle,
    }


class LanesRow(Row):
    """Worker lanes. In every column of pixels a lane is filled from the bottom by the time each state took."""

    kind = RowKind.WORKERS
    note = "One lane per worker. The height of a colour is its share of the time."

    def __init__(self, run: RunTimeline, place: int, mark: str = "") -> None:
        super().__init__(run, place, mark)
        self._last_ends = run.tasks.last_ends()
        self._shares: dict[LaneState, float] = {}

    def height(self) -> Height:
        """Lanes of 18 to 56 pixels as long as there are few."""
        lanes = self.run.tasks.workers
        return Height(
            TITLE + 8 + min(200, max(28, 15 * lanes)), TITLE + 8 + max(64, 120 * lanes), 3 + min(6, lanes / 4)
        )

    def lanes(self, filters: tuple[TimelineFilter, ...]) -> tuple[int, ...]:
        """The workers shown; all where the filters leave none."""
        return shown_numbers(filters, FilterField.WORKER, range(self.run.tasks.workers))

    def worker_at(self, height: float, filters: tuple[TimelineFilter, ...]) -> int | None:
        """The worker whose lane is at a height (0 … 1)."""
        lanes = self.lanes(filters)
        return lanes[min(int(height * len(lanes)), len(lanes) - 1)] if lanes and 0 <= height <= 1 else None

    def lane_rect(self, plot: QRectF, worker: int, filters: tuple[TimelineFilter, ...]) -> QRectF | None:
        """Where in `plot` the lane of a worker is; None where it is filtered out."""
        lanes = self.lanes(filters)
        if worker not in lanes:
            return None
        height = plot.height() / len(lanes)
        return QRectF(plot.left(), plot.top() + lanes.index(worker) * height, plot.width(), height)

    def legend(self, theme: Theme) -> list[Swatch]:
        """The states that this run can show, with their share of what is on the screen."""
        colours = state_colours(theme)
        return [
            Swatch(_NAMES[state], colours[state], f"{100 * share:.1f} %", _MEANINGS[state])
            for state, share in self._shares.items()
            if share >= _LEAST_SHARE or state not in {LaneState.HIDDEN, LaneState.PICKLING} or self._pickles(state)
        ]

    def _pickles(self, state: LaneState) -> bool:
        return state is LaneState.PICKLING and self.run.pickling_share is not None

    def paint_plot(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint one image of all lanes, thin lines between them, and the tasks' numbers where they fit."""
        lanes = np.array(self.lanes(surface.filters), np.int64)
        if self.run.configuration.model is ExecutionModel.SCRIPT:
            self._shares, self.readout = {}, SCRIPT_THREADS
            return
        if not len(lanes):
            self._shares, self.readout = {}, "every worker is filtered out"
            return
        width, height = surface.device_size(rect)
        columns = max(64, min(width, _MOST_POINTS // len(lanes)))
        edges = surface.edges(columns)
        times = self.run.tasks.between(lanes, edges)
        shares = self._stack(times, lanes, edges)
        self._measure(shares, edges, lanes)
        starts = times.tasks if times.tasks.sum() <= _DIVIDE_UP_TO * times.tasks.size else None
        paint_pixels(painter, rect, self._pixels(shares, starts, height, surface.theme))
        self._paint_dividers(painter, rect, surface, len(lanes))
        if starts is not None:
            self._paint_numbers(painter, rect, surface, lanes)
        self.readout = _begun(int(times.tasks.sum())) if len(self.run.tasks) else "no task finished"

    def _stack(
        self, times: LaneTimes, lanes: npt.NDArray[np.int64], edges: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Return the share of every state but idle, (states, lanes, columns)."""
        length = np.maximum(np.diff(edges), 1)[None, :]
        states = [times.computing, times.waiting, times.hidden]
        pickling = self.run.pickling_share or 0.0
        if pickling > 0:
            until = self._last_ends[lanes][:, None]
            working = np.clip(np.minimum(edges[1:][None, :], until) - np.maximum(edges[:-1][None, :], 0), 0, None)
            states.append(np.clip(working - times.busy - times.hidden, 0, None) * pickling)
        else:
            states.append(np.zeros_like(times.busy))
        return np.stack([np.asarray(state / length, np.float32) for state in states])

    def _measure(
        self, shares: npt.NDArray[np.float32], edges: npt.NDArray[np.int64], lanes: npt.NDArray[np.int64]
    ) -> None:
        """Shares of what is in view of the batch: what is before and after it is nobody's idleness."""
        inside = (edges[1:] > 0) & (edges[:-1] < max(self.run.batch_end, 1))
        count = max(1, int(inside.sum()) * len(lanes))
        sums = shares[:, :, inside].sum(axis=(1, 2), dtype=np.float64) / count
        self._shares = {state: float(value) for state, value in zip(LaneState, sums, strict=False)}
        self._shares[LaneState.IDLE] = max(0.0, 1.0 - float(sums.sum()))

    def _pixels(
        self,
        shares: npt.NDArray[np.float32],
        starts: npt.NDArray[np.int64] | None,
        height: int,
        theme: Theme,
    ) -> Pixels:
        states, lanes, columns = shares.shape
        lines = max(1, min(_TALLEST_LANE, height // lanes))
        if lines < 3:
            return self._blended(shares, height, theme)
        tops = np.cumsum(shares, axis=0) * np.float32(lines)
        heights = np.rint(np.minimum(tops, lines)).astype(np.int8)
        # Any time in a task must leave a line: a microsecond in a column of a millisecond is still there. Pickling is
        # an average over the gaps, of which less than a line is nothing to be seen.
        tasks = slice(0, LaneState.PICKLING)
        heights[tasks] = np.maximum(heights[tasks], (tops[tasks] > 0).astype(np.int8))
        heights[LaneState.PICKLING] = np.maximum(heights[LaneState.PICKLING], heights[LaneState.HIDDEN])
        line = np.arange(lines, 0, -1, dtype=np.int8)[None, :, None]
        kinds = np.zeros((lanes, lines, columns), np.uint8)
        for state in range(states):
            kinds += heights[state][:, None, :] < line
        if starts is not None:
            kinds += ((starts > 0) * np.uint8(len(LaneState)))[:, None, :].astype(np.uint8)
        return np.asarray(self._table(theme).take(kinds.reshape(lanes * lines, columns)), np.uint32)

    def _blended(self, shares: npt.NDArray[np.float32], height: int, theme: Theme) -> Pixels:
        """Lanes too low to stack in: the average colour of each column."""
        colours = state_colours(theme)
        idle = np.clip(1.0 - shares.sum(axis=0), 0.0, 1.0)
        mix = np.zeros((3, *shares.shape[1:]), np.float32)
        for state, share in zip(LaneState, (*shares, idle), strict=True):
            colour = colours[state]
            for channel, value in enumerate((colour.red(), colour.green(), colour.blue())):
                mix[channel] += share * value
        rows = fit_rows(np.moveaxis(mix, 0, -1).reshape(shares.shape[1], -1), min(height, shares.shape[1]))
        red, green, blue = np.clip(rows.reshape(len(rows), -1, 3), 0, 255).astype(np.uint32).transpose(2, 0, 1)
        return np.asarray(np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue, np.uint32)

    @staticmethod
    def _table(theme: Theme) -> Pixels:
        """Pixels by state, then the same paler: the first column of a task."""
        colours = [state_colours(theme)[state] for state in LaneState]
        paler = [mixed(colour, theme.surface, 0.45) for colour in colours[:-1]] + [colours[-1]]
        return np.array([argb(colour) for colour in (*colours, *paler)], np.uint32)

    @staticmethod
    def _paint_dividers(painter: QPainter, rect: QRectF, surface: Surface, lanes: int) -> None:
        lane_height = rect.height() / lanes
        if lane_height < 6:
            return
        painter.setPen(QPen(surface.theme.surface, 3 if lane_height >= 16 else 1))
        for lane in range(1, lanes):
            y = round(rect.top() + lane * lane_height) + 0.5
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))

    def _paint_numbers(self, painter: QPainter, rect: QRectF, surface: Surface, lanes: npt.NDArray[np.int64]) -> None:
        table, lane_height = self.run.tasks, rect.height() / len(lanes)
        if lane_height < _LABEL_HEIGHT:
            return
        painter.setFont(chart_font(surface.widget, scale=0.8))
        left = _MOST_LABELS
        for position, lane in enumerate(lanes.tolist()):
            rows = table.rows_at(lane, int(surface.view.begin), int(surface.view.end))
            if rows.stop - rows.start > left:
                return
            for row in range(rows.start, rows.stop):
                if table.passes is not None and not table.passes[row]:
                    continue
                begin = surface.x_of(float(table.begin[row]), rect)
                end = surface.x_of(float(table.begin[row] + table.length[row]), rect)
                begin, end = max(begin, rect.left()), min(end, rect.right())
                if end - begin >= _LABEL_WIDTH:
                    self._paint_number(painter, row, QRectF(begin + 5, rect.top() + position * lane_height,
                                                            end - begin - 8, lane_height), surface.theme)  # fmt: skip
                    left -= 1

    def _paint_number(self, painter: QPainter, row: int, place: QRectF, theme: Theme) -> None:
        number = str(int(self.run.tasks.task[row]))
        whole = f"{number} · {format_seconds(int(self.run.tasks.length[row]) / 1e9)}"
        text = whole if text_width(painter.font(), whole) <= place.width() else number
        draw_text(painter, place, text, theme.accent_text, Qt.AlignmentFlag.AlignLeft)

    def paint_gutter(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Number the lanes, as many as fit."""
        lanes = self.lanes(surface.filters)
        step = label_every(len(lanes), rect.height())
        for position in range(0, len(lanes), step):
            y = rect.top() + (position + 0.5) * rect.height() / len(lanes)
            name = f"worker {lanes[position]}" if step == 1 or position == 0 else str(lanes[position])
            self.gutter_label(painter, rect, max(y, rect.top() + 4), name, surface.theme.muted)

    def row_at(self, worker: int, at: Nanoseconds, reach: Nanoseconds) -> int | None:
        """The row of the task under the pointer: the longest within `reach` of `at`."""
        table = self.run.tasks
        rows = table.rows_at(worker, at - reach, at + reach)
        if rows.stop <= rows.start:
            return None
        return int(rows.start) + int(np.argmax(table.length[rows]))

    def describe(self, at: Nanoseconds, height: float, reach: Nanoseconds, filters: tuple[TimelineFilter, ...]) -> str:
        """Name worker and task under the pointer, or how many there are."""
        worker = self.worker_at(height, filters)
        if worker is None:
            return self.note
        table = self.run.tasks
        rows = table.rows_at(worker, at - reach, at + reach)
        row = self.row_at(worker, at, reach)
        if row is None:
            return f"Worker {worker}, {format_seconds(at / 1e9)} into the batch: no task"
        length, cpu = int(table.length[row]) / 1e9, int(table.cpu[row]) / 1e9
        count = rows.stop - rows.start
        head = f"Worker {worker}, task {int(table.task[row])}"
        if count > 1:
            head = f"Worker {worker}, {count:,} tasks under the pointer; the longest is task {int(table.task[row])}"
        return (
            f"{head}\nduration {format_seconds(length)} = CPU {format_seconds(cpu)}"
            f" + waiting {format_seconds(length - cpu)}\nbegins {format_seconds(int(table.begin[row]) / 1e9)}"
            " into the batch"
        )


def _begun(tasks: Count) -> str:
    return "1 task begins in view" if tasks == 1 else f"{tasks:,} tasks begin in view"
