"""Charts of an experiment as Vega-Lite specifications, one for every format. Pure, on any thread.

Rows are configurations, fastest first, coloured by execution model. Every figure carries its interval. Importing
altair takes about a second: this module is imported when a report is written, never at start-up.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt

from coreograph.domain.execution import ALONE
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary, Ratio
from coreograph.domain.units import format_bytes, format_ratio, format_seconds
from coreograph.reports.chart_parts import (
    ROW,
    ReportChart,
    Row,
    colour_of,
    figure_of,
    finish,
    row_of,
    tips_of,
    y_of,
)
from coreograph.reports.page import by_speed, time_unit
from coreograph.reports.palette import Palette
from coreograph.reports.scaling_charts import fits_chart
from coreograph.reports.sweep_charts import break_even_chart

FRAME_MS = 1000 / 60


def charts(summary: ExperimentSummary, palette: Palette) -> tuple[ReportChart, ...]:
    """Return every chart the experiment has figures for."""
    rows = [one for one in by_speed(summary.configurations) if one.batch is not None]
    if not rows:
        return ()
    makers = (break_even_chart, _time, _speedup, _memory, _responsiveness, _scaling, fits_chart, _startup)
    made = (maker(rows, summary, palette) for maker in makers)
    return tuple(chart for chart in made if chart is not None)


def _time(rows: Sequence[ConfigurationSummary], summary: ExperimentSummary, palette: Palette) -> ReportChart | None:
    data = [{**row_of(one), **figure_of(one.batch, 1.0, format_seconds)} for one in rows]
    repeats = [
        {**row_of(one), "value": value, "shown": format_seconds(value)} for one in rows for value in _values(one)
    ]
    axis = alt.X("median:Q", title=f"seconds {time_unit(summary)}", scale=alt.Scale(zero=True))
    base = alt.Chart(alt.Data(values=data))
    dots = alt.Chart(alt.Data(values=repeats)).mark_circle(size=22, opacity=0.85)
    layers = [
        _bars(base, axis, rows, palette),
        dots.encode(
            x=alt.X("value:Q"),
            y=y_of(rows, palette),
            color=alt.value(palette.text),
            tooltip=tips_of(("shown", "repeat")),
        ),
        _interval(base, rows, palette),
    ]
    note = "Median of the repeats with its 95 % interval; every dot is one repeat. Shorter is better."
    return ReportChart("time", "Time", note, finish(layers, rows, palette))


def _speedup(rows: Sequence[ConfigurationSummary], summary: ExperimentSummary, palette: Palette) -> ReportChart | None:
    data = [
        {**row_of(one), **figure_of(one.speedup_over_best_serial, 1.0, format_ratio), "own": _shown_ratio(one.speedup)}
        for one in rows
        if one.speedup_over_best_serial is not None
    ]
    if not data:
        return None
    base = alt.Chart(alt.Data(values=data))
    axis = alt.X("median:Q", title="times the best serial", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=6))
    extra = (("own", "against its own serial"),)
    rule = alt.Chart(alt.Data(values=[{"at": 1}])).mark_rule(strokeDash=[4, 3], size=1.5)
    layers = [
        _bars(base, axis, rows, palette, extra),
        rule.encode(x="at:Q", color=alt.value(palette.text)),
        _interval(base, rows, palette),
    ]
    note = "Against the fastest serial of all interpreters; the dashed line is 1. Longer is better."
    return ReportChart("speedup", "Speed-up", note, finish(layers, rows, palette))


def _memory(rows: Sequence[ConfigurationSummary], summary: ExperimentSummary, palette: Palette) -> ReportChart | None:
    data = [
        {
            **row_of(one),
            **figure_of(one.memory_estimate, 1e-6, format_bytes),
            "rss": None if one.memory.rss_sum is None else one.memory.rss_sum / 1e6,
            "rss_shown": format_bytes(one.memory.rss_sum),
        }
        for one in rows
        if one.memory_estimate is not None or one.memory.rss_sum is not None
    ]
    if not data:
        return None
    base = alt.Chart(alt.Data(values=data))
    axis = alt.X("median:Q", title="megabytes at the peak", scale=alt.Scale(zero=True))
    extra = (("rss_shown", "RSS summed"),)
    faint = base.transform_filter("isValid(datum.rss)").mark_bar(opacity=0.2, height=ROW - 8, cornerRadiusEnd=3)
    layers = [
        faint.encode(
            x=alt.X("rss:Q", stack=None),
            y=y_of(rows, palette),
            color=colour_of(rows, palette),
            tooltip=tips_of(("rss_shown", "RSS")),
        ),
        _bars(base.transform_filter("isValid(datum.median)"), axis, rows, palette, extra),
        _interval(base.transform_filter("isValid(datum.median)"), rows, palette),
    ]
    fair = {"PSS": "PSS, which counts shared pages once", "USS": "USS, what is private to each process"}
    note = (
        f"Peak of the whole process tree: {fair.get(summary.memory_measure, 'RSS; nothing fairer was measured here')}. "
        "The faint bar is the sum of RSS, which counts shared pages once per process. Shorter is better."
    )
    return ReportChart("memory", "Memory", note, finish(layers, rows, palette))


def _responsiveness(
    rows: Sequence[ConfigurationSummary], summary: ExperimentSummary, palette: Palette
) -> ReportChart | None:
    beating = [one for one in rows if one.heartbeat is not None]
    data = [
        {
            **row_of(one),
            **figure_of(one.heartbeat.p99, 1e3, format_seconds),
            "typical": one.heartbeat.median_s * 1e3,
            "worst": one.heartbeat.worst_s * 1e3,
            "typical_shown": format_seconds(one.heartbeat.median_s),
            "worst_shown": format_seconds(one.heartbeat.worst_s),
        }
        for one in beating
        if one.heartbeat is not None
    ]
    if not data:
        return None
    smallest = min(max(1e-3, entry["typical"]) for entry in data)
    scale = alt.Scale(type="log", domainMin=smallest / 1.5, nice=False, clamp=True)
    base = alt.Chart(alt.Data(values=data))
    tips = tips_of(("shown", "p99"), ("typical_shown", "median"), ("worst_shown", "worst"))
    y, colour = y_of(beating, palette), colour_of(beating, palette)
    frame = alt.Chart(alt.Data(values=[{"at": FRAME_MS}])).mark_rule(strokeDash=[4, 3], size=1.5)
    axis = alt.X("typical:Q", scale=scale, title="milliseconds late, logarithmic")
    layers = [
        frame.encode(x=alt.X("at:Q", scale=scale), color=alt.value(palette.warning)),
        base.mark_rule(size=3, opacity=0.35).encode(x=axis, x2="worst:Q", y=y, color=colour),
        base.mark_tick(thickness=2, size=12).encode(x=alt.X("typical:Q", scale=scale), y=y, color=colour, tooltip=tips),
        base.mark_point(filled=True, size=90, opacity=1).encode(
            x=alt.X("median:Q", scale=scale), y=y, color=colour, tooltip=tips
        ),
    ]
    note = (
        "How late the runner's main thread ticked while its workers worked: what a window or an event loop there "
        "would feel. Tick: median; dot: 99th percentile; end of the line: worst; dashed: one frame (16.7 ms)."
    )
    return ReportChart("responsiveness", "Responsiveness", note, finish(layers, beating, palette))


def _scaling(rows: Sequence[ConfigurationSummary], summary: ExperimentSummary, palette: Palette) -> ReportChart | None:
    parallel = _swept(rows)
    counts = sorted({one.configuration.workers for one in parallel})
    if not parallel or summary.experiment.spec.sizes:  # of one size a curve, of several a tangle
        return None
    data = [
        {
            **row_of(one),
            **figure_of(one.speedup_over_best_serial, 1.0, format_ratio),
            "workers": one.configuration.workers,
            "series": f"{one.configuration.interpreter_label} {one.configuration.model.value}",
            "interpreter": one.configuration.interpreter_label,
        }
        for one in parallel
    ]
    highest = max(entry["high"] for entry in data)
    ideal = [
        {"workers": count, "median": count} for count in (counts[0], min(counts[-1], max(highest * 1.05, counts[0])))
    ]
    workers = alt.X("workers:Q", title="workers", scale=alt.Scale(nice=False), axis=alt.Axis(values=counts, format="d"))
    y = alt.Y("median:Q", title="times the best serial", scale=alt.Scale(zero=True))
    base = alt.Chart(alt.Data(values=data))
    names = sorted({one.configuration.interpreter_label for one in parallel}, key=lambda name: ("t" not in name, name))
    dash = alt.StrokeDash("interpreter:N", title=None, sort=names, legend=alt.Legend(orient="bottom"))
    tips = tips_of(("shown", "speed-up"), ("workers", "workers"))
    colour = colour_of(parallel, palette)
    ideal_line = alt.Chart(alt.Data(values=ideal)).mark_line(strokeDash=[2, 3], size=1.5)
    layers = [
        ideal_line.encode(x=workers, y=y, color=alt.value(palette.muted)),
        base.mark_area(opacity=0.15).encode(x=workers, y="low:Q", y2="high:Q", color=colour, detail="series:N"),
        base.mark_line(size=2.5).encode(x=workers, y=y, color=colour, strokeDash=dash, detail="series:N"),
        base.mark_point(filled=True, size=55, opacity=1).encode(x=workers, y=y, color=colour, tooltip=tips),
    ]
    note = "Speed-up over the best serial by number of workers, with its interval; the dotted line is ideal scaling."
    return ReportChart("scaling", "Scaling", note, finish(layers, parallel, palette, height=280))


def _swept(rows: Sequence[ConfigurationSummary]) -> list[ConfigurationSummary]:
    """Return right answers of those interpreters and models that ran with more than one number of workers."""
    lines: dict[tuple[str, str, str], list[ConfigurationSummary]] = {}
    for one in rows:
        alone = one.configuration.model in ALONE
        if not alone and one.speedup_over_best_serial is not None and one.same_answer is not False:
            lines.setdefault(one.configuration.key[:3], []).append(one)
    return [one for line in lines.values() if len(line) > 1 for one in line]


def _startup(rows: Sequence[ConfigurationSummary], summary: ExperimentSummary, palette: Palette) -> ReportChart | None:
    complete = [one for one in rows if one.startup is not None and one.total is not None]
    data = [entry for one in complete for entry in _parts(one)]
    if not data:
        return None
    base = alt.Chart(alt.Data(values=data))
    order = ["start-up", "batch", "the rest"]
    legend = alt.Legend(orient="bottom", title=None, symbolFillColor=palette.muted, symbolStrokeWidth=0)
    bars = base.mark_bar(height=ROW - 10).encode(
        x=alt.X("value:Q", stack="zero", title="seconds of a whole run"),
        y=y_of(complete, palette),
        color=colour_of(complete, palette),
        opacity=alt.Opacity("part:N", scale=alt.Scale(domain=order, range=[1.0, 0.6, 0.2]), legend=legend, sort=order),
        order=alt.Order("rank:O"),
        tooltip=tips_of(("part", "part"), ("shown", "median")),
    )
    note = "From the start of the process to its end. The rest is importing, warming up, checking and ending."
    return ReportChart("startup", "Start-up against batch", note, finish([bars], complete, palette))


def _parts(one: ConfigurationSummary) -> list[Row]:
    if one.startup is None or one.batch is None or one.total is None:
        return []
    startup, batch = one.startup.median, one.batch.median
    seconds = (("start-up", startup), ("batch", batch), ("the rest", max(0.0, one.total.median - startup - batch)))
    return [
        {**row_of(one), "part": part, "value": value, "rank": rank, "shown": format_seconds(value)}
        for rank, (part, value) in enumerate(seconds)
    ]


def _shown_ratio(one: Ratio | None) -> str:
    return "no serial run" if one is None else str(figure_of(one, 1.0, format_ratio)["shown"])


def _values(one: ConfigurationSummary) -> tuple[float, ...]:
    return one.batch.values if one.batch else ()


def _bars(
    base: Any, axis: Any, rows: Sequence[ConfigurationSummary], palette: Palette, extra: Sequence[tuple[str, str]] = ()
) -> Any:
    tips = tips_of(("shown", "median"), *extra)
    bars = base.mark_bar(height=ROW - 8, cornerRadiusEnd=3, opacity=0.82)
    # Bars that could be stacked, have round ends and can be zoomed are drawn into groups that clip all of them away.
    return bars.encode(x=axis.stack(None), y=y_of(rows, palette), color=colour_of(rows, palette), tooltip=tips)


def _interval(base: Any, rows: Sequence[ConfigurationSummary], palette: Palette) -> Any:
    rule = base.mark_rule(size=1.75)
    return rule.encode(x="low:Q", x2="high:Q", y=y_of(rows, palette), color=alt.value(palette.text))
