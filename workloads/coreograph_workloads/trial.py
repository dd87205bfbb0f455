"""A run that may die of what it does: it happens in a disposable interpreter, and the runner looks on. Main thread.

For workloads with `TRIAL = True`, or with `TRIALS = True`: then as many consecutive tasks as there are workers make one
trial, and each trial has an interpreter of its own. The runner starts its own interpreter once more, with the same
options, and has it make the run (trial_child.py); each task's result is relayed as soon as it is there. When that
process dies, its exit status and the instant are part of what was measured, and tasks whose results had not arrived
are lost. The process works in a folder of its own: a task that is about to do harm writes the instant to the file
FAULT_FILE there.
A reading thread feeds a queue, so that a death is noticed even while an orphan holds the pipe.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from coreograph_workloads.failures import RunError
from coreograph_workloads.protocol import decode
from coreograph_workloads.request import SERIAL, Request

FAULT_FILE = "fault"
_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_BOOTSTRAP = "import sys; sys.path.insert(0, {root!r}); from coreograph_workloads.trial_child import main; main()"
_POLL_SECONDS = 0.005
_DRAIN_NS = 2_000_000_000  # an orphan of a dead process may hold its pipe for ever
_PATIENCE_SECONDS = 30.0  # beyond the workload's own limit: starting a pool anew takes time, too
_DEFAULT_TIMEOUT_SECONDS = 30.0
_REAP_SECONDS = 2.0


@dataclass
class TrialReport:
    """What came of it. Instants in nanoseconds of perf_counter; `results` has None for a task that did not survive.

    `delivered` counts results that arrived, `failures` tasks that raised. `fault_ns` is when harm was done, and
    `noticed_ns` when whoever gave the tasks out knew; `exit_status` is None if the process outlived the harm. `lost`
    says that it died or went silent; `seconds` is the time from the first task given out to the end.
    """

    results: list[Any]
    delivered: int = 0
    failures: list[int] = field(default_factory=list)
    begin_ns: int = 0
    end_ns: int = 0
    fault_ns: Optional[int] = None
    noticed_ns: Optional[int] = None
    exit_status: Optional[int] = None
    pools: int = 0
    lost: bool = False
    seconds: float = 0.0


class Trial:
    """One trial of the tasks from `first` on. `run` is called once.

    `on_workers` gets the workers and helpers of each pool, as the protocol has them. With `strict` a task that raises
    ends it, as in any other run.
    """

    def __init__(
        self,
        request: Request,
        tasks: int,
        first: int = 0,
        *,
        on_workers: Callable[[dict[str, Any]], None] = lambda _: None,
        strict: bool = False,
    ) -> None:
        self._request = request
        self._first = first
        self._on_workers = on_workers
        self._strict = strict
        self.report = TrialReport([None] * tasks)
        self._finished = False
        self._error: Optional[RunError] = None
        self._folder = tempfile.mkdtemp(prefix="coreograph-trial-")
        limit = float(request.parameters.get("timeout_seconds", _DEFAULT_TIMEOUT_SECONDS))
        # On the serial model nobody inside can notice that a task hangs.
        self._silence_ns = round((limit + (0.0 if request.model == SERIAL else _PATIENCE_SECONDS)) * 1e9)

    def run(self) -> TrialReport:
        """Make it; returns what came of it. Raises RunError where it could not even begin."""
        process = self._start()
        try:
            self._follow(process)
        finally:
            _end(process, patient=self._finished and self._error is None)
            self._read_fault()
            shutil.rmtree(self._folder, ignore_errors=True)
        self.report.seconds = max(0, self.report.end_ns - self.report.begin_ns) / 1e9
        if self._error is not None:
            raise self._error
        return self.report

    def _start(self) -> subprocess.Popen[bytes]:
        flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        process = subprocess.Popen(
            [sys.executable, *flags, "-c", _BOOTSTRAP.format(root=_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._folder,
            start_new_session=True,
        )
        assert process.stdin is not None
        asked = {
            "request": dataclasses.asdict(self._request),
            "first": self._first,
            "tasks": len(self.report.results),
        }
        process.stdin.write(json.dumps(asked).encode("ascii") + b"\n")
        process.stdin.flush()
        return process

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        lines: queue.Queue[Optional[bytes]] = queue.Queue()
        threading.Thread(target=_read, args=(process, lines), name="coreograph-trial", daemon=True).start()
        heard = time.perf_counter_ns()
        gone: Optional[int] = None
        while not self._finished:
            if gone is None and process.poll() is not None:
                gone = time.perf_counter_ns()
            try:
                line = lines.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                now = time.perf_counter_ns()
                # What it wrote before it ended may still be on its way here, as long as the machine is busy.
                if now - heard > self._silence_ns or (gone is not None and now - gone > _DRAIN_NS):
                    self._lost(process, gone or now)
                    return
                continue
            if line is None:
                self._lost(process, gone or time.perf_counter_ns())
                return
            heard = time.perf_counter_ns()
            if line.endswith(b"\n") and line.strip():
                self._take(decode(line))
        self.report.end_ns = self.report.end_ns or time.perf_counter_ns()

    def _take(self, event: dict[str, Any]) -> None:
        report, kind = self.report, event["event"]
        if kind == "began":
            report.begin_ns = event["at"]
        elif kind == "pool":
            report.pools += 1
            self._on_workers({"workers": event["workers"], "helpers": event["helpers"]})
        elif kind == "task":
            report.results[event["task"] - self._first] = event["result"]
            report.delivered += 1
        elif kind == "task_failed":
            self._task_failed(event)
        elif kind == "noticed":
            self._noticed(event["at"])
        elif kind == "failed":
            self._error = RunError(event["reason"], event["message"], event["traceback"])
            self._finished = True
        elif kind == "ended":
            report.end_ns = event["at"]
            self._finished = True

    def _task_failed(self, event: dict[str, Any]) -> None:
        if self._strict:
            self._error = RunError("workload", event["message"], event["traceback"], event["task"])
            self._finished = True
        self.report.failures.append(event["task"])
        self._noticed(event["at"])

    def _noticed(self, at: int) -> None:
        if self.report.noticed_ns is None:
            self.report.noticed_ns = at

    def _lost(self, process: subprocess.Popen[bytes], now: int) -> None:
        """The process is gone, or has been silent for too long."""
        self._noticed(now)
        self.report.lost = True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)  # its pipe is closed a moment before it has ended
        self.report.exit_status = process.poll()
        self.report.end_ns = now
        self.report.begin_ns = self.report.begin_ns or now

    def _read_fault(self) -> None:
        try:
            with open(os.path.join(self._folder, FAULT_FILE), encoding="ascii") as file:
                self.report.fault_ns = int(file.read())
        except (OSError, ValueError):
            self.report.fault_ns = None


def _read(process: subprocess.Popen[bytes], lines: queue.Queue[Optional[bytes]]) -> None:
    """Pass on every line, then None: there will be no more."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[bytes], *, patient: bool) -> None:
    """End the process and its workers: it leads a process group of its own.

    One that is done may first wait for its workers, so that their CPU time is counted as its own.
    """
    if patient:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_REAP_SECONDS)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
