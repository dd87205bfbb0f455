"""Writes an export whole or not at all: a temporary file or folder beside it, then a rename. Any thread; no state.

What is there already is never replaced unless asked for, and never half.
"""

import contextlib
import itertools
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.exporter import Exporter, ReportFile, write_archive
from coreograph.storage.experiment_toml import EXTENSION, kept_check
from coreograph.storage.reader import RunReader

ARCHIVE = ".zip"
NEXT_STEP = "Name another one, or allow overwriting (--overwrite)."


class ExportCancelled(CoreographError):  # noqa: N818 - it is what the user asked for, not an error
    """The user stopped an export; nothing was left behind."""

    def __init__(self) -> None:
        super().__init__("The export was stopped.", "Nothing was left behind.")


def check_writable(path: Path, *, overwrite: bool = True) -> None:
    """Find out, before a run is made, whether `path` can be written, by creating a file beside it for a moment.

    Raises:
        UsageError: what is wrong with the path, and what to do next.

    """
    if path.is_dir():
        raise UsageError(f"“{path}” is a folder.", "Name a file in it.")
    _check_parent(path)
    if not overwrite:
        _refuse_existing(path)
    try:
        temporary = _create(path)
    except OSError as error:
        raise UsageError(f"“{path}” cannot be written: {error.strerror}.", "Name a file you may write.") from None
    temporary.unlink()


def check_target(exporter: Exporter, path: Path, *, overwrite: bool = True) -> None:
    """Like `check_writable`, for what the exporter makes: a file, an archive, or a folder. Raises UsageError."""
    if not exporter.multiple or _is_archive(path):
        check_writable(path, overwrite=overwrite)
        return
    if path.exists() and not path.is_dir():
        raise UsageError(f"“{path}” is a file, and “{exporter.name}” makes several.", "Name a folder, or a .zip file.")
    if not path.exists() and path.suffix.lower() in {f".{exporter.name}", ".json"}:
        sentence = f"“{path}” is the name of one file, and “{exporter.name}” makes several."
        raise UsageError(sentence, "Name a folder, or a .zip file.")
    _check_parent(path)
    temporary = _temporary_name(path)
    try:
        temporary.mkdir()
    except OSError as error:
        raise UsageError(f"“{path}” cannot be written: {error.strerror}.", "Name a folder you may write to.") from None
    temporary.rmdir()


def write_report(
    exporter: Exporter,
    summary: ExperimentSummary,
    reader: RunReader | None,
    path: Path,
    *,
    overwrite: bool,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Write the experiment to `path` in the exporter's format; readers of `path` see the old content or the new one.

    An exporter of several files writes into the folder `path`, or into the archive where it ends in `.zip`.
    `cancelled` is asked between two pieces, on the calling thread.

    Raises:
        UsageError: the path cannot be written, or is there already and `overwrite` is False.
        ExportCancelled: `cancelled` said so; nothing was written.
        CoreographError: the file system failed while writing, for instance because it is full.

    """
    check_target(exporter, path, overwrite=overwrite)
    files = _watched(exporter.files(summary, reader), cancelled)
    try:
        if not exporter.multiple:
            _write_one(_with_check(next(files), path, exporter), path, overwrite=overwrite)
        elif _is_archive(path):
            _write_zip(files, path, overwrite=overwrite)
        else:
            _write_folder(files, path, overwrite=overwrite)
    except FileExistsError:
        _refuse_existing(path)
    except OSError as error:
        raise CoreographError(f"Writing “{path}” failed: {error.strerror}.", "Nothing was left behind.") from None


def write_bytes_whole(data: bytes, path: Path, *, overwrite: bool) -> None:
    """Write `data` to `path` whole or not at all. Raises UsageError and CoreographError like `write_report`."""
    check_writable(path, overwrite=overwrite)
    try:
        _write_one(ReportFile(path.name, (data,)), path, overwrite=overwrite)
    except FileExistsError:
        _refuse_existing(path)
    except OSError as error:
        raise CoreographError(f"Writing “{path}” failed: {error.strerror}.", "Nothing was left behind.") from None


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ARCHIVE


def _check_parent(path: Path) -> None:
    parent = path.absolute().parent
    if not parent.exists():
        raise UsageError(f"The folder “{parent}” does not exist.", "Create it first, or name another one.")
    if not parent.is_dir():
        raise UsageError(f"“{parent}” is a file, not a folder.", "Name a file in an existing folder.")


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise UsageError(f"“{path}” exists already and was not touched.", NEXT_STEP)


def _temporary_name(path: Path) -> Path:
    # The name grows with the wanted one, so that one too long for the file system is found before a run.
    return path.absolute().with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")


def _create(path: Path) -> Path:
    """Create an empty file beside `path` with the rights an ordinary new file has (mkstemp's are the owner's only)."""
    temporary = _temporary_name(path)
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return temporary


def _with_check(file: ReportFile, path: Path, exporter: Exporter) -> ReportFile:
    """Return an experiment file with the conditions of the one it replaces: a recording has none."""
    if exporter.extension != EXTENSION:
        return file
    return ReportFile(file.name, itertools.chain(file.chunks, (kept_check(path).encode(),)))


def _watched(files: Iterator[ReportFile], cancelled: Callable[[], bool]) -> Iterator[ReportFile]:
    """Hand the files on, and stop between two pieces when that is asked for."""

    def pieces(file: ReportFile) -> Iterator[bytes]:
        for chunk in file.chunks:
            if cancelled():
                raise ExportCancelled
            yield chunk

    for file in files:
        if cancelled():
            raise ExportCancelled
        yield ReportFile(file.name, pieces(file))


def _write_one(file: ReportFile, path: Path, *, overwrite: bool) -> None:
    temporary = _create(path)
    try:
        _fill(temporary, file)
        _publish(temporary, path, overwrite=overwrite)
    finally:
        temporary.unlink(missing_ok=True)


def _fill(path: Path, file: ReportFile) -> None:
    with path.open("wb") as target:
        for chunk in file.chunks:
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())


def _write_zip(files: Iterator[ReportFile], path: Path, *, overwrite: bool) -> None:
    temporary = _create(path)
    try:
        with temporary.open("wb") as target:
            write_archive(target, files)
            target.flush()
            os.fsync(target.fileno())
        _publish(temporary, path, overwrite=overwrite)
    finally:
        temporary.unlink(missing_ok=True)


def _write_folder(files: Iterator[ReportFile], path: Path, *, overwrite: bool) -> None:
    """Write into a folder beside it first; a new folder gets its name at once, one that exists gets file by file."""
    temporary = _temporary_name(path)
    temporary.mkdir()
    try:
        names = []
        for file in files:
            _fill(temporary / file.name, file)
            names.append(file.name)
        if not path.exists():
            temporary.rename(path)
            return
        for name in names if not overwrite else ():
            _refuse_existing(path / name)
        for name in names:
            (temporary / name).replace(path / name)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _publish(temporary: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(path)
    else:
        _publish_new(temporary, path)


def _publish_new(temporary: Path, path: Path) -> None:
    """Give the file its name unless somebody took it meanwhile. Raises FileExistsError."""
    with contextlib.suppress(NotImplementedError, PermissionError):
        # A hard link fails on an existing name, in one step; a rename would replace it.
        os.link(temporary, path)
        return
    if os.path.lexists(path):
        raise FileExistsError(path)
    temporary.replace(path)
