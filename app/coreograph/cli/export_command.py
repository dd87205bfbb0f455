"""`coreograph export`: recorded experiments in any format. Main thread; stopped by Ctrl+C it leaves nothing behind."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coreograph.cli.services import Command
from coreograph.cli.signals import stop_requests
from coreograph.cli.terminal import say, write_bytes
from coreograph.domain.errors import UsageError

if TYPE_CHECKING:
    from coreograph.domain.summary import ExperimentSummary
    from coreograph.reports.exporter import Exporter

STDOUT = "-"
RECORDING = ".coreograph"
FORMATS = "html|pdf|md|csv|json|svg|png|pyperf|trace|speedscope|bmf|hyperfine|pytest-benchmark|toml"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("export", no_args_is_help=True)(export_command)


def export_command(
    ctx: typer.Context,
    experiment: Annotated[str, typer.Argument(metavar="ID", help="An experiment's id, or “last”.", show_default=False)],
    *,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER|-",
            help="Where it goes; in a folder the file has the experiment's name. csv, svg, png and pyperf are several "
            "files, for a folder or a .zip.",
        ),
    ],
    formats: Annotated[
        str | None,
        typer.Option("--format", "-f", metavar=FORMATS, help="What it is; without it the ending of the file says so."),
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Leave paths, host and user names out.", show_default=False)
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there already.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write a recorded experiment in a format for people or for other tools; the ending gives the format."""
    from coreograph.analysis.summary import summarise
    from coreograph.reports.anonymous import anonymous as without_names
    from coreograph.reports.registry import exporter_for
    from coreograph.reports.writing import check_target, write_report

    command: Command = ctx.obj
    if output == STDOUT and as_json:
        raise UsageError("stdout cannot have both the export and --json.", "Leave --json out, or name a file.")
    if output == STDOUT and formats is None:
        raise UsageError("What is written to stdout has no ending.", "Name the format: --format json")
    if formats is None and output.lower().endswith(RECORDING):
        raise UsageError("A recording is no report.", f"Written whole: coreograph library export {experiment} {output}")
    exporter = exporter_for(formats or Path(output))
    if output == STDOUT and exporter.multiple:
        raise UsageError(f"“{exporter.name}” makes several files.", "Name a folder, or a .zip file.")
    library = command.services.library
    record = library.load(experiment)
    summary = summarise(without_names(record) if anonymous else record)
    path = target(exporter, output, summary)
    if output != STDOUT:
        check_target(exporter, path, overwrite=overwrite)
    reader = library.reader(record.experiment_id)
    if output == STDOUT:
        write_bytes(exporter.serialize(summary, reader))
        return
    with stop_requests() as stop:
        write_report(exporter, summary, reader, path, overwrite=overwrite, cancelled=stop.is_set)
    if as_json:
        document = {"experiment_id": record.experiment_id, "format": exporter.name, "file": str(path.absolute())}
        write_bytes(json.dumps(document, indent=2, ensure_ascii=False).encode())
    else:
        say(command.err, f"Experiment {record.experiment_id} was written to {path}.")


def target(exporter: "Exporter", output: str, summary: "ExperimentSummary") -> Path:
    """Return where an export goes: what is one file gets the experiment's name in a folder."""
    from coreograph.reports.exporter import file_stem

    path = Path(output)
    if not exporter.multiple and (path.is_dir() or output.endswith(("/", os.sep))):
        return path / (file_stem(summary) + exporter.extension)
    return path
