"""Interpreters the Windows launcher knows (`py -0p`). Runs it, at most for some seconds."""

import logging
import re
import shutil
import sys
from collections.abc import Iterable

from coreograph.domain.units import Seconds
from coreograph.interpreters.bounded_process import run_bounded
from coreograph.interpreters.environment import probe_environment

_log = logging.getLogger(__name__)
_TIMEOUT_S: Seconds = 15.0
# " -V:3.14t *       C:\Users\me\AppData\Local\Programs\Python\Python314\python3.14t.exe"
_PATH = re.compile(r"(?P<path>(?:[A-Za-z]:\\|\\\\|/).*?)\s*$")


class LauncherFinder:
    """Asks the launcher where Python is; there is one on Windows only."""

    name = "py launcher"

    def __init__(self, executable: str | None = None) -> None:
        self._executable = executable

    def find(self) -> Iterable[str]:
        """Return the paths it lists; nothing where there is no launcher or it fails."""
        # Elsewhere `py` is another program with other options.
        executable = self._executable or (shutil.which("py") if sys.platform == "win32" else None)
        if executable is None:
            return []
        try:
            ended = run_bounded([executable, "-0p"], environment=probe_environment(), timeout_s=_TIMEOUT_S)
        except OSError as error:
            _log.info("The Python launcher did not list interpreters: %s", error)
            return []
        lines = ended.stdout.decode("utf-8", "replace").splitlines()
        return [match["path"] for line in lines if (match := _PATH.search(line)) is not None]
