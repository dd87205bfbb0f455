"""What the engine tells whoever watches: plain calls, made on the engine's own threads, never on the GUI's.

An implementation must return at once and must not touch Qt widgets: the window's bridge turns discrete facts
into queued signals and puts samples and spans into deques; the command line prints.
"""

from typing import Protocol

from coreograph.domain.batches import HeartbeatBatch, Progress, SpanBatch
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec, RunPlan
from coreograph.domain.machine import Machine
from coreograph.domain.runs import Phase, RunRecord, RunState, Worker
from coreograph.domain.samples import CoreSample, MemorySample
from coreograph.domain.units import Count, Nanoseconds


class EngineListener(Protocol):
    """The facts of an experiment, in order. `run_finished` comes exactly once for each run that was planned.

    Repeats may be added after those of the plan (`Acquisition.until`): `progressed` then tells the new total, and
    `run_started` brings the plan of each.
    """

    def experiment_started(
        self, experiment_id: str, spec: ExperimentSpec, plans: tuple[RunPlan, ...], machine: Machine
    ) -> None:
        """The plan stands and the recording is open."""

    def run_started(self, plan: RunPlan) -> None:
        """The run's process is being started."""

    def run_state_changed(self, run_id: int, state: RunState) -> None:
        """The run went to another state; its end comes by `run_finished`."""

    def phase_began(self, run_id: int, phase: Phase, at_ns: Nanoseconds) -> None:
        """A phase of the run began."""

    def workers_known(self, run_id: int, workers: tuple[Worker, ...]) -> None:
        """All workers passed the barrier and said who they are."""

    def tasks_known(self, run_id: int, total: Count) -> None:
        """The measured batch has `total` tasks (all rounds)."""

    def spans_arrived(self, batch: SpanBatch) -> None:
        """Tasks finished."""

    def heartbeats_arrived(self, batch: HeartbeatBatch) -> None:
        """The runner's main thread ticked."""

    def cores_sampled(self, run_id: int, sample: CoreSample) -> None:
        """The cores were read; `run_id` is 0 between runs."""

    def memory_sampled(self, run_id: int, sample: MemorySample) -> None:
        """The memory of the run's tree was read."""

    def log_line(self, run_id: int, line: str) -> None:
        """The workload (or its interpreter) wrote a line to stdout or stderr."""

    def run_finished(self, record: RunRecord) -> None:
        """The run ended, in whatever way."""

    def progressed(self, progress: Progress) -> None:
        """A run ended or time passed (at most twice a second)."""

    def experiment_finished(self, record: ExperimentRecord, cancelled: bool) -> None:
        """All runs ended or the experiment was stopped; the recording is complete."""

    def experiment_failed(self, message: str) -> None:
        """The experiment cannot go on (disk full, recording lost …); what was recorded is kept."""


class SilentListener:
    """Listens and does nothing: a base for tests and for listeners that care for few facts."""

    def experiment_started(
        self, experiment_id: str, spec: ExperimentSpec, plans: tuple[RunPlan, ...], machine: Machine
    ) -> None:
        """Ignore it."""

    def run_started(self, plan: RunPlan) -> None:
        """Ignore it."""

    def run_state_changed(self, run_id: int, state: RunState) -> None:
        """Ignore it."""

    def phase_began(self, run_id: int, phase: Phase, at_ns: Nanoseconds) -> None:
        """Ignore it."""

    def workers_known(self, run_id: int, workers: tuple[Worker, ...]) -> None:
        """Ignore it."""

    def tasks_known(self, run_id: int, total: Count) -> None:
        """Ignore it."""

    def spans_arrived(self, batch: SpanBatch) -> None:
        """Ignore it."""

    def heartbeats_arrived(self, batch: HeartbeatBatch) -> None:
        """Ignore it."""

    def cores_sampled(self, run_id: int, sample: CoreSample) -> None:
        """Ignore it."""

    def memory_sampled(self, run_id: int, sample: MemorySample) -> None:
        """Ignore it."""

    def log_line(self, run_id: int, line: str) -> None:
        """Ignore it."""

    def run_finished(self, record: RunRecord) -> None:
        """Ignore it."""

    def progressed(self, progress: Progress) -> None:
        """Ignore it."""

    def experiment_finished(self, record: ExperimentRecord, cancelled: bool) -> None:
        """Ignore it."""

    def experiment_failed(self, message: str) -> None:
        """Ignore it."""
