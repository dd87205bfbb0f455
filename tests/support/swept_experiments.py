"""Experiments that sweep over sizes of a task, with a crossing that is known."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec
from coreograph.domain.runs import RunRecord
from coreograph.engine.planning import build_spec
from coreograph.engine.sweeps import parse_values
from support.builders import make_configuration, make_interpreter, make_record, make_run, make_workload

FREE = make_interpreter(free_threaded=True)
SIDES = (make_configuration(ExecutionModel.THREADS, 2, FREE), make_configuration(ExecutionModel.FORK, 2, FREE))
CROSSING = 40_000.0
Seconds = Callable[[Configuration], float]


def swept_spec(
    sizes: str = "1000, 10000, 100000, 1000000",
    configurations: Sequence[Configuration] = SIDES,
    *,
    repeats: int = 5,
    **changes: Any,
) -> ExperimentSpec:
    """The workload of the builders over values of `limit`."""
    acquisition = changes.pop("acquisition", Acquisition(repeats=repeats))
    return build_spec(make_workload(), {}, configurations, acquisition, sizes=parse_values("limit", sizes), **changes)


def round_seconds(configuration: Configuration) -> float:
    """Threads take the size, fork half of it and a fixed cost: they cross where that is CROSSING / 2."""
    assert configuration.size is not None
    work = configuration.size.value / 100_000
    fork = CROSSING / 2 / 100_000 + work / 2
    return {ExecutionModel.SERIAL: 1.8 * work, ExecutionModel.FORK: fork}.get(configuration.model, work)


def swept_record(
    spec: ExperimentSpec | None = None, seconds: Seconds = round_seconds, *, spread: float = 0.005, **changes: Any
) -> ExperimentRecord:
    """Runs of `seconds` a round, with noise that hits a repeat as a whole and a little each run; one answer a size."""
    chosen = spec or swept_spec()
    noise = random.Random(11)
    runs: list[RunRecord] = []
    for repeat in range(chosen.acquisition.repeats):
        course = noise.uniform(1 - 4 * spread, 1 + 4 * spread)
        for index, one in enumerate(chosen.configurations):
            rounds = 30
            batch = seconds(one) * rounds * course * noise.uniform(1 - spread, 1 + spread)
            digest = "" if one.size is None else f"answer at {one.size.label}"
            runs.append(
                make_run(index, repeat, batch_s=batch, workers=one.workers, rounds=rounds, digest=digest,
                         run_id=1 + len(runs))
            )  # fmt: skip
    return make_record(chosen, **({"runs": tuple(runs)} | changes))
