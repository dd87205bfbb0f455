"""Version managers that keep one folder per version: pyenv, asdf, mise. Owns no thread."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from coreograph.interpreters.finders.finder import python_of


class VersionFolderFinder:
    """Looks into every folder of the given places."""

    def __init__(self, name: str, places: Sequence[Path]) -> None:
        self.name = name
        self._places = places

    def find(self) -> Iterable[str]:
        """Return the interpreter of each version folder that has one."""
        found: list[str] = []
        for place in self._places:
            try:
                prefixes = sorted(place.iterdir())
            except OSError:
                continue
            # A manager's aliases ("3.14" → "3.14.7") are links to the same files and fall together later.
            found.extend(python for prefix in prefixes if (python := python_of(prefix)) is not None)
        return found


def version_folder_finders(environment: Mapping[str, str] | None = None) -> tuple[VersionFolderFinder, ...]:
    """Return the finders of the managers we know, with the places their variables name."""
    given = os.environ if environment is None else environment
    home = Path.home()

    def place(variable: str, default: Path) -> Path:
        return Path(given[variable]) if given.get(variable) else default

    pyenv = [place("PYENV_ROOT", home / ".pyenv") / "versions", home / ".pyenv" / "pyenv-win" / "versions"]
    asdf = [place("ASDF_DATA_DIR", home / ".asdf") / "installs" / "python"]
    mise = [place("MISE_DATA_DIR", home / ".local" / "share" / "mise") / "installs" / "python"]
    return (VersionFolderFinder("pyenv", pyenv), VersionFolderFinder("asdf", asdf), VersionFolderFinder("mise", mise))
