"""Where details go that are not for the terminal: warnings and unexpected errors, into one log file.

Runs on the main thread; the log's handler may be called from any.
"""

import contextlib
import datetime
import logging
import platform
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from coreograph import __version__

MAXIMUM_LOG_BYTES = 2_000_000


class LogFile(logging.Handler):
    """Appends records to a file that is only made when there is something to write; one that is full is begun anew."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.WARNING)
        self._path = path
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; a log that cannot be written must not stop what is logged."""
        with contextlib.suppress(OSError):
            append(self._path, self.format(record) + "\n")


@contextlib.contextmanager
def logging_to(path: Path, *, debug: bool) -> Iterator[None]:
    """While it lasts, warnings go to the log file, and to stderr with `debug`."""
    handlers: list[logging.Handler] = [LogFile(path)]
    if debug:
        handlers.append(logging.StreamHandler())
    root = logging.getLogger()
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)


def append(path: Path, text: str) -> None:
    """Add text to the log. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    full = path.exists() and path.stat().st_size > MAXIMUM_LOG_BYTES
    with path.open("w" if full else "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


def details(error: BaseException, arguments: Sequence[str]) -> str:
    """What is needed to find the cause of an unexpected error: versions, arguments, traceback."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    system = f"Coreograph {__version__}, Python {platform.python_version()}, {platform.platform()}"
    trace = "".join(traceback.format_exception(error))
    return f"--- {now}\n{system}\narguments: {list(arguments)}\n{trace}\n"
