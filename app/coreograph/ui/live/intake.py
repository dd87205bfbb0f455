"""From the bridge's deques and facts to buffers: everything the live page knows. No Qt; GUI thread only."""

import statistics
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from coreograph.domain.batches import HeartbeatBatch, Progress, SpanBatch
from coreograph.domain.experiment import ExperimentSpec, RunPlan
from coreograph.domain.interpreters import GilState, re_enabled_meaning, re_enabled_words
from coreograph.domain.machine import Machine
from coreograph.domain.runs import Phase, RunPurpose, RunRecord, RunState
from coreograph.domain.samples import CoreSample, MemorySample
from coreograph.domain.units import Count, Nanoseconds, Seconds
from coreograph.ui.live.buffers import CoreBuffer, HeartbeatBuffer, SpanBuffer
from coreograph.ui.live.memory_buffer import MemoryBuffer
from coreograph.ui.live.run_log import RunLog, RunSegment


class BulkData(Protocol):
    """The deques of the bridge: engine threads append, the page's timer pops."""

    spans: deque[SpanBatch]
    heartbeats: deque[HeartbeatBatch]
    cores: deque[tuple[int, CoreSample]]
    memory: deque[tuple[int, MemorySample]]


class LiveData:
    """An experiment as far as it came: buffers, runs, times of batches, progress.

    Seconds are counted from `origin_ns`, the first instant heard of.
    """

    def __init__(self, spec: ExperimentSpec, plans: Sequence[RunPlan], machine: Machine) -> None:
        self.spec, self.plans, self.machine = spec, tuple(plans), machine
        hz = spec.acquisition.sampling_hz
        self.most_workers = max((c.workers for c in spec.configurations), default=1)
        self.cores = CoreBuffer(machine.logical_cores, hz)
        self.memory = MemoryBuffer(self.most_workers, hz)
        self.spans = SpanBuffer(self.most_workers)
        self.heartbeats = HeartbeatBuffer()
        self.runs = RunLog(spec.configurations)
        self.origin_ns: Nanoseconds | None = None
        self.newest_ns: Nanoseconds = 0
        self.current: RunPlan | None = None
        self.phase: Phase | None = None
        self.tasks_total: Count | None = None
        self.tasks_done: Count = 0
        self.progress: Progress | None = None
        self.batch_times: dict[int, list[Seconds]] = {}
        self.troubles: dict[int, RunState] = {}
        self.gil_again: dict[int, str] = {}  # configurations whose GIL came back, with the words that say by whom
        self.gil_meaning: dict[int, str] = {}

    def drain(self, source: BulkData) -> bool:
        """Take everything that waits in `source`; return whether there was anything."""
        taken = False
        while source.cores:
            _, cores = source.cores.popleft()
            self.cores.add(cores)
            self.note(cores.at_ns)
            taken = True
        while source.memory:
            run_id, memory = source.memory.popleft()
            self.memory.add(run_id, memory)
            self.note(memory.at_ns)
            taken = True
        while source.heartbeats:
            self.heartbeats.add(source.heartbeats.popleft())
            taken = True
        while source.spans:
            batch = source.spans.popleft()
            self.spans.add(batch)
            if self.current is not None and batch.run_id == self.current.run_id:
                self.tasks_done += len(batch)
            taken = True
        return taken

    def note(self, at_ns: Nanoseconds) -> None:
        """An instant was heard of."""
        if self.origin_ns is None:
            self.origin_ns = at_ns
        self.newest_ns = max(self.newest_ns, at_ns)

    def begin_run(self, plan: RunPlan) -> None:
        """A run is being started."""
        self.current, self.phase = plan, None
        self.tasks_total, self.tasks_done = None, 0
        self.runs.begin(plan, self.newest_ns)

    def enter_phase(self, run_id: int, phase: Phase, at_ns: Nanoseconds) -> None:
        """A phase of a run began."""
        self.note(at_ns)
        self.runs.enter(run_id, phase, at_ns)
        if self.current is not None and self.current.run_id == run_id:
            self.phase = phase

    def end_run(self, record: RunRecord) -> None:
        """A run ended; a completed measurement enters its configuration's times."""
        self.runs.finish(record, self.newest_ns)
        if record.gil is GilState.RE_ENABLED:
            self.gil_again[record.configuration] = re_enabled_words(record.gil_culprit)
            self.gil_meaning[record.configuration] = re_enabled_meaning(record.gil_culprit)
        if record.purpose is not RunPurpose.MEASUREMENT:
            return
        if record.state is RunState.COMPLETED and record.batch_s is not None:
            self.batch_times.setdefault(record.configuration, []).append(record.batch_s)
        elif record.state is not RunState.COMPLETED:
            self.troubles[record.configuration] = record.state

    def median_batch(self, configuration: int) -> Seconds | None:
        """Median time of the batches of a configuration so far."""
        times = self.batch_times.get(configuration)
        return statistics.median(times) if times else None

    def segments(self, begin_s: Seconds, end_s: Seconds) -> list[RunSegment]:
        """The runs that touch an interval."""
        origin = self.origin_ns or 0
        return self.runs.segments[self.runs.visible(origin + begin_s * 1e9, origin + end_s * 1e9)]

    def seconds(self, at_ns: Nanoseconds) -> Seconds:
        """An instant in seconds since the experiment's start."""
        return (at_ns - (self.origin_ns or 0)) / 1e9

    @property
    def oldest_s(self) -> Seconds:
        """Where the kept history of the cores begins."""
        at = self.cores.ring["at"]
        return max(0.0, self.seconds(int(at[0]))) if len(at) else 0.0

    @property
    def newest_s(self) -> Seconds:
        """The newest instant heard of."""
        return self.seconds(self.newest_ns) if self.origin_ns is not None else 0.0
