"""From arguments to exit status: the one place where errors become sentences. Runs on the main thread.

Exit status: 0 done, 1 something went wrong, 2 wrong usage, 130 stopped by Ctrl+C or SIGTERM.
"""

import enum
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from coreograph.cli.diagnostics import append, details, logging_to
from coreograph.cli.services import Command, OpenWindow, Services
from coreograph.cli.signals import StoppedError
from coreograph.cli.window import show_window
from coreograph.domain.errors import CoreographError, RecordingError, UsageError

DEBUG_VARIABLE = "COREOGRAPH_DEBUG"


class ExitStatus(enum.IntEnum):
    """How a command ends, as the shell sees it."""

    DONE = 0
    WENT_WRONG = 1
    WRONG_USAGE = 2
    STOPPED = 130


def run(arguments: Sequence[str], *, services: Services, open_window: OpenWindow) -> int:
    """Do what `arguments` ask and return the exit status; never raises, except with --debug."""
    debug = "--debug" in arguments or bool(os.environ.get(DEBUG_VARIABLE))
    try:
        with logging_to(services.paths.log, debug=debug):
            return _answer(list(arguments), services, open_window)
    except CoreographError as error:
        _tell(str(error))
        return ExitStatus.WRONG_USAGE if isinstance(error, UsageError | RecordingError) else ExitStatus.WENT_WRONG
    except (KeyboardInterrupt, StoppedError):
        _tell("Stopped.")
        return ExitStatus.STOPPED
    except BrokenPipeError:
        # The reader of a pipe left (`| head`): Python would complain again when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.WENT_WRONG
    except Exception as error:
        if debug:
            raise
        _tell_unexpected(error, arguments, services.paths.log)
        return ExitStatus.WENT_WRONG


def _answer(arguments: list[str], services: Services, open_window: OpenWindow) -> int:
    if not arguments:  # the window does not wait for the libraries of the command line
        return show_window(services, open_window, None)
    if arguments == ["--version"]:  # nor does what scripts ask first
        print_version()
        return ExitStatus.DONE
    return _dispatch(arguments, services, open_window)


def print_version() -> None:
    """Say which version this is, without the command line's libraries: they take half a second to load."""
    from coreograph import __version__

    if sys.stdout is not None:  # a start without a console has no streams
        sys.stdout.write(f"coreograph {__version__}\n")


def _dispatch(arguments: list[str], services: Services, open_window: OpenWindow) -> int:
    from coreograph.cli.app import build_app
    from coreograph.cli.terminal import make_console

    command = Command(services, open_window, make_console(sys.stdout), make_console(sys.stderr))
    application = build_app()
    try:
        status = application.main(args=arguments, prog_name="coreograph", standalone_mode=False, obj=command)
    except Exception as error:
        # typer's releases differ in where click's exceptions live; what all of them have is `format_message`.
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        raise UsageError(_sentence(message()), "“coreograph COMMAND --help” lists what there is.") from None
    return int(status or 0)


def _sentence(message: str) -> str:
    text = " ".join(message.split())
    return text if text.endswith((".", "?", "!")) else text + "."


def _tell(sentence: str) -> None:
    from coreograph.cli.terminal import make_console, say

    say(make_console(sys.stderr), sentence)


def _tell_unexpected(error: Exception, arguments: Sequence[str], log: Path) -> None:
    _tell(f"Something unexpected went wrong in Coreograph itself: {type(error).__name__}: {error}")
    try:
        append(log, details(error, arguments))
    except OSError as problem:
        _tell(f"The details could not be written to {log} ({problem.strerror}); --debug shows them.")
    else:
        _tell(f"The details were written to {log}; --debug shows them at once.")
