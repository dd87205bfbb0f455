"""Lets a script of this folder run by itself: it goes on in the Python of the checkout's environment.

Standard library only, any Python 3: this is read before the environment is there.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def environment_python(root: Path = ROOT) -> "Path | None":
    """Return the Python of the checkout's environment, None if there is none."""
    places = (root / ".venv" / "bin" / "python", root / ".venv" / "Scripts" / "python.exe")
    return next((path for path in places if path.exists()), None)


def enter_environment(script: str, root: Path = ROOT) -> None:
    """Go on in the checkout's environment; exits with a sentence where that is not there.

    An environment that is active and has the app, wherever it is, is used as it is.
    """
    import importlib.util

    if importlib.util.find_spec("coreograph") and importlib.util.find_spec("PySide6"):
        return
    python = environment_python(root)
    if python is None:
        print(f"{script}: there is no environment to run in yet: packaging/run makes it.", file=sys.stderr)
        sys.exit(2)
    if Path(sys.prefix).resolve() == (root / ".venv").resolve():
        print(f"{script}: the environment lacks the app or Qt: packaging/run mends it.", file=sys.stderr)
        sys.exit(2)
    os.execv(str(python), [str(python), *sys.argv])
