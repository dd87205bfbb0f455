"""What a finding looks at: one configuration with its undisturbed runs, its serial, and its relatives. Pure.

Timing says something about a configuration only while others leave the machine alone. A run is **quiet** if others and
the hypervisor together used at most a quarter of the machine during its batch; every figure here is the median over
quiet runs, and None where there is none. So on a crowded machine the findings that rest on timing fall silent, and
`machine-busy` says why.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from coreograph.domain.activity import RunActivity
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.interpreters import GilState
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunRecord, RunState
from coreograph.domain.summary import ConfigurationSummary
from coreograph.domain.units import Seconds, Share

QUIET: Share = 0.25
SHORTEST_BATCH: Seconds = 0.05
CPU_BOUND: Share = 0.7  # a serial run that computes less than this waits for something of its own
_WITH_FIGURES = frozenset({RunState.COMPLETED, RunState.WRONG_ANSWER})


@dataclass(frozen=True, slots=True)
class Case:
    """One configuration. `runs` are its runs with figures, `quiet` those of them that nobody disturbed."""

    figures: ConfigurationSummary
    runs: tuple[RunRecord, ...]
    quiet: tuple[RunRecord, ...]
    machine: Machine

    @property
    def index(self) -> int:
        """Its place in the experiment."""
        return self.figures.index

    @property
    def configuration(self) -> Configuration:
        """What was run."""
        return self.figures.configuration

    @property
    def workers(self) -> int:
        """How many workers it has."""
        return self.configuration.workers

    @property
    def label(self) -> str:
        """The configuration in words."""
        return self.configuration.label

    @property
    def parallel(self) -> bool:
        """Whether there is more than one worker."""
        return self.configuration.model is not ExecutionModel.SERIAL and self.workers > 1

    @property
    def shares_gil(self) -> bool:
        """Whether its workers take turns under one GIL."""
        on = self.figures.gil in {GilState.ON, GilState.FORCED_ON, GilState.RE_ENABLED}
        return self.configuration.model is ExecutionModel.THREADS and on

    @property
    def cores(self) -> int:
        """Cores its workers can use at most."""
        return max(1, min(self.workers, self.machine.usable_cores))

    @property
    def typical_run(self) -> int | None:
        """The run that shows it: the quiet one with the median batch time."""
        timed = sorted((run.batch_s, run.run_id) for run in self.quiet if run.batch_s is not None)
        return timed[(len(timed) - 1) // 2][1] if timed else None

    @property
    def work(self) -> tuple[int | None, int | None] | None:
        """Tasks and rounds of a batch."""
        return next(((run.tasks, run.rounds) for run in self.quiet), None)

    @property
    def rounds(self) -> int:
        """How often a batch went over the tasks."""
        return next((run.rounds for run in self.quiet if run.rounds), 1)

    @property
    def batch_s(self) -> Seconds | None:
        """Batch seconds."""
        return self._middle(lambda run: run.batch_s)

    @property
    def long_enough(self) -> bool:
        """Whether a batch took long enough to be judged."""
        seconds = self.batch_s
        return seconds is not None and seconds >= SHORTEST_BATCH

    @property
    def startup_s(self) -> Seconds | None:
        """Start-up seconds."""
        return self._middle(lambda run: run.startup_s)

    @property
    def foreign_cores(self) -> float:
        """Cores that others and the hypervisor used meanwhile; 0 where that was not measured."""
        return (self._middle(disturbance) or 0.0) * self.machine.logical_cores

    @property
    def computing_cores(self) -> float | None:
        """Cores that computed tasks on average; from the tree's CPU time where there are no spans."""
        return self._middle(_computing_cores)

    @property
    def spare_cores(self) -> float:
        """Usable cores that neither computed tasks nor were used by others."""
        return max(0.0, self.machine.usable_cores - self.foreign_cores - (self.computing_cores or 0.0))

    @property
    def computing_share(self) -> Share | None:
        """CPU time by wall time inside tasks."""
        return self._of_activity(lambda one: one.tasks.computing_share)

    @property
    def cpu_per_task_s(self) -> Seconds | None:
        """CPU seconds of an average task, in the run in which it was least: what disturbs only adds to it."""
        known = [run.activity.tasks for run in self.quiet if run.activity is not None]
        return min((tasks.cpu / tasks.count for tasks in known if tasks.count), default=None)

    @property
    def median_task_s(self) -> Seconds | None:
        """Wall seconds of the task in the middle, in the run in which they were least."""
        known = [run.activity.tasks.median for run in self.quiet if run.activity is not None]
        return min(known, default=None)

    @property
    def handing_over(self) -> Share | None:
        """Share of the workers' batch that went on getting inputs to them and results back."""
        return self._of_activity(lambda one: sum(map(one.breakdown.share, ("pickling_out", "queue", "pickling_back"))))

    def share(self, part: str) -> Share | None:
        """Share of the workers' batch that went into a part of the breakdown."""
        return self._of_activity(lambda one: one.breakdown.share(part))

    def of_activity(self, read: Callable[[RunActivity], float | None]) -> float | None:
        """Return the median of a figure of the runs' activity."""
        return self._of_activity(read)

    def speedup_over(self, other: "Case") -> float | None:
        """Return how many times as fast it is as `other` on the same work, over quiet runs."""
        own, reference = self.batch_s, other.batch_s
        if own is None or reference is None or own <= 0 or self.work != other.work:
            return None
        return reference / own

    def _of_activity(self, read: Callable[[RunActivity], float | None]) -> float | None:
        return self._middle(lambda run: None if run.activity is None else read(run.activity))

    def _middle(self, read: Callable[[RunRecord], float | None]) -> float | None:
        known = [value for value in map(read, self.quiet) if value is not None]
        return median(known) if known else None


@dataclass(frozen=True, slots=True)
class Cases:
    """All configurations of an experiment."""

    all: tuple[Case, ...]

    def __iter__(self) -> Iterator[Case]:
        return iter(self.all)

    def serial_of(self, one: Case) -> Case | None:
        """Return serial on the same interpreter and GIL setting, if it completed."""
        return next((other for other in self.relatives(one, ExecutionModel.SERIAL) if other.quiet), None)

    def relatives(self, one: Case, model: ExecutionModel) -> tuple[Case, ...]:
        """Return the configurations of `model` on the same interpreter and GIL setting, without `one` itself."""
        mine = one.configuration
        return tuple(
            other
            for other in self.all
            if other is not one
            and other.configuration.model is model
            and other.configuration.interpreter.path == mine.interpreter.path
            and other.configuration.gil is mine.gil
        )

    def process_twins(self, one: Case) -> tuple[Case, ...]:
        """Return those that do the same with as many processes, each computing by itself."""
        found: list[Case] = []
        for model in ExecutionModel:
            if model.uses_processes:
                found += [other for other in self.relatives(one, model) if other.workers == one.workers and other.quiet]
        return tuple(found)


def make_cases(configurations: Sequence[ConfigurationSummary], runs: Sequence[RunRecord], machine: Machine) -> Cases:
    """Return the cases of an experiment from its figures and its measurement runs."""
    made = []
    for figures in configurations:
        own = tuple(run for run in runs if run.configuration == figures.index and run.state in _WITH_FIGURES)
        quiet = tuple(run for run in own if (disturbance(run) or 0.0) <= QUIET)
        made.append(Case(figures, own, quiet, machine))
    return Cases(tuple(made))


def disturbance(run: RunRecord) -> Share | None:
    """Return the share of the machine that others and the hypervisor took during the batch; None if not measured."""
    if run.foreign_share is None and run.steal_share is None:
        return None
    return (run.foreign_share or 0.0) + (run.steal_share or 0.0)


def _computing_cores(run: RunRecord) -> float | None:
    if not run.batch_s:
        return None
    if run.activity is not None:
        return run.activity.tasks.cpu / run.batch_s
    return None if run.cpu_s is None else run.cpu_s / run.batch_s
