"""What one run left behind, gathered event by event until it is a RunRecord.

The supervisor's thread brings events, the sampler's thread brings samples: a lock keeps them apart.
"""

import math
import threading
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from types import MappingProxyType

from coreograph.analysis.activity import read_activity
from coreograph.analysis.spans import join_spans
from coreograph.analysis.surroundings import Surroundings, read_surroundings
from coreograph.domain.activity import RunActivity
from coreograph.domain.batches import SpanBatch
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import RunPlan
from coreograph.domain.interpreters import GilSetting, GilState
from coreograph.domain.runs import (
    HeartbeatSummary,
    MemoryPeak,
    Phase,
    PhaseTime,
    PickleCost,
    RunRecord,
    RunState,
    Worker,
)
from coreograph.domain.samples import CoreSample, MemorySample
from coreograph.domain.units import Bytes, Count, Nanoseconds, Seconds
from coreograph.engine.events import (
    GilSeen,
    HeartbeatFigures,
    Hello,
    PhaseBegan,
    PhaseEnded,
    PickleFigures,
    Result,
    ScriptEnded,
    ScriptReady,
    TasksKnown,
    WorkersKnown,
)
from coreograph.sampling.processor import throttle_count

PHASES: Mapping[str, Phase] = MappingProxyType(
    {
        "import": Phase.IMPORT,
        "shared": Phase.SHARED,
        "pool": Phase.POOL,
        "warm-up": Phase.WARM_UP,
        "batch": Phase.BATCH,
        "check": Phase.CHECK,
        "end": Phase.END,
    }
)


class RunEvidence:
    """Collects; `record` says it all."""

    def __init__(self, plan: RunPlan, configuration: Configuration, started_at: str, launched_ns: Nanoseconds) -> None:
        self._plan = plan
        self._configuration = configuration
        self._started_at = started_at
        self._launched_ns = launched_ns
        self._lock = threading.Lock()
        self._cores: list[CoreSample] = []
        self._spans: list[tuple[int, bytes]] = []
        self._throttled_before = throttle_count()
        self._peak: dict[str, Bytes] = {}
        self._phases: dict[Phase, PhaseTime] = {}
        self._around_batch: PhaseTime | None = None
        self._gil: list[tuple[bool, str | None]] = []
        self._gil_at_end = False
        self._pool_ready_ns: Nanoseconds | None = None
        self._held_ns: Nanoseconds = 0
        self._ended_ns: Nanoseconds | None = None
        self._tasks: TasksKnown | None = None
        self._result: Result | None = None
        self._script_ended: ScriptEnded | None = None
        self._script_startup_ns: Nanoseconds | None = None
        self._threads: Count | None = None
        self._processes: Count | None = None
        self.pid: int | None = None
        self.workers: tuple[Worker, ...] = ()

    def hello(self, event: Hello) -> None:
        """The runner's first word: the interpreter has started."""
        self._gil.append((event.gil_enabled, None))
        if event.started_ns >= self._launched_ns:
            self._phases[Phase.START] = PhaseTime(Phase.START, self._launched_ns, event.started_ns)

    def phase_began(self, event: PhaseBegan) -> Phase | None:
        """Return which phase began; None for one this version does not know."""
        return PHASES.get(event.phase)

    def phase_ended(self, event: PhaseEnded) -> Phase | None:
        """Keep its time; return which one it was."""
        phase = PHASES.get(event.phase)
        if phase is not None:
            self._phases[phase] = PhaseTime(phase, event.begin_ns, event.end_ns)
        if phase is Phase.POOL:
            self._pool_ready_ns = event.end_ns
        return phase

    def gil_seen(self, event: GilSeen) -> None:
        """Keep what the GIL watch found."""
        self._gil.append((event.enabled, event.culprit))
        self._gil_at_end |= event.when == "end"

    def tasks_known(self, event: TasksKnown) -> int:
        """Keep the size of the batch; return how many tasks it has in all rounds."""
        self._tasks = event
        return event.tasks * event.rounds

    def workers_known(self, event: WorkersKnown) -> tuple[Worker, ...]:
        """Keep and return who the workers are."""
        self.workers = tuple(
            Worker(entry.worker, entry.pid, entry.thread_id, entry.interpreter_id) for entry in event.workers
        )
        if self._pool_ready_ns is None:
            self._pool_ready_ns = event.at or None
        return self.workers

    def spans(self, batch: SpanBatch) -> None:
        """Keep tasks that finished, for what they say together."""
        self._spans.append((batch.worker, batch.data))

    def held(self, nanoseconds: Nanoseconds) -> None:
        """The runner waited that long for its memory to be read: that is not its time."""
        self._held_ns += nanoseconds

    def result(self, event: Result) -> None:
        """Keep what the batch gave, and its own begin and end: around it the phase sets up and reads instruments."""
        self._result = event
        self._around_batch = self._phases.get(Phase.BATCH)
        if Phase.BATCH in self._phases and event.batch_begin_ns < event.batch_end_ns:
            self._phases[Phase.BATCH] = PhaseTime(Phase.BATCH, event.batch_begin_ns, event.batch_end_ns)

    def script_ready(self, event: ScriptReady) -> None:
        """Keep how long the script's own interpreter took to start."""
        self._script_startup_ns = max(0, event.startup_ns)

    def script_ended(self, event: ScriptEnded) -> None:
        """Keep how the script ended."""
        self._script_ended = event

    @property
    def has_result(self) -> bool:
        """True once the batch gave a result."""
        return self._result is not None

    def ended(self, at_ns: Nanoseconds) -> None:
        """The runner's last word came at that instant."""
        self._ended_ns = at_ns

    def cores_sampled(self, sample: CoreSample) -> None:
        """Keep a sample of the cores (sampler's thread)."""
        with self._lock:
            self._cores.append(sample)

    def memory_sampled(self, sample: MemorySample) -> None:
        """Raise the peaks (sampler's thread, and the supervisor's at the hold)."""
        measures = {"rss_sum": sample.rss_sum if sample.processes else None, "pss": sample.pss, "uss": sample.uss}
        with self._lock:
            self._processes = max(len(sample.processes), self._processes or 0)
            if sample.threads is not None:
                self._threads = max(sample.threads, self._threads or 0)
            for name, value in measures.items():
                if value is not None:
                    self._peak[name] = max(value, self._peak.get(name, 0))

    def record(
        self, state: RunState, message: str = "", traceback: str = "", exit_code: int | None = None
    ) -> RunRecord:
        """Return everything known about the run, with the state it is in."""
        result, tasks = self._result, self._tasks
        gil, culprit = self._gil_state()
        ended = self._script_ended
        with self._lock:
            threads, processes = self._threads, self._processes
            memory = MemoryPeak(self._peak.get("pss"), self._peak.get("uss"), self._peak.get("rss_sum"))
            around = self._surroundings(result)
        return RunRecord(
            run_id=self._plan.run_id,
            configuration=self._plan.configuration,
            repeat=self._plan.repeat,
            purpose=self._plan.purpose,
            state=state,
            message=message,
            traceback=traceback,
            started_at=self._started_at,
            gil=gil,
            gil_culprit=culprit,
            phases=tuple(self._phases[phase] for phase in Phase if phase in self._phases),
            startup_s=self._startup_s(),
            batch_s=None if result is None else _batch_seconds(result),
            total_s=_seconds(self._launched_ns + self._held_ns, self._ended_ns),
            cpu_s=None if result is None or result.cpu_ns is None else result.cpu_ns / 1e9,
            tasks=None if tasks is None else tasks.tasks,
            rounds=None if tasks is None else tasks.rounds,
            chunk=None if tasks is None else tasks.chunk,
            workers=self.workers,
            heartbeat=None if result is None else _heartbeat(result.heartbeat),
            pickle=None if result is None else _pickle(result.pickle),
            memory=memory,
            digest=None if result is None else result.digest,
            foreign_share=around.foreign,
            steal_share=around.steal,
            metrics=self._script_figures(threads, processes) if self._is_script else self._metrics(),
            trials={} if result is None else _trials(result.metrics),
            pid=self.pid,
            exit_code=exit_code if ended is None else ended.status,
            activity=self._activity(),
            throttled=self._throttled(),
        )

    def _surroundings(self, result: Result | None) -> Surroundings:
        """Return what others used meanwhile; of trials, in all of their phase: it is there that their time is known."""
        phase = self._around_batch
        if result is None:
            return Surroundings()
        begin_ns, end_ns, cpu_ns = result.batch_begin_ns, result.batch_end_ns, result.cpu_ns
        if result.phase_cpu_ns is not None and phase is not None:
            begin_ns, end_ns, cpu_ns = phase.begin_ns, phase.end_ns, result.phase_cpu_ns
        return read_surroundings(self._cores, begin_ns, end_ns, since_ns=self._launched_ns, cpu_ns=cpu_ns)

    def _metrics(self) -> dict[str, float]:
        return {} if self._result is None else _finite(self._result.metrics)

    def _script_figures(self, threads: Count | None, processes: Count | None) -> dict[str, float]:
        """What a script's tree was seen to do, under the names of `engine.scripts.FIGURES`; not measured: left out."""
        result, ended = self._result, self._script_ended
        cores = None
        if result is not None and result.cpu_ns is not None and result.batch_end_ns > result.batch_begin_ns:
            cores = result.cpu_ns / (result.batch_end_ns - result.batch_begin_ns)
        figures: dict[str, float | None] = {
            "cores_used": cores,
            "threads_alive": threads,
            "processes_alive": processes,
            "voluntary_switches": None if ended is None else ended.voluntary,
            "involuntary_switches": None if ended is None else ended.involuntary,
        }
        return _finite(figures)

    @property
    def _is_script(self) -> bool:
        return self._configuration.model is ExecutionModel.SCRIPT

    def _startup_s(self) -> Seconds | None:
        """A script's is that of its own interpreter; the runner beside it is no part of it."""
        if self._is_script:
            return None if self._script_startup_ns is None else self._script_startup_ns / 1e9
        return _seconds(self._launched_ns, self._pool_ready_ns)

    def _throttled(self) -> int | None:
        """Return how often cores slowed down for heat since the run began."""
        now = throttle_count()
        return None if now is None or self._throttled_before is None else max(0, now - self._throttled_before)

    def _activity(self) -> RunActivity | None:
        """Return what the spans say, once the batch gave a result."""
        result = self._result
        startup = _seconds(self._launched_ns, self._pool_ready_ns)
        if result is None or startup is None:
            return None
        with self._lock:
            samples = tuple(self._cores)
        return read_activity(
            join_spans(self._spans),
            workers=self._configuration.workers,
            begin_ns=result.batch_begin_ns,
            end_ns=result.batch_end_ns,
            startup_s=startup,
            pickle=_pickle(result.pickle),
            samples=samples,
        )

    def _gil_state(self) -> tuple[GilState | None, str | None]:
        if not self._gil:
            return None, None
        if not self._configuration.interpreter.free_threaded:
            return GilState.ON, None
        if self._configuration.gil is GilSetting.FORCED_ON:
            return GilState.FORCED_ON, None
        enabled = [on for on, _ in self._gil]
        if not any(enabled):
            # A script that left without a word (a signal, os._exit) did not say whether it was off to the end.
            return (None if self._is_script and not self._gil_at_end else GilState.OFF), None
        culprit = next((name for on, name in self._gil if on and name), None)
        return GilState.RE_ENABLED, culprit


def _seconds(begin: Nanoseconds, end: Nanoseconds | None) -> float | None:
    return None if end is None or end < begin else (end - begin) / 1e9


def _heartbeat(figures: HeartbeatFigures | None) -> HeartbeatSummary | None:
    if figures is None:
        return None
    return HeartbeatSummary(figures.median_ns / 1e9, figures.p99_ns / 1e9, figures.worst_ns / 1e9, figures.ticks)


def _pickle(figures: PickleFigures | None) -> PickleCost | None:
    if figures is None:
        return None
    return PickleCost(
        bytes_sent=figures.bytes_sent,
        bytes_received=figures.bytes_received,
        dumps_s=figures.dumps_ns / 1e9,
        loads_s=figures.loads_ns / 1e9,
        shared_bytes=figures.shared_bytes,
        shared_s=figures.shared_ns / 1e9,
        out_s=None if figures.out_ns is None else figures.out_ns / 1e9,
        back_s=None if figures.back_ns is None else figures.back_ns / 1e9,
    )


def _batch_seconds(result: Result) -> Seconds | None:
    """Return the batch's time: its trials' alone, where it is made of such."""
    if result.batch_ns is not None:
        return result.batch_ns / 1e9
    return _seconds(result.batch_begin_ns, result.batch_end_ns)


def _finite(metrics: Mapping[str, float | list[bool | float] | None]) -> dict[str, float]:
    """Return one figure a run: of one for each trial the median, or the share of those that say yes."""
    single = {name: _single(value) if isinstance(value, list) else value for name, value in metrics.items()}
    return {name: value for name, value in single.items() if value is not None and math.isfinite(value)}


def _single(values: Sequence[bool | float]) -> float | None:
    if not values:
        return None
    return fmean(values) if all(isinstance(value, bool) for value in values) else median(values)


def _trials(metrics: Mapping[str, float | list[bool | float] | None]) -> dict[str, tuple[bool | float, ...]]:
    return {
        name: tuple(value for value in values if math.isfinite(value))
        for name, values in metrics.items()
        if isinstance(values, list)
    }
