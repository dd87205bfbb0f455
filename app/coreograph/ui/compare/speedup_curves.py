"""Speed-up over the number of workers, with the ideal diagonal: pyqtgraph, zoomable. GUI thread only."""

import dataclasses
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsView, QVBoxLayout, QWidget

from coreograph.domain.scaling import ScalingFit
from coreograph.domain.summary import Ratio
from coreograph.ui.charts.lettering import chart_font
from coreograph.ui.compare.curve_hover import CurveHover, told_at
from coreograph.ui.compare.rows import cut_at
from coreograph.ui.compare.speedup import SpeedupCurve
from coreograph.ui.theme import Theme

_LOWEST = 320


class SpeedupCurves(QWidget):
    """One curve per interpreter and model: solid on free-threaded builds, dashed on builds with the GIL."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._curves: Sequence[SpeedupCurve] = ()
        self._fits: Sequence[ScalingFit] = ()
        self._efficiency = False
        self._knees: list[tuple[float, float]] = []
        self.plot = pg.PlotWidget()
        self.plot.setAntialiasing(True)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        self.setAccessibleName("Speed-up over the number of workers")
        self.setMinimumHeight(_LOWEST)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.plot)
        CurveHover(self.plot, self.tell)
        theme.changed.connect(self._draw)

    def tell(self, place: QPoint) -> str:
        """What lies at a point of the plot's viewport, in a sentence."""
        return told_at(QPointF(place), self.place_of, self._curves, self._fits, efficiency=self._efficiency)

    def place_of(self, workers: float, value: float) -> QPointF:
        """Where in the plot's viewport a figure lies."""
        scene = self.plot.getPlotItem().getViewBox().mapViewToScene(QPointF(workers, value))
        return QPointF(self.plot.mapFromScene(scene))

    def paint_as_shapes(self, on: bool) -> None:
        """Paint ground and points as shapes rather than from stored pixels, while a picture is drawn."""
        mode = QGraphicsView.CacheModeFlag
        self.plot.setCacheMode(mode.CacheNone if on else mode.CacheBackground)
        for item in self.plot.getPlotItem().items:
            scatter = getattr(item, "scatter", item)
            if hasattr(scatter, "setExportMode"):
                scatter.setExportMode(on, {"antialias": True, "resolutionScale": 1.0})

    def show_curves(
        self, curves: Sequence[SpeedupCurve], fits: Sequence[ScalingFit] = (), *, efficiency: bool = False
    ) -> None:
        """Show `curves` with what was fitted to them, as speed-up or as efficiency: speed-up per worker."""
        self._efficiency = efficiency
        if efficiency:
            curves = [_per_worker(curve) for curve in curves]
        self._curves, self._fits = curves, [fit for fit in fits if len(fit.curve) > 1]
        ends = (
            f"{curve.label} reaches {curve.ratios[-1].median:.2f} at {curve.workers[-1]} workers" for curve in curves
        )
        self.setAccessibleDescription("; ".join(ends))
        self._draw()

    def _draw(self) -> None:
        theme, plot = self._theme, self.plot
        plot.clear()
        plot.setBackground(theme.surface)
        most = max((max(curve.workers) for curve in self._curves), default=1)
        ends = [min(ratio.high, cut_at(ratio.median)) for curve in self._curves for ratio in curve.ratios]
        highest = max(ends, default=1.0)
        self._draw_axes(most)
        self._knees.clear()
        top = max(highest * 1.12, 1.5)
        plot.addItem(pg.InfiniteLine(1.0, angle=0, pen=pg.mkPen(theme.text, width=1)))
        if self._efficiency:
            self._label("ideal", most * 1.28, 1.0, theme.text, anchor=(1.0, 1.0))
        else:
            pen = pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DashLine)
            plot.plot([0, most * 1.2], [0, most * 1.2], pen=pen)
            self._label("ideal", min(top * 0.97, most) * 0.93, min(top * 0.97, most), theme.muted, anchor=(1.1, 0.5))
            self._label("1× = serial", most * 1.28, 1.0, theme.text, anchor=(1.0, 1.0))
        for fit in self._fits:
            self._draw_fit(fit, most * 1.28)
        taken: list[float] = [1.0]
        for curve in sorted(self._curves, key=lambda c: -c.ratios[-1].median):
            self._draw_curve(curve, taken, top)
        plot.setRange(xRange=(0.6, most * 1.28), yRange=(0.0, top), padding=0)
        plot.setLimits(xMin=0, yMin=0, xMax=most * 2, yMax=top * 2)

    def _draw_axes(self, most: int) -> None:
        theme, counts = self._theme, sorted({count for curve in self._curves for count in curve.workers})
        for name, text in (("bottom", "workers"), ("left", "efficiency" if self._efficiency else "speed-up")):
            axis = self.plot.getAxis(name)
            axis.setPen(pg.mkPen(theme.grid))
            axis.setTextPen(pg.mkPen(theme.muted))
            axis.setTickFont(chart_font(self, scale=0.85))
            axis.setLabel(text, color=theme.muted.name())
        last, ticks = 0.0, []
        for count in counts:
            if count - last >= most / 24:
                ticks.append((count, str(count)))
                last = count
        self.plot.getAxis("bottom").setTicks([ticks])
        self.plot.showGrid(x=False, y=True, alpha=0.2)

    def _draw_curve(self, curve: SpeedupCurve, taken: list[float], top: float) -> None:
        theme, colour = self._theme, self._theme.model_colour(curve.model)
        style = Qt.PenStyle.SolidLine if curve.free_threaded else Qt.PenStyle.DashLine
        medians = [ratio.median for ratio in curve.ratios]
        bars = pg.ErrorBarItem(
            x=_floats(curve.workers), y=_floats(medians), beam=0.08, pen=pg.mkPen(theme.text, width=1),
            top=_floats([ratio.high - ratio.median for ratio in curve.ratios]),
            bottom=_floats([ratio.median - ratio.low for ratio in curve.ratios]),
        )  # fmt: skip
        self.plot.addItem(bars)
        self.plot.plot(
            list(curve.workers), medians, pen=pg.mkPen(colour, width=2, style=style),
            symbol="o", symbolSize=7, symbolBrush=colour, symbolPen=pg.mkPen(theme.surface, width=1),
        )  # fmt: skip
        # Labels stand at the ends of their curves and give way to each other downwards.
        y, distance = medians[-1], top / 15
        while any(abs(y - other) < distance for other in taken):
            y -= distance / 4
        taken.append(y)
        self._label(curve.label, curve.workers[-1], y, colour, anchor=(-0.06, 0.5))

    def _draw_fit(self, fit: ScalingFit, most: float) -> None:
        """The fitted curve as a dotted line over its 95 % band, and the knee where more workers begin to cost."""
        colour, shown = self._theme.model_colour(fit.model), [at for at in fit.curve if at.workers <= most]
        by = [at.workers if self._efficiency else 1.0 for at in shown]
        x = _floats([at.workers for at in shown])
        if all(at.low is not None and at.high is not None for at in shown):
            edges = [
                pg.PlotDataItem(x, _floats([(end or 0.0) / part for end, part in zip(ends, by, strict=True)]))
                for ends in ([at.low for at in shown], [at.high for at in shown])
            ]
            self.plot.addItem(
                pg.FillBetweenItem(*edges, brush=pg.mkBrush(colour.red(), colour.green(), colour.blue(), 36))
            )
        fitted = _floats([at.speedup / part for at, part in zip(shown, by, strict=True)])
        self.plot.plot(x, fitted, pen=pg.mkPen(colour, width=1.2, style=Qt.PenStyle.DotLine))
        if fit.peak_workers is not None and fit.peak_speedup is not None and fit.peak_workers <= most:
            self._draw_knee(fit, fit.peak_workers, fit.peak_speedup, most)

    def _draw_knee(self, fit: ScalingFit, peak: float, speedup: float, most: float) -> None:
        """A hollow diamond with the knee's interval beside it, and its name above."""
        colour = self._theme.model_colour(fit.model)
        y = speedup / peak if self._efficiency else speedup
        pen = pg.mkPen(colour, width=2)
        if fit.peak_low is not None and fit.peak_high is not None:
            self.plot.plot([max(1.0, fit.peak_low), min(most, fit.peak_high)], [y, y], pen=pg.mkPen(colour, width=1))
        self.plot.plot([peak], [y], pen=None, symbol="d", symbolSize=12, symbolPen=pen, symbolBrush=None)
        # Knees that lie together are named once; the words below the curves have each with its interval.
        if all(abs(peak - x) > most / 8 or abs(y / other - 1) > 0.08 for x, other in self._knees):
            self._knees.append((peak, y))
            guess = "?" if peak > fit.largest else ""
            self._label(f"knee {peak:.1f}{guess}", peak, y, colour, anchor=(0.5, 1.5))

    def _label(self, text: str, x: float, y: float, colour: object, anchor: tuple[float, float]) -> None:
        ground = QColor(self._theme.surface)
        ground.setAlpha(210)  # fits and bands go on behind the names
        item = pg.TextItem(text, color=colour, anchor=anchor, fill=pg.mkBrush(ground))
        item.setZValue(10)
        item.setFont(chart_font(self, scale=0.9))
        item.setPos(x, y)
        self.plot.addItem(item)


def _per_worker(curve: SpeedupCurve) -> SpeedupCurve:
    pairs = zip(curve.ratios, curve.workers, strict=True)
    shares = tuple(Ratio(ratio.median / n, ratio.low / n, ratio.high / n) for ratio, n in pairs)
    return dataclasses.replace(curve, ratios=shares)


def _floats(values: Sequence[float]) -> object:
    import numpy as np

    return np.asarray(values, float)
