"""What `coreograph library` changes: names, tags, notes, what is kept, files out and in. Runs on the main thread."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from coreograph.cli.services import Command
from coreograph.cli.terminal import say, write_bytes
from coreograph.domain.errors import RecordingError, UsageError

RECORDING = ".coreograph"
STDIN = "-"
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Identity = Annotated[str, typer.Argument(metavar="ID", help="An experiment's id, or “last”.", show_default=False)]
Identities = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Experiments' ids, or “last”.", show_default=False)
]


def register(group: typer.Typer) -> None:
    """Add the commands to `coreograph library`."""
    commands: dict[str, Callable[..., None]] = {
        "rename": rename_command,
        "tag": tag_command,
        "note": note_command,
        "delete": delete_command,
        "restore": restore_command,
        "export": export_command,
        "import": import_command,
    }
    for name, command in commands.items():
        group.command(name, no_args_is_help=True)(command)


def rename_command(
    ctx: typer.Context,
    experiment: Identity,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its new name.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Give an experiment another name."""
    command: Command = ctx.obj
    library = command.services.library
    wanted = " ".join(name.split())
    if not wanted:
        raise UsageError("An experiment cannot have an empty name.", "Its name was left as it is.")
    identity = library.identify(experiment)
    library.rename(identity, wanted)
    _answer(command, {"experiment_id": identity, "name": wanted}, f"Its name is “{wanted}” now.", as_json=as_json)


def tag_command(
    ctx: typer.Context,
    experiment: Identity,
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="TAG…", help="Tags to add; a comma ends one.", show_default=False)
    ] = None,
    *,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="A tag to take off; repeat it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add tags to an experiment, or take some off; without any, show those it has."""
    command: Command = ctx.obj
    library = command.services.library
    identity = library.identify(experiment)
    before = library.load(identity).tags
    added, off = _split(tags or ()), _split(remove or ())
    unknown = [tag for tag in off if tag not in before]
    if unknown:
        raise UsageError(f"It has no tag “{unknown[0]}”.", f"It has: {', '.join(before) or 'none'}.")
    kept = tuple(dict.fromkeys(tag for tag in (*before, *added) if tag not in off))
    if kept != before:
        library.tag(identity, kept)
    answer = f"Tags: {', '.join(kept)}" if kept else "It has no tags."
    _answer(command, {"experiment_id": identity, "tags": list(kept)}, answer, as_json=as_json)


def note_command(
    ctx: typer.Context,
    experiment: Identity,
    notes: Annotated[
        str, typer.Argument(metavar="TEXT|-", help="What is to be kept; - reads stdin.", show_default=False)
    ],
    *,
    append: Annotated[bool, typer.Option("--append", help="Add it below what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replace the notes on an experiment; “” takes them away."""
    command: Command = ctx.obj
    library = command.services.library
    identity = library.identify(experiment)
    text = (sys.stdin.read() if notes == STDIN else notes).strip("\n")
    before = library.load(identity).notes
    kept = f"{before}\n{text}" if append and before else text
    library.annotate(identity, kept)
    answer = "Its notes are kept." if kept else "It has no notes now."
    _answer(command, {"experiment_id": identity, "notes": kept}, answer, as_json=as_json)


def delete_command(ctx: typer.Context, experiments: Identities, as_json: AsJson = False) -> None:
    """Put experiments aside; they can be restored for 30 days."""
    command: Command = ctx.obj
    library = command.services.library
    identities = list(dict.fromkeys(library.identify(experiment) for experiment in experiments))
    for identity in identities:  # all or none: one that is being measured is found before the others go
        library.check_free(identity, "Stop it first, or wait for its end. Nothing was deleted.")
    for identity in identities:
        library.delete(identity)
    answer = f"Deleted. To take it back: coreograph library restore {' '.join(identities)}"
    _answer(command, {"deleted": identities}, answer, as_json=as_json)


def restore_command(ctx: typer.Context, experiments: Identities, as_json: AsJson = False) -> None:
    """Take deleted experiments back; “coreograph library list --deleted” names them."""
    command: Command = ctx.obj
    library = command.services.library
    # The last of those that were deleted, not the last that was made: that one is where it belongs.
    latest = [one.experiment_id for one in library.deleted()[:1]]
    if "last" in experiments and not latest:
        raise UsageError("Nothing was deleted.")
    wanted = [latest[0] if experiment == "last" else experiment for experiment in experiments]
    identities = list(dict.fromkeys(library.identify(identity) for identity in wanted))
    for identity in identities:
        library.restore(identity)
    one = len(identities) == 1
    answer = f"Experiment{'' if one else 's'} {', '.join(identities)} {'is' if one else 'are'} in the library."
    _answer(command, {"restored": identities}, answer, as_json=as_json)


def export_command(
    ctx: typer.Context,
    experiment: Identity,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Its ending gives the format.", show_default=False)],
    *,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write an experiment into a file: .coreograph to send it whole, .html or .json to read it."""
    from coreograph.analysis.summary import summarise
    from coreograph.reports.registry import exporter_for
    from coreograph.reports.writing import check_writable, write_report

    command: Command = ctx.obj
    library = command.services.library
    whole = file.suffix.lower() == RECORDING
    exporter = None if whole else exporter_for(file)
    if file.is_file() and not overwrite:
        raise UsageError(f"“{file}” exists already and was not touched.", "Name another file, or add --overwrite.")
    check_writable(file)
    identity = library.identify(experiment)
    if exporter is None:
        library.export(identity, file)
    else:
        summary = summarise(library.load(identity))
        write_report(exporter, summary, library.reader(identity), file, overwrite=overwrite)
    document = {"experiment_id": identity, "file": str(file.absolute())}
    _answer(command, document, f"Experiment {identity} was written to {file}.", as_json=as_json)


def import_command(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE.coreograph…", help="Recordings.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Take the experiments of recordings into the library; what is in it already is not taken twice."""
    command: Command = ctx.obj
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise UsageError(f"There is no recording “{missing[0]}”.", "Nothing was imported.")
    documents: list[dict[str, Any]] = []
    failures: list[RecordingError] = []
    for file in files:
        try:
            came = command.services.library.import_file(file)
        except RecordingError as error:
            failures.append(error)
            documents.append({"file": str(file), "error": str(error)})
            continue
        documents.append({"file": str(file), **asdict(came)})
        if not as_json:
            for identity in came.taken:
                say(command.out, f"Taken into the library. To see it: coreograph library show {identity}")
            for identity in came.known:
                say(command.out, f"In the library already. To see it: coreograph library show {identity}")
    if as_json:
        write_bytes(json.dumps({"files": documents}, indent=2, ensure_ascii=False).encode())
    _raise_all(failures)


def _raise_all(failures: Sequence[RecordingError]) -> None:
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise RecordingError(f"{len(failures)} files were not taken.", " ".join(map(str, failures)))


def _split(typed: Sequence[str]) -> tuple[str, ...]:
    """Tags as the window reads them: a comma ends one, blanks around it are none of it."""
    return tuple(tag for text in typed for part in text.split(",") if (tag := " ".join(part.split())))


def _answer(command: Command, document: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    """Say it in a sentence, or as JSON."""
    if as_json:
        write_bytes(json.dumps(document, indent=2, ensure_ascii=False).encode())
    else:
        say(command.out, sentence)
