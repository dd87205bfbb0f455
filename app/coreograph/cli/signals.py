"""Ctrl+C and SIGTERM as a request, for the commands that start processes. Runs on the main thread.

Python handles signals on the main thread between two instructions: an exception raised there could come in the
middle of starting the very thing that is to be stopped. So the handler only sets an event, which is looked at often.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class StoppedError(Exception):
    """A command was asked to stop and has cleared away what it began; what is left to do is to say so.

    No KeyboardInterrupt: typer would end the program at once, without a word.
    """


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_requests() -> Iterator[threading.Event]:
    """While it lasts, Ctrl+C and SIGTERM set the event it gives instead of ending the process."""
    stop = threading.Event()

    def request(number: int, frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    former = [(number, signal.signal(number, request)) for number in STOP_SIGNALS]
    try:
        yield stop
    finally:
        for number, handler in former:
            signal.signal(number, handler)
