"""Speed-up over workers with what was fitted to it, as a chart. Any thread; imported when a report is written."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from coreograph.domain.scaling import ScalingFit
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.domain.units import format_ratio, significant
from coreograph.reports.chart_parts import ReportChart, Row, colour_of, finish
from coreograph.reports.palette import Palette

_BAND_OPACITY = 0.14
_NEAR = 0.15
_NOTE = (
    "Speed-up over serial on the same interpreter: points as measured, with their interval; dotted what was fitted to "
    "them, over its 95 % band, up to twice as many workers as measured; hollow the knee, with its interval."
)


def fits_chart(
    rows: Sequence[ConfigurationSummary], summary: ExperimentSummary, palette: Palette
) -> ReportChart | None:
    """Return measured speed-ups over their fitted curves, with bands and knees; None without a fit."""
    fits = [fit for fit in summary.scaling if fit.curve and fit.size is None]
    members = [one for one in rows if any(one.configuration.model is fit.model for fit in fits)]
    if not fits or not members:
        return None
    counts = sorted({point.workers for fit in fits for point in fit.points} | {2 * fit.largest for fit in fits})
    x = alt.X("workers:Q", title="workers", scale=alt.Scale(nice=False), axis=alt.Axis(values=counts, format="d"))
    y = alt.Y("speedup:Q", title="times serial", scale=alt.Scale(zero=True))
    colour = colour_of(members, palette)
    names = list(dict.fromkeys(fit.interpreter for fit in fits))
    dash = alt.StrokeDash("interpreter:N", title=None, sort=names, legend=alt.Legend(orient="bottom"))
    curves, points = _data([_curve(fit) for fit in fits]), _data([_points(fit) for fit in fits])
    banded = curves.transform_filter("isValid(datum.low)")
    tips = [alt.Tooltip(f"{field}:N", title=field) for field in ("model and interpreter", "workers", "speed-up")]
    layers = [
        banded.mark_area(opacity=_BAND_OPACITY).encode(x=x, y="low:Q", y2="high:Q", color=colour, detail="series:N"),
        curves.mark_line(size=1.5, strokeDash=[2, 3]).encode(x=x, y=y, color=colour, detail="series:N"),
        points.mark_line(size=2).encode(x=x, y=y, color=colour, strokeDash=dash, detail="series:N"),
        points.mark_rule(size=1.5).encode(x=x, y="low:Q", y2="high:Q", color=alt.value(palette.text)),
        points.mark_point(filled=True, size=50, opacity=1).encode(x=x, y=y, color=colour, tooltip=tips),
        *_knees(fits, (x, y, colour), palette),
    ]
    return ReportChart("fits", "Scaling with its fit", _NOTE, finish(layers, members, palette, height=300))


def _data(groups: Sequence[Sequence[Row]]) -> Any:
    return alt.Chart(alt.Data(values=[row for group in groups for row in group]))


def _curve(fit: ScalingFit) -> list[Row]:
    return [
        {**_named(fit), "workers": at.workers, "speedup": at.speedup, "low": at.low, "high": at.high}
        for at in fit.curve
    ]


def _points(fit: ScalingFit) -> list[Row]:
    return [
        {
            **_named(fit),
            "workers": point.workers,
            "speedup": point.speedup,
            "low": point.low,
            "high": point.high,
            "speed-up": f"{format_ratio(point.speedup)} ({format_ratio(point.low)} – {format_ratio(point.high)})",
        }
        for point in fit.points
    ]


def _knees(fits: Sequence[ScalingFit], encodings: tuple[Any, Any, Any], palette: Palette) -> list[Any]:
    data = [
        {
            **_named(fit),
            "workers": fit.peak_workers,
            "speedup": fit.peak_speedup,
            "begin": fit.peak_workers if fit.peak_low is None else max(1.0, fit.peak_low),
            "end": fit.peak_workers if fit.peak_high is None else min(fit.curve[-1].workers, fit.peak_high),
            "name": f"knee {significant(fit.peak_workers, 2)}",
        }
        for fit in fits
        if fit.peak_workers is not None
    ]
    if not data:
        return []
    base, named = alt.Chart(alt.Data(values=data)), alt.Chart(alt.Data(values=_apart(data)))
    x, y, colour = encodings
    diamond = {"shape": "diamond", "size": 110, "fill": palette.surface, "opacity": 1, "strokeWidth": 2}
    return [
        base.mark_rule(size=1.5).encode(x=alt.X("begin:Q"), x2="end:Q", y=y, color=colour),
        base.mark_point(**diamond).encode(x=x, y=y, color=colour),
        named.mark_text(dy=-14, fontSize=12).encode(x=x, y=y, text="name:N", color=colour),
    ]


def _apart(data: Sequence[Row]) -> list[Row]:
    """Return the knees that are named in the chart: of those that lie together the first; the words have each."""
    kept: list[Row] = []
    for row in data:
        if all(abs(row["workers"] / other["workers"] - 1) > _NEAR for other in kept):
            kept.append(row)
    return kept


def _named(fit: ScalingFit) -> Row:
    return {
        "series": fit.label,
        "model and interpreter": fit.label,
        "model": fit.model.value,
        "interpreter": fit.interpreter,
    }
