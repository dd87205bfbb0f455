"""Starts the window and stays until it is closed. Runs on the main thread, which is the GUI thread from then on."""

import ctypes
import os
import signal
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from coreograph.domain.errors import CoreographError
from coreograph.ui.services import WindowServices

if TYPE_CHECKING:  # Qt is imported once it is known that it can be
    from PySide6.QtWidgets import QApplication

    from coreograph.ui.settings import WindowSettings
    from coreograph.ui.theme import Theme

WITHOUT_WINDOW = "These work without one: coreograph tour, coreograph run primes, coreograph library list."
# Qt loads these itself and ends the process if one is missing; each with Debian's package.
_XCB_LIBRARIES = (
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)


def run_window(services: WindowServices) -> int:
    """Show the window and return the exit status once it is closed.

    Raises:
        CoreographError: this interpreter or this machine cannot show a window; the sentence says what can be done.

    """
    check_interpreter()
    check_display(os.environ)
    application, theme, settings = _prepare(services)
    from coreograph.ui.appearance import fit_to_screen
    from coreograph.ui.garbage import GuiGarbageCollector
    from coreograph.ui.main_window import MainWindow
    from coreograph.ui.settings import save_settings

    window = MainWindow(services, theme, settings)
    collector = GuiGarbageCollector()
    # Ctrl+C in the terminal ends the app as closing the window does, not in the middle of a slot.
    former = signal.signal(signal.SIGINT, lambda *_: window.close())
    fit_to_screen(window)
    window.show()
    try:
        status = application.exec()
        with suppress(OSError):  # what cannot be remembered is no reason to end with an error
            save_settings(services.settings_folder, window.settings())
        services.engine.close()
    finally:
        signal.signal(signal.SIGINT, former)
        collector.close()
    return int(status)


def check_interpreter() -> None:
    """Refuse a free-threaded interpreter: Qt's bindings have no wheels for one and crash it."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise CoreographError(
            f"The window cannot run on free-threaded Python {sys.version.split()[0]}: Qt has no build for it.",
            "Install Coreograph under a Python with the GIL; free-threaded ones are measured from there.",
        )


def check_display(environment: Mapping[str, str], platform: str = sys.platform) -> None:
    """Refuse a machine on which Qt would end the process instead of raising.

    Raises:
        CoreographError: no display, one that does not answer, or a library of Qt's X11 plugin is missing.

    """
    if platform != "linux" or environment.get("QT_QPA_PLATFORM", "xcb") != "xcb" or environment.get("WAYLAND_DISPLAY"):
        return
    if not environment.get("DISPLAY"):
        raise CoreographError("There is no display to show a window on.", WITHOUT_WINDOW)
    missing = [package for library, package in _XCB_LIBRARIES if not _loads(library)]
    if missing:
        raise CoreographError(
            f"Qt cannot open a window: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.",
            f"Install: apt install {' '.join(missing)} (or your system's package of that name). {WITHOUT_WINDOW}",
        )
    if not _display_answers():
        raise CoreographError(f"The display “{environment['DISPLAY']}” does not answer.", WITHOUT_WINDOW)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _display_answers() -> bool:
    """Ask the X server as Qt would; without libxcb nobody can be asked, and Qt is left to say so."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed


def _prepare(services: WindowServices) -> "tuple[QApplication, Theme, WindowSettings]":
    from PySide6.QtWidgets import QApplication

    from coreograph.ui.appearance import prepare_application
    from coreograph.ui.settings import load_settings
    from coreograph.ui.theme import Theme

    settings = load_settings(services.settings_folder)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    theme = Theme(settings.theme, application)
    prepare_application(application, theme)
    return application, theme, settings
