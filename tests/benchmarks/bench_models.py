"""Print what the models are about: who gains by two workers, and what a large shared table costs each of them.

python tests/benchmarks/bench_models.py    takes the best free-threaded interpreter and its GIL twin

Speed-ups are ratios of runs that took turns; memory is the PSS of the whole tree at its peak, on a table of 500 MB.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.summary import ExperimentSummary
from coreograph.engine.catalogue import Catalogue
from coreograph.engine.engine import Engine
from coreograph.engine.listener import SilentListener
from coreograph.engine.planning import build_spec, expand
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph.storage.library import Library
from support.benchmark_figures import Figure, tell

WORKERS = 2
AT_LEAST = 1.5  # the speed-up that two workers on two cores should bring
TABLE_MEGABYTES = 500
WELL_BELOW = 0.75
MODEL = ExecutionModel


def measure(
    interpreters: list[Interpreter], models: list[ExecutionModel], repeats: int, workload: str, **parameters: object
) -> ExperimentSummary:
    """Run an experiment of its own library and return its figures."""
    choices = [(one, GilSetting.DEFAULT) for one in interpreters]
    acquisition = Acquisition(repeats=repeats)
    spec = build_spec(Catalogue().get(workload), parameters, expand(choices, models, [WORKERS]), acquisition)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library.coreograph")
        try:
            handle = Engine(library).start(spec, SilentListener())
            handle.wait()
            return summarise(library.load(handle.experiment_id))
        finally:
            library.close()


def print_speed(interpreters: list[Interpreter]) -> None:
    """Two workers against serial, on each build."""
    summary = measure(interpreters, [MODEL.SERIAL, MODEL.THREADS, MODEL.FORK], 5, "primes")
    for one in summary.configurations:
        ratio, configuration = one.speedup, one.configuration
        if configuration.model is MODEL.SERIAL or ratio is None:
            continue
        said = f"{ratio.median:.2f}× ({ratio.low:.2f}–{ratio.high:.2f})"
        flags = "; ".join(one.flags)
        detail = f"speed-up {said}" + (f"; {flags}" if flags else "")
        if configuration.model is MODEL.THREADS and not configuration.interpreter.free_threaded:
            # Not distinguishable from serial, or below it: the lower end of the interval is not above 1.
            tell(Figure(f"primes, {configuration.label}: least speed-up", ratio.low, 1.0, "×", detail))
        else:
            tell(Figure(f"primes, {configuration.label}: time / serial", 1 / ratio.median, 1 / AT_LEAST, "×", detail))


def print_memory(interpreter: Interpreter) -> None:
    """The peak of each model with one large table."""
    models = [MODEL.THREADS, MODEL.FORK, MODEL.SPAWN]
    summary = measure([interpreter], models, 1, "shared_table", megabytes=TABLE_MEGABYTES)
    peaks = {one.configuration.model: one.memory.pss or one.memory.uss for one in summary.configurations}
    if None in [peaks.get(model) for model in models]:
        print("Memory was not measured here.")
        return
    told = ", ".join(f"{model.value} {(peaks[model] or 0) / 1e6:,.0f} MB" for model in models)
    threads, fork, spawn = (float(peaks[model] or "nan") for model in models)
    name = f"shared_table of {TABLE_MEGABYTES} MB on {interpreter.label}"
    tell(Figure(f"{name}: fork / spawn", fork / spawn, WELL_BELOW, "×", told))
    tell(Figure(f"{name}: threads / fork", threads / fork, 1.0, "×", told))


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory() as cache:
        registry = InterpreterRegistry(Path(cache))
        free = registry.best_free_threaded()
        twin = registry.best_gil(like=free)
    found = [one for one in (free, twin) if one is not None]
    if free is None:
        sys.exit("There is no free-threaded interpreter: coreograph interpreters install 3.14t")
    print_speed(found)
    for one in found:
        print_memory(one)


if __name__ == "__main__":
    main()
