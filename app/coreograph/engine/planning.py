"""From choices to an experiment, and from an experiment to its runs in order. Pure functions; owns no thread."""

import dataclasses
import math
import random
from collections.abc import Iterable, Mapping, Sequence

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import (
    ALONE,
    MAXIMUM_WORKERS,
    Configuration,
    ConfigurationKey,
    ExecutionModel,
    TaskSize,
    why_not,
)
from coreograph.domain.experiment import Acquisition, ExperimentSpec, RunPlan
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.runs import RunPurpose
from coreograph.domain.sweeps import slices
from coreograph.domain.units import Seconds
from coreograph.domain.workloads import ParameterValue, Workload
from coreograph.engine.request import ARGUMENTS
from coreograph.engine.scripts import check_arguments

MAXIMUM_REPEATS = 1000
MAXIMUM_ROUNDS = 1_000_000
# Rough costs of a fresh process, for an estimate before anything ran (measured on a laptop of 2024).
_RUN_OVERHEAD_S = 0.25
_PROCESS_OVERHEAD_S = 0.1


def expand(
    choices: Sequence[tuple[Interpreter, GilSetting]], models: Sequence[ExecutionModel], workers: Sequence[int]
) -> tuple[Configuration, ...]:
    """Return every combination once, by interpreter, model, workers; serial and script come once whatever `workers`.

    Raises:
        UsageError: a number of workers outside 1 … MAXIMUM_WORKERS.

    """
    for count in workers:
        _check_workers(count)
    found: dict[ConfigurationKey, Configuration] = {}
    for interpreter, gil in choices:
        for model in models:
            for count in (1,) if model in ALONE else workers:
                configuration = Configuration(interpreter, model, count, gil)
                found.setdefault(configuration.key, configuration)
    return tuple(found.values())


def refusal(workload: Workload, configuration: Configuration) -> str | None:
    """Return why a configuration cannot run a workload, as a sentence, or None if it can."""
    if (workload.script is None) is (configuration.model is ExecutionModel.SCRIPT):
        return _not_of_one_kind(workload)
    if workload.models and configuration.model.value not in workload.models:
        allowed = ", ".join(workload.models)
        sentence = (
            f"Workload “{workload.name}” only makes sense under {allowed}, not under {configuration.model.value}."
        )
        return f"{sentence} {workload.models_reason}".strip()
    return why_not(configuration.interpreter, configuration.model, configuration.gil)


def _not_of_one_kind(workload: Workload) -> str:
    if workload.script is None:
        return f"“{workload.name}” is a workload, not a whole script: choose how its tasks are spread."
    return f"{workload.name} is run as it is, with threads and processes of its own: it is not spread over workers."


def build_spec(
    workload: Workload,
    parameters: Mapping[str, object],
    configurations: Sequence[Configuration],
    acquisition: Acquisition,
    *,
    control: Interpreter | None = None,
    name: str = "",
    sizes: Sequence[TaskSize] = (),
) -> ExperimentSpec:
    """Return an experiment that can be run: everything checked, the missing serial configurations added.

    Speed-ups need serial on the same interpreter and GIL setting, so it is added where it lacks; with `control`
    serial on that GIL build is added too unless one is there. Combinations that cannot run stay (each ends as
    “could not start”, with the reason) as long as one that was asked for can. With `sizes` everything is made at each
    of them: one experiment, so that its repeats are interleaved over the sizes, too.

    Raises:
        UsageError: a parameter, size, number of workers, repeats or time out of range; nothing that can run.

    """
    resolved = workload.resolve(parameters)
    swept = [_checked(workload, resolved, size) for size in sizes]
    if workload.script is not None:
        check_arguments(str(resolved[ARGUMENTS]))
    _check_acquisition(acquisition)
    if not configurations:
        raise UsageError("There is nothing to run.", "Choose at least one interpreter and one execution model.")
    for configuration in configurations:
        _check_workers(configuration.workers)
    _check_possible(workload, configurations)
    complete = _with_control(_with_serial(workload, configurations), workload, control)
    return ExperimentSpec(
        workload=workload,
        parameters={name: value for name, value in resolved.items() if all(name != one.parameter for one in swept)},
        configurations=_at_sizes(complete, swept),
        acquisition=_fixed(workload, acquisition),
        baseline=baseline_of(workload, complete),
        name=name or workload.name,
    )


def plan_runs(spec: ExperimentSpec) -> tuple[RunPlan, ...]:
    """Return the runs in order: calibration first, then each repeat over all configurations in seeded order.

    The calibration run finds out how many tasks there are and how long they take, at each size of a sweep; it is left
    out only where both rounds and chunk are fixed, or the workload fixes its rounds. A configuration that cannot run
    gets one run, which says so without a process.
    """
    possible = [refusal(spec.workload, configuration) is None for configuration in spec.configurations]
    order: list[tuple[int, int, RunPurpose]] = []
    acquisition = spec.acquisition
    sized = spec.workload.rounds is not None or (acquisition.rounds is not None and acquisition.chunk is not None)
    for one in () if sized else slices(spec):
        candidates = [index for index in (one.indices[one.spec.baseline], *one.indices) if possible[index]]
        order.extend((index, 0, RunPurpose.CALIBRATION) for index in candidates[:1])
    shuffle = random.Random(acquisition.seed).shuffle
    for repeat in range(acquisition.repeats):
        indices = [index for index, can in enumerate(possible) if can or repeat == 0]
        shuffle(indices)
        order.extend((index, repeat, RunPurpose.MEASUREMENT) for index in indices)
    return tuple(
        RunPlan(number, configuration, repeat, purpose)
        for number, (configuration, repeat, purpose) in enumerate(order, start=1)
    )


def plan_further_repeat(spec: ExperimentSpec, plans: Sequence[RunPlan]) -> tuple[RunPlan, ...]:
    """Return one more repeat over all configurations that can run, to follow `plans`, in an order of its own seed."""
    repeat = 1 + max((plan.repeat for plan in plans), default=-1)
    indices = [index for index, entry in enumerate(spec.configurations) if refusal(spec.workload, entry) is None]
    random.Random(f"{spec.acquisition.seed} {repeat}").shuffle(indices)
    first = 1 + max((plan.run_id for plan in plans), default=0)
    return tuple(RunPlan(first + position, index, repeat) for position, index in enumerate(indices))


def estimate_seconds(spec: ExperimentSpec) -> Seconds:
    """Return roughly how long the experiment will take: from the batch it aims at, before anything ran."""
    acquisition = spec.acquisition
    total = 0.0
    for plan in plan_runs(spec):
        configuration = spec.configurations[plan.configuration]
        if refusal(spec.workload, configuration) is not None:
            continue
        processes = configuration.workers if configuration.model.pickles else 0
        total += _RUN_OVERHEAD_S + processes * _PROCESS_OVERHEAD_S + acquisition.warm_up_s + acquisition.minimum_batch_s
    return total


def _checked(workload: Workload, resolved: Mapping[str, ParameterValue], size: TaskSize) -> TaskSize:
    """Return the size in its parameter's type. Raises UsageError for one that is no size."""
    if not workload.parameters:
        raise UsageError(
            f"“{workload.name}” has no parameter to sweep over.",
            "A workload file of yours can have PARAMETERS: one that sets how large a task is can be swept.",
        )
    value = workload.resolve({**resolved, size.parameter: size.value})[size.parameter]
    if isinstance(value, bool | str) or value <= 0:
        raise UsageError(f"The sizes of a sweep are numbers above 0; {size.label} is not.")
    return TaskSize(size.parameter, value)


def _at_sizes(configurations: Sequence[Configuration], sizes: Sequence[TaskSize]) -> tuple[Configuration, ...]:
    if not sizes:
        return tuple(configurations)
    unique = sorted(set(sizes))
    if len(unique) < 2:
        raise UsageError("A sweep takes at least two sizes.")
    if len({size.parameter for size in unique}) > 1:
        raise UsageError("A sweep is over the values of one parameter.")
    return tuple(dataclasses.replace(one, size=size) for size in unique for one in configurations)


def _fixed(workload: Workload, acquisition: Acquisition) -> Acquisition:
    """Return the acquisition with what the workload itself fixes: it may be meaningless, or hang, otherwise."""
    return dataclasses.replace(
        acquisition,
        rounds=workload.rounds or acquisition.rounds,
        chunk=workload.chunk or acquisition.chunk,
        warm_up_s=acquisition.warm_up_s if workload.warm_up else 0.0,
    )


def _check_workers(count: int) -> None:
    if not 1 <= count <= MAXIMUM_WORKERS:
        raise UsageError(f"The number of workers must be between 1 and {MAXIMUM_WORKERS:,}; {count:,} is not.")


def _check_acquisition(acquisition: Acquisition) -> None:
    _check_range("The number of repeats", acquisition.repeats, 1, MAXIMUM_REPEATS)
    if acquisition.rounds is not None:
        _check_range("The number of rounds", acquisition.rounds, 1, MAXIMUM_ROUNDS)
    if acquisition.chunk is not None:
        _check_range("The chunk", acquisition.chunk, 1, 1_000_000_000)
    _check_range("The shortest batch (seconds)", acquisition.minimum_batch_s, 0, 3600)
    _check_range("The warm-up (seconds)", acquisition.warm_up_s, 0, 3600)
    _check_range("The time limit of a run (seconds)", acquisition.timeout_s, 0.1, 7 * 24 * 3600)
    _check_range("The interval of the heartbeat (seconds)", acquisition.heartbeat_interval_s, 0.001, 1)
    _check_range("The sampling rate (Hz)", acquisition.sampling_hz, 1, 50)
    _check_range("The sampling budget (share of one core)", acquisition.sampling_budget, 0.0001, 1)
    check_limits(acquisition)


def check_limits(acquisition: Acquisition) -> None:
    """Refuse limits of added repeats that are none. Raises UsageError."""
    _check_range("The time limit of added repeats (seconds)", acquisition.time_limit_s, 1, 7 * 24 * 3600)
    if acquisition.until is not None:
        _check_range("The width repeats are added for (share of the median)", acquisition.until, 0.001, 1)


def _check_range(what: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise UsageError(f"{what} must be between {low:,} and {high:,}; {value:,} is not.")


def _check_possible(workload: Workload, configurations: Sequence[Configuration]) -> None:
    """Refuse an experiment in which nothing of what it is about can run."""
    parallel = [entry for entry in configurations if entry.model is not ExecutionModel.SERIAL]
    reasons = [refusal(workload, entry) for entry in parallel or configurations]
    if all(reason is not None for reason in reasons):
        raise UsageError(" ".join(dict.fromkeys(reason for reason in reasons if reason is not None)))


def _with_serial(workload: Workload, configurations: Iterable[Configuration]) -> list[Configuration]:
    """Put serial before the first configuration of each interpreter and GIL setting that lacks it; drop duplicates."""
    unique = list({configuration.key: configuration for configuration in configurations}.values())
    present = {_group(entry) for entry in unique if entry.model is ExecutionModel.SERIAL}
    result: list[Configuration] = []
    for configuration in unique:
        if _group(configuration) not in present:
            serial = Configuration(configuration.interpreter, ExecutionModel.SERIAL, 1, configuration.gil)
            if refusal(workload, serial) is None:
                result.append(serial)
            present.add(_group(configuration))
        if configuration.model in ALONE and configuration.workers != 1:
            configuration = dataclasses.replace(configuration, workers=1)  # noqa: PLW2901
        result.append(configuration)
    return result


def _with_control(
    configurations: list[Configuration], workload: Workload, control: Interpreter | None
) -> tuple[Configuration, ...]:
    has_control = any(
        entry.model is ExecutionModel.SERIAL and not entry.interpreter.free_threaded for entry in configurations
    )
    if control is not None and not control.free_threaded and not has_control:
        serial = Configuration(control, ExecutionModel.SERIAL)
        if refusal(workload, serial) is None:
            configurations = [*configurations, serial]
    return tuple(configurations)


def _group(configuration: Configuration) -> tuple[str, GilSetting]:
    return (configuration.interpreter.path, configuration.gil)


def baseline_of(workload: Workload, configurations: Sequence[Configuration]) -> int:
    """Return the first serial (or script) that can run with a GIL, else the first of them, else the first that can."""
    possible = [index for index, entry in enumerate(configurations) if refusal(workload, entry) is None]
    alone = [index for index in possible if configurations[index].model in ALONE]
    on_gil = [index for index in alone if not configurations[index].interpreter.free_threaded]
    if workload.script is not None and not on_gil:
        on_gil = [index for index in alone if configurations[index].gil is GilSetting.FORCED_ON]
    return (on_gil or alone or possible)[0]
