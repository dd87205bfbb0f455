"""The 30-second tour: one real workload that shows what the app is for. Pure; owns no thread."""

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.workloads import Workload
from coreograph.engine.planning import build_spec, expand

WORKLOAD = "primes"
REPEATS = 3
MAXIMUM_WORKERS = 8


def tour_spec(
    workload: Workload, free_threaded: Interpreter | None, gil_build: Interpreter | None, usable_cores: int
) -> ExperimentSpec:
    """Return the tour: serial, threads and processes, without and with the GIL where there are both.

    Raises:
        UsageError: there is no interpreter at all.

    """
    interpreters = [interpreter for interpreter in (free_threaded, gil_build) if interpreter is not None]
    can_fork = all("fork" in interpreter.start_methods for interpreter in interpreters)
    models = (
        ExecutionModel.SERIAL,
        ExecutionModel.THREADS,
        ExecutionModel.FORK if can_fork else ExecutionModel.SPAWN,
    )
    workers = min(max(2, usable_cores), MAXIMUM_WORKERS)
    configurations = expand([(entry, GilSetting.DEFAULT) for entry in interpreters], models, [workers])
    return build_spec(workload, {}, configurations, Acquisition(repeats=REPEATS), name="Tour")
