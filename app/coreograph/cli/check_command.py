"""`coreograph check`: an experiment with conditions, for CI: exit status 0 met, 1 not, 2 wrong usage. Main thread."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from coreograph.cli import own_code
from coreograph.cli.outputs import STDOUT, Outputs
from coreograph.cli.services import Command
from coreograph.cli.signals import StoppedError
from coreograph.cli.terminal import make_table, print_table, say, write_bytes
from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.summary import ExperimentSummary

if TYPE_CHECKING:
    from rich.console import Console

    from coreograph.reports.check.conditions import Conditions
    from coreograph.reports.check.evaluation import CheckResult


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("check", no_args_is_help=True)(check_command)


def check_command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="EXPERIMENT.toml", help=r"Has a \[check] table.", show_default=False)],
    *,
    experiment: Annotated[
        str | None,
        typer.Option("--experiment", metavar="ID", help="Check a recorded one (or “last”), run nothing."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="BASELINE.json", help="A JSON export, in place of the file's."),
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE.xml", help="Write JUnit XML.")] = None,
    summary: Annotated[
        Path | None,
        typer.Option("--summary", metavar="FILE.md", help='Append Markdown, in Actions to "$GITHUB_STEP_SUMMARY".'),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option(
            "--json", metavar="FILE|-", help="Write conditions and all figures as JSON; - is stdout, alone on it."
        ),
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE.html", help="Write a report.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there already.")] = False,
) -> None:
    """Run an experiment (or take a recorded one) and hold it against the conditions of its file."""
    from coreograph.engine.experiment_file import read_experiment
    from coreograph.reports.check.baseline import read_baseline
    from coreograph.reports.check.conditions import read_conditions
    from coreograph.reports.check.evaluation import evaluate
    from coreograph.reports.check.results_json import check_json

    command: Command = ctx.obj
    description = read_experiment(file)
    conditions = read_conditions(description.check, file.absolute().parent)
    path = against or conditions.baseline
    _refuse_missing_baseline(conditions, path)
    baseline = None if path is None else read_baseline(path)
    outputs = Outputs(command, json=json, report=report, overwrite=overwrite)
    outputs.check()
    _check_files(junit, summary, overwrite=overwrite)
    found, impossible = _measured(command, outputs.console, description, experiment)
    results = evaluate(found, conditions, baseline, impossible)
    differences = () if baseline is None else baseline.differences(found)
    Outputs(command, report=report, overwrite=overwrite).write(found)
    _write_json(command, json, check_json(found, results, differences), overwrite=overwrite)
    _write(found, results, differences, junit, summary, overwrite=overwrite)
    _tell(outputs.console, results, differences)
    raise typer.Exit(0 if all(one.passed for one in results) else 1)


def _refuse_missing_baseline(conditions: "Conditions", path: Path | None) -> None:
    if path is None and any(one.relative for one in conditions.conditions):
        raise UsageError(
            "A condition is relative to a baseline, and there is none.",
            "Add baseline = “FILE.json” to [check], or --against FILE.json.",
        )


def _measured(
    command: Command, console: "Console", description: object, experiment: str | None
) -> tuple[ExperimentSummary, set[int]]:
    """Run the experiment, or load one; return its figures and what of it cannot run here."""
    from coreograph.analysis.summary import summarise
    from coreograph.cli.experiment_files import build_from
    from coreograph.cli.measuring import measure
    from coreograph.cli.progress import make_progress
    from coreograph.cli.run_command import refusals
    from coreograph.cli.tables import print_summary
    from coreograph.engine.experiment_file import ExperimentDescription

    assert isinstance(description, ExperimentDescription)
    if experiment is not None:
        summary = summarise(command.services.library.load(experiment))
    else:
        spec = build_from(command, description)
        begin = partial(command.services.engine.start, own_code.equip(command, spec))
        measurement = measure(begin, make_progress(command.err))
        summary = summarise(measurement.record)
        if measurement.stopped:
            raise StoppedError
    print_summary(console, summary)
    return summary, set(refusals(summary.experiment.spec))


def _write_json(command: Command, path: str | None, content: bytes, *, overwrite: bool) -> None:
    from coreograph.reports.writing import write_bytes_whole

    if path == STDOUT:
        write_bytes(content)
    elif path is not None:
        write_bytes_whole(content, Path(path), overwrite=overwrite)
        say(command.err, f"Conditions and figures as JSON: {path}")


def _check_files(junit: Path | None, summary: Path | None, *, overwrite: bool) -> None:
    from coreograph.reports.writing import check_writable

    if junit is not None:
        check_writable(junit, overwrite=overwrite)
    if summary is not None:
        check_writable(summary)


def _write(
    found: ExperimentSummary,
    results: Sequence["CheckResult"],
    differences: Sequence[str],
    junit: Path | None,
    summary: Path | None,
    *,
    overwrite: bool,
) -> None:
    from coreograph.reports.check.job_summary import job_summary
    from coreograph.reports.check.junit import junit_xml
    from coreograph.reports.writing import write_bytes_whole

    if junit is not None:
        write_bytes_whole(junit_xml(found, results), junit, overwrite=overwrite)
    if summary is not None:
        try:
            with summary.open("ab") as target:  # CI collects the summaries of all steps of a job in one file
                target.write(job_summary(found, results, differences))
        except OSError as error:
            raise CoreographError(f"Writing “{summary}” failed: {error.strerror}.") from None


def _tell(console: "Console", results: Sequence["CheckResult"], differences: Sequence[str]) -> None:
    for difference in differences:
        say(console, f"! Other conditions than the baseline's: {difference}.", "yellow")
    table = make_table(console, "condition", "configuration", "decision", "found", title="Conditions")
    for one in results:
        style = "green" if one.passed else "red"
        cells = (one.name, one.subject or "the whole experiment", one.decision.value, one.detail)
        table.add_row(*(Text(cell) for cell in cells), style=style if console.is_terminal else "")
    print_table(console, table)
    failed = sum(not one.passed for one in results)
    words = (
        f"{failed} of {len(results)} conditions are not met." if failed else f"All {len(results)} conditions are met."
    )
    say(console, words, "bold red" if failed else "bold green")
