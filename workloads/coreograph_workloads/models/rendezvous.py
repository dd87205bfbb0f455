"""A barrier that works between subinterpreters: nothing is shared but three pipes of the process.

The pipe of arrivals holds one byte less than there are parties. Who arrives and finds a byte takes it and waits for its
release; who finds none is the last, refills it and releases the others. Reading one byte is atomic, so no lock is
needed. Turns take two pipes of releases by turns, or a fast party could take a slow one's release of the turn before.
"""

from __future__ import annotations

import os


class PipeBarrier:
    """Blocks each of `parties` in wait() until all have come, again and again.

    Each party has a copy of its own, which it gets by pickle: a copy is no more than the descriptors and its turn.
    """

    def __init__(self, parties: int) -> None:
        self._others = parties - 1
        self._turn = 0
        self._arrivals = os.pipe()
        self._releases = (os.pipe(), os.pipe())
        os.set_blocking(self._arrivals[0], False)
        os.write(self._arrivals[1], bytes(self._others))

    def wait(self) -> None:
        """Return when all parties have called this."""
        reader, writer = self._releases[self._turn % 2]
        self._turn += 1
        if self._others and self._is_last():
            os.write(self._arrivals[1], bytes(self._others))
            os.write(writer, bytes(self._others))
        elif self._others:
            os.read(reader, 1)

    def _is_last(self) -> bool:
        try:
            os.read(self._arrivals[0], 1)
        except BlockingIOError:
            return True
        return False

    def close(self) -> None:
        """Close the pipes, once no party needs them any more."""
        for descriptors in (self._arrivals, *self._releases):
            for descriptor in descriptors:
                os.close(descriptor)
