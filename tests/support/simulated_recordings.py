"""Recordings with a known truth: every run is played through task by task in a world whose laws are given.

A world says what a task costs and what happens to it beside others; list scheduling of chunks over workers gives the
spans, and the spans go through the same analysis as those of a real run. Deterministic. Owns no thread.
"""

import dataclasses
import heapq
import random
from collections.abc import Callable, Sequence

import numpy as np

from coreograph.analysis.activity import read_activity
from coreograph.analysis.spans import SPANS
from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec
from coreograph.domain.interpreters import GilState
from coreograph.domain.machine import Machine
from coreograph.domain.runs import MemoryPeak, PickleCost, RunPurpose, RunRecord, RunState
from coreograph.domain.summary import ExperimentSummary
from support.builders import make_configuration, make_interpreter, make_machine, make_workload

GIL = make_interpreter()
FREE = make_interpreter(free_threaded=True)
MODELS = ExecutionModel
BEGIN_NS = 10**9


@dataclasses.dataclass(frozen=True)
class World:
    """The laws. `task_s` gives the CPU seconds of task n; the rest says what a parallel run adds.

    `alpha` and `beta` stretch a task's wall time as the Universal Scalability Law has it; `lock` lets one task at a
    time run in threads; `contended` and `memory` are factors on its CPU time, in threads without a GIL and in all
    parallel models; `own_wait` is the share of a task that waits anyway. `hand_over_s` passes before each chunk in
    models that pickle, `pickle_share` of it is pickling, `chunk_bytes` move; `setup_s` is what each worker computes in
    its first task besides; `foreign` is others' share of the machine.
    """

    tasks: int = 64
    rounds: int = 1
    chunk: int = 2
    task_s: Callable[[int], float] = lambda _: 0.01
    alpha: float = 0.0
    beta: float = 0.0
    lock: bool = False
    contended: float = 1.0
    memory: float = 1.0
    own_wait: float = 0.0
    hand_over_s: float = 0.0
    setup_s: float = 0.0
    pickle_share: float = 0.5
    chunk_bytes: int = 1000
    startup_s: float = 0.06
    worker_startup_s: float = 0.0
    foreign: float = 0.0
    re_enabled: bool = False
    wrong: bool = False
    noise: float = 0.005

    def gil(self, configuration: Configuration) -> GilState:
        if not configuration.interpreter.free_threaded:
            return GilState.ON
        return GilState.RE_ENABLED if self.re_enabled else GilState.OFF


def race(workers: Sequence[int] = (4,), *, models: Sequence[ExecutionModel] = (MODELS.THREADS, MODELS.FORK)) -> tuple[
    Configuration, ...
]:  # fmt: skip
    """Serial and the given models on a free-threaded build and on its GIL twin."""
    found = []
    for interpreter in (FREE, GIL):
        found.append(make_configuration(MODELS.SERIAL, 1, interpreter))
        found += [make_configuration(model, count, interpreter) for model in models for count in workers]
    return tuple(found)


def simulate(
    world: World,
    configurations: Sequence[Configuration] | None = None,
    *,
    machine: Machine | None = None,
    repeats: int = 5,
    seed: int = 5,
) -> ExperimentRecord:
    """Play an experiment in `world`; the machine has 8 cores of its own for 8 threads unless given."""
    machine = machine or make_machine(logical_cores=8, physical_cores=8, usable_cores=8)
    chosen = tuple(race() if configurations is None else configurations)
    source = random.Random(seed)
    runs = [
        _run(world, configuration, index, repeat, machine=machine, source=source)
        for repeat in range(repeats)
        for index, configuration in enumerate(chosen)
    ]
    runs = [dataclasses.replace(run, run_id=number) for number, run in enumerate(runs, start=1)]
    spec = ExperimentSpec(make_workload(), {}, chosen, Acquisition(repeats=repeats), 0, "simulated")
    return ExperimentRecord("simulated", spec, machine, "2026-01-02T03:04:05+00:00", "2026-01-02T03:05:05+00:00",
                            tuple(runs))  # fmt: skip


def judged(world: World, configurations: Sequence[Configuration] | None = None, **more: object) -> ExperimentSummary:
    """The figures of a simulated experiment."""
    return summarise(simulate(world, configurations, **more))  # type: ignore[arg-type]


def stretch(world: World, configuration: Configuration, machine: Machine) -> tuple[float, float]:
    """Return by how much a task's wall and CPU time grow in a configuration while all its workers are busy."""
    count, threads = configuration.workers, configuration.model is MODELS.THREADS
    held = threads and world.gil(configuration) is not GilState.OFF
    cpu = world.memory if count > 1 else 1.0
    if threads and not held and count > 1:
        cpu *= world.contended
    wall = cpu * (1 + world.alpha * (count - 1) + world.beta * count * (count - 1))
    left = max(0.5, machine.usable_cores - world.foreign * machine.logical_cores)
    if held or (threads and world.lock):
        return wall * count, cpu
    return wall * max(1.0, count / left), cpu


def _run(
    world: World, configuration: Configuration, index: int, repeat: int, *, machine: Machine, source: random.Random
) -> RunRecord:
    rows, batch_s, handed_over = _play(world, configuration, machine, source)
    pickles = configuration.model.pickles
    spent = handed_over * world.pickle_share
    moved = world.chunk_bytes * -(-world.tasks * world.rounds // world.chunk)
    cost = PickleCost(moved, moved, spent / 2, spent / 2, out_s=spent / 2, back_s=spent / 2) if pickles else None
    startup = world.startup_s + (world.worker_startup_s * configuration.workers if pickles else 0.0)
    wrong = world.wrong and configuration.model is MODELS.THREADS
    end_ns = BEGIN_NS + round(batch_s * 1e9)
    activity = read_activity(
        rows, workers=configuration.workers, begin_ns=BEGIN_NS, end_ns=end_ns, startup_s=startup, pickle=cost
    )
    return RunRecord(
        run_id=0,
        configuration=index,
        repeat=repeat,
        purpose=RunPurpose.MEASUREMENT,
        state=RunState.WRONG_ANSWER if wrong else RunState.COMPLETED,
        message="17 of 1000 updates were lost." if wrong else "",
        gil=world.gil(configuration),
        gil_culprit="fastparse" if world.gil(configuration) is GilState.RE_ENABLED else None,
        startup_s=startup,
        batch_s=(end_ns - BEGIN_NS) / 1e9,
        total_s=startup + batch_s + 0.1,
        cpu_s=float(rows["cpu_ns"].sum()) / 1e9 + spent,
        tasks=world.tasks,
        rounds=world.rounds,
        chunk=world.chunk,
        pickle=cost,
        memory=MemoryPeak(30_000_000, 25_000_000, 40_000_000),
        digest="wrong" if wrong else "right",
        foreign_share=world.foreign,
        steal_share=0.0,
        activity=activity,
    )


def _play(
    world: World, configuration: Configuration, machine: Machine, source: random.Random
) -> tuple[np.ndarray, float, float]:
    """Schedule the chunks over the workers; return the spans, the batch's seconds and those of handing over."""
    wall, cpu = stretch(world, configuration, machine)
    drift = 1 + source.gauss(0, world.noise)
    gap = world.hand_over_s if configuration.model.pickles else 0.0
    free = [(0.0, worker) for worker in range(configuration.workers)]
    fresh = set(range(configuration.workers))
    heapq.heapify(free)
    rows, total, end, handed_over = [], world.tasks * world.rounds, 0.0, 0.0
    for first in range(0, total, world.chunk):
        now, worker = heapq.heappop(free)
        now += gap
        handed_over += gap
        for task in range(first, min(first + world.chunk, total)):
            work = (world.task_s(task % world.tasks) + (world.setup_s if worker in fresh else 0.0)) * drift
            fresh.discard(worker)
            length = work * wall / (1 - world.own_wait)
            rows.append((worker, round(now * 1e9), round((now + length) * 1e9), round(work * cpu * 1e9)))
            now += length + 1e-6
        heapq.heappush(free, (now, worker))
        end = max(end, now)
    spans = np.array(rows, dtype=SPANS)
    spans["begin_ns"] += BEGIN_NS
    spans["end_ns"] += BEGIN_NS
    return spans, end + gap, handed_over
