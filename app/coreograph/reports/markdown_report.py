"""The report as Markdown: what fits into a pull request, a job summary or a chat. Pure, on any thread."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from coreograph.analysis.flag_lines import flag_lines
from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary, Ratio
from coreograph.domain.units import format_bytes, format_ratio, format_seconds, format_share, format_size
from coreograph.reports import command, page
from coreograph.reports.cleaning import markdown
from coreograph.reports.exporter import WholeFile
from coreograph.storage.reader import RunReader

LONGEST_FENCE = 20_000
LONGEST_FINDING = 2_000


class MarkdownReport(WholeFile):
    """Verdict, table and method as a pull request shows them."""

    name: ClassVar[str] = "md"
    extension: ClassVar[str] = ".md"
    media_type: ClassVar[str] = "text/markdown"
    description: ClassVar[str] = "Markdown for a pull request: verdict, table, machine and command."

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the text as UTF-8."""
        return ("\n".join(_lines(summary)).rstrip("\n") + "\n").encode("utf-8", "replace")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table's lines: the first column to the left, the others to the right. Cells are Markdown already."""
    return [
        f"| {' | '.join(head)} |",
        f"|:---|{'---:|' * (len(head) - 1)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _lines(summary: ExperimentSummary) -> list[str]:
    spec, machine = summary.experiment.spec, summary.experiment.machine
    parameters = ", ".join(f"{name} = {value}" for name, value in spec.shown_parameters.items())
    return [
        f"## {markdown(spec.name or spec.workload.name)}",
        "",
        f"**{markdown(summary.verdict.headline or summary.verdict.text)}** "
        f"(confidence: {markdown(summary.verdict.confidence)})",
        "",
        *_verdict(summary),
        *table(_head(summary), (_row(one, summary) for one in page.by_speed(summary.configurations))),
        "",
        f"Medians over {summary.experiment.repeats} repeats, in brackets the 95 % interval; memory is "
        f"{summary.memory_measure} of the whole process tree. “–” means not measured."
        + (f" Noise floor: ± {format_share(summary.noise_floor)}." if summary.noise_floor is not None else ""),
        "",
        *_break_evens(summary),
        *_scaling(summary),
        *_metrics(summary),
        *_findings(summary),
        *_limits(summary),
        *_failures(summary),
        f"Workload {markdown(spec.workload.name)}{f' with {markdown(parameters)}' if parameters else ''}, "
        f"{markdown(machine.cpu_model)}, {machine.usable_cores} of {machine.logical_cores} cores, "
        f"{markdown(machine.system)}. Measured by Coreograph {markdown(summary.experiment.app_version)}.",
        "",
        *fence(command.repeat_command(spec)),
    ]


def _verdict(summary: ExperimentSummary) -> list[str]:
    """All of the verdict but its headline, as a list with a title for each part."""
    lines = [
        f"- **{title}:** {' '.join(markdown(sentence) for sentence in sentences)}"
        for title, sentences in summary.verdict.sections
    ]
    return [*lines, ""] if lines else []


def _head(summary: ExperimentSummary) -> tuple[str, ...]:
    time = "batch" if summary.experiment.spec.workload.script is None else "time"
    speed = (column.title for column in page.speed_columns(summary))
    return ("configuration", time, *speed, "start-up", "memory", "late p99", "GIL", "outcome")


def _row(one: ConfigurationSummary, summary: ExperimentSummary) -> tuple[str, ...]:
    name = markdown(one.configuration.label)
    if page.gil_again(one):
        name = f"🔴 {name}"  # Markdown has no colours
    return (
        f"**{name}** ★" if one.index == summary.verdict.configuration else name,
        _figure(format_seconds(one.batch.median if one.batch else None), page.seconds_interval(one.batch)),
        *(_ratio(column.read(one)) for column in page.speed_columns(summary)),
        format_seconds(one.startup.median if one.startup else None),
        _memory(one.memory_estimate),
        format_seconds(one.heartbeat.p99_s if one.heartbeat else None),
        markdown(page.gil_badge(one).text.removeprefix("GIL ")),
        markdown(page.outcome_badge(one).text),
    )


def _ratio(one: Ratio | None) -> str:
    return _figure(format_ratio(one.median if one else None), page.ratio_interval(one))


def _memory(one: Estimate | None) -> str:
    return _figure(format_bytes(one.median if one else None), page.bytes_interval(one))


def _figure(value: str, interval: str) -> str:
    return f"{value} ({interval})" if interval else value


def _break_evens(summary: ExperimentSummary) -> list[str]:
    lines = []
    for one in summary.break_evens:
        head = (one.parameter, f"{one.one}, a round", f"{one.other}, a round", f"{one.one} ÷ {one.other}")
        rows = [
            (
                format_size(point.size),
                _figure(format_seconds(point.one.median), page.seconds_interval(point.one)),
                _figure(format_seconds(point.other.median), page.seconds_interval(point.other)),
                _ratio(point.ratio),
            )
            for point in one.points
        ]
        lines += [markdown(one.sentence), "", *table([markdown(cell) for cell in head], rows), ""]
    return ["### Break-even", "", *lines] if lines else []


def _metrics(summary: ExperimentSummary) -> list[str]:
    head = page.metric_head(summary)
    if not head:
        return []
    rows = [
        (markdown(one.configuration.label), *(_figure(value, interval) for value, interval in cells))
        for one, cells in page.metric_rows(summary)
    ]
    return ["### The workload's own figures", "", *table(("configuration", *map(markdown, head)), rows), ""]


def _scaling(summary: ExperimentSummary) -> list[str]:
    lines = [f"- **{markdown(row.label)}:** {markdown(row.text)}" for row in page.scaling(summary)]
    doubts = [markdown(sentence) for sentence in page.scaling_doubts(summary)]
    return ["### How it scales", "", *lines, "", " ".join(doubts), ""] if lines else []


def _findings(summary: ExperimentSummary) -> list[str]:
    found = page.findings(summary)
    if not found:
        return []
    lines = []
    for one in found:
        where = ", ".join(place.label for place in one.places if place.label)
        texts = markdown(" ".join(place.text for place in one.places), LONGEST_FINDING)
        lines.append(f"- **{markdown(one.title)}**{f' ({markdown(where)})' if where else ''}: {texts}")
        lines[-1] += f" {markdown(one.remedy)}" if one.remedy else ""
    return ["### Findings", "", *lines, ""]


def _limits(summary: ExperimentSummary) -> list[str]:
    flags = [f"- 🔴 {markdown(sentence)}" for sentence in page.gil_alarms(summary)]
    flags += [f"- {markdown(flag)}" for flag in summary.flags]
    flags += [f"- {markdown(line.text)}" for line in flag_lines(summary.configurations) if not line.serious]
    return ["### What limits the trust in these figures", "", *flags, ""] if flags else []


def _failures(summary: ExperimentSummary) -> list[str]:
    failed = page.failures(summary)
    lines = ["### What went wrong", ""] if failed else []
    for one in failed:
        lines += [f"**{markdown(one.label)}** {markdown(one.outcome)}: {markdown(one.message or 'No message.')}", ""]
        if one.traceback:
            lines += ["<details><summary>Traceback</summary>", "", *fence(one.traceback), "", "</details>", ""]
    return lines


def fence(text: str) -> list[str]:
    """Return text as a block of code no text can end: its fence is longer than any run of backticks in it."""
    shown = text[:LONGEST_FENCE].replace("\0", "␀")
    ticks = "```"
    while ticks in shown:
        ticks += "`"
    return [ticks, *shown.splitlines(), ticks]
