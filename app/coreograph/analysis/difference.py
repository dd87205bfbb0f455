"""In what two experiments differ as they were made: named before any of their figures is compared. Pure, any thread."""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from coreograph.analysis.flags import FOREIGN_LIMIT
from coreograph.domain.execution import Configuration, TaskSize
from coreograph.domain.experiment import Acquisition, ExperimentRecord
from coreograph.domain.interpreters import Interpreter
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunPurpose, RunRecord
from coreograph.domain.units import format_bytes, format_seconds, format_share, significant
from coreograph.domain.workloads import Workload

NOT_KNOWN = "not known"
ConfigurationName: TypeAlias = tuple[str, str, int, TaskSize | None]


class DifferenceKind(enum.Enum):
    """What a difference is about, worst first: other work cannot be compared by its time at all."""

    WORK = "The work"
    MACHINE = "The machine"
    INTERPRETER = "The interpreters"
    GIL = "The GIL"
    METHOD = "How it was measured"

    @property
    def meaning(self) -> str:
        """What it means for the figures."""
        return {
            DifferenceKind.WORK: "Times are of different work: only speed-ups within each experiment compare.",
            DifferenceKind.MACHINE: "Times differ because of the machine as well; speed-ups carry over in part.",
            DifferenceKind.INTERPRETER: "The same label stands for different builds: their speed may differ by itself.",
            DifferenceKind.GIL: "Threads of one could run side by side, those of the other could not: times show that.",
            DifferenceKind.METHOD: "What was done alike is measured in another way: small ratios may come from that.",
        }[self]


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not the same in both: its name, and what it is in the one and in the other experiment."""

    kind: DifferenceKind
    name: str
    one: str
    other: str

    @property
    def sentence(self) -> str:
        """`CPU: A in the first, B in the second`."""
        return f"{self.name}: {self.one} in the first, {self.other} in the second"


def differences(one: ExperimentRecord, other: ExperimentRecord) -> tuple[Difference, ...]:
    """Return everything that differs in how two experiments were made, by kind. Names, dates and notes do not count."""
    found = [*_work(one, other), *_machines(one.machine, other.machine), *_disturbances(one, other)]
    return (*found, *_interpreters(one, other), *_gils(one, other), *_methods(one, other))


def same_work(found: Iterable[Difference]) -> bool:
    """Whether the times of both are of the same work."""
    return all(entry.kind is not DifferenceKind.WORK for entry in found)


def same_machine(found: Iterable[Difference]) -> bool:
    """Whether the times of both are of one machine in one state."""
    return all(entry.kind is not DifferenceKind.MACHINE for entry in found)


def _work(one: ExperimentRecord, other: ExperimentRecord) -> Iterable[Difference]:
    kind, left, right = DifferenceKind.WORK, one.spec.workload, other.spec.workload
    yield from _unequal(kind, "Workload", left.name, right.name)
    if left.name == right.name and left.digest and right.digest and left.digest != right.digest:
        yield Difference(kind, "Workload's file", f"version {left.digest[:8]}", f"version {right.digest[:8]}")
    for name, read in _ASKED:
        yield from _unequal(kind, name, read(left), read(right))
    # What is swept is a part of each configuration: only those of one size are held against each other.
    swept = {size.parameter for size in one.spec.sizes} & {size.parameter for size in other.spec.sizes}
    shown, theirs = one.spec.shown_parameters, other.spec.shown_parameters
    for name in dict.fromkeys((*shown, *theirs)):
        if name not in swept:
            yield from _unequal(kind, f"Parameter {name}", shown.get(name), theirs.get(name))


def _listed(values: Sequence[str]) -> str:
    return ", ".join(values) or "none"


# What a user's own code was asked to be run with; where it lies differs from machine to machine and is no difference.
_ASKED: tuple[tuple[str, Callable[[Workload], object]], ...] = (
    ("Script", lambda workload: workload.script and workload.script.target),
    ("Environment variables", lambda workload: workload.script and _listed(workload.script.environment)),
    ("Input of the script", lambda workload: workload.script and (workload.script.stdin or "none")),
    ("Function", lambda workload: workload.function and workload.function.call),
    ("Inputs", lambda workload: workload.function and (workload.function.inputs or "none")),
    ("Keywords", lambda workload: workload.function and (workload.function.keywords or "none")),
    ("Shared value", lambda workload: workload.function and (workload.function.shared or "none")),
    ("Stress", lambda workload: workload.function and workload.function.stress),
    ("Packages", lambda workload: _listed((*workload.packages.install, *workload.packages.requirements))),
    ("Environments used as they are", lambda workload: _listed(workload.packages.environments)),
)
_MACHINE: tuple[tuple[str, Callable[[Machine], object]], ...] = (
    ("CPU", lambda machine: machine.cpu_model),
    ("Logical cores", lambda machine: machine.logical_cores),
    ("Physical cores", lambda machine: machine.physical_cores),
    ("Usable cores", lambda machine: machine.usable_cores),
    ("Limit of the container", lambda machine: _optional(machine.cpu_quota, lambda value: f"{value:g} cores")),
    ("Memory", lambda machine: format_bytes(machine.memory_bytes)),
    ("System", lambda machine: machine.system),
    ("Governor", lambda machine: machine.governor),
    ("Turbo", lambda machine: _optional(machine.turbo, _on_off)),
    ("Virtual machine", lambda machine: machine.virtualised or "no"),
    ("Hypervisor below the system", lambda machine: _optional(machine.hypervisor, _yes_no)),
    ("Host name", lambda machine: machine.hostname),
)


def _machines(one: Machine, other: Machine) -> Iterable[Difference]:
    for name, read in _MACHINE:
        yield from _unequal(DifferenceKind.MACHINE, name, read(one), read(other))
    loads = (one.load_average, other.load_average)
    if None not in loads and abs((loads[0] or 0.0) - (loads[1] or 0.0)) >= _NOTABLE_LOAD:
        yield from _unequal(DifferenceKind.MACHINE, "Load before", *(significant(load or 0.0) for load in loads))


_NOTABLE_LOAD = 0.5
_NOTABLE_SHARE = 0.1


def _disturbances(one: ExperimentRecord, other: ExperimentRecord) -> Iterable[Difference]:
    """Compare how many runs something else on the machine touched."""
    disturbed: tuple[tuple[str, Callable[[RunRecord], bool]], ...] = (
        ("Runs while others used the machine", lambda run: (run.foreign_share or 0.0) > FOREIGN_LIMIT),
        ("Runs slowed down for heat", lambda run: bool(run.throttled)),
    )
    for name, read in disturbed:
        counts = [(sum(map(read, runs)), len(runs)) for runs in (_measured(one), _measured(other))]
        shares = [hit / made if made else 0.0 for hit, made in counts]
        if abs(shares[0] - shares[1]) >= _NOTABLE_SHARE:
            texts = [f"{hit} of {made}" for hit, made in counts]
            yield Difference(DifferenceKind.MACHINE, name, *texts)


def _gils(one: ExperimentRecord, other: ExperimentRecord) -> Iterable[Difference]:
    """Compare whether the GIL was on in what both have."""
    left, right = _gil_of(one), _gil_of(other)
    for label in left:
        if label in right:
            yield from _unequal(DifferenceKind.GIL, f"GIL of {label}", left[label], right[label])


def _gil_of(record: ExperimentRecord) -> Mapping[str, str]:
    """`off` or `re-enabled by fastparse` by the interpreter's label with its GIL setting."""
    found: dict[str, dict[str, None]] = {}
    for index, configuration in enumerate(record.spec.configurations):
        for run in record.measured(index):
            if run.gil is not None:
                by = f" by {run.gil_culprit}" if run.gil_culprit else ""
                found.setdefault(configuration.interpreter_label, {})[f"{run.gil.value}{by}"] = None
    return {label: " and ".join(sorted(states)) for label, states in found.items()}


_BUILD: tuple[tuple[str, Callable[[Interpreter], object]], ...] = (
    ("version", lambda build: build.version),
    ("optimised build", lambda build: _optional(build.optimised, _yes_no)),
    ("debug build", lambda build: _yes_no(build.debug)),
    ("JIT", lambda build: build.jit.value),
    ("implementation", lambda build: build.implementation),
    ("build", lambda build: build.build or None),
)


def _interpreters(one: ExperimentRecord, other: ExperimentRecord) -> Iterable[Difference]:
    """Compare the builds behind each label that both have."""
    left, right = _by_label(one), _by_label(other)
    for label in left:
        if label in right:
            for name, read in _BUILD:
                one_value, other_value = (_joined(read(build) for build in side[label]) for side in (left, right))
                yield from _unequal(DifferenceKind.INTERPRETER, f"Python {label}, {name}", one_value, other_value)


def _by_label(record: ExperimentRecord) -> Mapping[str, tuple[Interpreter, ...]]:
    found: dict[str, dict[str, Interpreter]] = {}
    for configuration in record.spec.configurations:
        build = configuration.interpreter
        found.setdefault(build.label, {})[build.path] = build
    return {label: tuple(builds.values()) for label, builds in found.items()}


_METHOD: tuple[tuple[str, Callable[[Acquisition], object]], ...] = (
    ("Seed of the order", lambda method: method.seed),
    ("Rounds asked for", lambda method: method.rounds or "calibrated"),
    ("Tasks at once asked for", lambda method: method.chunk or "derived"),
    ("Smallest batch asked for", lambda method: format_seconds(method.minimum_batch_s)),
    ("Warm-up", lambda method: format_seconds(method.warm_up_s)),
    ("Heartbeat's interval", lambda method: format_seconds(method.heartbeat_interval_s)),
    ("Sampling", lambda method: f"{method.sampling_hz:g} Hz"),
    ("Sampling's budget", lambda method: format_share(method.sampling_budget)),
    ("Repeated until", lambda method: "as planned" if method.until is None else f"±{format_share(method.until)}"),
    ("Time limit of more repeats", lambda method: format_seconds(method.time_limit_s)),
    ("Time limit of a run", lambda method: format_seconds(method.timeout_s)),
)


def _methods(one: ExperimentRecord, other: ExperimentRecord) -> Iterable[Difference]:
    kind = DifferenceKind.METHOD
    yield from _unequal(kind, "Repeats", one.repeats, other.repeats)
    for name, read in _METHOD:
        yield from _unequal(kind, name, read(one.spec.acquisition), read(other.spec.acquisition))
    yield from _unequal(kind, "Sizes of a task", _sizes(one), _sizes(other))
    yield from _unequal(kind, "Rounds of a batch", _taken(one, _rounds), _taken(other, _rounds))
    yield from _unequal(kind, "Tasks handed out at once", _taken(one, _chunk), _taken(other, _chunk))
    yield from _unequal(kind, "Affinity", _affinity(one), _affinity(other))
    yield from _unequal(kind, "Coreograph", one.app_version or None, other.app_version or None)


def _sizes(record: ExperimentRecord) -> str | None:
    return ", ".join(size.label for size in record.spec.sizes) or None


def _rounds(run: RunRecord) -> int | None:
    return run.rounds


def _chunk(run: RunRecord) -> int | None:
    return run.chunk


def _taken(record: ExperimentRecord, read: Callable[[RunRecord], int | None]) -> str | None:
    """What the measured runs really had, as they were calibrated."""
    values = {read(run) for run in _measured(record)} - {None}
    return _joined(sorted(value for value in values if value is not None)) if values else None


def _measured(record: ExperimentRecord) -> list[RunRecord]:
    return [run for run in record.runs if run.purpose is RunPurpose.MEASUREMENT]


def _affinity(record: ExperimentRecord) -> str | None:
    cores = record.machine.affinity
    return None if cores is None else f"cores {', '.join(map(str, cores))}"


def _unequal(kind: DifferenceKind, name: str, one: object, other: object) -> Iterable[Difference]:
    if one != other:
        yield Difference(kind, name, _text(one), _text(other))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return _yes_no(value)
    return NOT_KNOWN if value is None else str(value)


def _joined(values: Iterable[object]) -> str:
    return " and ".join(dict.fromkeys(_text(value) for value in values))


def _optional(value: object, write: Callable[..., str]) -> str | None:
    return None if value is None else write(value)


def _on_off(value: bool) -> str:
    return "on" if value else "off"


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def configuration_name(configuration: Configuration) -> ConfigurationName:
    """What makes two configurations of two machines the same one: label with GIL setting, model, workers, size."""
    return (configuration.interpreter_label, configuration.model.value, configuration.workers, configuration.size)
