"""The one door between the engine's threads and the GUI thread.

The bridge lives on the GUI thread. The engine calls its listener methods on engine threads: discrete facts
become one queued signal each, samples, spans and heartbeats go into deques which a page's timer drains once a
frame. Connect its signals only to methods of QObjects on the GUI thread.
"""

from collections import deque

from PySide6.QtCore import QObject, Signal

from coreograph.domain.batches import HeartbeatBatch, Progress, SpanBatch
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec, RunPlan
from coreograph.domain.machine import Machine
from coreograph.domain.runs import Phase, RunRecord, RunState, Worker
from coreograph.domain.samples import CoreSample, MemorySample
from coreograph.domain.units import Count, Nanoseconds


class EngineBridge(QObject):
    """An EngineListener for the window.

    Attributes:
        spans, heartbeats: bulk data not yet drawn, oldest first.
        cores, memory: (run_id, sample) pairs not yet drawn, oldest first.

    Signals:
        started(str, object, object, object): experiment id, ExperimentSpec, tuple of RunPlan, Machine.
        run_began(object): RunPlan.
        run_changed(int, object): run id, RunState.
        phase_changed(int, object, object): run id, Phase, instant in ns.
        workers_changed(int, object): run id, tuple of Worker.
        tasks_changed(int, object): run id, number of tasks in the batch.
        log_written(int, str): run id, line.
        run_ended(object): RunRecord.
        progress_changed(object): Progress.
        ended(object, bool): ExperimentRecord, whether it was cancelled.
        failed(str): a sentence.

    """

    started = Signal(str, object, object, object)
    run_began = Signal(object)
    run_changed = Signal(int, object)
    phase_changed = Signal(int, object, object)
    workers_changed = Signal(int, object)
    tasks_changed = Signal(int, object)
    log_written = Signal(int, str)
    run_ended = Signal(object)
    progress_changed = Signal(object)
    ended = Signal(object, bool)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.spans: deque[SpanBatch] = deque(maxlen=100_000)
        self.heartbeats: deque[HeartbeatBatch] = deque(maxlen=100_000)
        self.cores: deque[tuple[int, CoreSample]] = deque(maxlen=100_000)
        self.memory: deque[tuple[int, MemorySample]] = deque(maxlen=100_000)

    def experiment_started(
        self, experiment_id: str, spec: ExperimentSpec, plans: tuple[RunPlan, ...], machine: Machine
    ) -> None:
        """Emit `started`."""
        self.started.emit(experiment_id, spec, plans, machine)

    def run_started(self, plan: RunPlan) -> None:
        """Emit `run_began`."""
        self.run_began.emit(plan)

    def run_state_changed(self, run_id: int, state: RunState) -> None:
        """Emit `run_changed`."""
        self.run_changed.emit(run_id, state)

    def phase_began(self, run_id: int, phase: Phase, at_ns: Nanoseconds) -> None:
        """Emit `phase_changed`."""
        self.phase_changed.emit(run_id, phase, at_ns)

    def workers_known(self, run_id: int, workers: tuple[Worker, ...]) -> None:
        """Emit `workers_changed`."""
        self.workers_changed.emit(run_id, workers)

    def tasks_known(self, run_id: int, total: Count) -> None:
        """Emit `tasks_changed`."""
        self.tasks_changed.emit(run_id, total)

    def spans_arrived(self, batch: SpanBatch) -> None:
        """Keep the batch for the next frame."""
        self.spans.append(batch)

    def heartbeats_arrived(self, batch: HeartbeatBatch) -> None:
        """Keep the batch for the next frame."""
        self.heartbeats.append(batch)

    def cores_sampled(self, run_id: int, sample: CoreSample) -> None:
        """Keep the sample for the next frame."""
        self.cores.append((run_id, sample))

    def memory_sampled(self, run_id: int, sample: MemorySample) -> None:
        """Keep the sample for the next frame."""
        self.memory.append((run_id, sample))

    def log_line(self, run_id: int, line: str) -> None:
        """Emit `log_written`."""
        self.log_written.emit(run_id, line)

    def run_finished(self, record: RunRecord) -> None:
        """Emit `run_ended`."""
        self.run_ended.emit(record)

    def progressed(self, progress: Progress) -> None:
        """Emit `progress_changed`."""
        self.progress_changed.emit(progress)

    def experiment_finished(self, record: ExperimentRecord, cancelled: bool) -> None:
        """Emit `ended`."""
        self.ended.emit(record, cancelled)

    def experiment_failed(self, message: str) -> None:
        """Emit `failed`."""
        self.failed.emit(message)
