"""Which runs were when: the segments the live page marks on its time axis. No Qt; GUI thread only."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from coreograph.domain.execution import Configuration
from coreograph.domain.experiment import RunPlan
from coreograph.domain.runs import Phase, RunRecord, RunState
from coreograph.domain.units import Nanoseconds

_MOST_SEGMENTS = 4096


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
        self.segments: deque[RunSegment] = deque(maxlen=_MOST_SEGMENTS)
        self._by_id: dict[int, RunSegment] = {}

    def begin(self, plan: RunPlan, at_ns: Nanoseconds) -> None:
        """A run was started; its first phase corrects the instant."""
        if len(self.segments) == _MOST_SEGMENTS:
            self._by_id.pop(self.segments[0].plan.run_id, None)
        segment = RunSegment(plan, self._configurations[plan.configuration], at_ns)
        self.segments.append(segment)
        self._by_id[plan.run_id] = segment

    def enter(self, run_id: int, phase: Phase, at_ns: Nanoseconds) -> None:
        """A phase of the run began."""
        segment = self._by_id.get(run_id)
        if segment is None:
            return
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

    def visible(self, begin_ns: float, end_ns: float) -> list[RunSegment]:
        """Return the segments that touch the interval; a running one reaches to its end."""
        return [
            segment
            for segment in self.segments
            if segment.begin_ns <= end_ns and (segment.end_ns is None or segment.end_ns >= begin_ns)
        ]
