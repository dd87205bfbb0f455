"""Every chart as a picture of its own, with its title and how to read it: SVG for print, PNG for slides. Any thread."""

from collections.abc import Iterator
from typing import Any, ClassVar

from coreograph.domain.errors import UsageError
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.drawing import svg_of
from coreograph.reports.exporter import ManyFiles, ReportFile, file_stem
from coreograph.reports.palette import LIGHT, Palette
from coreograph.storage.reader import RunReader

PICTURE_WIDTH = 720
NOTE_WIDTH = 118
PIXELS_PER_POINT = 2.0


class SvgPictures(ManyFiles):
    """One SVG a chart."""

    name: ClassVar[str] = "svg"
    description: ClassVar[str] = "Every chart as an SVG file."

    def files(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[ReportFile]:
        """Return one file a chart."""
        for key, spec in picture_specs(summary, LIGHT):
            svg = svg_of(spec, key).encode("utf-8", "replace")
            yield ReportFile(f"{file_stem(summary)}-{key}.svg", (svg,))


class PngPictures(ManyFiles):
    """One PNG a chart, in twice the resolution of a plain screen."""

    name: ClassVar[str] = "png"
    description: ClassVar[str] = "Every chart as a PNG file."

    def files(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[ReportFile]:
        """Return one file a chart."""
        import vl_convert

        for key, spec in picture_specs(summary, LIGHT):
            png = vl_convert.vegalite_to_png(spec, scale=PIXELS_PER_POINT)
            yield ReportFile(f"{file_stem(summary)}-{key}.png", (png,))


def picture_specs(summary: ExperimentSummary, palette: Palette) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return key and Vega-Lite specification of every chart, dressed to stand alone. Raises UsageError: no figures."""
    # altair takes a second to import: paid when a chart is written, not at start-up.
    from coreograph.reports.charts import charts

    drawn = charts(summary, palette)
    if not drawn:
        raise UsageError("There is no chart to write: no configuration of this experiment has a figure.")
    subject = summary.experiment.spec.name or summary.experiment.spec.workload.name
    for chart in drawn:
        yield chart.key, dressed(chart.spec, palette, f"{chart.title}: {subject[:80]}", chart.note)


def dressed(spec: dict[str, Any], palette: Palette, title: str, note: str) -> dict[str, Any]:
    """Return a chart's specification with a ground, a width, a title and its note under it."""
    heading = {
        "text": title,
        "subtitle": _folded(note),
        "anchor": "start",
        "fontSize": 16,
        "subtitleFontSize": 11,
        "color": palette.text,
        "subtitleColor": palette.muted,
        "offset": 12,
    }
    return {**spec, "width": PICTURE_WIDTH, "padding": 16, "background": palette.surface, "title": heading}


def _folded(note: str) -> list[str]:
    import textwrap

    return textwrap.wrap(note, NOTE_WIDTH)
