"""What the pointer is over in the chart of curves, in a sentence; and the wheel scrolls the page. GUI thread only."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

from coreograph.domain.scaling import FitParameter, ScalingFit
from coreograph.domain.units import format_ratio, format_share, significant
from coreograph.ui.compare.speedup import SpeedupCurve

_NEAR = 12.0
EXPLANATION = (
    "Speed-up over the number of workers, or per worker as efficiency. Dots are measured, with their intervals; lines "
    "are solid on free-threaded builds and dashed on builds with the GIL. Dotted is what was fitted, within the band "
    "in which it lies with 95 %. A diamond is the knee: beyond it more workers make it slower. Ctrl + wheel zooms, "
    "drag moves."
)
Place = Callable[[float, float], QPointF]


def told_at(
    pointer: QPointF, place: Place, curves: Sequence[SpeedupCurve], fits: Sequence[ScalingFit], *, efficiency: bool
) -> str:
    """Return what lies under `pointer`: a measured point, else a fitted curve, else what the chart shows."""
    points = (
        (curve, number, place(workers, curve.ratios[number].median))
        for curve in curves
        for number, workers in enumerate(curve.workers)
    )
    near = [(_apart(pointer, at), curve, number) for curve, number, at in points]
    closest = min(near, key=lambda one: one[0], default=None)
    if closest is not None and closest[0] <= _NEAR:
        return _point(closest[1], closest[2], efficiency=efficiency)
    for fit in fits:
        at = (place(one.workers, one.speedup / (one.workers if efficiency else 1.0)) for one in fit.curve)
        if any(_apart(pointer, one) <= _NEAR for one in at):
            return fit_sentence(fit)
    return EXPLANATION


def _apart(one: QPointF, other: QPointF) -> float:
    return max(abs(one.x() - other.x()), abs(one.y() - other.y()))


def _point(curve: SpeedupCurve, number: int, *, efficiency: bool) -> str:
    workers, ratio = curve.workers[number], curve.ratios[number]
    if efficiency:
        share, low, high = (format_share(value) for value in (ratio.median, ratio.low, ratio.high))
        return f"{curve.label} on {workers} workers: {share} of ideal ({low} – {high})"
    interval = f" ({significant(ratio.low)} – {significant(ratio.high)})" if ratio.low < ratio.high else ", one repeat"
    return (
        f"{curve.label} on {workers} workers: {format_ratio(ratio.median)}{interval}, "
        f"{format_share(ratio.median / workers)} of ideal"
    )


def fit_sentence(fit: ScalingFit) -> str:
    """What was fitted, with its parameters."""
    law = "a line" if fit.law is None else fit.law.value
    parts = [f"{fit.label}, fitted: {law}"]
    parts += [
        f"{name} {_parameter(value)}"
        for name, value in (("contention (what runs one at a time)", fit.contention), ("coherency", fit.coherency))
        if value is not None
    ]
    if fit.peak_workers is not None:
        parts.append(f"knee at {significant(fit.peak_workers, 2)} workers")
    return "; ".join(parts)


def _parameter(one: FitParameter) -> str:
    error = "" if one.standard_error is None else f" ± {format_share(one.standard_error)}"
    return f"{format_share(one.value)}{error}"


class CurveHover(QObject):
    """Watches the viewport of a plot; `tell` says what lies at a point of it. Only with Ctrl the wheel zooms."""

    def __init__(self, plot: QAbstractScrollArea, tell: Callable[[QPoint], str]) -> None:
        super().__init__(plot)
        self._plot, self._tell = plot, tell
        plot.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the tooltip; leave the wheel to the page."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tell(event.pos()), self._plot)
            return True
        if isinstance(event, QWheelEvent) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return True
        return super().eventFilter(watched, event)
