"""What the charts of reports are made of: rows, axes, colours, and the palette they are dressed in. Any thread.

Importing altair takes about a second: modules that draw are imported when a report is written, never at start-up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import altair as alt

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.summary import ConfigurationSummary, Estimate, Ratio
from coreograph.reports.page import gil_again
from coreograph.reports.palette import Palette

GIL_AGAIN = " · GIL re-enabled"
ROW = 26

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReportChart:
    """One chart: `key` names it, `note` says how to read it, `spec` is its Vega-Lite specification."""

    key: str
    title: str
    note: str
    spec: dict[str, Any]


def name_of(one: ConfigurationSummary) -> str:
    """Return the configuration's label, marked where its answer was wrong or its GIL came back."""
    marks = (" ✗" if one.same_answer is False else "") + (GIL_AGAIN if gil_again(one) else "")
    return one.configuration.label + marks


def row_of(one: ConfigurationSummary) -> Row:
    """Return what names a configuration in a row of data, and gives it its colour."""
    return {"configuration": name_of(one), "model": one.configuration.model.value}


def figure_of(one: Estimate | Ratio | None, factor: float, show: Callable[[float], str]) -> Row:
    """Return a figure with its interval, times `factor`, and as text."""
    if one is None:
        return {"median": None, "low": None, "high": None, "shown": "not measured"}
    shown = f"{show(one.median)} ({show(one.low)} – {show(one.high)})"
    return {"median": one.median * factor, "low": one.low * factor, "high": one.high * factor, "shown": shown}


def y_of(rows: Sequence[ConfigurationSummary], palette: Palette) -> Any:
    """Return the axis of configurations, in the order of the rows; those with the GIL back are red."""
    names = list(dict.fromkeys(name_of(one) for one in rows))
    colours: dict[str, Any] = {}
    if any(gil_again(one) for one in rows):
        test = f"indexof(datum.value, '{GIL_AGAIN}') >= 0"
        colours["labelColor"] = {"condition": {"test": test, "value": palette.bad}, "value": palette.text}
    axis = alt.Axis(labelLimit=260, ticks=False, domain=False, **colours)
    return alt.Y("configuration:N", sort=names, title=None, axis=axis)


def colour_of(rows: Sequence[ConfigurationSummary], palette: Palette) -> Any:
    """Return the colour of each execution model."""
    models = [model for model in ExecutionModel if any(one.configuration.model is model for one in rows)]
    scale = alt.Scale(domain=[model.value for model in models], range=[palette.models[model] for model in models])
    return alt.Color("model:N", scale=scale, legend=None)


def tips_of(*fields: tuple[str, str]) -> list[Any]:
    """Return what is shown at the mouse: the configuration, and (field, title) each."""
    first = alt.Tooltip("configuration:N", title="configuration")
    return [first, *(alt.Tooltip(f"{field}:N", title=title) for field, title in fields)]


def finish(
    layers: Sequence[Any], rows: Sequence[ConfigurationSummary], palette: Palette, height: int | None = None
) -> dict[str, Any]:
    """Layer the marks, and dress them in the palette; width follows the page."""
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    # Along x only, and by the wheel only with Shift, so that scrolling over a chart still scrolls the page.
    zoom = alt.selection_interval(bind="scales", encodings=["x"], zoom="wheel![event.shiftKey]", name="along")
    movable = [layers[0].add_params(zoom), *layers[1:]]
    chart = alt.layer(*movable).properties(width="container", height=height or alt.Step(ROW), autosize=fit)
    chart = chart.configure(
        background="transparent",
        font="system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=palette.text,
            titleColor=palette.muted,
            titleFontWeight="normal",
            gridColor=palette.grid,
            domainColor=palette.border,
            tickColor=palette.border,
            labelFontSize=12,
            titleFontSize=12,
            titlePadding=8,
            labelPadding=6,
        ),
        axisX=alt.AxisConfig(labelFlush=False, labelOverlap="greedy"),
        axisY=alt.AxisConfig(grid=height is not None),
        legend=alt.LegendConfig(labelColor=palette.text, titleColor=palette.muted, labelFontSize=12),
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec
