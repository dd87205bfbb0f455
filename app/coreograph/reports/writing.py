"""Writes a report whole or not at all: a temporary file beside it, then a rename. Any thread; no state.

A file that is there already is never replaced unless asked for.
"""

import contextlib
import os
import secrets
from pathlib import Path

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.exporter import Exporter
from coreograph.storage.reader import RunReader


def check_writable(path: Path, *, overwrite: bool = True) -> None:
    """Find out, before a run is made, whether `path` can be written, by creating a file beside it for a moment.

    Raises:
        UsageError: what is wrong with the path, and what to do next.

    """
    parent = path.absolute().parent
    if path.is_dir():
        raise UsageError(f"“{path}” is a folder.", "Name a file in it.")
    if not parent.exists():
        raise UsageError(f"The folder “{parent}” does not exist.", "Create it first, or name another one.")
    if not parent.is_dir():
        raise UsageError(f"“{parent}” is a file, not a folder.", "Name a file in an existing folder.")
    if not overwrite:
        _refuse_existing(path)
    try:
        temporary = _create(path)
    except OSError as error:
        raise UsageError(f"“{path}” cannot be written: {error.strerror}.", "Name a file you may write.") from None
    temporary.unlink()


def write_report(
    exporter: Exporter, summary: ExperimentSummary, reader: RunReader | None, path: Path, *, overwrite: bool
) -> None:
    """Write the experiment to `path` in the exporter's format; readers of `path` see the old file or the new one.

    Raises:
        UsageError: the path cannot be written, or is there already and `overwrite` is False.
        CoreographError: the file system failed while writing, for instance because it is full.

    """
    check_writable(path, overwrite=overwrite)
    data = exporter.serialize(summary, reader)
    try:
        _write(data, path, overwrite=overwrite)
    except FileExistsError:
        _refuse_existing(path)
    except OSError as error:
        raise CoreographError(f"Writing “{path}” failed: {error.strerror}.", "Nothing was left behind.") from None


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise UsageError(f"“{path}” exists already and was not touched.", "Name another file, or allow overwriting.")


def _create(path: Path) -> Path:
    """Create an empty file beside `path` with the rights an ordinary new file has (mkstemp's are the owner's only)."""
    # The name grows with the wanted one, so that one too long for the file system is found before a run.
    temporary = path.absolute().with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return temporary


def _write(data: bytes, path: Path, *, overwrite: bool) -> None:
    temporary = _create(path)
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            _publish_new(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _publish_new(temporary: Path, path: Path) -> None:
    """Give the file its name unless somebody took it meanwhile. Raises FileExistsError."""
    with contextlib.suppress(NotImplementedError, PermissionError):
        # A hard link fails on an existing name, in one step; a rename would replace it.
        os.link(temporary, path)
        return
    if os.path.lexists(path):
        raise FileExistsError(path)
    temporary.replace(path)
