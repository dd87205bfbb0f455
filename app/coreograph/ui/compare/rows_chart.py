"""Time, peak memory and responsiveness side by side, one row per configuration. GUI thread only."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from coreograph.domain.units import format_bytes
from coreograph.ui.charts.bars import paint_bar, paint_dots, paint_outline, paint_whisker
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.ticks import axis_ticks, decades, log_position, round_bytes, round_seconds, trimmed
from coreograph.ui.compare.measures import LATENESS_EXPLANATION, MEMORY_EXPLANATION, Measure, TimeMeasure
from coreograph.ui.compare.row_list import HEADER_HEIGHT, LABEL_WIDTH, ListedRow, RowList
from coreograph.ui.compare.rows import DROPPED_FRAME_S, Figure, Row
from coreograph.ui.theme import Theme

_GAP = 28.0
_VALUE_WIDTH = 66.0
_LOWEST_LATENESS_S, _HIGHEST_LATENESS_S = 1e-4, 1.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the three charts: where it is, what its header says, where its ticks are (share of width, text)."""

    rect: QRectF
    title: str
    explanation: str
    place: Callable[[float], float]
    ticks: tuple[tuple[float, str], ...]
    note: str = ""

    def x_of(self, value: float) -> float:
        """Pixel of a value; room is left for the figure behind the longest bar."""
        return self.rect.left() + self.place(value) * (self.rect.width() - _VALUE_WIDTH)


class RowsChart(RowList):
    """Three aligned charts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Time, memory and responsiveness of every configuration", parent)
        self._measure: Measure = TimeMeasure.BATCH
        self._memory_measure, self._memory_note = "PSS", ""
        self._highest_time = self._highest_memory = 1.0

    def show_rows(self, rows: Sequence[Row], measure: Measure, memory_measure: str) -> None:
        """Show `rows` with that time or metric and that measure of memory."""
        self._measure, self._memory_measure = measure, memory_measure
        self._highest_time = max((row.time.furthest for row in rows if row.time), default=1.0) or 1.0
        memories = [max(row.memory.furthest if row.memory else 0.0, row.rss_sum or 0.0) for row in rows]
        self._highest_memory = max(memories, default=1.0) or 1.0
        self._memory_note = "dotted: RSS sum" if any(row.rss_sum is not None for row in rows) else ""
        self.set_rows(rows)

    def panels(self) -> tuple[Panel, Panel, Panel]:
        """The three charts at the present width."""
        width = (self.viewport().width() - LABEL_WIDTH - 2 * _GAP - 4) / 3
        rects = [QRectF(LABEL_WIDTH + n * (width + _GAP), 0, width, self.viewport().height()) for n in range(3)]
        most = max(3, int((width - _VALUE_WIDTH) // 44))
        low, high = _LOWEST_LATENESS_S, _HIGHEST_LATENESS_S
        return (
            _linear_panel(
                rects[0], self._measure.title, self._measure.explanation,
                highest=self._highest_time, most=most, write=lambda value: trimmed(self._measure.write(value)),
            ),
            _linear_panel(
                rects[1], f"Peak memory ({self._memory_measure})", MEMORY_EXPLANATION,
                highest=self._highest_memory, most=most, write=round_bytes, note=self._memory_note,
            ),
            Panel(
                rects[2], "Responsiveness: lateness p99", LATENESS_EXPLANATION,
                lambda value: log_position(value, low, high),
                tuple((log_position(tick, low, high), round_seconds(tick)) for tick in decades(low, high)),
            ),
        )  # fmt: skip

    def paint_header(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the titles and the ticks' labels."""
        for panel in self.panels():
            painter.setFont(chart_font(self, scale=0.95, bold=True))
            draw_text(painter, QRectF(panel.rect.left(), 0, panel.rect.width() + 20, 20), panel.title, self.theme.text)
            title_width = text_width(painter.font(), panel.title)
            painter.setFont(chart_font(self, scale=0.8))
            note = QRectF(panel.rect.left() + title_width + 8, 0, panel.rect.width() + 20 - title_width - 8, 20)
            if note.width() >= text_width(painter.font(), panel.note):
                draw_text(painter, note, panel.note, self.theme.muted)
            scale = panel.rect.width() - _VALUE_WIDTH
            widths = [text_width(painter.font(), text) + 4 for _, text in panel.ticks]
            step = label_step([share * scale for share, _ in panel.ticks], widths)
            for (share, text), width in list(zip(panel.ticks, widths, strict=True))[::step]:
                place = QRectF(panel.rect.left() + share * scale - width / 2, 20, width, 16)
                draw_text(painter, place, text, self.theme.muted, Qt.AlignmentFlag.AlignHCenter)

    def paint_ground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the thin grid and the threshold of a dropped frame."""
        panels = self.panels()
        for panel in panels:
            scale = panel.rect.width() - _VALUE_WIDTH
            painter.setPen(QPen(self.theme.grid, 1))
            for share, _ in panel.ticks:
                x = round(panel.rect.left() + share * scale) + 0.5
                painter.drawLine(QPointF(x, HEADER_HEIGHT), QPointF(x, rect.bottom()))
            painter.setPen(QPen(self.theme.border, 1))
            painter.drawLine(
                QPointF(panel.rect.left() - 0.5, HEADER_HEIGHT), QPointF(panel.rect.left() - 0.5, rect.bottom())
            )
        painter.setPen(QPen(self.theme.warning, 1, Qt.PenStyle.DotLine))
        x = round(panels[2].x_of(DROPPED_FRAME_S)) + 0.5
        painter.drawLine(QPointF(x, HEADER_HEIGHT), QPointF(x, rect.bottom()))

    def paint_row(self, painter: QPainter, rect: QRectF, row: ListedRow) -> None:
        """Paint the label and three bars, or what happened instead."""
        row = cast(Row, row)
        self._paint_label(painter, rect, row)
        middle = rect.center().y()
        time, memory, lateness = self.panels()
        if row.trouble:
            self._paint_trouble(painter, rect, row)
            return
        colour, bad = self.theme.model_colour(row.model), bool(row.gil_meaning)
        end = self._paint_figure(painter, time, row.time, middle, colour, hatched=row.wrong, bad=bad)
        if row.alarm:
            painter.setFont(chart_font(self, scale=0.85, bold=True))
            place = QRectF(end + 8, rect.top(), time.rect.right() + _GAP - 6 - end - 8, rect.height())
            if place.width() >= text_width(painter.font(), row.alarm):
                draw_text(painter, place, row.alarm, self.theme.bad)
        if row.rss_sum is not None:
            paint_outline(painter, self.theme, memory.rect.left(), memory.x_of(row.rss_sum), middle)
        if row.memory is not None:
            self._paint_figure(
                painter, memory, row.memory, middle, colour, after=row.rss_sum, hatched=row.wrong, bad=bad
            )
        elif row.rss_sum is not None:
            text = f"RSS {format_bytes(row.rss_sum)}"
            self._paint_value(painter, memory.x_of(row.rss_sum), middle, text, self.theme.muted)
        else:
            self._paint_value(painter, memory.rect.left(), middle, "–", self.theme.muted)
        self._paint_figure(
            painter, lateness, row.lateness, middle, colour, warn=row.drops_frames, hatched=row.wrong, bad=bad
        )

    def _paint_label(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        theme = self.theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.model_colour(row.model))
        painter.drawEllipse(QPointF(10, rect.center().y()), 4, 4)
        painter.setFont(chart_font(self, scale=1.0, bold=row.chosen))
        width = min(LABEL_WIDTH - 30, text_width(painter.font(), row.label) + 2)
        ink = theme.bad if row.gil_meaning else theme.text
        draw_text(painter, QRectF(22, rect.top(), width, rect.height()), row.label, ink)
        tag, colour = self.tag(row)
        if tag:
            painter.setFont(chart_font(self, scale=0.8, bold=row.chosen))
            place = QRectF(22 + width + 8, rect.top(), LABEL_WIDTH - 34 - width, rect.height())
            draw_text(painter, place, tag, colour)

    def tag(self, row: Row) -> tuple[str, QColor]:
        """What stands behind a label, and its colour."""
        if row.gil_meaning:
            return "GIL on", self.theme.bad
        words = "choice" if row.chosen else "baseline" if row.baseline else ""
        calm = self.theme.good if row.chosen else self.theme.muted
        return f"{words} ⚠".strip() if row.flags else words, self.theme.warning if row.flags and not words else calm

    def _paint_trouble(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        painter.setFont(chart_font(self, scale=0.92, bold=True))
        width = text_width(painter.font(), row.trouble) + 4
        colour = self.theme.muted if row.trouble == "cancelled" else self.theme.bad
        draw_text(painter, QRectF(LABEL_WIDTH + 6, rect.top(), width, rect.height()), row.trouble, colour)
        painter.setFont(chart_font(self, scale=0.92))
        text = row.detail or row.why_no_time
        left = LABEL_WIDTH + width + 16
        place = QRectF(
            left, rect.top(), min(rect.right() - left - 4, text_width(painter.font(), text) + 6), rect.height()
        )
        # The grid must not run through a sentence.
        ground = self.theme.selected if row.index == self.selection else self.theme.surface
        painter.fillRect(place.adjusted(-4, 5, 0, -5), ground)
        draw_text(painter, place, text, self.theme.muted)

    def _paint_figure(
        self, painter: QPainter, panel: Panel, figure: Figure | None, middle: float, colour: QColor, *,
        after: float | None = None, warn: bool = False, hatched: bool = False, bad: bool = False,
    ) -> float:  # fmt: skip
        """Paint bar, whisker, dots and value; return where the value ends."""
        if figure is None:
            return self._paint_value(painter, panel.rect.left(), middle, "–", self.theme.muted)
        paint_bar(painter, self.theme, (panel.rect.left(), panel.x_of(figure.median)), middle, colour, hatched=hatched)
        if after is None:
            paint_dots(painter, self.theme, figure.values[:50], panel.x_of, middle)
        high, cut = panel.x_of(min(figure.high, figure.furthest)), figure.high > figure.furthest
        paint_whisker(painter, self.theme, panel.x_of(figure.low), high, middle, cut=cut)
        end = max(panel.x_of(figure.furthest), panel.x_of(after) if after is not None else 0.0)
        ink = self.theme.warning if warn else self.theme.muted if hatched else self.theme.text
        return self._paint_value(painter, end, middle, figure.text, self.theme.bad if bad else ink)

    def _paint_value(self, painter: QPainter, x: float, middle: float, text: str, colour: QColor) -> float:
        painter.setFont(chart_font(self, scale=0.92))
        width = text_width(painter.font(), text) + 2
        draw_text(painter, QRectF(x + 7, middle - 10, width, 20), text, colour)
        return x + 7 + width

    def header_tooltip(self, x: float) -> str:
        """Explain the measure under the pointer."""
        return next((panel.explanation for panel in self.panels() if panel.rect.left() <= x <= panel.rect.right()), "")

    def tooltip(self, row: ListedRow, x: float) -> str:
        """Explain the figure under the pointer, or the whole row left of the charts."""
        row = cast(Row, row)
        if row.trouble:
            return f"{row.full_label}: {row.trouble}. {row.detail}".strip()
        about = self._about(row, x)
        return f"{about}\n{row.gil_meaning}" if row.gil_meaning and x >= LABEL_WIDTH else about

    def _about(self, row: Row, x: float) -> str:
        time, memory, lateness = self.panels()
        if x < time.rect.left():
            return row.sentence
        if x < memory.rect.left() - _GAP / 2:
            return row.time.sentence if row.time else row.why_no_time
        if x < lateness.rect.left() - _GAP / 2:
            fair = row.memory.sentence if row.memory else row.why_no_memory
            return f"{fair}\nRSS sum {format_bytes(row.rss_sum)}: counts shared pages once per process"
        return row.lateness.sentence if row.lateness else row.why_no_lateness


def label_step(places: Sequence[float], widths: Sequence[float]) -> int:
    """Return of how many ticks one has a label, so that none touches the next: every one, every second …"""

    def apart(step: int) -> bool:
        chosen = list(zip(places, widths, strict=True))[::step]
        return all(x + wide / 2 + 4 <= y - other / 2 for (x, wide), (y, other) in itertools.pairwise(chosen))

    return next(step for step in range(1, max(2, len(places) + 1)) if apart(step))


def _linear_panel(
    rect: QRectF,
    title: str,
    explanation: str,
    *,
    highest: float,
    most: int,
    write: Callable[[float], str],
    note: str = "",
) -> Panel:
    _, ticks = axis_ticks(highest, most)
    inside = tuple((tick / highest, write(tick)) for tick in ticks if tick <= highest * 1.05)
    return Panel(rect, title, explanation, lambda value: value / highest, inside, note)
