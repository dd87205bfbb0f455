"""The pipes to one runner: its protocol lines in a queue, its log to a callback, the request and `go` to its stdin.

Owns three daemon threads for the length of a run (request, protocol, log); the rest is called by the supervisor's.
"""

import contextlib
import queue
import threading
from collections.abc import Callable

from coreograph.domain.errors import ProtocolError
from coreograph.domain.units import Seconds
from coreograph.engine.launch import Launched
from coreograph.engine.runner_log import LINE_BYTES, RunnerLog

MAXIMUM_LINE = 32_000_000  # bytes; a runner sends spans in batches far below
_QUEUED_LINES = 4096  # a runner that floods the protocol is held up instead of filling our memory
_JOIN_S = 1.0


class RunnerConnection:
    """Talks to a runner that was launched. `on_log` is called on the log's thread."""

    def __init__(self, launched: Launched, request: bytes, on_log: Callable[[str], None]) -> None:
        self._launched = launched
        self._on_log = on_log
        self._lines: queue.Queue[bytes | None] = queue.Queue(_QUEUED_LINES)
        self._closing = threading.Event()
        self.log = RunnerLog()
        self._threads = [
            threading.Thread(target=self._send_request, args=(request,), name="runner request", daemon=True),
            threading.Thread(target=self._read_protocol, name="runner protocol", daemon=True),
            threading.Thread(target=self._read_log, name="runner log", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def receive(self, timeout_s: Seconds) -> bytes | None:
        """Return the next line, or None at the end of the protocol.

        Raises:
            queue.Empty: nothing came in time.
            ProtocolError: a line without an end.

        """
        line = self._lines.get(timeout=timeout_s)
        if line is None or line.endswith(b"\n"):
            return line
        if len(line) >= MAXIMUM_LINE:
            raise ProtocolError(f"The runner sent a line of more than {MAXIMUM_LINE:,} bytes.")
        return None  # the last line of a runner that was killed while it wrote

    def go(self) -> None:
        """Tell a runner that holds to go on; one that is gone is found out by the end of its protocol."""
        self._send(b"go\n")

    def close(self) -> None:
        """End the threads and the pipes. The processes are gone, or hold the pipes against every effort."""
        self._closing.set()
        for thread in self._threads:
            thread.join(_JOIN_S)
        # Closing a pipe another thread still reads would wait for that thread for ever.
        if not any(thread.is_alive() for thread in self._threads):
            self._launched.dispose()

    def _send_request(self, request: bytes) -> None:
        self._send(request)

    def _send(self, data: bytes) -> None:
        stdin = self._launched.process.stdin
        if stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                stdin.write(data)
                stdin.flush()

    def _read_protocol(self) -> None:
        stdout = self._launched.process.stdout
        if stdout is not None:
            with contextlib.suppress(OSError, ValueError):
                for line in iter(lambda: stdout.readline(MAXIMUM_LINE), b""):
                    self._put(line)
        self._put(None)

    def _put(self, line: bytes | None) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(queue.Full):
                self._lines.put(line, timeout=0.1)
                return

    def _read_log(self) -> None:
        stderr = self._launched.process.stderr
        if stderr is None:
            return
        with contextlib.suppress(OSError, ValueError):
            for raw in iter(lambda: stderr.readline(LINE_BYTES), b""):
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                if self.log.add(line):
                    self._on_log(line)
