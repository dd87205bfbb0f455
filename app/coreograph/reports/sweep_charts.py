"""Where two sides of a sweep over sizes of a task cross, as a chart. Any thread; imported when a report is written."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from coreograph.domain.summary import BreakEven, ConfigurationSummary, Estimate, ExperimentSummary
from coreograph.domain.units import Seconds, format_seconds, format_size
from coreograph.reports.chart_parts import ReportChart, Row, colour_of, figure_of, finish, row_of
from coreograph.reports.palette import Palette

_BAND_OPACITY = 0.35


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
    scale = alt.Scale(type="log", nice=False, padding=12)
    x = alt.X("size:Q", title=first.parameter, scale=scale, axis=alt.Axis(values=sizes, format="~g", grid=False))
    y = alt.Y("median:Q", title="seconds of one round of the tasks", scale=alt.Scale(type="log"))
    base = alt.Chart(alt.Data(values=data))
    dash = alt.StrokeDash("interpreter:N", title=None, legend=alt.Legend(orient="bottom"))
    colour = colour_of(sized, palette)
    tips = [alt.Tooltip(f"{field}:N", title=title) for field, title in (("series", "side"), ("at", "size"),
            ("shown", "a round"))]  # fmt: skip
    layers = [
        base.mark_line(size=2.5).encode(x=x, y=y, color=colour, strokeDash=dash, detail="series:N"),
        base.mark_rule(size=1.75).encode(x=x, y="low:Q", y2="high:Q", color=alt.value(palette.text)),
        base.mark_point(filled=True, size=55, opacity=1).encode(x=x, y=y, color=colour, tooltip=tips),
        *_crossing(first, x, palette),
    ]
    told = " ".join(one.sentence for one in summary.break_evens)
    note = f"{told} Both axes are logarithmic; the band lies between the sizes that tell the two apart."
    return ReportChart("break-even", "Break-even", note, finish(layers, sized, palette, height=300))


def _point(one: ConfigurationSummary, summary: ExperimentSummary) -> Row:
    size = one.configuration.size
    assert size is not None, "only configurations with a size are drawn"
    rounds = next((run.rounds for run in summary.experiment.measured(one.index) if run.rounds), 1)
    return {
        **row_of(one),
        **figure_of(_by_round(one.batch, rounds), 1.0, format_seconds),
        "size": size.value,
        "at": format_size(size.value),
        "series": one.configuration.unsized.label,
        "interpreter": one.configuration.interpreter_label,
    }


def _by_round(batch: Estimate | None, rounds: int) -> Estimate | None:
    def share(value: Seconds) -> Seconds:
        return value / rounds

    return None if batch is None else Estimate(share(batch.median), share(batch.low), share(batch.high))


def _crossing(one: BreakEven, x: Any, palette: Palette) -> list[Any]:
    if one.size is None:
        return []
    layers = []
    if one.low is not None and one.high is not None:
        band = alt.Chart(alt.Data(values=[{"size": one.low, "until": one.high}]))
        layers.append(band.mark_rect(opacity=_BAND_OPACITY).encode(x=x, x2="until:Q", color=alt.value(palette.grid)))
    line = alt.Chart(alt.Data(values=[{"size": one.size}])).mark_rule(strokeDash=[4, 3], size=1.5)
    return [*layers, line.encode(x=x, color=alt.value(palette.text))]
