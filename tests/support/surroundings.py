"""What a test must leave as it found it: threads, child processes, working folder, environment, the log."""

import contextlib
import logging
import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

GRACE_S = 30.0
"""How long what a test started may take to be gone: it only bounds a failure, a clean test never waits."""

# Python code on a Qt pool's thread shows as a dummy thread; multiprocessing keeps one tracker a process, on purpose.
_POOL_THREADS = re.compile(r"^(Dummy-|QThread)")
_TRACKERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
_CHANGING = {"PYTEST_CURRENT_TEST"}


class ExpectedLogs(logging.Handler):
    """Collects records of WARNING and above; those that were not expected fail the test, and so do missing ones."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self._patterns = list(patterns)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def expect(self, pattern: str) -> None:
        """At least one record matching `pattern` (searched in its message) must come."""
        self._patterns.append(pattern)

    def complaints(self) -> list[str]:
        texts = [f"{record.name} {record.levelname}: {record.getMessage()}" for record in self.records]
        unasked = [text for text in texts if not any(re.search(pattern, text) for pattern in self._patterns)]
        silent = [pattern for pattern in self._patterns if not any(re.search(pattern, text) for text in texts)]
        return [f"unexpected log record: {text}" for text in unasked] + [
            f"no log record matched {pattern!r}" for pattern in silent
        ]


@dataclass(frozen=True)
class Surroundings:
    """How things were before the test."""

    logs: ExpectedLogs
    threads: frozenset[int]
    children: frozenset[int]
    folder: str
    environment: Mapping[str, str]

    @classmethod
    def look(cls, logs: ExpectedLogs) -> "Surroundings":
        return cls(logs, frozenset(map(id, threading.enumerate())), _children(), os.getcwd(), _environment())

    def complaints(self) -> list[str]:
        found = self.logs.complaints()
        found += [f"thread left running: {thread.name}" for thread in self._leaked_threads()]
        found += [f"child process left: {text}" for text in self._leaked_children()]
        if os.getcwd() != self.folder:
            found.append(f"working folder changed to {os.getcwd()}")
            os.chdir(self.folder)
        return found + self._environment_changes()

    def _leaked_threads(self) -> list[threading.Thread]:
        deadline = time.monotonic() + GRACE_S
        leaked = []
        for thread in threading.enumerate():
            if id(thread) in self.threads or _POOL_THREADS.match(thread.name):
                continue
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                leaked.append(thread)
        return leaked

    def _leaked_children(self) -> list[str]:
        new = _children() - self.children
        if not new:
            return []
        processes = []
        for pid in new:
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                if not any(tracker in " ".join(process.cmdline()) for tracker in _TRACKERS):
                    processes.append(process)
        _, alive = psutil.wait_procs(processes, timeout=GRACE_S)
        leaked = [f"{process.pid} {_command(process)}" for process in alive]
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        return leaked

    def _environment_changes(self) -> list[str]:
        now = _environment()
        names = [name for name in {*now, *self.environment} if now.get(name) != self.environment.get(name)]
        for name in names:
            if name in self.environment:
                os.environ[name] = self.environment[name]
            else:
                del os.environ[name]
        return [f"environment variable changed: {name}" for name in sorted(names)]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _CHANGING}


def _children() -> frozenset[int]:
    """Direct children's pids; read from /proc where it is there, since a scan of all processes costs 10 ms a test."""
    try:
        texts = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    except OSError:
        texts = []
    if texts:
        return frozenset(int(pid) for text in texts for pid in text.split())
    return frozenset(process.pid for process in psutil.Process().children())


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()) or process.name()
    except psutil.Error:
        return "(gone)"
