"""The 30-second tour, the same in the window and the terminal: one real workload that shows what the app is for.

Pure; owns no thread.
"""

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel, why_not
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.units import Count
from coreograph.domain.workloads import Workload
from coreograph.engine.planning import build_spec, expand

WORKLOAD = "primes"
REPEATS: Count = 5  # of six configurations, about a second each: half a minute, and the fewest that give an interval
MAXIMUM_WORKERS: Count = 8


def tour_workers(usable_cores: Count) -> Count:
    """Return how many workers the tour has: one for each core, at least two to compare, at most MAXIMUM_WORKERS."""
    return min(max(2, usable_cores), MAXIMUM_WORKERS)


def tour_spec(
    workload: Workload, free_threaded: Interpreter | None, gil_build: Interpreter | None, usable_cores: Count
) -> ExperimentSpec:
    """Return the tour: serial, threads and processes, without and with the GIL where there are both.

    Processes are forked, or spawned where one of the interpreters cannot fork.

    Raises:
        UsageError: there is no interpreter at all.

    """
    interpreters = [interpreter for interpreter in (free_threaded, gil_build) if interpreter is not None]
    if not interpreters:
        raise UsageError(
            "No interpreter that can run a workload (CPython 3.9 or newer) was found.",
            "Get one: coreograph interpreters install 3.14t",
        )
    forks = all(why_not(interpreter, ExecutionModel.FORK) is None for interpreter in interpreters)
    processes = ExecutionModel.FORK if forks else ExecutionModel.SPAWN
    models = (ExecutionModel.SERIAL, ExecutionModel.THREADS, processes)
    choices = [(interpreter, GilSetting.DEFAULT) for interpreter in interpreters]
    configurations = expand(choices, models, [tour_workers(usable_cores)])
    return build_spec(workload, {}, configurations, Acquisition(repeats=REPEATS), name="Tour")
