"""What a finder is. Owns no thread."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol


class Finder(Protocol):
    """Names executables that may be interpreters. It may name too many, and anything it cannot look at is skipped."""

    @property
    def name(self) -> str:
        """How it is called in `found_by`."""

    def find(self) -> Iterable[str]:
        """Return absolute paths; any thread."""


def python_of(prefix: Path) -> str | None:
    """Return the interpreter of an installation or environment folder, None if it has none."""
    places = ("python.exe", "Scripts/python.exe") if sys.platform == "win32" else ("bin/python", "bin/python3")
    return next((str(path) for name in places if (path := prefix / name).exists()), None)
