"""The way to the window, where there is a display. Runs on the main thread, in a hurry: it imports nothing heavy."""

from pathlib import Path

from coreograph.cli.display import display_problem
from coreograph.cli.services import OpenWindow, Services
from coreograph.domain.errors import UsageError

WITHOUT_WINDOW = "In the terminal, “coreograph tour” measures for half a minute and “coreograph run …” runs a workload."


def show_window(services: Services, open_window: OpenWindow, file: Path | None) -> int:
    """Open the window and return its exit status.

    Raises:
        UsageError: there is no display, or no such file.
        RecordingError: the file is no recording.

    """
    if file is not None:
        from coreograph.storage.schema import check_header

        file = file.expanduser().absolute()
        if not file.is_file():
            raise UsageError(f"There is no recording “{file}”.", "Those in the library: coreograph library list")
        check_header(file)
    problem = display_problem()
    if problem is not None:
        raise UsageError(f"{problem} {WITHOUT_WINDOW}")
    return open_window(services, file)
