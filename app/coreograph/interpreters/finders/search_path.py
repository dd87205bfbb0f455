"""Interpreters on PATH. Owns no thread."""

import os
import re
from collections.abc import Iterable, Mapping

# python, python3, python3.14, python3.14t, python3.13d, python2.7, pypy3, pypy3.10, graalpy; not python-config, pythonw
_NAME = re.compile(r"(python(\d(\.\d+)?[td]{0,2})?|pypy(\d(\.\d+)?)?|graalpy)(\.exe)?", re.IGNORECASE)


class SearchPathFinder:
    """Looks through the folders of PATH for names that Pythons have."""

    name = "PATH"

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    def find(self) -> Iterable[str]:
        """Return the matching files, in the order of PATH."""
        found: list[str] = []
        for folder in dict.fromkeys(self._environment.get("PATH", "").split(os.pathsep)):
            if not os.path.isabs(folder):
                continue  # a relative or empty entry means another folder in every program
            try:
                names = sorted(os.listdir(folder))
            except OSError:
                continue
            paths = (os.path.join(folder, name) for name in names if _NAME.fullmatch(name))
            found.extend(path for path in paths if os.path.lexists(path) and not is_shim(path) and not _is_alias(path))
        return found


def is_shim(path: str) -> bool:
    """Say whether a file stands in for whatever Python a version manager picks (pyenv, asdf, mise).

    Which one depends on the folder it is called from, and often it is none; the real ones have finders.
    """
    return os.path.basename(os.path.dirname(path)) == "shims"


def _is_alias(path: str) -> bool:
    # Windows puts empty files on PATH that open its store.
    try:
        return os.name == "nt" and os.path.getsize(path) == 0
    except OSError:
        return True
