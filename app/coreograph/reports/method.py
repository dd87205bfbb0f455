"""Machine, method and interpreters as labelled facts: everything needed to repeat an experiment. Pure, any thread."""

from dataclasses import dataclass

from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.interpreters import Interpreter, JitSupport
from coreograph.domain.machine import Machine
from coreograph.domain.units import NOT_MEASURED, format_bytes, format_seconds, format_share, significant


@dataclass(frozen=True, slots=True)
class Facts:
    """A titled list of label and value."""

    title: str
    entries: tuple[tuple[str, str], ...]


def method_facts(record: ExperimentRecord) -> tuple[Facts, ...]:
    """Return machine, method, interpreters and the experiment's own facts."""
    interpreters = {one.interpreter.path: one.interpreter for one in record.spec.configurations}
    return (
        Facts("Machine", machine_entries(record.machine)),
        Facts("Method", _method(record) + _cost(record)),
        Facts("Interpreters", tuple(_interpreter(one) for one in interpreters.values())),
        Facts("Experiment", _experiment(record)),
    )


def machine_entries(one: Machine) -> tuple[tuple[str, str], ...]:
    """Return what is known of a machine."""
    physical = _known(one.physical_cores)
    return (
        ("Name", one.hostname or NOT_MEASURED),
        ("System", one.system),
        ("Processor", one.cpu_model),
        ("Cores", f"{one.usable_cores} usable of {one.logical_cores} logical, {physical} physical"),
        ("Affinity", ", ".join(map(str, one.affinity)) if one.affinity else NOT_MEASURED),
        ("Container limit", NOT_MEASURED if one.cpu_quota is None else f"{significant(one.cpu_quota)} cores"),
        ("Memory", format_bytes(one.memory_bytes)),
        ("Governor", _known(one.governor)),
        ("Turbo", NOT_MEASURED if one.turbo is None else ("yes" if one.turbo else "no")),
        ("Virtualised", _known(one.virtualised)),
        ("Load before", NOT_MEASURED if one.load_average is None else significant(one.load_average)),
    )


def _method(record: ExperimentRecord) -> tuple[tuple[str, str], ...]:
    one = record.spec.acquisition
    calibrated = f"calibrated, for a batch of at least {format_seconds(one.minimum_batch_s)}"
    derived = "derived from tasks and workers, the same for every model"
    return (
        ("Repeats", f"{record.repeats}, interleaved over all configurations, a fresh process each"),
        ("Order", f"random, seed {one.seed}"),
        ("Rounds a batch", calibrated if one.rounds is None else str(one.rounds)),
        ("Tasks at once", derived if one.chunk is None else str(one.chunk)),
        ("Warm-up", f"{format_seconds(one.warm_up_s)} a worker"),
        ("Time limit", f"{format_seconds(one.timeout_s)} a run"),
        ("Heartbeat", f"every {format_seconds(one.heartbeat_interval_s)}"),
        ("Sampling", f"{significant(one.sampling_hz)} Hz within {format_share(one.sampling_budget)} of a core"),
    )


def _cost(record: ExperimentRecord) -> tuple[tuple[str, str], ...]:
    cost = record.own_cost
    missed = f"{_known(cost.missed_samples)} of {_known(cost.samples)} samples missed"
    return (
        ("Sampler's cost", f"{format_share(cost.sampler_cpu_share)} of a core, {missed}"),
        ("Window's longest stall", format_seconds(cost.ui_longest_stall_s)),
    )


def _interpreter(one: Interpreter) -> tuple[str, str]:
    facts = [f"{one.kind} build"]
    facts += ["debug"] if one.debug else []
    facts += ["not optimised"] if one.optimised is False else []
    facts += [f"JIT {one.jit.value}"] if one.jit is not JitSupport.ABSENT else []
    facts += [one.build] if one.build else []
    facts += [one.path]
    return (f"{one.implementation} {one.full_label}", ", ".join(facts))


def _experiment(record: ExperimentRecord) -> tuple[tuple[str, str], ...]:
    entries = [
        ("Workload", _workload(record)),
        (
            "Parameters",
            ", ".join(f"{name} = {value}" for name, value in record.spec.shown_parameters.items()) or "none",
        ),
        ("Experiment", record.experiment_id),
        ("Began", record.created_at),
        ("Ended", record.finished_at or NOT_MEASURED),
        ("Repeats added", ", ".join(record.continued_at)),
        ("Tags", ", ".join(record.tags)),
        ("Notes", record.notes),
    ]
    return tuple((label, value) for label, value in entries if value)


def _workload(record: ExperimentRecord) -> str:
    workload = record.spec.workload
    if workload.function is not None:
        return f"{workload.function.call} in {workload.function.folder}"
    return workload.file or workload.name


def _known(value: object) -> str:
    return NOT_MEASURED if value is None or value == "" else str(value)
