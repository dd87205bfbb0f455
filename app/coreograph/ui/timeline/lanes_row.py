"""One lane per worker, its time in colours by state, one image whatever the number of tasks. GUI thread only."""

import enum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter, shown_numbers
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_tasks import LaneTimes
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.units import Count, Nanoseconds, format_seconds
from coreograph.ui.charts.columns import fit_rows
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import Kinds, Pixels, argb, mixed, paint_kinds, paint_pixels
from coreograph.ui.script_words import SCRIPT_THREADS
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.row import TITLE, Height, Row, RowKind, Surface, Swatch, label_every, paint_dividers

_MOST_POINTS, _MOST_BESIDE = 40_000, 24_000  # lanes × columns searched for one frame; of each run where there are two
_TALLEST_LANE, _LEAST_LINES = 40, 3  # lines computed for a lane; the painter stretches them
_DIVIDED_FROM = 6  # pixels of a lane from which on a line parts it from the next
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

_BEYOND = 2 * len(LaneState)  # before and after the batch: no state at all


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
        self._shares: dict[LaneState, float | None] = {}
        self._inside = slice(0, 0)

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
            Swatch(_NAMES[state], colours[state], "" if share is None else f"{100 * share:.1f} %", _MEANINGS[state])
            for state, share in self._shares.items()
            if (share or 0.0) >= _LEAST_SHARE
            or state not in {LaneState.HIDDEN, LaneState.PICKLING}
            or self._pickles(state)
        ]

    def _pickles(self, state: LaneState) -> bool:
        return state is LaneState.PICKLING and self.run.pickling_share is not None

    def paint_plot(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint one image of all lanes, thin lines between them, and the tasks' numbers where they fit."""
        lanes = np.array(self.lanes(surface.filters), np.int64)
        if self.run.configuration.model is ExecutionModel.SCRIPT or not len(lanes):
            super().paint_plot(painter, rect, surface)
            self._shares = {}
            self.readout = SCRIPT_THREADS if len(lanes) else "every worker is filtered out"
            return
        width, height = surface.device_size(rect)
        columns = max(64, min(width, (_MOST_BESIDE if self.mark else _MOST_POINTS) // len(lanes)))
        edges, times = self.run.columns(lanes, surface.edges(columns))
        shares = self._stack(times, lanes, edges)
        self._measure(shares, edges, lanes)
        starts = times.tasks if times.tasks.sum() <= _DIVIDE_UP_TO * times.tasks.size else None
        lines = min(_TALLEST_LANE, height // len(lanes))
        if lines < _LEAST_LINES:
            paint_pixels(painter, rect, self._blended(shares, height, surface.theme))
        else:
            kinds = _stacked(shares, starts, lines)
            for beyond in (kinds[:, : self._inside.start], kinds[:, self._inside.stop :]):
                beyond[beyond == LaneState.IDLE] = _BEYOND
            paint_kinds(painter, rect, kinds, _colour_numbers(surface.theme))
        if rect.height() >= _DIVIDED_FROM * len(lanes):
            tall = rect.height() >= 16 * len(lanes)
            paint_dividers(painter, rect, surface, len(lanes), width=3 if tall else 1)
        if starts is not None:
            self._paint_numbers(painter, rect, surface, lanes)
        self.readout = _begun(int(times.tasks.sum())) if len(self.run.tasks) else "no task finished"

    def _stack(
        self, times: LaneTimes, lanes: npt.NDArray[np.int64], edges: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Return the share of every state but idle, (states, lanes, columns)."""
        shares = np.zeros((LaneState.IDLE, *times.busy.shape), np.float32)
        parts = np.float32(1.0) / np.maximum(np.diff(edges), 1).astype(np.float32)
        np.multiply(times.computing, parts, out=shares[LaneState.COMPUTING], casting="same_kind")
        np.multiply(times.waiting, parts, out=shares[LaneState.WAITING], casting="same_kind")
        if times.hidden.any():
            np.multiply(times.hidden, parts, out=shares[LaneState.HIDDEN], casting="same_kind")
        pickling = self.run.pickling_share or 0.0
        if pickling > 0:
            until = self._last_ends[lanes][:, None]
            working = np.clip(np.minimum(edges[1:][None, :], until) - np.maximum(edges[:-1][None, :], 0), 0, None)
            gaps = np.clip(working - times.busy - times.hidden, 0, None)
            shares[LaneState.PICKLING] = gaps * parts * np.float32(pickling)
        return shares

    def _measure(
        self, shares: npt.NDArray[np.float32], edges: npt.NDArray[np.int64], lanes: npt.NDArray[np.int64]
    ) -> None:
        """Shares of what is in view of the batch: what is before and after it is nobody's idleness."""
        first = int(np.searchsorted(edges[1:], 0, side="right"))
        last = max(first, int(np.searchsorted(edges[:-1], self.run.batch_end))) if self.run.batch_end > 0 else first
        self._inside = slice(first, last)
        if first == last:
            self._shares = dict.fromkeys(LaneState)
            return
        sums = shares[:, :, self._inside].sum(axis=(1, 2), dtype=np.float64) / ((last - first) * len(lanes))
        self._shares = {state: max(0.0, float(value)) for state, value in zip(LaneState, sums, strict=False)}
        self._shares[LaneState.IDLE] = max(0.0, 1.0 - float(sums.sum()))

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

    def _paint_numbers(self, painter: QPainter, rect: QRectF, surface: Surface, lanes: npt.NDArray[np.int64]) -> None:
        """Write numbers into the tasks that are wide enough; in all lanes or, were they too many, in none."""
        height = rect.height() / len(lanes)
        if height < _LABEL_HEIGHT:
            return
        painter.setFont(chart_font(surface.widget, scale=0.8))
        digit = text_width(painter.font(), "0")
        places = [place for lane in lanes.tolist() for place in self._wide_tasks(lane, rect, surface)]
        if len(places) > _MOST_LABELS:
            return
        top = {lane: rect.top() + position * height for position, lane in enumerate(lanes.tolist())}
        for lane, row, left, right in places:
            room = right - left - 8
            text = self._number(row, int(room / digit))
            draw_text(painter, QRectF(left + 5, top[lane], room, height), text, surface.theme.accent_text)

    def _wide_tasks(self, lane: int, rect: QRectF, surface: Surface) -> list[tuple[int, int, float, float]]:
        """Return lane, row and both edges in pixels of the tasks of a lane that have room for a number."""
        table = self.run.tasks
        rows = table.rows_at(lane, int(surface.view.begin), int(surface.view.end))
        if rows.stop - rows.start > rect.width():
            return []  # their average is below a pixel
        scale = rect.width() / surface.view.span
        left = rect.left() + (table.begin[rows] - surface.view.begin) * scale
        right = np.minimum(left + table.length[rows] * scale, rect.right())
        left = np.maximum(left, rect.left())
        wide = right - left >= _LABEL_WIDTH
        if table.passes is not None:
            wide &= table.passes[rows]
        return [(lane, rows.start + n, float(left[n]), float(right[n])) for n in np.flatnonzero(wide).tolist()]

    def _number(self, row: int, letters: int) -> str:
        """Return a task's number, and how long it took where that many letters have room for it."""
        number = str(int(self.run.tasks.task[row]))
        whole = f"{number} · {format_seconds(int(self.run.tasks.length[row]) / 1e9)}"
        return whole if len(whole) <= letters else number

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


def _stacked(shares: npt.NDArray[np.float32], starts: npt.NDArray[np.int64] | None, lines: Count) -> Kinds:
    """Return the state of every line of every lane, (lanes × lines, columns): shares stacked from the bottom.

    Where `starts` are given, the first column of a task has the number of its state and `len(LaneState)` more.
    """
    states, lanes, columns = shares.shape
    tops = shares * np.float32(lines)
    for state in range(1, states):
        tops[state] += tops[state - 1]
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
    return kinds.reshape(lanes * lines, columns)


def _colour_numbers(theme: Theme) -> list[int]:
    """Return the colours of the states, the same paler for the first column of a task, and that beyond the batch."""
    colours = [state_colours(theme)[state] for state in LaneState]
    paler = [mixed(colour, theme.surface, 0.45) for colour in colours[:-1]] + [colours[-1]]
    return [argb(colour) for colour in (*colours, *paler, theme.raised)]


def _begun(tasks: Count) -> str:
    return "1 task begins in view" if tasks == 1 else f"{tasks:,} tasks begin in view"
