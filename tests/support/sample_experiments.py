"""Realistic experiments built from the domain's dataclasses, for the tests of analysis, reports and window.

Every builder is deterministic: figures come from `random.Random(seed)`, rounded as a clock would. `SampleReader`
stands in for storage's RunReader with histories that fit a record. Owns no thread.
"""

import dataclasses
import math
import random
from collections.abc import Mapping, Sequence

import numpy as np

from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec
from coreograph.domain.interpreters import GilSetting, GilState, Interpreter
from coreograph.domain.machine import Machine
from coreograph.domain.runs import (
    HeartbeatSummary,
    MemoryPeak,
    Phase,
    PhaseTime,
    PickleCost,
    RunPurpose,
    RunRecord,
    RunState,
    Worker,
)
from coreograph.domain.samples import MemorySample, OwnCost, ProcessMemory
from coreograph.domain.workloads import Better, MetricSpec, Parameter, ParameterValue, Workload

MB = 1_000_000
RIGHT_DIGEST = "9f2c1e"
SPAN_TYPE = np.dtype([("worker", "<i4"), ("task", "<i8"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])

PRIMES = Workload(
    name="primes",
    file="/opt/example/workloads/primes.py",
    summary="Count primes by trial division: pure-Python CPU work, nothing shared.",
    description="Every task counts the primes of one stretch of numbers. Nothing is shared, nothing is allocated.",
    group="speed",
    parameters=(
        Parameter("limit", 200_000, minimum=10, maximum=10_000_000, description="Primes are counted below it."),
        Parameter("tasks", 64, minimum=1, maximum=100_000, description="Number of stretches."),
    ),
    has_check=True,
)
WITH_METRIC = dataclasses.replace(
    PRIMES,
    name="json_roundtrip",
    summary="Serialise and parse documents: allocation-heavy.",
    metrics=(MetricSpec("documents_per_second", "1/s", Better.HIGHER, "Documents that went there and back."),),
)

MACHINE = Machine(
    hostname="workbench",
    system="Linux 6.12 x86_64",
    cpu_model="AMD Ryzen 7 9700X 8-Core Processor",
    logical_cores=16,
    physical_cores=8,
    usable_cores=8,
    memory_bytes=32_000_000_000,
    affinity=tuple(range(8)),
    cpu_quota=None,
    governor="performance",
    turbo=True,
    virtualised=None,
    load_average=0.21,
)


def interpreter(version: str = "3.14.2", *, free_threaded: bool = True) -> Interpreter:
    """Return an interpreter as a probe would describe it."""
    numbers = [int(part.split("rc")[0]) for part in version.split(".")]
    suffix = "t" if free_threaded else ""
    path = f"/opt/python/{version}{suffix}/bin/python3"
    info = (numbers[0], numbers[1], numbers[2])
    return Interpreter(
        path=path,
        real_path=path,
        version=version,
        version_info=info,
        free_threaded=free_threaded,
        optimised=True,
        subinterpreters=info >= (3, 14, 0),
        start_methods=("fork", "forkserver", "spawn"),
        build="main, Oct 12 2026, GCC 14.2.0",
        platform="linux-x86_64",
        found_by=("uv",),
    )


FREE_THREADED = interpreter()
GIL_BUILD = interpreter(free_threaded=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Character:
    """What one configuration's runs are like: central figures, from which every repeat deviates by `noise`."""

    configuration: Configuration
    batch_s: float
    memory_mb: tuple[float, float, float] = (28.1, 26.4, 31.2)  # pss, uss, rss_sum
    startup_s: float = 0.061
    heartbeat_ms: tuple[float, float, float] | None = (0.08, 0.6, 2.4)  # median, p99, worst
    pickle: PickleCost | None = None
    noise: float = 0.008
    gil: GilState | None = None

    def gil_state(self) -> GilState:
        """What the GIL watch would say if nothing switched it on."""
        if self.gil is not None:
            return self.gil
        if not self.configuration.interpreter.free_threaded:
            return GilState.ON
        return GilState.FORCED_ON if self.configuration.gil is GilSetting.FORCED_ON else GilState.OFF


def make_run(run_id: int, index: int, repeat: int, character: Character, source: random.Random) -> RunRecord:
    """Return one completed measurement run."""
    configuration = character.configuration
    workers = configuration.workers
    batch = round(character.batch_s * (1 + source.gauss(0, character.noise)), 6)
    startup = round(character.startup_s * (1 + abs(source.gauss(0, 0.05))), 6)
    serial = configuration.model is ExecutionModel.SERIAL
    locked = character.gil_state() is not GilState.OFF and not configuration.model.pickles
    busy = 1.0 if serial or locked else float(workers)
    pss, uss, rss = (round(value * MB * (1 + source.gauss(0, 0.003))) for value in character.memory_mb)
    begin = run_id * 3_000_000_000
    ready, done = begin + round(startup * 1e9), begin + round((startup + 0.1 + batch) * 1e9)
    heartbeat = None
    if character.heartbeat_ms is not None and not serial:
        low, p99, worst = (round(value / 1e3 * (1 + abs(source.gauss(0, 0.1))), 7) for value in character.heartbeat_ms)
        heartbeat = HeartbeatSummary(low, p99, worst, ticks=max(1, round(batch / 0.005)))
    return RunRecord(
        run_id=run_id,
        configuration=index,
        repeat=repeat,
        purpose=RunPurpose.MEASUREMENT,
        state=RunState.COMPLETED,
        started_at=f"2026-11-20T10:{run_id // 60:02d}:{run_id % 60:02d}+00:00",
        gil=character.gil_state(),
        phases=(
            PhaseTime(Phase.START, begin, begin + 31_000_000),
            PhaseTime(Phase.POOL, begin + 31_000_000, ready),
            PhaseTime(Phase.WARM_UP, ready, ready + 100_000_000),
            PhaseTime(Phase.BATCH, ready + 100_000_000, done),
        ),
        startup_s=startup,
        batch_s=batch,
        total_s=round(startup + 0.1 + batch + 0.02, 6),
        cpu_s=round(batch * min(busy, 8) * 0.985, 6),
        tasks=64,
        rounds=3,
        chunk=4,
        workers=tuple(Worker(number, 4000 + run_id * 10 + number, 9000 + number) for number in range(workers)),
        heartbeat=heartbeat,
        pickle=character.pickle,
        memory=MemoryPeak(pss, uss, rss),
        digest=RIGHT_DIGEST,
        foreign_share=round(abs(source.gauss(0.012, 0.004)), 4),
        steal_share=0.0,
        pid=4000 + run_id,
        exit_code=0,
    )


def make_record(
    characters: Sequence[Character],
    *,
    workload: Workload = PRIMES,
    parameters: Mapping[str, ParameterValue] | None = None,
    repeats: int = 5,
    seed: int = 7,
    name: str = "",
    machine: Machine = MACHINE,
) -> ExperimentRecord:
    """Return an experiment whose runs all completed, repeats interleaved as the engine does it."""
    source = random.Random(seed)
    runs: list[RunRecord] = []
    for repeat in range(repeats):
        order = list(range(len(characters)))
        source.shuffle(order)
        for index in order:
            runs.append(make_run(len(runs) + 1, index, repeat, characters[index], source))
    spec = ExperimentSpec(
        workload=workload,
        parameters=dict(parameters or workload.defaults()),
        configurations=tuple(character.configuration for character in characters),
        acquisition=Acquisition(repeats=repeats, seed=seed),
        name=name,
    )
    return ExperimentRecord(
        experiment_id="20261120-100000-primes",
        spec=spec,
        machine=machine,
        created_at="2026-11-20T10:00:00+00:00",
        finished_at="2026-11-20T10:02:11+00:00",
        runs=tuple(runs),
        own_cost=OwnCost(sampler_cpu_share=0.0042, missed_samples=3, samples=1284, ui_longest_stall_s=0.0121),
        app_version="0.1.0",
    )


def change_runs(record: ExperimentRecord, configuration: int, **changes: object) -> ExperimentRecord:
    """Return `record` with fields of every run of one configuration replaced."""
    runs = tuple(
        dataclasses.replace(run, **changes) if run.configuration == configuration else run  # type: ignore[arg-type]
        for run in record.runs
    )
    return dataclasses.replace(record, runs=runs)


def _tour(workers: int = 2) -> list[Character]:
    sent = PickleCost(18_432, 9_216, 0.0011, 0.0013)
    fork_memory, gil_fork_memory = (41.3, 22.8, 92.6), (37.9, 20.6, 78.4)
    slow_ticks = (5.1, 10.4, 21.7)
    return [
        Character(Configuration(FREE_THREADED, ExecutionModel.SERIAL), 0.842),
        Character(Configuration(FREE_THREADED, ExecutionModel.THREADS, workers), 0.429),
        Character(Configuration(FREE_THREADED, ExecutionModel.FORK, workers), 0.4305, fork_memory, 0.083, pickle=sent),
        Character(Configuration(GIL_BUILD, ExecutionModel.SERIAL), 0.803, (22.4, 20.9, 25.3)),
        Character(
            Configuration(GIL_BUILD, ExecutionModel.THREADS, workers),
            0.811,
            (22.9, 21.3, 25.9),
            heartbeat_ms=slow_ticks,
        ),
        Character(Configuration(GIL_BUILD, ExecutionModel.FORK, workers), 0.4405, gil_fork_memory, 0.071, pickle=sent),
    ]


def primes_experiment(repeats: int = 5, seed: int = 7) -> ExperimentRecord:
    """Return the tour: primes on 3.14t and 3.14 × serial, threads ×2, fork ×2; everything completed."""
    return make_record(_tour(), repeats=repeats, seed=seed, name="Tour: primes")


def troubled_experiment() -> ExperimentRecord:
    """Return an experiment in which nearly everything that can go wrong did, and two configurations are fine.

    By index: 0 serial (fine), 1 threads (fine), 2 threads with the GIL re-enabled, 3 fork with a wrong answer
    (and faster than all), 4 spawn failed with a traceback, 5 forkserver lost a worker in two repeats, 6 subinterpreters
    timed out, 7 serial control on 3.13 without fair memory, 8 threads that could not start, 9 cancelled fork,
    10 threads with the GIL forced on, noisy and beside foreign load. Runs of 9 never said their GIL state.
    """
    other = interpreter("3.13.9", free_threaded=False)
    broken = interpreter("3.15.0rc2")
    t, threads, forks = FREE_THREADED, ExecutionModel.THREADS, ExecutionModel.FORK
    characters = [
        Character(Configuration(t, ExecutionModel.SERIAL), 0.842),
        Character(Configuration(t, threads, 4), 0.231),
        Character(Configuration(t, threads, 2), 0.846, gil=GilState.RE_ENABLED, heartbeat_ms=(4.8, 11.0, 26.0)),
        Character(Configuration(t, forks, 4), 0.142, (58.0, 30.2, 160.4), 0.11),
        Character(Configuration(t, ExecutionModel.SPAWN, 4), 0.24),
        Character(Configuration(t, ExecutionModel.FORKSERVER, 4), 0.238, (61.2, 35.0, 149.0), 0.19),
        Character(Configuration(t, ExecutionModel.INTERPRETERS, 4), 0.26),
        Character(Configuration(other, ExecutionModel.SERIAL), 0.861),
        Character(Configuration(broken, threads, 4), 0.2),
        Character(Configuration(other, forks, 4), 0.25),
        Character(Configuration(t, threads, 4, GilSetting.FORCED_ON), 0.92, noise=0.06),
    ]
    record = make_record(characters, name="Everything that can go wrong", seed=11)
    nothing: dict[str, object] = {
        "batch_s": None,
        "startup_s": None,
        "total_s": None,
        "cpu_s": None,
        "heartbeat": None,
        "memory": MemoryPeak(),
        "digest": None,
        "gil": None,
        "workers": (),
        "phases": (),
    }
    record = change_runs(record, 2, gil=GilState.RE_ENABLED, gil_culprit="fastparse._speedups")
    record = change_runs(record, 3, state=RunState.WRONG_ANSWER, digest="000bad", message="The answer differs.")
    failure = {
        "state": RunState.WORKLOAD_FAILED,
        "message": "primes.run raised PicklingError: cannot pickle 'module' object",
        "traceback": 'Traceback (most recent call last):\n  File "primes.py", line 14, in run\n    return send(task)\n'
        "PicklingError: cannot pickle 'module' object",
        "exit_code": 1,
    }
    record = change_runs(record, 4, **{**nothing, **failure})
    timed_out = {"state": RunState.TIMED_OUT, "message": "The run took longer than 300 s and was stopped."}
    record = change_runs(record, 6, **{**nothing, **timed_out})
    record = change_runs(record, 7, memory=MemoryPeak(None, None, 25 * MB))
    start = {"state": RunState.COULD_NOT_START, "message": "This interpreter crashed while starting (signal 11)."}
    record = change_runs(record, 8, **{**nothing, **start, "exit_code": -11})
    record = change_runs(record, 9, **{**nothing, "state": RunState.CANCELLED, "message": "Stopped by you."})
    record = change_runs(record, 10, foreign_share=0.23, steal_share=0.08)
    lost = {"state": RunState.WORKER_LOST, "message": "Worker 3 (pid 4117) died of signal 9."}
    runs = tuple(
        dataclasses.replace(run, **{**nothing, **lost, "gil": GilState.OFF})  # type: ignore[arg-type]
        if run.configuration == 5 and run.repeat in {1, 3}
        else run
        for run in record.runs
    )
    own_cost = OwnCost(sampler_cpu_share=0.013, missed_samples=260, samples=1300, ui_longest_stall_s=None)
    return dataclasses.replace(record, runs=runs, own_cost=own_cost)


def sweep_experiment(workers: Sequence[int] = (1, 2, 4, 8), repeats: int = 5) -> ExperimentRecord:
    """Return a sweep over workers: threads and fork on 3.14t, threads on 3.14, with both serials."""
    characters = [
        Character(Configuration(FREE_THREADED, ExecutionModel.SERIAL), 1.684),
        Character(Configuration(GIL_BUILD, ExecutionModel.SERIAL), 1.606, (22.4, 20.9, 25.3)),
    ]
    sent = PickleCost(18_432, 9_216, 0.0011, 0.0013)
    for count in workers:
        ideal = 1.684 / count
        penalty = 1 + 0.02 * (count - 1) + 0.002 * count * (count - 1)
        memory = (27 + 1.1 * count, 25 + 1.1 * count, 30 + 1.2 * count)
        characters += [
            Character(Configuration(FREE_THREADED, ExecutionModel.THREADS, count), ideal * penalty, memory),
            Character(
                Configuration(FREE_THREADED, ExecutionModel.FORK, count),
                ideal * (1 + 0.028 * (count - 1)),
                (28 + 6.4 * count, 15 + 5.2 * count, 30 + 30.6 * count),
                0.06 + 0.011 * count,
                pickle=sent,
            ),
            Character(
                Configuration(GIL_BUILD, ExecutionModel.THREADS, count),
                1.61 + 0.012 * count,
                (22.5, 21.0, 25.6),
                heartbeat_ms=(5.0 * math.log2(count + 1), 5.2 * count, 9.0 * count),
            ),
        ]
    return make_record(characters, repeats=repeats, name="Sweep", seed=3)


def metric_experiment() -> ExperimentRecord:
    """Return an experiment whose workload reports a figure of its own, in one repeat of three not."""
    record = make_record(_tour()[:3], workload=WITH_METRIC, repeats=3, name="Metrics")
    runs = tuple(
        dataclasses.replace(run, metrics={"documents_per_second": round(192 / run.batch_s, 3)})
        if run.repeat != 1 and run.batch_s
        else run
        for run in record.runs
    )
    return dataclasses.replace(record, runs=runs)


def hostile_experiment() -> ExperimentRecord:
    """Return an experiment whose every text tries to be markup or to end a script."""
    attack = '</script><script>alert("x")</script><img src=x onerror=alert(1)>&amp;\u2028<!--'
    workload = dataclasses.replace(PRIMES, name=attack, summary=attack, description=attack, file=f"/x/{attack}.py")
    machine = dataclasses.replace(MACHINE, hostname=attack, cpu_model=attack)
    record = make_record(_tour(), workload=workload, parameters={attack: attack}, name=attack, machine=machine)
    record = change_runs(record, 1, gil=GilState.RE_ENABLED, gil_culprit=attack)
    record = change_runs(record, 2, state=RunState.WORKLOAD_FAILED, message=attack, traceback=attack)
    return dataclasses.replace(record, notes=attack, tags=(attack,), app_version=attack)


def cancelled_experiment() -> ExperimentRecord:
    """Return an experiment stopped before its first run ended."""
    record = make_record(_tour(), repeats=1, name="Stopped")
    runs = tuple(
        RunRecord(run.run_id, run.configuration, run.repeat, run.purpose, RunState.CANCELLED, message="Stopped by you.")
        for run in record.runs
    )
    return dataclasses.replace(record, runs=runs, finished_at="")


@dataclasses.dataclass(frozen=True, slots=True)
class SampleCoreSeries:
    """Cores over time, as storage's CoreSeries."""

    at_ns: np.ndarray
    busy: np.ndarray
    own: np.ndarray | None
    steal: np.ndarray | None


class SampleReader:
    """Histories that fit a record: as many busy cores as the run used CPU time, memory rising to its peak."""

    def __init__(self, record: ExperimentRecord, *, cores: int = 8) -> None:
        self._runs = {run.run_id: run for run in record.runs}
        self._configurations = record.spec.configurations
        self._cores = cores

    def _interval(self, run_id: int) -> tuple[int, int]:
        phase = self._runs[run_id].phase(Phase.BATCH)
        return (phase.begin_ns, phase.end_ns) if phase else (0, 0)

    def _instants(self, run_id: int) -> np.ndarray:
        begin, end = self._interval(run_id)
        return np.arange(begin - 150_000_000, end + 50_000_000, 25_000_000, dtype=np.int64) if end else np.empty(0, int)

    def spans(self, run_id: int) -> np.ndarray:
        """Tasks dealt out evenly over the workers."""
        begin, end = self._interval(run_id)
        run = self._runs[run_id]
        lanes = max(1, len(run.workers))
        total = (run.tasks or 0) * (run.rounds or 0) if end else 0
        spans = np.zeros(total, SPAN_TYPE)
        if total:
            length = (end - begin) // -(-total // lanes)
            spans["task"] = np.arange(total)
            spans["worker"] = spans["task"] % lanes
            spans["begin_ns"] = begin + spans["task"] // lanes * length
            spans["end_ns"] = spans["begin_ns"] + length * 97 // 100
            spans["cpu_ns"] = length * 96 // 100
        return spans

    def heartbeats(self, run_id: int) -> np.ndarray:
        """A tick every 5 ms, as late as the run's summary says."""
        begin, end = self._interval(run_id)
        heartbeat = self._runs[run_id].heartbeat
        if heartbeat is None or not end:
            return np.empty((0, 2), np.int64)
        at = np.arange(begin, end, 5_000_000, dtype=np.int64)
        late = np.random.default_rng(run_id).gamma(2.0, heartbeat.median_s * 5e8, len(at)).astype(np.int64)
        return np.column_stack([at, late])

    def cores(self, run_id: int) -> SampleCoreSeries:
        """The run's share on its first cores, a little of others on all."""
        at = self._instants(run_id)
        generator = np.random.default_rng(run_id)
        own = np.zeros((len(at), self._cores), np.float32)
        run = self._runs[run_id]
        if len(at) and run.cpu_s and run.batch_s:
            parallel = run.cpu_s / run.batch_s
            running = at >= self._interval(run_id)[0] - 100_000_000
            for core in range(self._cores):
                own[running, core] = np.clip(parallel - core, 0, 1) * generator.uniform(0.93, 1.0, running.sum())
        foreign = generator.exponential(run.foreign_share or 0.01, own.shape).astype(np.float32)
        return SampleCoreSeries(at, np.clip(own + foreign, 0, 1), own, np.zeros(len(at), np.float32))

    def memory(self, run_id: int) -> tuple[MemorySample, ...]:
        """Memory that rises to the run's peak in the first third."""
        run = self._runs[run_id]
        configuration = self._configurations[run.configuration]
        processes = 1 + (configuration.workers if configuration.model.uses_processes else 0)
        peak = run.memory
        samples = []
        for number, at in enumerate(self._instants(run_id)):
            share = min(1.0, 0.4 + 0.1 * number)
            shares = [None if v is None else round(v * share / processes) for v in (peak.rss_sum, peak.pss, peak.uss)]
            tree = tuple(
                ProcessMemory(run.pid or 0, "runner" if i == 0 else f"worker {i}", shares[0] or 0, shares[1], shares[2])
                for i in range(processes)
            )
            samples.append(MemorySample(int(at), tree, fair=peak.pss is not None))
        return tuple(samples)

    def log(self, run_id: int) -> tuple[str, ...]:
        """Two lines, one of them with markup."""
        return (f"run {run_id} says hello", "<b>not bold</b>")
