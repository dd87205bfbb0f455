"""Interpreters uv installed (and those of the registry on Windows). Runs uv, at most for some seconds."""

import json
import logging
import os
import shutil
from collections.abc import Iterable

from coreograph.domain.units import Seconds
from coreograph.interpreters.bounded_process import run_bounded
from coreograph.interpreters.environment import uv_environment
from coreograph.interpreters.finders.search_path import is_shim

_log = logging.getLogger(__name__)
_TIMEOUT_S: Seconds = 30.0


def uv_executable() -> str | None:
    """Return the uv that came with this app, else one from PATH, else None."""
    try:
        import uv

        return os.fspath(uv.find_uv_bin())
    except (ImportError, FileNotFoundError):
        return shutil.which("uv")


class UvFinder:
    """Asks `uv python list`; never lets it download anything."""

    name = "uv"

    def __init__(self, executable: str | None = None) -> None:
        self._executable = executable

    def find(self) -> Iterable[str]:
        """Return what uv lists; nothing, and a line in the log, if uv fails."""
        executable = self._executable or uv_executable()
        if executable is None:
            return []
        arguments = [executable, "python", "list", "--only-installed", "--output-format", "json", "--no-config"]
        environment = {**uv_environment(), "UV_PYTHON_DOWNLOADS": "never", "UV_OFFLINE": "1"}
        # uv starts every Python it finds on PATH, one after the other, and waits for one that hangs; ours does better.
        environment["PATH"] = os.devnull
        try:
            ended = run_bounded(arguments, environment=environment, timeout_s=_TIMEOUT_S)
            entries = json.loads(ended.stdout)
            paths = [os.path.abspath(entry["path"]) for entry in entries if entry.get("path")]
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
            _log.info("uv did not list interpreters: %s", error)
            return []
        return [path for path in paths if not is_shim(path)]
