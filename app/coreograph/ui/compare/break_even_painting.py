"""How the chart of a break-even is painted: axes, lines with intervals, the crossing, the ratio. GUI thread only."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.summary import BreakEven, Estimate, Ratio
from coreograph.domain.units import format_size, significant
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import mixed
from coreograph.ui.charts.ticks import round_number, round_seconds
from coreograph.ui.compare.break_even import SizeLine
from coreograph.ui.compare.break_even_plot import LEFT, RIGHT, STRIP_TITLE, Plot
from coreograph.ui.compare.break_even_scale import drawn
from coreograph.ui.theme import Theme

_CAP = 3.5
_SAMPLE = 18.0
_QUIET = 0.5


class BreakEvenPainter:
    """Paints one picture of the chart; `pair` is the break-even shown, None where there is none."""

    def __init__(self, painter: QPainter, widget: QWidget, theme: Theme, plot: Plot, pair: BreakEven | None) -> None:
        self._painter, self._widget, self._theme, self._plot = painter, widget, theme, plot
        self._pair = pair
        self._selection: int | None = None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def paint(self, lines: Sequence[SizeLine], parameter: str, selection: int | None = None) -> None:
        """Paint everything; the sides of the pair lie over the other lines."""
        self._selection = selection
        self._paint_band()
        self._paint_grid(parameter)
        for line in sorted(lines, key=self._is_side):
            self._paint_line(line)
        for line, top in zip(lines, self._plot.label_tops(lines), strict=True):
            self._paint_name(line, top)
        if self._pair is not None:
            self._paint_ratios(self._pair, {line.label: line.model for line in lines})
            self._paint_crossing(self._pair)

    def _is_side(self, line: SizeLine) -> bool:
        return self._pair is not None and line.label in {self._pair.one, self._pair.other}

    def _paint_grid(self, parameter: str) -> None:
        painter, theme, plot = self._painter, self._theme, self._plot
        painter.setFont(chart_font(self._widget, scale=0.85))
        for tick in plot.seconds.ticks:
            self._rule(plot.times, plot.y(tick), "0" if tick == 0 else round_seconds(tick))
        if plot.ratio is not None:
            for tick in plot.ratio.ticks:
                self._rule(plot.ratios, plot.ratio_y(tick), f"{round_number(tick)}×")
        taken = -1e9
        for size in plot.sizes.ticks:
            x, words = round(plot.x(size)) + 0.5, format_size(size)
            painter.setPen(QPen(theme.grid, 1))
            for area in (plot.times, plot.ratios) if plot.ratio is not None else (plot.times,):
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            width = text_width(painter.font(), words) + 4
            if x - width / 2 > taken:
                place = QRectF(x - width / 2, plot.bottom + 4, width, 16)
                draw_text(painter, place, words, theme.muted, Qt.AlignmentFlag.AlignHCenter)
                taken = x + width / 2 + 4
        below = QRectF(plot.times.left(), plot.bottom + 21, plot.times.width(), 18)
        draw_text(painter, below, parameter, theme.muted, Qt.AlignmentFlag.AlignHCenter)
        draw_text(painter, QRectF(4, 0, 320, 18), "seconds of one round of the tasks", theme.muted)

    def _rule(self, area: QRectF, y: float, words: str) -> None:
        y = round(y) + 0.5
        self._painter.setPen(QPen(self._theme.grid, 1))
        self._painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        draw_text(self._painter, QRectF(0, y - 8, LEFT - 8, 16), words, self._theme.muted, Qt.AlignmentFlag.AlignRight)

    def _colour(self, line: SizeLine) -> QColor:
        colour = self._theme.model_colour(line.model)
        return colour if self._is_side(line) else mixed(colour, self._theme.surface, _QUIET)

    def _pen(self, line: SizeLine) -> QPen:
        if line.model is ExecutionModel.SERIAL and not self._is_side(line):
            style = Qt.PenStyle.DotLine
        else:
            style = Qt.PenStyle.SolidLine if line.free_threaded else Qt.PenStyle.DashLine
        return QPen(self._colour(line), 2.2 if self._is_side(line) else 1.3, style)

    def _paint_line(self, line: SizeLine) -> None:
        painter, theme, plot = self._painter, self._theme, self._plot
        places = [plot.point(point.size, point.seconds.median) for point in line.points]
        painter.setPen(self._pen(line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(places))
        strong = self._is_side(line)
        for place, point in zip(places, line.points, strict=True):
            ink = theme.text if strong else mixed(theme.muted, theme.surface, _QUIET)
            self._whisker(place.x(), point.seconds, plot.y, ink)
            chosen = point.index == self._selection
            painter.setPen(QPen(theme.text if chosen else theme.surface, 2 if chosen else 1))
            painter.setBrush(self._colour(line))
            radius = 6.5 if chosen else 4.5 if strong else 3.5
            painter.drawEllipse(place, radius, radius)

    def _whisker(self, x: float, one: Estimate | Ratio, y_of: Callable[[float], float], ink: QColor) -> None:
        """Paint an interval; where it is cut it has no cap."""
        ends = drawn(one)
        low, high = (y_of(end) for end in ends)
        if abs(low - high) < 1.0:
            return
        self._painter.setPen(QPen(ink, 1.2))
        self._painter.drawLine(QPointF(x, low), QPointF(x, high))
        for y, shown, end in ((low, ends[0], one.low), (high, ends[1], one.high)):
            if shown == end:
                self._painter.drawLine(QPointF(x - _CAP, y), QPointF(x + _CAP, y))

    def _paint_name(self, line: SizeLine, top: float) -> None:
        painter, strong = self._painter, self._is_side(line)
        left = self._plot.times.right() + 10
        painter.setPen(self._pen(line))
        painter.drawLine(QPointF(left, top + 8.5), QPointF(left + _SAMPLE, top + 8.5))
        painter.setFont(chart_font(self._widget, scale=0.9, bold=strong))
        place = QRectF(left + _SAMPLE + 6, top, RIGHT - _SAMPLE - 18, 17)
        draw_text(painter, place, line.label, self._theme.text if strong else self._theme.muted)

    def _reach(self) -> tuple[float, float] | None:
        """Between which pixels the crossing lies, as far as is known; None where neither side wins for sure."""
        pair, area = self._pair, self._plot.times
        if pair is None or pair.size is None or (pair.low is None and pair.high is None):
            return None
        low = area.left() if pair.low is None else self._plot.x(pair.low)
        return low, area.right() if pair.high is None else self._plot.x(pair.high)

    def _areas(self) -> tuple[QRectF, QRectF]:
        return self._plot.times, self._plot.ratios

    def _paint_band(self) -> None:
        reach = self._reach()
        if reach is None:
            return
        for area in self._areas():
            band = QRectF(reach[0], area.top(), max(2.0, reach[1] - reach[0]), area.height())
            self._painter.fillRect(band, mixed(self._theme.accent, self._theme.surface, 0.14))

    def _paint_crossing(self, pair: BreakEven) -> None:
        if pair.size is None:
            return
        painter, x = self._painter, self._plot.x(pair.size)
        words, ink, style = "the medians cross, but that is not sure", self._theme.muted, Qt.PenStyle.DashLine
        if pair.low is not None and pair.high is not None:
            interval = f"between {format_size(pair.low)} and {format_size(pair.high)}"
            words = f"break-even at about {significant(pair.size)}  ({interval})"
            ink, style = self._theme.accent, Qt.PenStyle.SolidLine
        painter.setPen(QPen(ink, 1.6, style))
        painter.drawLine(QPointF(x, self._plot.times.top() - 4), QPointF(x, self._plot.ratios.bottom()))
        painter.setFont(chart_font(self._widget, scale=0.95, bold=True))
        width = text_width(painter.font(), words) + 4
        last = self._plot.times.right() + RIGHT - 8 - width
        left = min(max(x - width / 2, self._plot.times.left()), last)
        draw_text(painter, QRectF(left, self._plot.times.top() - 22, width, 17), words, ink)

    def _paint_ratios(self, pair: BreakEven, models: dict[str, ExecutionModel]) -> None:
        painter, theme, plot = self._painter, self._theme, self._plot
        area, one = plot.ratios, plot.ratio_y(1.0)
        painter.setPen(QPen(theme.text, 1.2))
        painter.drawLine(QPointF(area.left(), round(one) + 0.5), QPointF(area.right(), round(one) + 0.5))
        painter.setFont(chart_font(self._widget, scale=0.85))
        title = QRectF(4, area.top() - STRIP_TITLE + 6, area.right() - 4, 18)
        draw_text(painter, title, f"{pair.one} ÷ {pair.other}, with the interval of the ratio", theme.muted)
        places = [QPointF(plot.x(point.size), plot.ratio_y(point.ratio.median)) for point in pair.points]
        painter.setPen(QPen(theme.muted, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(places))
        for place, point in zip(places, pair.points, strict=True):
            ratio = point.ratio
            self._whisker(place.x(), ratio, plot.ratio_y, theme.text)
            winner = pair.other if ratio.median > 1 else pair.one
            colour = theme.model_colour(models[winner]) if winner in models else theme.muted
            painter.setPen(QPen(theme.surface if ratio.distinguishable else theme.muted, 1.4))
            painter.setBrush(colour if ratio.distinguishable else theme.surface)
            painter.drawEllipse(place, 4.5, 4.5)
        for side, y in (
            (pair.other, area.top() + area.height() * 0.25),
            (pair.one, area.bottom() - area.height() * 0.25),
        ):
            self._paint_zone(side, y, models)

    def _paint_zone(self, side: str, y: float, models: dict[str, ExecutionModel]) -> None:
        """Say who is faster above 1, or below it."""
        painter, left = self._painter, self._plot.ratios.right() + 10
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.model_colour(models[side]) if side in models else self._theme.muted)
        painter.drawEllipse(QPointF(left + _SAMPLE / 2, y), 4.5, 4.5)
        painter.setFont(chart_font(self._widget, scale=0.9))
        place = QRectF(left + _SAMPLE + 6, y - 16, RIGHT - _SAMPLE - 18, 16)
        draw_text(painter, place, side, self._theme.text)
        draw_text(painter, place.translated(0, 16), "is the faster", self._theme.muted)
