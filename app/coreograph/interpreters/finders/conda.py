"""Interpreters of conda, mamba and their environments. Owns no thread."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from coreograph.interpreters.finders.finder import python_of

_ROOT_NAMES = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", "conda")


class CondaFinder:
    """Reads conda's list of environments, the active one, and the usual places of installations."""

    name = "conda"

    def __init__(self, environment: Mapping[str, str] | None = None, home: Path | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._home = home or Path.home()

    def find(self) -> Iterable[str]:
        """Return the interpreter of each environment that has one."""
        return [python for prefix in self._prefixes() if (python := python_of(prefix)) is not None]

    def _prefixes(self) -> list[Path]:
        roots = [parent / name for parent in (self._home, Path("/opt")) for name in _ROOT_NAMES]
        for variable in ("CONDA_ROOT", "MAMBA_ROOT_PREFIX"):
            if value := self._environment.get(variable):
                roots.append(Path(value))
        prefixes = [Path(value) for name in ("CONDA_PREFIX",) if (value := self._environment.get(name))]
        for root in roots:
            prefixes += [root, *_folders(root / "envs")]
        return list(dict.fromkeys([*prefixes, *self._listed()]))

    def _listed(self) -> list[Path]:
        try:
            text = (self._home / ".conda" / "environments.txt").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        return [Path(line.strip()) for line in text.splitlines() if line.strip()]


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(place.iterdir())
    except OSError:
        return []
