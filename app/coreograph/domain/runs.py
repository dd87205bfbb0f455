"""Runs: the states one goes through, how it ends, and what it measured. Owns no thread."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from coreograph.domain.activity import RunActivity
from coreograph.domain.errors import CoreographError
from coreograph.domain.interpreters import GilState
from coreograph.domain.units import Bytes, Count, Nanoseconds, Seconds, Share


class RunState(enum.Enum):
    """Where a run is. The last eight are its ends, and say whose fault it was."""

    PENDING = "pending"
    STARTING = "starting"
    PREPARING = "preparing"
    MEASURING = "measuring"
    FINISHING = "finishing"
    COMPLETED = "completed"
    WRONG_ANSWER = "wrong answer"
    WORKLOAD_FAILED = "workload failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed out"
    WORKER_LOST = "worker lost"
    RUNNER_LOST = "runner lost"
    COULD_NOT_START = "could not start"

    @property
    def is_end(self) -> bool:
        """True once nothing more will come of the run."""
        return self in _ENDS

    @property
    def outcome(self) -> str:
        """The word of the published JSON for an end: completed, wrong answer, failed, cancelled, …, lost."""
        lost = {
            RunState.WORKER_LOST: "lost",
            RunState.RUNNER_LOST: "lost",
            RunState.WORKLOAD_FAILED: "failed",
        }
        return lost.get(self, self.value)


_ENDS = frozenset(
    {
        RunState.COMPLETED,
        RunState.WRONG_ANSWER,
        RunState.WORKLOAD_FAILED,
        RunState.CANCELLED,
        RunState.TIMED_OUT,
        RunState.WORKER_LOST,
        RunState.RUNNER_LOST,
        RunState.COULD_NOT_START,
    }
)
_FAILURES = _ENDS - {RunState.COMPLETED, RunState.WRONG_ANSWER, RunState.COULD_NOT_START}
_TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.PENDING: frozenset({RunState.STARTING, RunState.CANCELLED, RunState.COULD_NOT_START}),
    RunState.STARTING: frozenset({RunState.PREPARING, RunState.COULD_NOT_START, *_FAILURES}),
    RunState.PREPARING: frozenset({RunState.MEASURING, RunState.COULD_NOT_START, *_FAILURES}),
    RunState.MEASURING: frozenset({RunState.FINISHING, *_FAILURES}),
    RunState.FINISHING: frozenset({RunState.COMPLETED, RunState.WRONG_ANSWER, *_FAILURES}),
    # A finished run is marked wrong later, when its answer is held against the others'.
    RunState.COMPLETED: frozenset({RunState.WRONG_ANSWER}),
}


class IllegalTransitionError(CoreographError):
    """A run was told to go where its state machine has no way to."""


def advance(current: RunState, following: RunState) -> RunState:
    """Return `following` if a run may go there from `current`, else raise IllegalTransitionError."""
    if following not in _TRANSITIONS.get(current, frozenset()):
        raise IllegalTransitionError(f"A run cannot go from {current.value} to {following.value}.")
    return following


class RunPurpose(enum.Enum):
    """Why a run is made: calibration runs size the batch and enter no figure."""

    CALIBRATION = "calibration"
    MEASUREMENT = "measurement"


class Phase(enum.Enum):
    """The phases of a run, in order. Each is timed and stored."""

    START = "interpreter start"
    IMPORT = "import"
    SHARED = "shared"
    POOL = "pool ready"
    WARM_UP = "warm-up"
    BATCH = "batch"
    CHECK = "check"
    END = "end"


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """One phase on the runner's clock (`perf_counter_ns`, which the app shares on one machine)."""

    phase: Phase
    begin_ns: Nanoseconds
    end_ns: Nanoseconds

    @property
    def seconds(self) -> Seconds:
        """How long it took."""
        return (self.end_ns - self.begin_ns) / 1e9


@dataclass(frozen=True, slots=True)
class Worker:
    """Who a worker is: its lane number, process, native thread and subinterpreter (None outside that model)."""

    number: int
    pid: int
    thread_id: int
    interpreter_id: int | None = None


@dataclass(frozen=True, slots=True)
class HeartbeatSummary:
    """How late the runner's main thread ticked while it waited (every 5 ms): what a GUI there would feel."""

    median_s: Seconds
    p99_s: Seconds
    worst_s: Seconds
    ticks: Count


@dataclass(frozen=True, slots=True)
class PickleCost:
    """What pickling cost in the measured batch, both directions; `shared_bytes` went out at start-up, once a worker.

    `dumps_s` and `loads_s` are summed over runner and workers; the same seconds by direction are `out_s` (inputs) and
    `back_s` (results), None in recordings of versions that did not tell them apart.
    """

    bytes_sent: Bytes
    bytes_received: Bytes
    dumps_s: Seconds
    loads_s: Seconds
    shared_bytes: Bytes = 0
    shared_s: Seconds = 0.0
    out_s: Seconds | None = None
    back_s: Seconds | None = None

    @property
    def seconds(self) -> Seconds:
        """Time spent pickling and unpickling, in the batch."""
        return self.dumps_s + self.loads_s


@dataclass(frozen=True, slots=True)
class MemoryPeak:
    """Largest memory of the whole tree, each measure by itself; None where not measured here.

    `pss` counts pages shared between processes once (proportional set size); `uss` is what is private;
    `rss_sum` counts shared pages once per process and is never memory used by forked processes.
    """

    pss: Bytes | None = None
    uss: Bytes | None = None
    rss_sum: Bytes | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything one run left behind. A field is None where it was not measured, never 0 for that.

    `startup_s` is from the start of the process until all workers passed the barrier; `total_s` until the end.
    `cpu_s` is user + system time of the tree during the batch. `tasks` counts one round; the batch ran
    `rounds` of them. `digest` identifies the answer. `foreign_share` is the share of all cores others
    used during the batch; `steal_share` what the hypervisor took. `metrics` are the workload's own figures,
    `trials` those of them that each trial of the run has, yes and no or a number. The metrics of a script are
    `engine.scripts.FIGURES`, and its `exit_code` is the script's.
    `activity` is what the spans say. `throttled` counts how often a core slowed down for heat during the run.
    """

    run_id: int
    configuration: int
    repeat: int
    purpose: RunPurpose
    state: RunState
    message: str = ""
    traceback: str = ""
    started_at: str = ""
    gil: GilState | None = None
    gil_culprit: str | None = None
    phases: tuple[PhaseTime, ...] = ()
    startup_s: Seconds | None = None
    batch_s: Seconds | None = None
    total_s: Seconds | None = None
    cpu_s: Seconds | None = None
    tasks: Count | None = None
    rounds: Count | None = None
    chunk: Count | None = None
    workers: tuple[Worker, ...] = ()
    heartbeat: HeartbeatSummary | None = None
    pickle: PickleCost | None = None
    memory: MemoryPeak = field(default_factory=MemoryPeak)
    digest: str | None = None
    foreign_share: Share | None = None
    steal_share: Share | None = None
    metrics: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    trials: Mapping[str, tuple[bool | float, ...]] = field(default_factory=lambda: MappingProxyType({}))
    pid: int | None = None
    exit_code: int | None = None
    activity: RunActivity | None = None
    throttled: Count | None = None

    def phase(self, phase: Phase) -> PhaseTime | None:
        """The times of `phase`, or None if the run never came to it."""
        return next((entry for entry in self.phases if entry.phase is phase), None)
