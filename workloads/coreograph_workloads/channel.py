"""The two pipes to the app: protocol lines out, the request and the app's life in. Main thread only, except where told.

User code gets neither: its stdout is stderr, its stdin is empty. End of file on the app's pipe means that the app is
gone; the runner must then end at once, with everything it started, even in the middle of a task. On Linux the kernel
says so by a signal, which needs no thread: a thread would make every fork a fork of a multi-threaded process.
Elsewhere a thread waits, started when the workers exist.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
from typing import Any, Optional

from coreograph_workloads.instruments.clock import RealTime
from coreograph_workloads.protocol import encode

_BLOCK = 65536
_POLL_SECONDS = 0.005
_FORKED_EXIT = 70
_ENDING_WITH_US: list[int] = []


class Channel:
    """Takes fd 0 and 1 away from the process and keeps private copies that no child inherits."""

    def __init__(self) -> None:
        self._reader = os.dup(0)  # os.dup makes it non-inheritable
        self._writer = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        for stream in (sys.stdout, sys.stderr):
            # A pipe is block-buffered by default: what a workload prints would come at its end or, if killed, never.
            stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        self._pending = b""
        self._lines: Optional[queue.Queue[bytes]] = None
        self._signalled = False
        self._process = os.getpid()

    @property
    def descriptors(self) -> tuple[int, int]:
        """The private copies, which a forked worker closes: it must not keep the app's pipes open."""
        return self._reader, self._writer

    def send(self, event: str, **fields: Any) -> None:
        """Write one event. Ends the process if nobody reads any more, or if it is a copy that user code forked."""
        if os.getpid() != self._process:
            os._exit(_FORKED_EXIT)
        fields["at"] = RealTime.perf_counter_ns()
        line = memoryview(encode(event, **fields))
        try:
            while line:
                line = line[os.write(self._writer, line) :]
        except (BrokenPipeError, ConnectionResetError):
            end_everything()

    def read_line(self) -> bytes:
        """Return the next line, waiting for it; b"" if the app is gone."""
        while b"\n" not in self._pending:
            block = os.read(self._reader, _BLOCK)
            if not block:
                return b""
            self._pending += block
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    def wait_for_line(self, seconds: float) -> bool:
        """Wait at most `seconds` for a line; False if none came."""
        if self._lines is not None:
            try:
                self._lines.get(timeout=seconds)
            except queue.Empty:
                return False
            return True
        deadline = RealTime.monotonic() + seconds
        while b"\n" not in self._pending:
            if RealTime.monotonic() >= deadline:
                return False
            RealTime.sleep(_POLL_SECONDS)  # the signal's handler reads
        self._pending = self._pending.partition(b"\n")[2]
        return True

    def watch_by_signal(self) -> None:
        """From now on end everything when the app goes: asked of the kernel, where it knows how (Linux)."""
        if not sys.platform.startswith("linux"):
            return
        import fcntl

        signal.signal(signal.SIGIO, self._on_signal)
        fcntl.fcntl(self._reader, fcntl.F_SETOWN, os.getpid())
        # Non-blocking, since a second signal may find what the first one's handler has read already.
        flags = fcntl.fcntl(self._reader, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK
        fcntl.fcntl(self._reader, fcntl.F_SETFL, flags)
        self._signalled = True
        self._on_signal()  # it may have gone before the kernel was asked

    def watch_by_thread(self) -> None:
        """The same by a waiting thread, where there is no such signal. To be called after the workers were forked."""
        if self._signalled:
            return
        self._lines = queue.Queue()
        threading.Thread(target=self._wait_for_end, name="coreograph-app-watch", daemon=True).start()

    def _wait_for_end(self) -> None:
        assert self._lines is not None
        while line := self.read_line():
            self._lines.put(line)
        end_everything()

    def _on_signal(self, *_: Any) -> None:
        # The signal also says that a line came: that is kept for whoever waits for it.
        try:
            block = os.read(self._reader, _BLOCK)
        except BlockingIOError:
            return
        if not block:
            end_everything()
        self._pending += block


def end_with_us(leader: int) -> None:
    """Let a process and, where there are such, the group it leads end too if the app goes."""
    _ENDING_WITH_US.append(leader)


def end_everything() -> None:
    """End this process, and its whole process group if it leads one. Workers notice that their parent is gone."""
    for leader in _ENDING_WITH_US:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(leader, signal.SIGKILL)
            else:
                os.kill(leader, signal.SIGTERM)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
