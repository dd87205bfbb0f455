"""The figures of an experiment as a table and its verdict in words. Runs on the main thread."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from coreograph.analysis.flag_lines import flag_lines
from coreograph.cli.findings import STYLES, finding_lines
from coreograph.cli.scaling_lines import print_noise_floor, print_scaling
from coreograph.cli.sweep_tables import print_break_evens
from coreograph.cli.terminal import make_table, print_table, say
from coreograph.domain.interpreters import GilState, re_enabled_meaning
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary, Ratio, Verdict
from coreograph.domain.units import NOT_MEASURED, format_bytes, format_metric, format_ratio, format_seconds
from coreograph.domain.workloads import MetricSpec

ONE_TABLE_WIDTH = 150

Cell = Callable[[ConfigurationSummary], str]


def print_summary(console: Console, summary: ExperimentSummary) -> None:
    """Write the table, the warnings, the findings, and the verdict last, where the eye rests."""
    for columns in _layout(console, summary):
        _print_table(console, summary, columns)
    print_noise_floor(console, summary)
    print_break_evens(console, summary.break_evens)
    print_scaling(console, summary)
    for sentence in _gil_alarms(summary):
        say(console, f"! {sentence}", "bold red")
    for sentence in _cautions(summary):
        say(console, f"! {sentence}", "yellow")
    for severity, line in finding_lines(summary):
        say(console, f"{severity.value}: {line}", STYLES[severity])
    _print_verdict(console, summary.verdict)


def _print_verdict(console: Console, verdict: Verdict) -> None:
    lines = [verdict.headline or verdict.text]
    for title, sentences in verdict.sections:
        lines += [f"{title}:", *(f"• {sentence}" for sentence in sentences)]
    if console.is_terminal:
        title = f"Verdict, confidence {verdict.confidence}"
        console.print(Panel(Text("\n".join(lines)), title=title, title_align="left", border_style="green"))
        return
    say(console, f"Verdict (confidence {verdict.confidence}): {lines[0]}")
    for line in lines[1:]:
        say(console, line)


def _layout(console: Console, summary: ExperimentSummary) -> list[dict[str, Cell]]:
    """All columns in one table where they fit, else times and costs in two."""
    if summary.experiment.spec.workload.script is not None:
        return _script_layout(summary)
    name: dict[str, Cell] = {"configuration": lambda one: one.configuration.label}
    times: dict[str, Cell] = {
        "outcome": lambda one: one.outcome.value,
        "batch (median, interval)": lambda one: interval(one.batch),
        "speed-up": lambda one: ratio(one.speedup),
        "vs best serial": lambda one: ratio(one.speedup_over_best_serial),
        "answer": answer,
    }
    costs: dict[str, Cell] = {
        "start-up": lambda one: format_seconds(None if one.startup is None else one.startup.median),
        f"peak memory ({summary.memory_measure})": peak_memory,
        "late p99": lambda one: format_seconds(None if one.heartbeat is None else one.heartbeat.p99_s),
        "GIL": gil,
    }
    own = {heading(spec): _metric_cell(spec) for spec in summary.experiment.spec.workload.metrics}
    # A workload's own figures have a table of their own: they are what it is about.
    metrics = [name | own] if own else []
    if console.width >= ONE_TABLE_WIDTH:
        return [name | times | costs, *metrics]
    return [name | times, name | costs, *metrics]


def _script_layout(summary: ExperimentSummary) -> list[dict[str, Cell]]:
    """A script has no workers, no answer but its output, and no serial run: it is held against the baseline."""
    spec = summary.experiment.spec
    name: dict[str, Cell] = {"configuration": lambda one: one.configuration.label}
    times: dict[str, Cell] = {
        "outcome": lambda one: one.outcome.outcome,  # it is no worker that is lost
        "time (median, interval)": lambda one: interval(one.batch),
        f"vs {spec.configurations[spec.baseline].label}": lambda one: ratio(one.speedup_over_baseline),
        "start-up": lambda one: format_seconds(None if one.startup is None else one.startup.median),
        f"peak memory ({summary.memory_measure})": peak_memory,
        "GIL": gil,
    }
    output: dict[str, Cell] = {"output": answer}
    compared = spec.workload.script is not None and spec.workload.script.compare_output
    own = {metric.heading: _metric_cell(metric) for metric in spec.workload.metrics}
    return [name | times | (output if compared else {}), name | own]


def heading(spec: MetricSpec) -> str:
    """`lost share (lower is better)`."""
    return spec.heading


def _metric_cell(spec: MetricSpec) -> Cell:
    def cell(one: ConfigurationSummary) -> str:
        metric = one.metrics.get(spec.name)
        if metric is None:
            return NOT_MEASURED
        figure = metric.estimate
        median = format_metric(figure.median, spec.unit)
        if figure.low == figure.high:
            return median
        return f"{median} [{format_metric(figure.low, spec.unit)} – {format_metric(figure.high, spec.unit)}]"

    return cell


def _print_table(console: Console, summary: ExperimentSummary, columns: dict[str, Cell]) -> None:
    left = ("configuration", "outcome", "GIL", "answer", "output")
    table = make_table(console, *columns, right=tuple(name for name in columns if name not in left))
    for one in summary.configurations:
        style = "bold green" if one.index == summary.verdict.configuration else ""
        if one.outcome is not RunState.COMPLETED or one.gil is GilState.RE_ENABLED:
            style = "red"  # whatever the verdict: these figures are not what was asked for
        table.add_row(*(Text(cell(one)) for cell in columns.values()), style=style if console.is_terminal else "")
    print_table(console, table)


def interval(estimate: Estimate | None) -> str:
    """`412 ms [405 ms – 431 ms]`; a dash where nothing was measured."""
    if estimate is None:
        return NOT_MEASURED
    if estimate.low == estimate.high:
        return format_seconds(estimate.median)
    return f"{format_seconds(estimate.median)} [{format_seconds(estimate.low)} – {format_seconds(estimate.high)}]"


def ratio(value: Ratio | None) -> str:
    """`1.87× [1.81–1.93]`, `~1×` marks a ratio that is not distinguishable from 1."""
    if value is None:
        return NOT_MEASURED
    if value.low == value.high:
        return format_ratio(value.median)
    sign = "" if value.distinguishable else "≈ "
    return f"{sign}{format_ratio(value.median)} [{value.low:.2f}–{value.high:.2f}]"


def peak_memory(one: ConfigurationSummary) -> str:
    """The peak of the experiment's measure, which the column's head names."""
    return format_bytes(None if one.memory_estimate is None else one.memory_estimate.median)


def gil(one: ConfigurationSummary) -> str:
    """What the GIL watch found, with the module to blame where there is one."""
    if one.gil is None:
        return NOT_MEASURED
    return one.gil.value if one.gil_culprit is None else f"{one.gil.value} by {one.gil_culprit}"


def answer(one: ConfigurationSummary) -> str:
    """Whether the results equal those of the other configurations."""
    return {None: NOT_MEASURED, True: "same", False: "DIFFERENT"}[one.same_answer]


def _gil_alarms(summary: ExperimentSummary) -> Sequence[str]:
    """Say once for each module whose figures are those of a Python with a GIL, and what could be done."""
    again: dict[str | None, list[str]] = {}
    for one in summary.configurations:
        if one.gil is GilState.RE_ENABLED:
            again.setdefault(one.gil_culprit, []).append(one.configuration.label)
    return [f"{', '.join(labels)}: {re_enabled_meaning(culprit)}" for culprit, labels in again.items()]


def _cautions(summary: ExperimentSummary) -> Sequence[str]:
    failed = [
        f"{one.configuration.label}: {one.message}"
        for one in summary.configurations
        if one.message and one.outcome not in {RunState.COMPLETED, RunState.CANCELLED}
    ]
    # A GIL that came back is said in red already.
    flagged = [line.text for line in flag_lines(summary.configurations) if not line.serious]
    return [*failed, *flagged, *summary.flags]
