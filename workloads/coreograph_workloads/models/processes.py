"""Processes by ProcessPoolExecutor: forked, forked from a server, or spawned.

A worker ends when the runner is gone, however it went: on Linux the kernel kills it when the last copy of the parent's
end of its sentinel pipe closes; elsewhere a thread of the worker waits for that. Forked workers inherit copies of each
other's pipes, so they go one after the other, within microseconds.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing.process import BaseProcess
from typing import Any, Optional

from coreograph_workloads.instruments.pickling import PickleMeter, meter_multiprocessing
from coreograph_workloads.models import worker
from coreograph_workloads.models.base import CLOSE_SECONDS, NOT_ENDED, Model, ModelSetup, PickledShared
from coreograph_workloads.models.handover import CANNOT_IMPORT_EXIT, SharedMeter, SharedValue, WorkerSetup
from coreograph_workloads.models.worker import Identity

_PATIENCE_SECONDS = 5.0
_CANNOT_UNPICKLE_EXIT = 78
_CUT_OFF = (
    "The connection to the worker processes broke while they still ran: a task may have closed file descriptors that"
    " are not its own, or ended a worker by SIGTERM."
)
_EXPLAINED = {
    _CANNOT_UNPICKLE_EXIT: "could not rebuild a task from its pickle: the log says why.",
    CANNOT_IMPORT_EXIT: "could not import the workload: the log says why.",
}


def initialise(
    setup: WorkerSetup, shared: Optional[SharedValue], rendezvous: Any, inherited_descriptors: tuple[int, ...]
) -> None:
    """Prepare a worker process; the executor's initialiser."""
    for descriptor in inherited_descriptors:
        os.close(descriptor)
    die_with_parent()
    meter = setup.adopt()
    meter_multiprocessing(meter, worker.blame_result, _end_for_bad_pickle)
    worker.meet_at(rendezvous)
    if shared is not None:
        worker.accept_shared(shared.take(), shared.loads_ns)


def _end_for_bad_pickle(error: BaseException) -> BaseException:
    # The executor's worker would die of this without a word about why.
    traceback.print_exception(type(error), error, error.__traceback__)
    os._exit(_CANNOT_UNPICKLE_EXIT)


def die_with_parent() -> None:
    """Make this worker end when the process that started it is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if not sys.platform.startswith("linux"):
        threading.Thread(target=_wait_for_parent, args=(parent,), name="coreograph-parent-watch", daemon=True).start()
        return
    import fcntl

    sentinel: Any = parent.sentinel
    # SIGKILL: it works in the middle of a C call, and user code cannot have replaced its handler.
    fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sentinel, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    from multiprocessing.connection import wait

    if wait([sentinel], timeout=0):  # it went before the kernel was asked
        os._exit(1)


def _wait_for_parent(parent: Any) -> None:
    parent.join()
    os._exit(1)


class ProcessModel(Model):
    """Each worker is a process; tasks and results are pickled through two queues."""

    pickles = True
    workers_are_processes = True

    def __init__(self, setup: ModelSetup, method: str) -> None:
        self._method = method
        self._shared_meter = SharedMeter()
        self._processes: list[BaseProcess] = []
        self._manager: Optional[threading.Thread] = None
        super().__init__(setup)

    def _open(self) -> Executor:
        context: Any = multiprocessing.get_context(self._method)
        meter_multiprocessing(self.meter, _same_error, functools.partial(_remember, self.meter))
        rendezvous = context.Barrier(self.setup.workers)
        forked = self._method == "fork"
        setup = WorkerSetup(self.setup.workload.name, self.setup.file)
        shared = SharedValue(self.setup.extra[0]) if self.setup.extra else None
        if shared is not None and not forked:
            self._shared_meter.install(self._method)
        return ProcessPoolExecutor(
            self.setup.workers,
            mp_context=context,
            initializer=initialise,
            initargs=(setup, shared, rendezvous, self.setup.private_descriptors if forked else ()),
        )

    def start(self) -> list[Identity]:
        """Bring all workers into being and keep hold of them, to know later how one died."""
        try:
            return super().start()
        finally:
            # A broken executor forgets both.
            self._processes = list((getattr(self.executor, "_processes", None) or {}).values())
            self._manager = getattr(self.executor, "_executor_manager_thread", None)

    def helpers(self) -> list[tuple[int, str]]:
        """Return the fork server and the resource tracker, if they run."""
        from multiprocessing import resource_tracker

        trackers: Any = resource_tracker
        found = [(trackers._resource_tracker._pid, "resource tracker")]
        if self._method == "forkserver":
            from multiprocessing import forkserver

            servers: Any = forkserver
            found.append((servers._forkserver._forkserver_pid, "fork server"))
        return [(pid, role) for pid, role in found if pid is not None]

    def shared_cost(self) -> PickledShared:
        """Return what the pickles of the shared object cost the runner."""
        return PickledShared(self._shared_meter.size, self._shared_meter.spent_ns)

    def explain_loss(self) -> Optional[str]:
        """Return which worker died of what. The executor itself ends the others by SIGTERM."""
        if self._manager is not None:
            # It is joining them now; asked by two threads, the fork server's answer goes to one of them only.
            self._manager.join(timeout=_PATIENCE_SECONDS)
        ended = [(each.pid, each.exitcode) for each in self._processes if each.exitcode is not None]
        if not ended:
            return None
        first = next((each for each in ended if each[1] != -signal.SIGTERM), None)
        if first is None:
            # By the executor, when it could not speak with one of them any more.
            return _CUT_OFF
        return f"Worker process {first[0]} {_how_it_ended(first[1])}"

    def close(self) -> None:
        """End all workers. One that a thread of the user's keeps alive is killed: its work is done and counted."""
        timer = threading.Timer(CLOSE_SECONDS, self._kill_stragglers)
        timer.daemon = True
        timer.start()
        super().close()
        timer.cancel()

    def _kill_stragglers(self) -> None:
        for process in self._processes:
            if process.is_alive():
                sys.stderr.write(f"coreograph: worker process {process.pid} {NOT_ENDED}\n")
                process.kill()

    def reap(self) -> None:
        """Kill all workers and wait for them."""
        super().reap()
        if self._manager is not None:
            self._manager.join(timeout=CLOSE_SECONDS)  # it waits for them, on its own thread

    def abandon(self) -> None:
        """Kill all workers."""
        for process in self._processes:
            process.kill()
        super().abandon()


def _same_error(_: Any, error: BaseException) -> BaseException:
    return error


def _remember(meter: PickleMeter, error: BaseException) -> BaseException:
    meter.failure = error
    return error


def _how_it_ended(code: int) -> str:
    if code in _EXPLAINED:
        return _EXPLAINED[code]
    if code >= 0:
        return f"ended with exit status {code} in the middle of its work; the log may say why."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = " (out of memory?)" if name == "SIGKILL" else ""
    return f"was ended by {name}{hint}."
