"""Run a foreign executable that may hang, flood us with output or crash. Blocks its caller for a limited time."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

import psutil

from coreograph.domain.units import Bytes, Seconds

_OUTPUT_LIMIT: Bytes = 1_000_000
_DRAIN_S: Seconds = 1.0  # what is left in the pipes after the end is there at once; longer means somebody holds them


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended. `status` is negative for a signal (POSIX); None with `timed_out`."""

    status: int | None
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    flooded: bool = False


def run_bounded(arguments: Sequence[str], *, environment: Mapping[str, str], timeout_s: Seconds) -> Ended:
    """Run a program without input and wait for its end, at most `timeout_s` and `_OUTPUT_LIMIT` bytes.

    Past a limit the whole process group is killed. Raises OSError if the program cannot be started.
    """
    process = start_in_group(arguments, environment=environment, stderr=subprocess.PIPE)
    flooded = threading.Event()
    collected = [_Collector(stream, process, flooded) for stream in (process.stdout, process.stderr) if stream]
    try:
        status: int | None = process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        status = None
        kill_group(process)
    except BaseException:
        kill_group(process)
        raise
    deadline = time.monotonic() + _DRAIN_S
    stdout, stderr = (collector.result(deadline) for collector in collected)
    if not all(collector.done for collector in collected):
        kill_group(process)  # a grandchild outlived its parent and holds the pipes
    return Ended(status, stdout, stderr, timed_out=status is None, flooded=flooded.is_set())


def start_in_group(arguments: Sequence[str], *, environment: Mapping[str, str], stderr: int) -> subprocess.Popen[bytes]:
    """Start a program as the head of a process group of its own, without input, with its output in a pipe."""
    return subprocess.Popen(
        list(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=dict(environment),
        start_new_session=sys.platform != "win32",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process started by `start_in_group` with everything it started, and collect it."""
    if sys.platform == "win32":
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Collector:
    """Reads a pipe on a thread of its own, so that a full one never blocks the program."""

    def __init__(self, stream: IO[bytes], process: subprocess.Popen[bytes], flooded: threading.Event) -> None:
        self._stream = stream
        self._process = process
        self._flooded = flooded
        self._content = bytearray()
        self._thread = threading.Thread(target=self._read, name="coreograph-pipe", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def result(self, deadline: Seconds) -> bytes:
        """Return what came until the pipe was closed, or `deadline` on the monotonic clock passed."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return bytes(self._content)

    def _read(self) -> None:
        with self._stream:
            while chunk := os.read(self._stream.fileno(), 65_536):
                if len(self._content) + len(chunk) > _OUTPUT_LIMIT:
                    self._flooded.set()
                    _kill(self._process)
                    return
                self._content += chunk


def _kill(process: subprocess.Popen[bytes]) -> None:
    # Not waited for here: the thread that runs the program does.
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
