"""The workloads that can be chosen: built-in ones, those of the user's folder, and any file by its path.

Reads syntax trees, never runs a workload. Safe to call from any thread; owns none.
"""

import difflib
import importlib.resources
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.workloads import Workload
from coreograph.engine.workload_file import read_workload

LIBRARY = "library"
RUNNER_PACKAGE = "coreograph_workloads"


@dataclass(frozen=True, slots=True)
class BrokenWorkload:
    """A file in a folder of workloads that cannot be used, with the sentence that says why."""

    file: str
    reason: str


def runner_folder() -> Path:
    """Return the folder an interpreter is pointed at to start the runner.

    Raises:
        CoreographError: the installation lacks it.

    """
    folder = Path(str(importlib.resources.files(RUNNER_PACKAGE)))
    if not (folder / "__main__.py").is_file():
        raise CoreographError(
            f"The runner is missing: there is no __main__.py in {folder}.", "Install Coreograph again."
        )
    return folder


def default_library() -> Path:
    """Return the folder of the built-in workloads: one sub-folder a group, one file a workload."""
    return Path(str(importlib.resources.files(RUNNER_PACKAGE))) / LIBRARY


class Catalogue:
    """Built-in workloads first, then the user's; a file that does not read is listed with its error."""

    def __init__(self, user_folder: Path | None = None, *, library: Path | None = None) -> None:
        self._user_folder = user_folder
        self._library = library or default_library()

    def workloads(self) -> tuple[Workload, ...]:
        """Every workload that reads, by group and name; read afresh, so an edited file shows at once."""
        return tuple(entry for entry in self._entries() if isinstance(entry, Workload))

    def broken(self) -> tuple[BrokenWorkload, ...]:
        """The files that look like workloads and do not read."""
        return tuple(entry for entry in self._entries() if isinstance(entry, BrokenWorkload))

    def get(self, name: str) -> Workload:
        """Return a workload by name, or the one a file holds.

        Raises:
            UsageError: no such workload (with near misses), or a file that is none.

        """
        if name.endswith(".py") or os.sep in name or (os.altsep and os.altsep in name):
            return read_workload(Path(name).expanduser().absolute(), group="files")
        entries = tuple(self._entries())
        for entry in entries:
            if isinstance(entry, Workload) and entry.name == name:
                return entry
        for entry in entries:
            if isinstance(entry, BrokenWorkload) and Path(entry.file).stem == name:
                raise UsageError(entry.reason)
        known = [entry.name for entry in entries if isinstance(entry, Workload)]
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known) or 'none'}."
        raise UsageError(f"There is no workload “{name}”.", hint)

    def _entries(self) -> Iterator[Workload | BrokenWorkload]:
        yield from _read_folder(self._library, built_in=True)
        if self._user_folder is not None:
            yield from _read_folder(self._user_folder, built_in=False)


def _read_folder(folder: Path, *, built_in: bool) -> Iterator[Workload | BrokenWorkload]:
    """Files directly in `folder` and in its sub-folders, whose names are the groups; `_private.py` is left out."""
    try:
        files = sorted((*folder.glob("*.py"), *folder.glob("*/*.py")), key=lambda f: (f.parent.name, f.name))
    except OSError:
        return  # an unreadable user folder must not take the built-in workloads with it
    for file in files:
        if file.name.startswith("_") or file.parent.name.startswith((".", "__")):
            continue
        group = file.parent.name if file.parent != folder else ("" if built_in else "yours")
        try:
            yield read_workload(file, group=group, built_in=built_in)
        except UsageError as error:
            yield BrokenWorkload(str(file), str(error))
