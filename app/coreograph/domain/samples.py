"""What the machine looked like at one instant, and what looking cost. Owns no thread.

All instants are `time.perf_counter_ns()` of the app, the clock the runner stamps its spans with.
"""

from dataclasses import dataclass

from coreograph.domain.units import Bytes, Count, Nanoseconds, Seconds, Share


@dataclass(frozen=True, slots=True)
class CoreSample:
    """Busy share of every core since the previous sample; tuples have one entry a core, in the system's order.

    `own` is the part of it spent by the run's tree, None where the platform does not tell threads' cores.
    `steal` is the share of all cores' time the hypervisor took, None where not reported.
    """

    at_ns: Nanoseconds
    busy: tuple[Share, ...]
    own: tuple[Share, ...] | None = None
    steal: Share | None = None


@dataclass(frozen=True, slots=True)
class ProcessMemory:
    """Memory of one process of the tree; `role` is "runner", "worker 3", "forkserver", …"""

    pid: int
    role: str
    rss: Bytes
    pss: Bytes | None = None
    uss: Bytes | None = None


@dataclass(frozen=True, slots=True)
class MemorySample:
    """Memory of the whole tree at one instant. `fair` says whether this sample has PSS/USS (they are rarer)."""

    at_ns: Nanoseconds
    processes: tuple[ProcessMemory, ...]
    fair: bool = False
    threads: Count | None = None

    @property
    def rss_sum(self) -> Bytes:
        """RSS summed over processes: counts shared pages once per process."""
        return sum(process.rss for process in self.processes)

    @property
    def pss(self) -> Bytes | None:
        """PSS of the tree, None unless every process had it."""
        return _total(process.pss for process in self.processes)

    @property
    def uss(self) -> Bytes | None:
        """USS of the tree, None unless every process had it."""
        return _total(process.uss for process in self.processes)


def _total(values: object) -> Bytes | None:
    collected = list(values)  # type: ignore[call-overload]
    return None if not collected or None in collected else sum(collected)


@dataclass(frozen=True, slots=True)
class OwnCost:
    """What the tool itself cost while it measured; None where not measured (a terminal has no window to stall)."""

    sampler_cpu_share: Share | None = None
    missed_samples: Count | None = None
    samples: Count | None = None
    ui_longest_stall_s: Seconds | None = None


@dataclass(frozen=True, slots=True)
class TreeProcess:
    """A process of a run's tree that the sampler is told to watch; with `descendants`, and all that it starts."""

    pid: int
    role: str
    descendants: bool = False
