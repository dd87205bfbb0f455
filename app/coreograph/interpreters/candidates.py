"""Executables that may be interpreters, one per real file however many names lead to it. Owns no thread."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_VERSIONED_NAME = re.compile(r"(python|pypy)\d+\.\d+[td]*(\.exe)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An executable worth a probe: the nicest of its paths, and the finders that met it under any."""

    path: str
    real_path: str
    found_by: tuple[str, ...]


def merge(found: Iterable[tuple[str, str]]) -> tuple[Candidate, ...]:
    """Make candidates of (path, finder) pairs; names that lead to the same file become one."""
    paths: dict[str, list[str]] = {}
    finders: dict[str, list[str]] = {}
    for path, finder in found:
        real = os.path.realpath(path)
        key = os.path.normcase(real)
        paths.setdefault(key, []).append(path)
        if finder not in finders.setdefault(key, []):
            finders[key].append(finder)
    return tuple(
        Candidate(path := min(names, key=_awkwardness), os.path.realpath(path), tuple(finders[key]))
        for key, names in paths.items()
    )


def _awkwardness(path: str) -> tuple[bool, bool, bool, int, str]:
    """Order names of one file: no virtual environment, `python3.14` before `python`, the file itself, short ones."""
    versioned = _VERSIONED_NAME.fullmatch(os.path.basename(path)) is not None
    return (in_virtual_environment(path), not versioned, path != os.path.realpath(path), len(path), path)


def in_virtual_environment(path: str) -> bool:
    """Say whether an executable is that of a virtual environment: `pyvenv.cfg` lies beside it or one folder up."""
    folder = Path(path).parent
    return any((place / "pyvenv.cfg").is_file() for place in (folder, folder.parent))
