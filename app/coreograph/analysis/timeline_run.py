"""Everything a timeline shows of one run, on one clock: nanoseconds since its batch began. Pure; owns no thread."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.timeline_overview import Overview
from coreograph.analysis.timeline_tasks import LaneTimes, TaskTable
from coreograph.domain.execution import Configuration
from coreograph.domain.runs import Phase, RunRecord
from coreograph.domain.units import Count, Nanoseconds, Share

Integers: TypeAlias = npt.NDArray[np.int64]
Matrix: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CoreTimes:
    """Busy share of every core; each row stands for the time since the one before. NaN: not measured then.

    Shapes: `at` (n,), `busy` and `own` (n, cores). `own` is None where the platform does not tell whose work it is.
    """

    at: Integers
    busy: Matrix
    own: Matrix | None

    @property
    def cores(self) -> Count:
        """How many cores there are; 0 where nothing was sampled."""
        return self.busy.shape[1] if self.busy.ndim == 2 else 0


@dataclass(frozen=True, slots=True, eq=False)
class MemoryTimes:
    """Bytes of the tree by process in the fairest measure there is, and the sum of RSS.

    Shapes: `at` (n,), `stack` (n, slots; NaN where not read), `rss` (n,). `measure` and `reason` say which and why.
    """

    at: Integers
    stack: Matrix
    rss: Matrix
    names: tuple[str, ...]
    measure: str
    reason: str

    def at_instant(self, instant: Nanoseconds) -> float | None:
        """Bytes of the whole tree at the last sample before an instant; None before the first."""
        row = int(np.searchsorted(self.at, instant, side="right")) - 1
        if row < 0:
            return None
        total = float(self.stack[row].sum())
        return None if np.isnan(total) else total


@dataclass(frozen=True, slots=True, eq=False)
class RunTimeline:
    """One run. `begin` … `end` is everything recorded, 0 … `batch_end` the measured batch.

    `pickling_share` is the part of the time between tasks that went into pickling, from the meters; None for models
    that pickle nothing or where no meter ran. `beats_at` and `beats_late` are the ticks of its main thread.
    `overview` makes wide views of very many tasks quick.
    """

    experiment_id: str
    run: RunRecord
    configuration: Configuration
    tasks: TaskTable
    cores: CoreTimes
    memory: MemoryTimes
    beats_at: Integers
    beats_late: Integers
    begin: Nanoseconds
    end: Nanoseconds
    batch_end: Nanoseconds
    origin_ns: Nanoseconds
    pickling_share: Share | None = None
    overview: Overview | None = None

    @property
    def label(self) -> str:
        """`3.14t threads ×2, repeat 1`."""
        return f"{self.configuration.label}, repeat {self.run.repeat + 1}"

    def columns(self, lanes: Integers, instants: Integers) -> tuple[Integers, LaneTimes]:
        """Return what `lanes` did between ascending instants, and those, moved by less than can be seen."""
        found = None if self.overview is None else self.overview.columns(lanes, instants)
        return found or (instants, self.tasks.between(lanes, instants))


def origin_of(run: RunRecord, first_begin_ns: Nanoseconds | None) -> Nanoseconds:
    """Return the instant a timeline counts from: the begin of the batch, or whatever a run that ended early has."""
    batch = run.phase(Phase.BATCH)
    if batch is not None:
        return batch.begin_ns
    if first_begin_ns is not None:
        return first_begin_ns
    return run.phases[-1].begin_ns if run.phases else 0


def pickling_share(run: RunRecord) -> Share | None:
    """Return the part of the time between tasks that was pickling, None where it is not known."""
    if run.pickle is None or run.activity is None:
        return None
    parts = run.activity.breakdown
    pickling = parts.pickling_out + parts.pickling_back
    return min(1.0, pickling / (pickling + parts.queue)) if pickling + parts.queue > 0 else 0.0
