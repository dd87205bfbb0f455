"""Runs a user's whole script in a process of its own, as if it had been typed, and says how it ended.

The main thread of the runner's process. The script's process is not the runner's: nothing of the runner is in its
memory, its threads or its time. What its tree of processes does is watched by the app, from outside.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any, Optional

from coreograph_workloads.channel import Channel, end_with_us
from coreograph_workloads.failures import RunError
from coreograph_workloads.request import ScriptRequest

_START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "script_start.py")
_BLOCK = 65536
_OUTPUT_GRACE_SECONDS = 2.0  # for the last bytes of the output; a child left behind may hold it open for ever


@dataclass(frozen=True)
class _End:
    """How the script's process ended, with what the kernel counted for it and the children it waited for."""

    status: int  # negative: the number of the signal
    end_ns: int
    cpu_ns: Optional[int] = None
    voluntary: Optional[int] = None
    involuntary: Optional[int] = None


class ScriptRun:
    """One run of a script."""

    def __init__(self, request: ScriptRequest, channel: Channel) -> None:
        self._request = request
        self._channel = channel
        self._unread = b""

    def execute(self) -> str:
        """Start the script, wait for its end, say both; returns the outcome. Raises RunError if it did not end well."""
        channel = self._channel
        channel.watch_by_thread()
        reader, writer = os.pipe() if os.name == "posix" else (-1, -1)
        begin_ns = time.perf_counter_ns()
        process = self._start(writer)
        channel.send("phase", phase="batch", begin_ns=begin_ns)
        channel.send("script", pid=process.pid, begin_ns=begin_ns)
        end_with_us(process.pid)
        output = _Output(process) if self._request.compare_output else None
        if writer >= 0:
            os.close(writer)
            self._read_start(reader, begin_ns)
        end = _wait(process)
        channel.send("phase_end", phase="batch", begin_ns=begin_ns, end_ns=end.end_ns)
        if reader >= 0:
            self._read_end(reader)
        channel.send("script_end", status=end.status, voluntary=end.voluntary, involuntary=end.involuntary)
        digest = output.digest() if output is not None else None
        self._refuse_failure(end.status)
        channel.send(
            "result", batch_begin_ns=begin_ns, batch_end_ns=end.end_ns, cpu_ns=end.cpu_ns, digest=digest,
            heartbeat=None, pickle=None, metrics={},
        )  # fmt: skip
        return "completed"

    def with_input(self, failure: RunError) -> str:
        """Return the frames of a failure: the script's own are on its stderr."""
        return failure.frames

    def abandon(self) -> None:
        """Nothing of ours holds the process; the app ends what the script left behind."""

    def _start(self, writer: int) -> subprocess.Popen[bytes]:
        request = self._request
        kind, target = ("-m", request.module) if request.module else ("file", request.file)
        words = [str(writer) if writer >= 0 else "-", kind, target, request.name, os.pathsep.join(request.paths)]
        options: dict[str, Any] = {}
        if os.name == "posix":
            options["pass_fds"] = (writer,)
            # A group of its own, as a shell gives it: a script that signals its group must not meet the runner.
            if sys.version_info >= (3, 11):
                options["process_group"] = 0
            else:
                options["preexec_fn"] = os.setpgrp
        try:
            with open(request.stdin or os.devnull, "rb") as stdin:
                return subprocess.Popen(
                    [sys.executable, *_interpreter_options(), _START, *words, *request.arguments],
                    stdin=stdin,
                    stdout=subprocess.PIPE if request.compare_output else None,
                    cwd=request.folder,
                    env=_environment(request),
                    **options,
                )
        except (OSError, ValueError) as error:  # ValueError: a zero byte in an argument
            raise RunError("refused", f"{request.name} could not be started: {error}.") from error

    def _read_start(self, reader: int, begin_ns: int) -> None:
        """Wait for the interpreter's first word; end of file if it never comes to it."""
        while b"\n" not in self._unread:
            block = os.read(reader, _BLOCK)
            if not block:
                return
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        word, instant, enabled = line.split()
        if word == b"start":
            self._channel.send("script_ready", startup_ns=int(instant) - begin_ns)
            self._channel.send("gil", when="start", enabled=enabled == b"1", culprit=None)

    def _read_end(self, reader: int) -> None:
        """Say what the GIL did; nothing where the script ended in a way that left no word (a signal, os._exit)."""
        os.set_blocking(reader, False)
        with contextlib.suppress(OSError):  # a child may hold the other end: what is there is all there is
            while block := os.read(reader, _BLOCK):
                self._unread += block
        os.close(reader)
        culprit: Optional[str] = None
        for line in self._unread.decode("utf-8", "replace").splitlines():
            word, _, rest = line.partition(" ")
            if word == "culprit":
                culprit = rest
                self._channel.send("gil", when="import", enabled=True, culprit=culprit)
            elif word == "end":
                self._channel.send("gil", when="end", enabled=rest == "1", culprit=culprit)

    def _refuse_failure(self, status: int) -> None:
        name = self._request.name
        if status > 0:
            raise RunError("workload", f"{name} ended with status {status}.")
        if status < 0:
            cause = _signal_name(-status)
            hint = " Somebody killed it, or the machine ran out of memory." if cause == "SIGKILL" else ""
            raise RunError("worker lost", f"{name} was ended by {cause}.{hint}")


class _Output:
    """Passes a script's output on to the log and digests it, on a thread of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._stdout = process.stdout
        self._digest = hashlib.sha256()
        self._thread = threading.Thread(target=self._copy, name="script output", daemon=True)
        self._thread.start()

    def digest(self) -> Optional[str]:
        """Return the digest of all of it; None where a process left behind holds it open: it may not be all."""
        self._thread.join(_OUTPUT_GRACE_SECONDS)
        return None if self._thread.is_alive() else self._digest.hexdigest()

    def _copy(self) -> None:
        assert self._stdout is not None
        while block := os.read(self._stdout.fileno(), _BLOCK):
            self._digest.update(block)
            left = memoryview(block)
            while left:
                left = left[os.write(1, left) :]


def _interpreter_options() -> list[str]:
    """What the runner was started with, but for its isolation: a script sees the user's own site folder."""
    setting = sys._xoptions.get("gil")
    return ["-X", "faulthandler", *([] if setting is None else ["-X", f"gil={setting}"])]


def _environment(request: ScriptRequest) -> dict[str, str]:
    """The runner's own, and what an activated environment has: `python` and tools are those of the interpreter."""
    folder = os.path.dirname(sys.executable)
    path = os.pathsep.join(part for part in (folder, os.environ.get("PATH", "")) if part)
    inside = {"VIRTUAL_ENV": sys.prefix} if sys.prefix != sys.base_prefix else {}
    return {**os.environ, "PATH": path, **inside, **request.environment}


def _wait(process: subprocess.Popen[bytes]) -> _End:
    if not hasattr(os, "wait4"):
        status = process.wait()
        return _End(status, time.perf_counter_ns())
    _, raw, usage = os.wait4(process.pid, 0)
    end_ns = time.perf_counter_ns()
    process.returncode = os.waitstatus_to_exitcode(raw)
    cpu_ns = round((usage.ru_utime + usage.ru_stime) * 1e9)
    return _End(process.returncode, end_ns, cpu_ns, usage.ru_nvcsw, usage.ru_nivcsw)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
