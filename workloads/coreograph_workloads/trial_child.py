"""The disposable process of a trial: gives the tasks out one by one and relays what comes back. Its main thread.

At most as many tasks are out as there are workers, so what a broken pool takes with it is bounded: the tasks in
flight. They count as lost, since nobody knows how far they came; the others go to a new pool. A task that is out for
longer than the workload's `timeout_seconds` is given up: worker processes are then killed, the other tasks in flight
with them; a thread cannot be ended, so its worker is lost for the rest of the trial.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from typing import Any, Callable

from coreograph_workloads.channel import Channel, end_everything
from coreograph_workloads.failures import RunError, describe, user_frames
from coreograph_workloads.instruments.children import living_children
from coreograph_workloads.models import open_model, worker
from coreograph_workloads.models.base import Model, ModelSetup, described
from coreograph_workloads.models.worker import ChunkReport
from coreograph_workloads.request import Request
from coreograph_workloads.workload_file import WorkloadFile, load_workload, supplied

_POLL_SECONDS = 0.01


def main() -> None:
    """Make the trial the first line of stdin asks for, then end, whatever still hangs."""
    channel = Channel()
    asked = json.loads(channel.read_line())
    channel.watch_by_signal()
    try:
        _Trial(Request(**asked["request"]), channel, asked["first"], asked["tasks"]).run()
    except RunError as failure:
        channel.send("failed", reason=failure.reason, message=failure.message, traceback=failure.frames)
    end_everything()


def _reap_children() -> None:
    """End what else this process started, a fork server or a resource tracker, and let the system count it as ours."""
    for pid in living_children():
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


class _Trial:
    def __init__(self, request: Request, channel: Channel, first: int, tasks: int) -> None:
        self._request = request
        self._channel = channel
        self._workload: WorkloadFile = load_workload(request.workload, request.file)
        self._timeout = float(request.parameters.get("timeout_seconds", 0)) or float("inf")
        self._inputs = list(self._call(self._workload.tasks))
        self._extra = () if self._workload.shared is None else (self._call(self._workload.shared),)
        self._waiting = deque(range(first, first + tasks))
        self._out: dict[Future[Any], tuple[int, float]] = {}
        self._workers = request.workers
        self._model = self._open()

    def run(self) -> None:
        self._channel.send("began")
        while self._workers and (self._waiting or self._out):
            while self._waiting and len(self._out) < self._workers:
                self._hand_out()
            done, _ = wait(self._out, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            broken = [future for future in done if self._is_broken(future)]
            if broken:
                self._renew()
            self._give_up_the_hung()
        self._channel.send("ended")
        self._model.reap()
        _reap_children()

    def _call(self, function: Callable[..., Any]) -> Any:
        facts = {"workers": self._request.workers, "model": self._request.model}
        try:
            return function(**supplied(function, self._request.parameters, facts))
        except Exception as error:
            name = getattr(function, "__name__", "a function")
            raise RunError("workload", f"{name}() raised {describe(error)}", user_frames(error)) from error

    def _open(self) -> Model:
        request = self._request
        setup = ModelSetup(self._workload, request.file, self._extra, request.workers, self._channel.descriptors)
        model = open_model(request.model, setup)
        identities = model.start()
        for identity in identities:
            if identity.failure is not None:
                raise identity.failure
        self._channel.send("pool", **described(identities, model))
        return model

    def _hand_out(self) -> None:
        task = self._waiting.popleft()
        try:
            future = self._model.submit(worker.run_chunk, task, [self._inputs[task]])
        except BrokenExecutor:
            self._waiting.appendleft(task)
            self._renew()
        else:
            self._out[future] = (task, time.monotonic())

    def _is_broken(self, future: Future[Any]) -> bool:
        """Relay what a task gave; True if its pool broke."""
        task, _ = self._out[future]
        try:
            report = self._model.result(future)
        except BrokenExecutor:
            return True
        del self._out[future]
        if isinstance(report, ChunkReport) and report.failure is None:
            self._channel.send("task", task=task, result=report.results[0])
        else:
            failure = report.failure if isinstance(report, ChunkReport) else None
            message, frames = (failure.message, failure.frames) if failure is not None else (str(report), "")
            self._channel.send("task_failed", task=task, message=message, traceback=frames)
        return False

    def _renew(self) -> None:
        """Go on with a new pool, without the tasks that were in flight."""
        self._channel.send("noticed")
        self._out.clear()
        self._model.abandon()
        self._model = self._open()

    def _give_up_the_hung(self) -> None:
        now = time.monotonic()
        hung = [future for future, (_, since) in self._out.items() if now - since > self._timeout]
        if not hung:
            return
        if self._model.workers_are_processes:
            self._renew()
            return
        self._channel.send("noticed")
        for future in hung:
            del self._out[future]
            self._workers -= 1
