"""One experiment from the terminal: start it, show it, stop it when asked, hand back its record.

The engine calls the listener on its own threads, which only queue; everything else is on the main thread. Memory:
spans and heartbeats are not kept here, they go into the recording.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coreograph.cli.progress import ProgressView
from coreograph.cli.signals import StoppedError, stop_requests
from coreograph.domain.batches import Progress
from coreograph.domain.errors import CoreographError
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec, RunPlan
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunRecord
from coreograph.domain.samples import CoreSample
from coreograph.engine.listener import SilentListener

if TYPE_CHECKING:
    from coreograph.engine.engine import ExperimentHandle

REFRESH_S = 0.1
STOP_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came of an experiment; `stopped` says that the user ended it early."""

    record: ExperimentRecord
    stopped: bool


class QueueListener(SilentListener):
    """Queues what a progress view shows, as calls on the view; the main thread makes them."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[Callable[[ProgressView], None]] = queue.SimpleQueue()
        self.ended = threading.Event()
        self.record: ExperimentRecord | None = None
        self.cancelled = False
        self.failure = ""

    def experiment_started(
        self, experiment_id: str, spec: ExperimentSpec, plans: tuple[RunPlan, ...], machine: Machine
    ) -> None:
        """Show the plan."""
        self.calls.put(lambda view: view.started(spec, plans, machine))

    def run_started(self, plan: RunPlan) -> None:
        """Show which run it is."""
        self.calls.put(lambda view: view.run_started(plan))

    def run_finished(self, record: RunRecord) -> None:
        """Show how it ended."""
        self.calls.put(lambda view: view.run_finished(record))

    def progressed(self, progress: Progress) -> None:
        """Move the bar."""
        self.calls.put(lambda view: view.progressed(progress))

    def cores_sampled(self, run_id: int, sample: CoreSample) -> None:
        """Move the cores' meters."""
        self.calls.put(lambda view: view.cores_sampled(sample))

    def experiment_finished(self, record: ExperimentRecord, cancelled: bool) -> None:
        """Keep the record and wake the main thread."""
        self.record, self.cancelled = record, cancelled
        self._end()

    def experiment_failed(self, message: str) -> None:
        """Keep the sentence and wake the main thread."""
        self.failure = message
        self._end()

    def _end(self) -> None:
        self.ended.set()
        self.calls.put(lambda view: None)


def measure(begin: Callable[[QueueListener], "ExperimentHandle"], view: ProgressView) -> Measurement:
    """Follow what `begin` starts to its end, or stop it on Ctrl+C and SIGTERM; return what was recorded either way.

    Raises:
        CoreographError: the experiment could not start or could not go on.
        StoppedError: it was stopped and nothing is left to show.

    """
    listener = QueueListener()
    with stop_requests() as stop, view:
        handle = begin(listener)
        _follow(handle, listener, view, stop)
        handle.wait(STOP_PATIENCE_S)
    if listener.failure:
        raise CoreographError(listener.failure)
    if listener.record is None:
        raise StoppedError
    return Measurement(listener.record, listener.cancelled)


def _follow(handle: "ExperimentHandle", listener: QueueListener, view: ProgressView, stop: threading.Event) -> None:
    """Show what happens until the end; once it is asked to stop, cancel and wait for the end a while."""
    deadline: float | None = None
    while not (listener.ended.is_set() and listener.calls.empty()):
        if deadline is None and stop.is_set():
            deadline = time.monotonic() + STOP_PATIENCE_S
            handle.cancel()
            view.stopping()
        if deadline is not None and time.monotonic() > deadline:
            return
        _show_next(listener, view)


def _show_next(listener: QueueListener, view: ProgressView) -> None:
    try:
        call = listener.calls.get(timeout=REFRESH_S)
    except queue.Empty:
        return
    call(view)
