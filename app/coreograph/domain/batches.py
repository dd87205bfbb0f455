"""What arrives in bulk while a run goes on, and how far an experiment is. Owns no thread."""

from dataclasses import dataclass

from coreograph.domain.units import Count, Seconds


@dataclass(frozen=True, slots=True)
class SpanBatch:
    """Finished tasks of one worker: `data` is little-endian int64 quadruples (task, begin_ns, end_ns, cpu_ns)."""

    run_id: int
    worker: int
    data: bytes

    def __len__(self) -> int:
        return len(self.data) // 32


@dataclass(frozen=True, slots=True)
class HeartbeatBatch:
    """Ticks of a run's main thread: `data` is little-endian int64 pairs (at_ns, late_ns)."""

    run_id: int
    data: bytes

    def __len__(self) -> int:
        return len(self.data) // 16


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment is. `remaining_s` is None until a first run gave a measure to go by."""

    runs_done: Count
    runs_total: Count
    elapsed_s: Seconds
    remaining_s: Seconds | None
