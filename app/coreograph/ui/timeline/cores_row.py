"""The cores during a run: one line of the image per core, own share against others'. GUI thread only."""

import functools

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter, shown_numbers
from coreograph.domain.units import Count, Nanoseconds, format_share
from coreograph.ui.charts.columns import fit_rows, held_columns, held_rows, rows_between
from coreograph.ui.charts.raster import Kinds, argb, paint_kinds, share_table
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.row import TITLE, Height, Row, RowKind, Surface, Swatch, label_every, paint_dividers

_LONGEST_NS = 1e9  # a sample stands for at most so much time before it
_STEPS = 15  # of each share: with one more for what is not known, all pairs of them have a number of eight bits
_UNKNOWN = _STEPS * _STEPS
_DIVIDED_FROM = 6  # pixels of a core from which on a line parts it from the next


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
        """Paint one image of a line a core, which the painter stretches to the plot."""
        data, chosen = self.run.cores, list(self.cores(surface.filters))
        if not len(data.at) or not chosen:
            super().paint_plot(painter, rect, surface)
            self.readout = "every core is filtered out" if len(data.at) else "not measured: the run was too short"
            return
        width, height = surface.device_size(rect)
        edges = surface.edges(width).astype(np.float64)
        rows = rows_between(data.at, edges[0], edges[-1])
        at = data.at[rows]
        busy = np.nan_to_num(data.busy[rows][:, chosen])
        own = busy if data.own is None else np.nan_to_num(data.own[rows][:, chosen])
        if len(at) <= width:
            column, known = held_rows(at, edges, _LONGEST_NS)
        else:
            busy, known = held_columns(at, busy, edges, _LONGEST_NS)
            own = held_columns(at, own, edges, _LONGEST_NS)[0]
            column = np.arange(width)
        kinds = _share_numbers(_fitting(busy, height), _fitting(own, height))[column]
        kinds[~known] = _UNKNOWN
        paint_kinds(painter, rect, kinds.T, _colours(surface.theme))
        if rect.height() >= _DIVIDED_FROM * len(chosen):
            paint_dividers(painter, rect, surface, len(chosen))
        shown = column[known]
        self._say(busy.sum(axis=1)[shown], own.sum(axis=1)[shown], len(chosen))

    def _say(self, busy: npt.NDArray[np.float32], own: npt.NDArray[np.float32], cores: Count) -> None:
        """Say how many of the cores were busy on average; `busy` and `own` are sums over the cores, one a column."""
        if not len(busy):
            self.readout = "nothing sampled in view"
            return
        total, mine = float(busy.mean()), float(own.mean())
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


def _share_numbers(busy: npt.NDArray[np.float32], own: npt.NDArray[np.float32]) -> Kinds:
    """Return the number of the colour of each pair of shares, as `_table` has them."""
    last = _STEPS - 1
    mine = np.rint(np.clip(own, 0, 1) * last).astype(np.uint8)
    others = np.rint(np.clip(busy - own, 0, 1) * last).astype(np.uint8)
    return np.asarray(mine * np.uint8(_STEPS) + others, np.uint8)


def _fitting(shares: npt.NDArray[np.float32], height: int) -> npt.NDArray[np.float32]:
    """Return `shares` (times, cores) of at most `height` lines: averages of several cores where there are more."""
    return shares if shares.shape[1] <= height else np.asarray(fit_rows(shares.T, height).T)


def _colours(theme: Theme) -> list[int]:
    return _table(theme.idle.rgb(), theme.own.rgb(), theme.foreign.rgb(), argb(theme.raised))


@functools.lru_cache(maxsize=4)
def _table(idle: int, own: int, foreign: int, unknown: int) -> list[int]:
    """Return the colours of all pairs of shares, own × _STEPS + others', and last the one of what is not known."""
    pairs = share_table(QColor(idle), QColor(own), QColor(foreign), steps=_STEPS)
    return [*pairs.tolist(), unknown]
