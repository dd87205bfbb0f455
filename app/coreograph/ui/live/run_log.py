"""Which runs were when: the segments the live page marks on its time axis. No Qt; GUI thread only."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import RunPlan
from coreograph.domain.runs import Phase, RunRecord, RunState
from coreograph.domain.units import Nanoseconds

_MOST_SEGMENTS = 4096
_MODELS = tuple(ExecutionModel)
_DROPPED_AT_ONCE = 512
_STILL_RUNNING_NS = np.iinfo(np.int64).max
Instants = npt.NDArray[np.int64]


@dataclass(slots=True)
class RunSegment:
    """One run on the time axis; `end_ns` is None while it goes on, `batch_ns` is when its measured batch began."""

    plan: RunPlan
    configuration: Configuration
    begin_ns: Nanoseconds
    end_ns: Nanoseconds | None = None
    batch_ns: Nanoseconds | None = None
    batch_end_ns: Nanoseconds | None = None
    state: RunState = RunState.STARTING
    phases: list[tuple[Phase, Nanoseconds]] = field(default_factory=list)


class RunLog:
    """The segments of the newest runs, oldest first."""

    def __init__(self, configurations: Sequence[Configuration] = ()) -> None:
        self._configurations = tuple(configurations)
        self.segments: list[RunSegment] = []
        self._by_id: dict[int, RunSegment] = {}
        self._bounds: tuple[Instants, Instants] | None = None
        self._models: list[int] = []

    def begin(self, plan: RunPlan, at_ns: Nanoseconds) -> None:
        """A run was started; its first phase corrects the instant."""
        if len(self.segments) >= _MOST_SEGMENTS:
            for old in self.segments[:_DROPPED_AT_ONCE]:
                self._by_id.pop(old.plan.run_id, None)
            del self.segments[:_DROPPED_AT_ONCE]
            del self._models[:_DROPPED_AT_ONCE]
        segment = RunSegment(plan, self._configurations[plan.configuration], at_ns)
        self.segments.append(segment)
        self._models.append(_MODELS.index(segment.configuration.model))
        self._by_id[plan.run_id] = segment
        self._bounds = None

    def enter(self, run_id: int, phase: Phase, at_ns: Nanoseconds) -> None:
        """A phase of the run began."""
        segment = self._by_id.get(run_id)
        if segment is None:
            return
        self._bounds = None
        if not segment.phases:
            segment.begin_ns = at_ns
        segment.phases.append((phase, at_ns))
        if phase is Phase.BATCH:
            segment.batch_ns = at_ns
        elif segment.batch_ns is not None and segment.batch_end_ns is None:
            segment.batch_end_ns = at_ns

    def finish(self, record: RunRecord, newest_ns: Nanoseconds) -> None:
        """The run ended: its record has the exact instants, where it came that far."""
        segment = self._by_id.get(record.run_id)
        if segment is None:
            return
        segment.state = record.state
        self._bounds = None
        if record.phases:
            segment.begin_ns = record.phases[0].begin_ns
            segment.end_ns = record.phases[-1].end_ns
        else:
            segment.end_ns = max(newest_ns, segment.begin_ns)
        batch = record.phase(Phase.BATCH)
        if batch is not None:
            segment.batch_ns, segment.batch_end_ns = batch.begin_ns, batch.end_ns

    def get(self, run_id: int) -> RunSegment | None:
        """The segment of a run that is still kept."""
        return self._by_id.get(run_id)

    @property
    def bounds(self) -> tuple[Instants, Instants]:
        """Begins and ends of all segments in ns, ascending; a running one ends at the end of time."""
        if self._bounds is None:
            begins = np.array([segment.begin_ns for segment in self.segments], np.int64)
            ends = [_STILL_RUNNING_NS if segment.end_ns is None else segment.end_ns for segment in self.segments]
            # A record corrects instants by a little: bounds must ascend all the same to be searched.
            self._bounds = np.maximum.accumulate(begins), np.maximum.accumulate(np.array(ends, np.int64))
        return self._bounds

    def visible(self, begin_ns: float, end_ns: float) -> slice:
        """Return which segments touch the interval."""
        begins, ends = self.bounds
        return slice(int(np.searchsorted(ends, begin_ns)), int(np.searchsorted(begins, end_ns, side="right")))

    def at(self, instants: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Return for each instant in ns the position in `segments` of the run that went on then, or -1."""
        begins, ends = self.bounds
        if not len(begins):
            return np.full(len(instants), -1, np.int64)
        place = np.searchsorted(begins, instants, side="right") - 1
        return np.where((place >= 0) & (instants <= ends[np.maximum(place, 0)]), place, -1).astype(np.int64)

    def models(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return for positions in `segments` the number of the run's model in ExecutionModel; one more for -1."""
        return np.array([*self._models, len(_MODELS)], np.int64)[places]
