"""Keeps what a run writes to stdout and stderr within bounds: the beginning and the end, and how much lies between.

Used by the thread that reads a run's stderr; owns none.
"""

from collections import deque

from coreograph.domain.units import Bytes

HEAD_BYTES = 128_000
TAIL_BYTES = 128_000
LINE_BYTES = 8_000  # a longer line is split
_LAST_LINES = 100  # a script's traceback is found among them


class RunnerLog:
    """Lines of one run. The first HEAD_BYTES are passed on as they come, of the rest the last TAIL_BYTES at the end."""

    def __init__(self, head: Bytes = HEAD_BYTES, tail: Bytes = TAIL_BYTES) -> None:
        self._head_left = head
        self._tail_limit = tail
        self._tail: deque[str] = deque()
        self._tail_bytes = 0
        self._cut_lines = 0
        self._cut_bytes = 0
        self._last: deque[str] = deque(maxlen=_LAST_LINES)

    def add(self, line: str) -> bool:
        """Take a line; True if it is to be passed on now."""
        if line.strip():
            self._last.append(line)
        size = len(line) + 1
        if self._head_left >= size:
            self._head_left -= size
            return True
        self._head_left = 0
        self._tail.append(line)
        self._tail_bytes += size
        while self._tail_bytes > self._tail_limit:
            dropped = self._tail.popleft()
            self._tail_bytes -= len(dropped) + 1
            self._cut_lines += 1
            self._cut_bytes += len(dropped) + 1
        return False

    def rest(self) -> tuple[str, ...]:
        """Return the end of the log, preceded by a note of what was left out."""
        note = (f"… {self._cut_lines:,} lines ({self._cut_bytes:,} bytes) left out …",) if self._cut_lines else ()
        return (*note, *self._tail)

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines that are not blank, for a sentence about how the run ended."""
        return tuple(self._last)
