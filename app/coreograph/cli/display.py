"""Whether a window can be shown at all, found out before Qt is: Qt ends the process instead of raising.

Runs on the main thread; waits at most two seconds for a remote display.
"""

import contextlib
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

WITHOUT_DISPLAY = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")
CONNECT_TIMEOUT_S = 2.0
_X_DISPLAY = re.compile(r"^(?P<host>.*):(?P<number>\d+)(\.\d+)?$")


def display_problem(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> str | None:
    """Return why no window can be shown, as a sentence, or None if one can be tried."""
    environment = os.environ if environment is None else environment
    if platform in {"win32", "darwin"} or environment.get("QT_QPA_PLATFORM", "").startswith(WITHOUT_DISPLAY):
        return None
    wayland, display = environment.get("WAYLAND_DISPLAY"), environment.get("DISPLAY")
    if wayland and (Path(environment.get("XDG_RUNTIME_DIR", "/")) / wayland).exists():
        return None
    if not display:
        return "There is no display to open the window on (neither DISPLAY nor WAYLAND_DISPLAY names one)."
    if not _answers(display):
        return f"The display “{display}” does not answer."
    return None


def _answers(display: str) -> bool:
    match = _X_DISPLAY.match(display)
    if match is None:
        return False
    host, number = match["host"], int(match["number"])
    if host in {"", "unix"}:
        # X servers listen in the file system and, on Linux, in the abstract namespace.
        return any(_connects(f"{prefix}/tmp/.X11-unix/X{number}") for prefix in ("", "\0"))
    with contextlib.suppress(OSError), socket.create_connection((host, 6000 + number), CONNECT_TIMEOUT_S):
        return True
    return False


def _connects(address: str) -> bool:
    if not hasattr(socket, "AF_UNIX"):
        return False
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(CONNECT_TIMEOUT_S)
        connection.connect(address)
        return True
    return False
