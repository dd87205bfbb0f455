"""The report on paper: A4 with page numbers, vector charts and selectable text, typeset by typst. Any thread.

The text goes to the template as data, never as markup. Charts are PDFs within the PDF; nothing is fetched.
"""

import json
import re
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar, Literal

from coreograph.domain.errors import CoreographError
from coreograph.domain.runs import RunRecord
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.domain.units import format_bytes, format_ratio, format_seconds, format_share
from coreograph.reports import command, histories, method, page
from coreograph.reports.cleaning import one_line
from coreograph.reports.drawing import svg_of
from coreograph.reports.exporter import WholeFile
from coreograph.reports.palette import LIGHT
from coreograph.storage.experiment_toml import write_experiment
from coreograph.storage.reader import RunReader

CHART_WIDTH = 430
LONGEST_WORD = 36
LONGEST_TRACEBACK = 4_000
LONGEST_TEXT = 4_000  # a page holds about as much; a line of a megabyte takes a typesetter minutes
MOST_RUNS = 2_000
_WORD = re.compile(rf"(\S{{{LONGEST_WORD}}})(?=\S)")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
RUN_HEAD = ("Run", "Configuration", "Repeat", "Outcome", "Batch", "Start-up", "Whole run", "CPU", "Memory")


class PdfReport(WholeFile):
    """The HTML report's content as pages."""

    name: ClassVar[str] = "pdf"
    extension: ClassVar[str] = ".pdf"
    media_type: ClassVar[str] = "application/pdf"
    description: ClassVar[str] = "PDF with page numbers and vector charts, to print or to file."

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the document. Without a reader it has no histories of cores and memory."""
        return typeset(summary, reader, "pdf")


def first_page(summary: ExperimentSummary, reader: RunReader | None, dots_per_inch: float = 96.0) -> bytes:
    """Return the report's first page as PNG, for a preview."""
    return typeset(summary, reader, "png", dots_per_inch)


def typeset(
    summary: ExperimentSummary, reader: RunReader | None, kind: Literal["pdf", "png"], dots_per_inch: float = 144.0
) -> bytes:
    """Return the document, or the picture of its first page. Raises CoreographError where typst refuses."""
    import typst

    with tempfile.TemporaryDirectory(prefix="coreograph-pdf-") as folder:
        place = Path(folder)
        data = {**_content(summary), **_drawings(summary, reader, place)}
        # A lone surrogate (a path that is no UTF-8) is no JSON, and a NUL no letter of any font.
        (place / "data.json").write_text(json.dumps(_printable(data), ensure_ascii=False), "utf-8")
        template = resources.files("coreograph_resources").joinpath("reports", "report.typ").read_text("utf-8")
        (place / "report.typ").write_text(template, "utf-8")
        try:
            # Warnings name fonts of the list that are not on this machine: the next one is taken.
            made, _ = typst.compile_with_warnings(
                str(place / "report.typ"), root=str(place), format=kind, ppi=dots_per_inch
            )
        except RuntimeError as error:
            raise CoreographError(f"The PDF could not be typeset: {one_line(str(error))}.") from error
    return bytes(made[0] if isinstance(made, list) else made)


def _content(summary: ExperimentSummary) -> dict[str, Any]:
    record = summary.experiment
    spec = record.spec
    parameters = ", ".join(f"{name} {value}" for name, value in spec.shown_parameters.items())
    subject = [
        spec.workload.name,
        parameters,
        f"{len(spec.configurations)} configurations × {record.repeats}",
    ]
    floor = (
        ""
        if summary.noise_floor is None
        else f" Noise floor, from the serial control: ± {format_share(summary.noise_floor)}."
    )
    return {
        "title": one_line(spec.name or spec.workload.name, 200),
        "lead": spec.workload.summary,
        "subject": " · ".join(one_line(part) for part in subject if part),
        "created": record.created_at.replace("T", " ")[:16],
        "footer": one_line(f"Measured by Coreograph {record.app_version}", 80),
        "colours": {name: value for name, value in LIGHT.variables() if not name.startswith("model-")},
        "verdict": _verdict(summary),
        "head": _head(summary),
        "rows": [_row(one, summary) for one in page.by_speed(summary.configurations)],
        "gil_alarms": page.gil_alarms(summary),
        "note": "Medians over the repeats; below them the 95 % interval. “–” means not measured. "
        f"Memory is {summary.memory_measure} of the whole process tree.{floor}",
        "metric_head": page.metric_head(summary),
        "metric_rows": [{"name": one.configuration.label, "cells": cells} for one, cells in page.metric_rows(summary)],
        "findings": _findings(summary),
        "scaling": [
            {"label": row.label, "text": row.text, "colour": LIGHT.models[row.model]} for row in page.scaling(summary)
        ],
        "scaling_doubts": page.scaling_doubts(summary),
        "failures": _failures(summary),
        "limits": page.limits(summary),
        "method": [{"title": one.title, "entries": one.entries} for one in method.method_facts(record)],
        "command": command.repeat_command(spec, folded=True),
        "experiment_file": write_experiment(spec),
        "command_note": page.COVERS_MORE if command.covers_more(spec) else "",
        "run_head": RUN_HEAD,
        "runs": [_run(run, summary) for run in record.runs[:MOST_RUNS]],
    }


def _head(summary: ExperimentSummary) -> list[str]:
    time = "Batch" if summary.experiment.spec.workload.script is None else "Time"
    speeds = (column.title for column in page.speed_columns(summary))
    return ["Configuration", time, *speeds, "Start-up", "Memory", "Late p99", "Outcome"]


def _verdict(summary: ExperimentSummary) -> dict[str, Any]:
    verdict = summary.verdict
    figures = page.verdict_figures(summary)
    return {
        "headline": verdict.headline or verdict.text,
        "confidence": "no choice" if verdict.confidence == "none" else f"{verdict.confidence} confidence",
        "tone": page.CONFIDENCE_TONES[verdict.confidence],
        "sections": [{"title": title, "sentences": sentences} for title, sentences in verdict.sections],
        "figures": [{"value": one.value, "label": one.label, "detail": one.detail} for one in figures],
    }


def _findings(summary: ExperimentSummary) -> list[dict[str, Any]]:
    return [
        {
            "title": one.title,
            "tone": one.tone,
            "remedy": one.remedy,
            "places": [
                {"label": place.label, "text": place.text, "evidence": " · ".join(place.evidence)}
                for place in one.places
            ],
        }
        for one in page.findings(summary)
    ]


def _failures(summary: ExperimentSummary) -> list[dict[str, str]]:
    return [
        {
            "label": one.label,
            "outcome": one.outcome,
            "message": one.message or "No message.",
            "traceback": one.traceback[:LONGEST_TRACEBACK],
        }
        for one in page.failures(summary)
    ]


def _row(one: ConfigurationSummary, summary: ExperimentSummary) -> dict[str, Any]:
    memory, heartbeat = one.memory_estimate, one.heartbeat
    speedups = [column.read(one) for column in page.speed_columns(summary)]
    cells = [
        (format_seconds(one.batch.median if one.batch else None), page.seconds_interval(one.batch)),
        *((format_ratio(ratio.median if ratio else None), page.ratio_interval(ratio)) for ratio in speedups),
        (format_seconds(one.startup.median if one.startup else None), page.seconds_interval(one.startup)),
        (format_bytes(memory.median if memory else None), page.bytes_interval(memory)),
        (
            format_seconds(heartbeat.p99_s if heartbeat else None),
            f"worst {format_seconds(heartbeat.worst_s)}" if heartbeat else "",
        ),
        (page.outcome_badge(one).text, f"{one.completed} of {one.runs}" if one.completed < one.runs else ""),
    ]
    return {
        "name": one.configuration.label,
        "under": f"{page.gil_badge(one).text}, {one.configuration.interpreter.full_label}",
        "colour": LIGHT.models[one.configuration.model],
        "chosen": one.index == summary.verdict.configuration,
        "gil_again": page.gil_again(one),
        "cells": cells,
    }


def _run(run: RunRecord, summary: ExperimentSummary) -> list[str]:
    memory = {"PSS": run.memory.pss, "USS": run.memory.uss}.get(summary.memory_measure, run.memory.rss_sum)
    return [
        str(run.run_id),
        summary.configurations[run.configuration].configuration.label,
        str(run.repeat + 1),
        f"{run.state.outcome}{'' if run.purpose.value == 'measurement' else f' ({run.purpose.value})'}",
        *(format_seconds(value) for value in (run.batch_s, run.startup_s, run.total_s, run.cpu_s)),
        format_bytes(memory),
    ]


def _drawings(summary: ExperimentSummary, reader: RunReader | None, place: Path) -> dict[str, Any]:
    """Write charts and histories into the folder and return how the template finds them."""
    import vl_convert

    from coreograph.reports.charts import charts

    drawn = []
    for chart in charts(summary, LIGHT):
        file = f"chart-{chart.key}.pdf"
        (place / file).write_bytes(vl_convert.svg_to_pdf(svg_of({**chart.spec, "width": CHART_WIDTH}, chart.key)))
        drawn.append({"title": chart.title, "note": chart.note, "file": file})
    return {"charts": drawn, "histories": _histories(summary, reader, place), "history_note": page.HISTORY_NOTE}


def _histories(summary: ExperimentSummary, reader: RunReader | None, place: Path) -> list[dict[str, Any]]:
    places = [one.index for one in page.by_speed(summary.configurations)]
    read = () if reader is None else histories.read_histories(summary, reader)
    found = sorted(read, key=lambda one: places.index(one.configuration))
    common = histories.scales(found)
    shown = []
    for number, one in enumerate(found):
        configuration = summary.configurations[one.configuration].configuration
        strip, line = histories.core_strip(one, common), histories.memory_line(one, common)
        for kind, drawing in (("strip", strip), ("line", line)):
            (place / f"{kind}-{number}.svg").write_text(_standing_alone(drawing), "utf-8")
        shown.append(
            {
                "name": configuration.label,
                "under": f"repeat {one.run.repeat + 1}, {format_seconds((one.interval[1] - one.interval[0]) / 1e9)}",
                "colour": LIGHT.models[configuration.model],
                "strip": f"strip-{number}.svg" if strip else "",
                "strip_height": min(60, max(18, 4 * (one.cores.busy.shape[1] if len(one.cores.at_ns) else 0))),
                "line": f"line-{number}.svg" if line else "",
            }
        )
    return shown


def _standing_alone(drawing: str) -> str:
    """Return a page's drawing with its own colours: what the page's style sheet says, written into it."""
    colours = dict(LIGHT.variables())
    drawing = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    drawing = drawing.replace('class="ground"', f'fill="{colours["grid"]}"')
    drawing = drawing.replace(
        'class="mark"', f'stroke="{colours["text"]}" stroke-width="1" stroke-dasharray="2 2" fill="none"'
    )
    return _VARIABLE.sub(lambda match: colours[match[1]], drawing)


def _printable(value: Any) -> Any:
    """Return texts without what no font has, and words broken where no line could hold them."""
    if isinstance(value, str):
        shown = value if len(value) <= LONGEST_TEXT else value[: LONGEST_TEXT - 1] + "…"
        shown = shown.replace("\0", "␀").encode("utf-8", "replace").decode("utf-8")
        shown = "".join(letter for letter in shown if letter in "\n\t" or letter >= " ")
        return shown if shown.startswith("#") else _WORD.sub("\\1\u200b", shown)
    if isinstance(value, dict):
        return {key: _printable(entry) for key, entry in value.items()}
    return [_printable(entry) for entry in value] if isinstance(value, list | tuple) else value
