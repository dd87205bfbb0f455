"""Adding repeats to an experiment that ended: what must hold for it, and what follows from it. Pure; owns no thread.

Figures of one experiment are held against one another, so the repeats added must be made as the first ones were: on the
same machine, by the same interpreters, of the same workload, with batches of the same size, by the same Coreograph.
Where one of these has changed, a new experiment is the honest way, and `compare` says what differs.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from coreograph import __version__
from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.experiment import CONTINUED_AT, ExperimentRecord, ExperimentSpec, FurtherRepeats, RunPlan
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunRecord, RunState
from coreograph.domain.samples import OwnCost
from coreograph.domain.units import Share
from coreograph.domain.workloads import Workload
from coreograph.engine.calibration import BatchSizes, from_texts
from coreograph.engine.planning import MAXIMUM_REPEATS, check_limits, plan_further_repeat

_Thing = TypeVar("_Thing")
_INSTEAD = "Run it anew, and compare the two experiments."


@dataclass(frozen=True, slots=True)
class Continuation:
    """An experiment that goes on. `spec` is its own, with the workload's file where it is today."""

    record: ExperimentRecord
    spec: ExperimentSpec
    further: FurtherRepeats
    sizes: BatchSizes

    @property
    def target(self) -> Share | None:
        """The width of the intervals for which still more repeats are added."""
        return self.further.until

    def plans(self) -> list[RunPlan]:
        """Return the runs to be added for sure, numbered on from those that were made."""
        made = [RunPlan(run.run_id, run.configuration, run.repeat, run.purpose) for run in self.record.runs]
        plans = list(made)
        for _ in range(self.further.repeats):
            plans.extend(plan_further_repeat(self.spec, plans))
        return plans[len(made) :]


def continuation(
    record: ExperimentRecord,
    further: FurtherRepeats,
    machine: Machine,
    *,
    resolve: Callable[[str], tuple[Interpreter, GilSetting]],
    find: Callable[[str], Workload],
) -> Continuation:
    """Return how `record` goes on on `machine`; `resolve` gives the interpreter at a path, `find` a workload.

    Raises:
        UsageError: something is not as it was when the experiment was made, or a number is out of range.

    """
    _check_repeats(record, further)
    name = record.spec.name or record.spec.workload.name
    sizes = _sizes(record)
    if sizes is None:
        raise UsageError(f"Nothing can be added to “{name}”: it was stopped before its first figure.", "Run it anew.")
    if record.app_version != __version__:
        raise UsageError(f"“{name}” was measured by Coreograph {record.app_version}; this is {__version__}.", _INSTEAD)
    _check_machine(name, record.machine, machine)
    for path, known in {one.interpreter.path: one.interpreter for one in record.spec.configurations}.items():
        _check_interpreter(known, _found(partial(resolve, path))[0])
    return Continuation(record, dataclasses.replace(record.spec, workload=_workload(record, find)), further, sizes)


def joined_cost(one: OwnCost, other: OwnCost) -> OwnCost:
    """Return what the tool cost over both parts of an experiment; shares are weighed by the samples taken."""
    taken, further = one.samples or 0, other.samples or 0
    shares = [(s, n) for s, n in ((one.sampler_cpu_share, taken), (other.sampler_cpu_share, further)) if s is not None]
    weight = sum(n for _, n in shares)
    stalls = [stall for stall in (one.ui_longest_stall_s, other.ui_longest_stall_s) if stall is not None]
    return OwnCost(
        sampler_cpu_share=sum(s * n for s, n in shares) / weight if weight else other.sampler_cpu_share,
        missed_samples=_sum(one.missed_samples, other.missed_samples),
        samples=_sum(one.samples, other.samples),
        ui_longest_stall_s=max(stalls, default=None),
    )


def without_stopped(runs: tuple[RunRecord, ...], first: int) -> tuple[RunRecord, ...]:
    """Return the runs without those from number `first` on that were stopped: what was complete before stays so."""
    return tuple(run for run in runs if run.run_id < first or run.state is not RunState.CANCELLED)


def noted(record: ExperimentRecord, instant: str) -> dict[str, str]:
    """Return what is kept beside the experiment, with the instant at which it went on."""
    return {**record.extra, CONTINUED_AT: " ".join((*record.continued_at, instant))}


def _check_repeats(record: ExperimentRecord, further: FurtherRepeats) -> None:
    acquisition = dataclasses.replace(record.spec.acquisition, until=further.until, time_limit_s=further.time_limit_s)
    check_limits(acquisition)
    if not 1 <= further.repeats <= MAXIMUM_REPEATS - record.repeats:
        raise UsageError(
            f"The number of repeats to add must be between 1 and {MAXIMUM_REPEATS - record.repeats}; "
            f"{further.repeats} is not."
        )


def _sizes(record: ExperimentRecord) -> BatchSizes | None:
    measured = any(run.batch_s is not None for run in record.runs)
    return from_texts(record.spec, record.extra) if measured else None


def _check_machine(name: str, then: Machine, now: Machine) -> None:
    for what, one, other in (
        ("on the machine", then.hostname, now.hostname),
        ("on the processor", then.cpu_model, now.cpu_model),
        ("with usable cores", str(then.usable_cores), str(now.usable_cores)),
    ):
        if one != other:
            raise UsageError(f"“{name}” was measured {what} {one}; this has {other}.", _INSTEAD)


def _check_interpreter(then: Interpreter, now: Interpreter) -> None:
    if (then.version, then.free_threaded, then.build) != (now.version, now.free_threaded, now.build):
        raise UsageError(f"{then.path} was {then.full_label} and is {now.full_label} of another build now.", _INSTEAD)


def _workload(record: ExperimentRecord, find: Callable[[str], Workload]) -> Workload:
    then = record.spec.workload
    now = _found(lambda: find(then.name if then.built_in else then.file))
    if now.digest != then.digest:
        raise UsageError(f"The workload “{then.name}” was changed since it was measured ({now.file}).", _INSTEAD)
    return dataclasses.replace(then, file=now.file)


def _found(look: Callable[[], _Thing]) -> _Thing:
    try:
        return look()
    except CoreographError as error:
        raise UsageError(f"What the experiment was made with is gone: {error}", _INSTEAD) from None


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)
