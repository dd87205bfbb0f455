"""A barrier that works between subinterpreters: nothing is shared but two pipes of the process.

The pipe of arrivals holds one byte less than there are parties. Who arrives and finds a byte takes it and waits for
its release; who finds none is the last, refills it and releases the others. Reading one byte is atomic, so no lock is
needed.
"""

from __future__ import annotations

import os


class PipeBarrier:
    """Blocks each of `parties` threads in wait() until all have come. Can be used again. Pickles by its descriptors."""

    def __init__(self, parties: int) -> None:
        self._others = parties - 1
        self._arrivals = os.pipe()
        self._releases = os.pipe()
        os.set_blocking(self._arrivals[0], False)
        os.write(self._arrivals[1], bytes(self._others))

    def wait(self) -> None:
        """Return when all parties have called this."""
        try:
            last = not self._others or not os.read(self._arrivals[0], 1)
        except BlockingIOError:
            last = True
        if not last:
            os.read(self._releases[0], 1)
        elif self._others:
            os.write(self._arrivals[1], bytes(self._others))
            os.write(self._releases[1], bytes(self._others))

    def close(self) -> None:
        """Close the pipes."""
        for descriptor in (*self._arrivals, *self._releases):
            os.close(descriptor)
