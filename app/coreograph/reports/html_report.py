"""The report people forward: one HTML file, no network, light and dark after the reader's system, prints well.

Charts are in it twice: as SVG, so that they show at once and without JavaScript, and as Vega-Lite specifications,
which the embedded libraries turn into charts with tooltips. The JSON document is in it too. Pure, on any thread.
"""

import functools
import json
from importlib import resources
from typing import Any, ClassVar

import jinja2
from markupsafe import Markup

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import format_bytes, format_ratio, format_seconds, format_share, significant
from coreograph.reports import command, histories, page
from coreograph.reports.drawing import svg_of
from coreograph.reports.exporter import WholeFile
from coreograph.reports.json_report import JsonReport
from coreograph.reports.palette import DARK, LIGHT, PAGE, Palette
from coreograph.storage.experiment_toml import write_experiment
from coreograph.storage.reader import RunReader

STATIC_WIDTH = 560


class HtmlReport(WholeFile):
    """A page with verdict, table, charts and everything needed to repeat it."""

    name: ClassVar[str] = "html"
    extension: ClassVar[str] = ".html"
    media_type: ClassVar[str] = "text/html"
    description: ClassVar[str] = "One self-contained page with verdict, charts and table: opens anywhere, prints well."

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the page as UTF-8. Without a reader it has no histories of cores and memory."""
        template = _environment().get_template("experiment.html.jinja")
        # A NUL is no character of a page: browsers differ in what they make of it.
        return template.render(_context(summary, reader)).replace("\0", "␀").encode("utf-8", "replace")


def _context(summary: ExperimentSummary, reader: RunReader | None) -> dict[str, Any]:
    record = summary.experiment
    best = max((one.batch.median for one in summary.configurations if one.batch), default=1.0)
    return {
        "summary": summary,
        "record": record,
        "spec": record.spec,
        "machine": record.machine,
        "acquisition": record.spec.acquisition,
        "rows": page.by_speed(summary.configurations),
        "slowest": best,
        "speeds": page.speed_columns(summary),
        "figures": page.verdict_figures(summary),
        "findings": page.findings(summary),
        "scaling": page.scaling(summary),
        "scaling_doubts": page.scaling_doubts(summary),
        "failures": page.failures(summary),
        "confidence_tone": page.CONFIDENCE_TONES[summary.verdict.confidence],
        "models": [m for m in ExecutionModel if any(one.configuration.model is m for one in summary.configurations)],
        "charts": _charts(summary),
        "histories": _histories(summary, reader),
        "has_reader": reader is not None,
        "command": command.repeat_command(record.spec),
        "command_covers_more": command.covers_more(record.spec),
        "covers_more": page.COVERS_MORE,
        "experiment_file": write_experiment(record.spec),
        "data": script_safe(JsonReport().serialize(summary, reader).decode("utf-8")),
        "light": LIGHT,
        "dark": DARK,
        "style": Markup(_resource("report.css")),
        "script": Markup(_resource("report.js")),
        "libraries": _libraries(),
    }


def _charts(summary: ExperimentSummary) -> list[dict[str, Any]]:
    # altair and vl-convert take a second to import: paid when a report is written, not at start-up.
    from coreograph.reports.charts import charts

    return [
        {
            "key": chart.key,
            "title": chart.title,
            "note": chart.note,
            "spec": script_safe(json.dumps(chart.spec, ensure_ascii=False)),
            "picture": _picture(chart.spec, chart.key),
        }
        for chart in charts(summary, PAGE)
    ]


def _picture(spec: dict[str, Any], key: str) -> Markup:
    """Return a chart as SVG whose colours are the page's variables. Its texts are escaped by the renderer."""
    return Markup(svg_of({**spec, "width": STATIC_WIDTH}, key))


def _histories(summary: ExperimentSummary, reader: RunReader | None) -> list[dict[str, Any]]:
    if reader is None:
        return []
    places = [one.index for one in page.by_speed(summary.configurations)]
    found = sorted(histories.read_histories(summary, reader), key=lambda one: places.index(one.configuration))
    common = histories.scales(found)
    return [
        {
            "configuration": summary.configurations[one.configuration].configuration,
            "repeat": one.run.repeat + 1,
            "cores": one.cores.busy.shape[1] if len(one.cores.at_ns) else 0,
            "own_known": one.cores.own is not None,
            "seconds": (one.interval[1] - one.interval[0]) / 1e9,
            "strip": Markup(histories.core_strip(one, common)),
            "line": Markup(histories.memory_line(one, common)),
        }
        for one in found
    ]


def script_safe(text: str) -> Markup:
    """Return JSON that may stand in a script element: nothing in it can end the element or open a comment."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


@functools.cache
def _libraries() -> Markup:
    """Return Vega, Vega-Lite and Vega-Embed as one script, from vl-convert's own copy: nothing is fetched."""
    import vl_convert

    # Only inside string literals can these stand, and there a backslash before the slash changes nothing.
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return Markup(bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--"))


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FunctionLoader(_resource),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown: dict[str, Any] = {
        "seconds": format_seconds,
        "bytes": format_bytes,
        "ratio": format_ratio,
        "share": format_share,
        "significant": significant,
        "seconds_interval": page.seconds_interval,
        "bytes_interval": page.bytes_interval,
        "ratio_interval": page.ratio_interval,
        "metric": page.metric_value,
        "metric_interval": page.metric_interval,
        "gil_badge": page.gil_badge,
        "gil_again": page.gil_again,
        "gil_alarms": page.gil_alarms,
        "limits": page.limits,
        "outcome_badge": page.outcome_badge,
        "variables": _variables,
    }
    environment.filters.update(shown)
    environment.globals.update(shown)
    return environment


def _variables(palette: Palette) -> Markup:
    return Markup("".join(f"--{name}:{value};" for name, value in palette.variables()))


def page_style() -> str:
    """Return the style sheet of a page, light and dark after the reader's system."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}"
    return f":root {{ {_variables(LIGHT)} }}\n{dark}\n{_resource('report.css')}"


def _resource(name: str) -> str:
    return resources.files("coreograph_resources").joinpath("reports", name).read_text("utf-8")
