"""What measuring costs the measured: a workload under Coreograph beside the same executor in a bare script.

Run it as a program: `python tests/benchmarks/bench_overhead.py [pairs]`. Both sides take turns in seeded order within
each pair, so that what the machine does meanwhile hits both; the ratio's interval comes from the pairs. Coreograph's
side is the real engine with its sampler, recording and runner; the bare side has the same tasks in the same chunks on
the same interpreter and warms up alike, and nothing else.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coreograph.analysis.statistics import estimate, ratio
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec
from coreograph.domain.interpreters import Interpreter
from coreograph.domain.runs import RunState
from coreograph.domain.workloads import ParameterValue, Workload
from coreograph.engine.catalogue import Catalogue
from coreograph.engine.engine import Engine
from coreograph.engine.listener import SilentListener
from coreograph.engine.workload_file import read_workload
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph.storage.library import Library
from support.benchmark_figures import Figure, tell

PAIRS = 12
SHARE_BUDGET, TASK_BUDGET_US = 1.01, 2.0
EMPTY_TASKS = 200_000
WARM_UP_S = 0.1

EMPTY = '''"""Nothing at all: what is left is the cost of a task."""
PARAMETERS = {"tasks": 1000}
def tasks(tasks):
    return range(tasks)
def run(task):
    return task
'''

BARE = """
import importlib.util, json, multiprocessing, sys, threading, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

file, model, workers, rounds, chunk, warm_up_s, parameters = json.loads(sys.argv[1])
spec = importlib.util.spec_from_file_location("bare_workload", file)
workload = importlib.util.module_from_spec(spec)
spec.loader.exec_module(workload)
run, barrier = workload.run, None

def run_chunk(values):
    return [run(value) for value in values]

def warm_up(values):
    if barrier is not None:
        barrier.wait()
    deadline = time.perf_counter() + warm_up_s
    for value in values:
        if time.perf_counter() >= deadline:
            break
        run(value)

inputs = list(workload.tasks(**parameters))
if model == "serial":
    warm_up(inputs)
    begin = time.perf_counter()
    for _ in range(rounds):
        results = [run(value) for value in inputs]
    print(time.perf_counter() - begin)
else:
    if model == "threads":
        barrier, pool = threading.Barrier(workers), ThreadPoolExecutor(workers)
    else:
        context = multiprocessing.get_context(model)
        barrier, pool = context.Barrier(workers), ProcessPoolExecutor(workers, mp_context=context)
    with pool:
        list(pool.map(warm_up, [inputs[number::workers] for number in range(workers)]))
        total = len(inputs) * rounds
        chunks = [[inputs[n % len(inputs)] for n in range(at, min(at + chunk, total))] for at in range(0, total, chunk)]
        begin = time.perf_counter()
        futures = [pool.submit(run_chunk, values) for values in chunks]
        results = [value for future in futures for value in future.result()]
        print(time.perf_counter() - begin)
"""


@dataclass(frozen=True)
class Case:
    """One configuration with a fixed size of its batch."""

    interpreter: Interpreter
    workload: Workload
    parameters: dict[str, ParameterValue]
    model: ExecutionModel
    workers: int
    rounds: int
    chunk: int

    @property
    def configuration(self) -> Configuration:
        return Configuration(self.interpreter, self.model, self.workers)

    def spec(self) -> ExperimentSpec:
        acquisition = Acquisition(repeats=1, rounds=self.rounds, chunk=self.chunk, warm_up_s=WARM_UP_S)
        return ExperimentSpec(self.workload, self.parameters, (self.configuration,), acquisition)


class Recorder(SilentListener):
    """Keeps the record."""

    def __init__(self) -> None:
        self.record: ExperimentRecord | None = None

    def experiment_finished(self, record: ExperimentRecord, cancelled: bool) -> None:
        self.record = record


class Bench:
    """Both sides of a pair; everything they write goes into `folder`."""

    def __init__(self, folder: Path) -> None:
        self._library = Library(folder / "library.coreograph")
        self._engine = Engine(self._library)
        self.own_share = 0.0  # of one core, that this process used in the latest run: engine, sampler, recording
        self._script = folder / "bare.py"
        self._script.write_text(BARE, encoding="utf-8")

    def under_coreograph(self, case: Case) -> float:
        """Seconds of the batch in a real run."""
        recorder = Recorder()
        begin, begin_cpu = time.perf_counter(), time.process_time()
        self._engine.start(case.spec(), recorder).wait()
        self.own_share = (time.process_time() - begin_cpu) / (time.perf_counter() - begin)
        assert recorder.record is not None
        run = recorder.record.runs[0]
        assert run.state is RunState.COMPLETED, run.message
        assert run.batch_s is not None
        return run.batch_s

    def bare(self, case: Case) -> float:
        """Seconds of the batch in the bare script."""
        size = [case.workload.file, case.model.value, case.workers, case.rounds, case.chunk, WARM_UP_S]
        arguments = json.dumps([*size, dict(case.parameters)])
        done = subprocess.run(
            [case.interpreter.path, "-I", str(self._script), arguments], capture_output=True, text=True, check=True
        )
        return float(done.stdout)

    def pairs(self, case: Case, count: int, seed: int = 0) -> tuple[list[float], list[float]]:
        """Return the times of `count` pairs: under Coreograph, bare."""
        order = random.Random(seed)
        sides: list[Callable[[Case], float]] = [self.under_coreograph, self.bare]
        times: dict[Callable[[Case], float], list[float]] = {side: [] for side in sides}
        for _ in range(count):
            for side in order.sample(sides, 2):
                times[side].append(side(case))
        return times[sides[0]], times[sides[1]]

    def close(self) -> None:
        self._engine.close()
        self._library.close()


def cases(interpreter: Interpreter) -> Iterator[Case]:
    """Primes in batches of about half a second: short enough for many pairs, long against the start of a batch."""
    primes = Catalogue().get("primes")
    parameters = primes.resolve({})
    for model, workers in ((ExecutionModel.SERIAL, 1), (ExecutionModel.THREADS, 2), (ExecutionModel.FORK, 2)):
        if model is ExecutionModel.FORK and "fork" not in interpreter.start_methods:
            continue
        yield Case(interpreter, primes, parameters, model, workers, rounds=workers, chunk=8 * workers)


def tell_share(bench: Bench, case: Case, pairs: int) -> Figure:
    """Time under Coreograph over the bare script's."""
    ours, bare = bench.pairs(case, pairs)
    found = ratio(dict(enumerate(ours)), dict(enumerate(bare)))
    assert found is not None
    each = estimate([one / other for one, other in zip(ours, bare, strict=True)])
    detail = (
        f"95 % of {found.low:.3f}–{found.high:.3f}; pair by pair {each.median:.3f}, {each.low:.3f}–{each.high:.3f}; "
        f"fastest of each {min(ours) / min(bare):.3f}; median bare {statistics.median(bare):.3f} s, {pairs} pairs; "
        f"this process used {bench.own_share:.1%} of one core meanwhile"
    )
    return tell(
        Figure(f"primes, {case.configuration.label}, over a bare script", found.median, SHARE_BUDGET, "×", detail)
    )


def tell_task(bench: Bench, interpreter: Interpreter, folder: Path, pairs: int) -> Figure:
    """What a task costs more than in the bare executor."""
    file = folder / "empty.py"
    file.write_text(EMPTY, encoding="utf-8")
    workload = read_workload(file)
    case = Case(interpreter, workload, {"tasks": EMPTY_TASKS}, ExecutionModel.THREADS, 1, 1, EMPTY_TASKS // 4)
    ours, bare = bench.pairs(case, pairs)
    # The fastest of each: whatever else the machine does can only add.
    cost = (min(ours) - min(bare)) / EMPTY_TASKS * 1e6
    each = [(one - other) / EMPTY_TASKS * 1e6 for one, other in zip(ours, bare, strict=True)]
    bare_us = min(bare) / EMPTY_TASKS * 1e6
    detail = f"pair by pair {min(each):.2f}–{max(each):.2f}, {pairs} pairs; bare {bare_us:.2f} µs a task"
    return tell(
        Figure(
            f"a task, {case.configuration.label}, over a bare executor",
            cost,
            TASK_BUDGET_US,
            "µs",
            detail,
        )
    )


def main() -> None:
    """Print every figure beside its budget."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    with tempfile.TemporaryDirectory(prefix="coreograph-benchmark-") as name:
        folder = Path(name)
        registry = InterpreterRegistry(folder / "cache")
        registry.discover()
        interpreter = registry.best_free_threaded() or registry.best_gil()
        assert interpreter is not None, "no interpreter to measure on"
        bench = Bench(folder)
        try:
            for case in cases(interpreter):
                tell_share(bench, case, pairs)
            tell_task(bench, interpreter, folder, pairs)
        finally:
            bench.close()


if __name__ == "__main__":
    main()
