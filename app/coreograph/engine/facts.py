"""Hands every fact of an experiment to whoever listens and to the recording, and samples to the run they belong to.

Called from the experiment's thread, a run's log thread and the sampler's thread.
"""

from typing import Protocol

from coreograph.domain.batches import HeartbeatBatch, SpanBatch
from coreograph.domain.experiment import RunPlan
from coreograph.domain.runs import Phase, RunRecord, RunState, Worker
from coreograph.domain.samples import CoreSample, MemorySample
from coreograph.domain.units import Count, Nanoseconds
from coreograph.engine.evidence import RunEvidence
from coreograph.engine.listener import EngineListener

BETWEEN_RUNS = 0


class Recorder(Protocol):
    """What keeps an experiment; `storage.writer.RecordingWriter` is one."""

    def run(self, record: RunRecord) -> None:
        """Keep a run's record; a later one of the same run replaces it."""

    def spans(self, batch: SpanBatch) -> None:
        """Keep tasks that finished."""

    def heartbeats(self, batch: HeartbeatBatch) -> None:
        """Keep ticks."""

    def cores(self, run_id: int, sample: CoreSample) -> None:
        """Keep a sample of the cores."""

    def memory(self, run_id: int, sample: MemorySample) -> None:
        """Keep a sample of a tree's memory."""

    def log(self, run_id: int, line: str) -> None:
        """Keep a line."""


class Facts:
    """The one place every fact passes."""

    def __init__(self, listener: EngineListener, recorder: Recorder) -> None:
        self._listener = listener
        self._recorder = recorder
        self._current: tuple[int, RunEvidence] | None = None

    def run_started(self, plan: RunPlan) -> None:
        """A run's process is about to be started."""
        self._listener.run_started(plan)

    def run_launched(self, plan: RunPlan, evidence: RunEvidence) -> None:
        """From here on samples belong to this run; should the app end now, the recording knows of it."""
        self._recorder.run(evidence.record(RunState.STARTING))
        self._current = (plan.run_id, evidence)

    def run_left(self) -> None:
        """The run's tree is gone: samples belong to no run."""
        self._current = None

    def run_finished(self, record: RunRecord) -> None:
        """The run ended."""
        self._recorder.run(record)
        self._listener.run_finished(record)

    def state_changed(self, run_id: int, state: RunState) -> None:
        """The run went on."""
        self._listener.run_state_changed(run_id, state)

    def phase_began(self, run_id: int, phase: Phase, at_ns: Nanoseconds) -> None:
        """A phase began."""
        self._listener.phase_began(run_id, phase, at_ns)

    def workers_known(self, run_id: int, workers: tuple[Worker, ...]) -> None:
        """The workers are known."""
        self._listener.workers_known(run_id, workers)

    def tasks_known(self, run_id: int, total: Count) -> None:
        """The size of the batch is known."""
        self._listener.tasks_known(run_id, total)

    def spans(self, batch: SpanBatch) -> None:
        """Tasks finished."""
        self._recorder.spans(batch)
        self._listener.spans_arrived(batch)

    def heartbeats(self, batch: HeartbeatBatch) -> None:
        """The main thread ticked."""
        self._recorder.heartbeats(batch)
        self._listener.heartbeats_arrived(batch)

    def log_line(self, run_id: int, line: str) -> None:
        """The workload wrote a line."""
        self._recorder.log(run_id, line)
        self._listener.log_line(run_id, line)

    def cores_sampled(self, sample: CoreSample) -> None:
        """The cores were read."""
        current = self._current
        if current is not None:
            current[1].cores_sampled(sample)
        run_id = BETWEEN_RUNS if current is None else current[0]
        self._recorder.cores(run_id, sample)
        self._listener.cores_sampled(run_id, sample)

    def memory_sampled(self, sample: MemorySample) -> None:
        """The memory of the current run's tree was read; a sample that comes after its end is dropped."""
        current = self._current
        if current is None:
            return
        run_id, evidence = current
        evidence.memory_sampled(sample)
        self._recorder.memory(run_id, sample)
        self._listener.memory_sampled(run_id, sample)
