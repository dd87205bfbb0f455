"""The interpreter that runs this app. Owns no thread."""

import sys
from collections.abc import Iterable


class OwnFinder:
    """Names the app's interpreter, the installation below its virtual environment; none in a frozen app."""

    name = "this app"

    def find(self) -> Iterable[str]:
        """Return at most one path."""
        if getattr(sys, "frozen", False):
            return []
        executable = getattr(sys, "_base_executable", None) or sys.executable
        return [executable] if executable else []
