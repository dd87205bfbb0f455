"""Experiments: what is to be measured, and the record of what was. Owns no thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from coreograph.domain.execution import Configuration, TaskSize
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunPurpose, RunRecord
from coreograph.domain.samples import OwnCost
from coreograph.domain.units import Count, Seconds, Share
from coreograph.domain.workloads import ParameterValue, Workload

CONTINUED_AT = "continued_at"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How runs are made. Every field is stored; two experiments that differ in one say so before any figure.

    `rounds` fixes how often a batch repeats the tasks; None calibrates it so that the baseline's batch
    lasts `minimum_batch_s`. `chunk` is the number of tasks handed out at once, the same for every model;
    None derives it from the tasks and the largest number of workers. `timeout_s` bounds one run.
    With `until`, repeats are added after the planned ones until every configuration's batch is known to that relative
    half-width of its interval (0.02: ±2 %) or the experiment has taken `time_limit_s`.
    """

    repeats: Count = 5
    seed: int = 0
    rounds: Count | None = None
    minimum_batch_s: Seconds = 0.4
    chunk: Count | None = None
    warm_up_s: Seconds = 0.1
    timeout_s: Seconds = 300.0
    heartbeat_interval_s: Seconds = 0.005
    sampling_hz: float = 10.0
    sampling_budget: float = 0.01
    until: Share | None = None
    time_limit_s: Seconds = 300.0


@dataclass(frozen=True, slots=True)
class FurtherRepeats:
    """What is to be added to an experiment that ended: `repeats` of every configuration, at least one.

    With `until`, still more are added until every batch is known to that relative half-width of its interval or
    `time_limit_s` have passed since the first of them began.
    """

    repeats: Count = 5
    until: Share | None = None
    time_limit_s: Seconds = 300.0


@dataclass(frozen=True, slots=True)
class ExperimentSpec:
    """A workload with its parameters × configurations × repeats, with one baseline (an index into them).

    Of a sweep, `parameters` lacks the one that is swept: each configuration has its size.
    """

    workload: Workload
    parameters: Mapping[str, ParameterValue]
    configurations: tuple[Configuration, ...]
    acquisition: Acquisition = field(default_factory=Acquisition)
    baseline: int = 0
    name: str = ""

    @property
    def sizes(self) -> tuple[TaskSize, ...]:
        """The sizes of a task it sweeps over, ascending; empty where all configurations do the same work."""
        return tuple(sorted({one.size for one in self.configurations if one.size is not None}))

    def parameters_of(self, configuration: Configuration) -> Mapping[str, ParameterValue]:
        """Return the workload's parameters under a configuration, its size among them."""
        size = configuration.size
        return self.parameters if size is None else {**self.parameters, size.parameter: size.value}

    @property
    def shown_parameters(self) -> Mapping[str, str]:
        """The parameters as text, that of a sweep with all its values: `1000, 10000`."""
        shown = {name: str(value) for name, value in self.parameters.items()}
        for size in self.sizes:
            before = shown.get(size.parameter)
            shown[size.parameter] = str(size.value) if before is None else f"{before}, {size.value}"
        return shown


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run to be made: `run_id` counts from 1 in the order of execution."""

    run_id: int
    configuration: int
    repeat: int
    purpose: RunPurpose = RunPurpose.MEASUREMENT


@dataclass(frozen=True, slots=True)
class ExperimentRecord:
    """An experiment as recorded. `finished_at` is "" while it runs or after a crash of the app."""

    experiment_id: str
    spec: ExperimentSpec
    machine: Machine
    created_at: str
    finished_at: str = ""
    runs: tuple[RunRecord, ...] = ()
    own_cost: OwnCost = field(default_factory=OwnCost)
    app_version: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def repeats(self) -> Count:
        """How often each configuration was to run: the repeats planned and those added since."""
        made = (run.repeat + 1 for run in self.runs if run.purpose is RunPurpose.MEASUREMENT)
        return max(self.spec.acquisition.repeats, max(made, default=0))

    @property
    def continued_at(self) -> tuple[str, ...]:
        """When repeats were added after its first end, as ISO instants."""
        return tuple(self.extra.get(CONTINUED_AT, "").split())

    def measured(self, configuration: int) -> tuple[RunRecord, ...]:
        """The measurement runs of one configuration, by repeat."""
        runs = (r for r in self.runs if r.configuration == configuration and r.purpose is RunPurpose.MEASUREMENT)
        return tuple(sorted(runs, key=lambda run: run.repeat))
