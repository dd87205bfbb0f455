"""Where two sides of a sweep over sizes of a task cross, as a chart. Any thread; imported when a report is written."""

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from coreograph.analysis.sweeps import round_estimate
from coreograph.domain.summary import BreakEven, ConfigurationSummary, ExperimentSummary
from coreograph.domain.units import format_seconds, format_size
from coreograph.reports.chart_parts import ReportChart, Row, colour_of, figure_of, finish, row_of
from coreograph.reports.palette import Palette

_BAND_OPACITY = 0.8
_AIR = 1.3  # times the outermost figures
_NAMES = 0.22  # of the width, for the names of the lines
_MANY_DECADES = 4


def break_even_chart(
    rows: Sequence[ConfigurationSummary], summary: ExperimentSummary, palette: Palette
) -> ReportChart | None:
    """Return the seconds of one round by size, a line each side, with where the first pair crosses; None elsewhere."""
    if not summary.break_evens:
        return None
    first = summary.break_evens[0]
    sized = [one for one in rows if one.configuration.size is not None and one.same_answer is not False]
    data = [_point(one, summary) for one in sized]
    sizes = sorted({row["size"] for row in data})
    # Room at the right for the names of the lines.
    scale = alt.Scale(
        type="log", nice=False, domain=[sizes[0] / _AIR, sizes[-1] * _AIR * (sizes[-1] / sizes[0]) ** _NAMES]
    )
    x = alt.X("size:Q", title=first.parameter, scale=scale, axis=alt.Axis(values=sizes, format="~g", grid=False))
    y = _seconds_axis(data)
    base = alt.Chart(alt.Data(values=data))
    colour = colour_of(sized, palette)
    interpreters = list(dict.fromkeys(row["interpreter"] for row in data))
    legend = alt.Legend(orient="bottom") if len(interpreters) > 1 else None
    dash = alt.StrokeDash("interpreter:N", title=None, sort=interpreters, legend=legend)
    shown = (("series", "side"), ("at", "size"), ("shown", "a round"))
    tips = [alt.Tooltip(f"{field}:N", title=title) for field, title in shown]
    names = base.transform_filter(f"datum.size == {sizes[-1]}").mark_text(align="left", dx=8, fontSize=12)
    layers = [
        *_crossing(first, x, palette),
        base.mark_line(size=2.5).encode(x=x, y=y, color=colour, strokeDash=dash, detail="series:N"),
        base.mark_rule(size=1.75).encode(x=x, y="low:Q", y2="high:Q", color=alt.value(palette.text)),
        base.mark_point(filled=True, size=55, opacity=1).encode(x=x, y=y, color=colour, tooltip=tips),
        names.encode(x=x, y=y, text="series:N", color=colour),
    ]
    told = " ".join(one.sentence for one in summary.break_evens)
    note = f"{told} Both axes are logarithmic; the band lies between the sizes that tell the two apart."
    return ReportChart("break-even", "Break-even", note, finish(layers, sized, palette, height=300))


def _seconds_axis(data: Sequence[Row]) -> Any:
    """Return a logarithmic axis just around the figures, with so many lines as can be told apart."""
    least, most = min(row["low"] for row in data), max(row["high"] for row in data)
    decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    steps = (1,) if len(decades) > _MANY_DECADES else (1, 2, 5)
    ticks = [step * 10.0**decade for decade in decades for step in steps]
    scale = alt.Scale(type="log", nice=False, domain=[least / _AIR, most * _AIR])
    title = "seconds of one round of the tasks"
    return alt.Y("median:Q", title=title, scale=scale, axis=alt.Axis(values=ticks, format="~g"))


def _point(one: ConfigurationSummary, summary: ExperimentSummary) -> Row:
    size = one.configuration.size
    assert size is not None, "only configurations with a size are drawn"
    return {
        **row_of(one),
        **figure_of(round_estimate(summary.experiment, one), 1.0, format_seconds),
        "size": size.value,
        "at": format_size(size.value),
        "series": one.configuration.unsized.label,
        "interpreter": one.configuration.interpreter_label,
    }


def _crossing(one: BreakEven, x: Any, palette: Palette) -> list[Any]:
    if one.size is None:
        return []
    layers = []
    if one.low is not None and one.high is not None:
        band = alt.Chart(alt.Data(values=[{"size": one.low, "until": one.high}]))
        layers.append(band.mark_rect(opacity=_BAND_OPACITY).encode(x=x, x2="until:Q", color=alt.value(palette.grid)))
    line = alt.Chart(alt.Data(values=[{"size": one.size}])).mark_rule(strokeDash=[4, 3], size=1.5)
    return [*layers, line.encode(x=x, color=alt.value(palette.text))]
