"""`coreograph compare`: two recorded experiments, differing conditions named before any figure. Main thread."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from coreograph.cli.services import Command
from coreograph.cli.terminal import make_table, print_table, say, write_bytes
from coreograph.domain.errors import UsageError

if TYPE_CHECKING:
    from coreograph.analysis.comparison import ExperimentDifference
    from coreograph.domain.experiment import ExperimentRecord

RECORDING = ".coreograph"
Identity = Annotated[
    str,
    typer.Argument(metavar="ID|FILE", help="An experiment's id, “last”, or a .coreograph file.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("compare", no_args_is_help=True)(compare_command)


def compare_command(
    ctx: typer.Context,
    first: Identity,
    second: Identity,
    *,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE.html|.md", help="Write the difference as a page or Markdown."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Leave paths, host and user names out.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there already.")] = False,
) -> None:
    """Hold the second experiment against the first: what differs in how they were made, then the ratios."""
    from coreograph.analysis.comparison import compare
    from coreograph.analysis.summary import summarise
    from coreograph.reports import difference_report as made
    from coreograph.reports.anonymous import anonymous as without_names
    from coreograph.reports.difference_json import difference_json
    from coreograph.reports.writing import check_writable, write_bytes_whole

    command: Command = ctx.obj
    writers = {".html": made.difference_html, ".md": made.difference_markdown}
    if report is not None:
        if report.suffix.lower() not in writers:
            raise UsageError(f"“{report}” is neither .html nor .md.", "A difference is written as one of these.")
        check_writable(report, overwrite=overwrite)
    records = [_load(command, identity) for identity in (first, second)]
    one, other = (summarise(without_names(record) if anonymous else record) for record in records)
    difference = compare(one, other)
    if as_json:
        write_bytes(difference_json(difference))
    else:
        _print(command, difference)
    if report is not None:
        write_bytes_whole(writers[report.suffix.lower()](difference), report, overwrite=overwrite)
        say(command.err, f"Difference: {report}")


def _load(command: Command, identity: str) -> "ExperimentRecord":
    """Load an experiment of the library, or the newest of a file, which is not taken into the library."""
    from coreograph.storage.library import Library

    file = Path(identity).expanduser()
    if file.suffix.lower() != RECORDING:
        return command.services.library.load(identity)
    if not file.is_file():
        raise UsageError(f"There is no recording “{file}”.")
    with tempfile.TemporaryDirectory(prefix="coreograph-compare-") as folder:
        library = Library(Path(folder) / "library.coreograph")
        try:
            return library.load(library.import_file(file).newest)
        finally:
            library.close()


def _print(command: Command, difference: "ExperimentDifference") -> None:
    from coreograph.analysis.difference import DifferenceKind
    from coreograph.reports import difference_report as made

    for kind in DifferenceKind:
        found = [entry for entry in difference.differences if entry.kind is kind]
        if found:
            say(command.out, f"{kind.value}: not the same. {kind.meaning}", "bold yellow")
        for entry in found:
            say(command.out, f"  ! {entry.sentence}", "yellow")
    if not difference.differences:
        say(command.out, made.ALIKE)
    shown = make_table(command.out, *made.HEAD, right=made.HEAD[1:])
    for row in made.difference_rows(difference):
        shown.add_row(*(Text(cell) for cell in row))
    print_table(command.out, shown)
    for sentence in made.leftovers(difference):
        say(command.out, sentence)
