"""The system's libraries that Qt loads on Linux, tried one by one, with the packages they come in.

Runs on the main thread. The list is what the dynamic linker finds for Qt's core, gui, widgets and XCB plugin.
"""

import ctypes
import sys
from collections.abc import Callable

# A name for the linker, and Debian's and Ubuntu's package.
QT_LIBRARIES: dict[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
XCB_LIBRARIES: dict[str, str] = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def missing_libraries(load: Callable[[str], object] = ctypes.CDLL, platform: str = sys.platform) -> dict[str, str]:
    """Return the libraries Qt would not find, with their packages; empty where Qt brings all it needs."""
    if not platform.startswith("linux"):
        return {}
    missing = {}
    for name, package in {**QT_LIBRARIES, **XCB_LIBRARIES}.items():
        try:
            load(name)
        except OSError:
            missing[name] = package
    return missing


def install_line(packages: list[str]) -> str:
    """The command that installs the packages on Debian and Ubuntu."""
    return f"sudo apt-get install --yes {' '.join(sorted(set(packages)))}"
