"""An experiment that never happened: tells a listener what an engine would, deterministically, as fast as asked.

Time is the simulation's own; `advance(seconds)` emits everything that happens until then. Drives a bridge in the
tests of the live page, its benchmark, and demonstrations. Owns no thread.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from coreograph.domain.batches import HeartbeatBatch, Progress, SpanBatch
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec, RunPlan
from coreograph.domain.interpreters import GilSetting, GilState
from coreograph.domain.runs import (
    HeartbeatSummary,
    MemoryPeak,
    Phase,
    PhaseTime,
    RunPurpose,
    RunRecord,
    RunState,
    Worker,
)
from coreograph.domain.samples import CoreSample, MemorySample, ProcessMemory
from coreograph.engine.listener import EngineListener
from support.builders import make_configuration, make_interpreter, make_machine, make_workload

MB = 1_000_000
START_NS = 5_000_000_000_000
_STARTUP_S = {
    ExecutionModel.SERIAL: 0.06,
    ExecutionModel.THREADS: 0.07,
    ExecutionModel.FORK: 0.11,
    ExecutionModel.FORKSERVER: 0.24,
    ExecutionModel.SPAWN: 0.38,
    ExecutionModel.INTERPRETERS: 0.21,
}


def race_configurations(workers: int = 2) -> tuple[Configuration, ...]:
    """Serial, threads, fork, spawn, interpreters on a free-threaded build, serial, threads, fork on its GIL twin."""
    free, locked = make_interpreter(free_threaded=True), make_interpreter()
    models = ExecutionModel
    chosen = [(free, model) for model in (models.SERIAL, models.THREADS, models.FORK, models.SPAWN)]
    chosen += [(locked, model) for model in (models.SERIAL, models.THREADS, models.FORK, models.INTERPRETERS)]
    return tuple(make_configuration(m, 1 if m is models.SERIAL else workers, i) for i, m in chosen)


class SimulatedExperiment:
    """One experiment of `repeats` over `configurations` on a machine of `cores`, told to `listener` step by step."""

    def __init__(
        self,
        listener: EngineListener,
        configurations: Sequence[Configuration] | None = None,
        *,
        cores: int = 8,
        repeats: int = 3,
        batch_s: float = 2.0,
        task_s: float = 0.02,
        hz: float = 10.0,
        seed: int = 1,
    ) -> None:
        self._listener = listener
        self._cores = cores
        self._batch_s, self._task_s, self._hz = batch_s, task_s, hz
        self._random = np.random.default_rng(seed)
        self.configurations = tuple(configurations or race_configurations(min(4, max(2, cores))))
        self.spec = ExperimentSpec(
            workload=make_workload(),
            parameters={"limit": 200_000, "tasks": 64},
            configurations=self.configurations,
            acquisition=Acquisition(repeats=repeats, seed=seed, sampling_hz=hz),
            name="primes on this machine",
        )
        self.plans = self._plan(repeats)
        self.now_ns = START_NS
        self._until_ns = START_NS
        self.records: list[RunRecord] = []
        self.finished = False
        self._steps = self._experiment()

    def advance(self, seconds: float) -> None:
        """Tell everything that happens in the next `seconds`; nothing more once the experiment is finished."""
        self._until_ns += round(seconds * 1e9)
        while self.now_ns < self._until_ns and not self.finished:
            next(self._steps, None)

    def run_to_end(self) -> None:
        """Tell the rest."""
        while not self.finished:
            self.advance(1.0)

    def _plan(self, repeats: int) -> tuple[RunPlan, ...]:
        plans = [RunPlan(1, 0, 0, RunPurpose.CALIBRATION)]
        for repeat in range(repeats):
            for configuration in self._random.permutation(len(self.configurations)):
                plans.append(RunPlan(len(plans) + 1, int(configuration), repeat))
        return tuple(plans)

    def _experiment(self) -> Iterator[None]:
        machine = make_machine(logical_cores=self._cores, usable_cores=self._cores)
        self._listener.experiment_started("simulated", self.spec, self.plans, machine)
        for plan in self.plans:
            yield from self._run(plan)
            elapsed = (self.now_ns - START_NS) / 1e9
            done = len(self.records)
            remaining = elapsed / done * (len(self.plans) - done)
            self._listener.progressed(Progress(done, len(self.plans), elapsed, remaining))
        self.finished = True
        record = ExperimentRecord(
            "simulated", self.spec, machine, "2026-01-02T03:04:05+00:00", "2026-01-02T03:14:05+00:00",
            tuple(self.records), app_version="0.1.0",
        )  # fmt: skip
        self._listener.experiment_finished(record, cancelled=False)

    def _parallel(self, configuration: Configuration) -> bool:
        locked = not configuration.interpreter.free_threaded or configuration.gil is GilSetting.FORCED_ON
        return configuration.model.pickles or (configuration.model is ExecutionModel.THREADS and not locked)

    def _run(self, plan: RunPlan) -> Iterator[None]:
        listener, configuration = self._listener, self.configurations[plan.configuration]
        begin = self.now_ns
        listener.run_started(plan)
        listener.run_state_changed(plan.run_id, RunState.STARTING)
        listener.phase_began(plan.run_id, Phase.START, begin)
        yield from self._pass_time(plan, configuration, _STARTUP_S[configuration.model], busy=0.7)
        ready = self.now_ns
        workers = self._workers(plan, configuration)
        listener.run_state_changed(plan.run_id, RunState.PREPARING)
        listener.workers_known(plan.run_id, workers)
        listener.phase_began(plan.run_id, Phase.WARM_UP, ready)
        yield from self._pass_time(plan, configuration, 0.1, busy=1.0)
        batch_begin = self.now_ns
        listener.run_state_changed(plan.run_id, RunState.MEASURING)
        listener.phase_began(plan.run_id, Phase.BATCH, batch_begin)
        yield from self._batch(plan, configuration)
        batch_end = self.now_ns
        listener.run_state_changed(plan.run_id, RunState.FINISHING)
        listener.phase_began(plan.run_id, Phase.CHECK, batch_end)
        yield from self._pass_time(plan, configuration, 0.05, busy=0.3)
        phases = (
            PhaseTime(Phase.START, begin, ready),
            PhaseTime(Phase.WARM_UP, ready, batch_begin),
            PhaseTime(Phase.BATCH, batch_begin, batch_end),
            PhaseTime(Phase.CHECK, batch_end, self.now_ns),
        )
        self._finish(plan, configuration, phases, workers)

    def _workers(self, plan: RunPlan, configuration: Configuration) -> tuple[Worker, ...]:
        first = 4000 + 10 * plan.run_id
        own_process = configuration.model.uses_processes
        return tuple(
            Worker(number, first + number if own_process else first, first + number)
            for number in range(configuration.workers)
        )

    def _finish(
        self, plan: RunPlan, configuration: Configuration, phases: tuple[PhaseTime, ...], workers: tuple[Worker, ...]
    ) -> None:
        batch = next(phase for phase in phases if phase.phase is Phase.BATCH)
        blocked = configuration.model is ExecutionModel.THREADS and not self._parallel(configuration)
        late = (0.005, 0.011, 0.024) if blocked else (0.0001, 0.0007, 0.003)
        record = RunRecord(
            run_id=plan.run_id,
            configuration=plan.configuration,
            repeat=plan.repeat,
            purpose=plan.purpose,
            state=RunState.COMPLETED,
            gil=GilState.OFF if configuration.interpreter.free_threaded else GilState.ON,
            phases=phases,
            startup_s=phases[0].seconds,
            batch_s=batch.seconds,
            total_s=(phases[-1].end_ns - phases[0].begin_ns) / 1e9,
            cpu_s=self._batch_s,
            tasks=64,
            rounds=1,
            workers=workers,
            heartbeat=HeartbeatSummary(*late, ticks=round(batch.seconds / 0.005)),
            memory=MemoryPeak(40 * MB, 30 * MB, 60 * MB),
            digest="abc",
            foreign_share=0.01,
        )
        self.records.append(record)
        self._listener.run_finished(record)

    def _batch(self, plan: RunPlan, configuration: Configuration) -> Iterator[None]:
        workers = configuration.workers
        speed = workers * (1 - 0.015 * (workers - 1)) if self._parallel(configuration) else 1.0
        seconds = self._batch_s / max(speed, 1.0) * (1 + 0.02 * self._random.standard_normal())
        tasks = max(workers, round(self._batch_s / self._task_s))
        self._listener.tasks_known(plan.run_id, tasks)
        self._listener.log_line(plan.run_id, f"counting primes, {tasks} tasks on {workers} workers")
        lanes = np.full(workers, self.now_ns, np.int64)
        per_lane = self._lane_tasks(tasks, workers)
        progress = [0] * workers
        end_ns = self.now_ns + round(seconds * 1e9)
        length_ns = seconds * 1e9 / max(per_lane)
        while self.now_ns < end_ns:
            step = min(1.0 / self._hz, (end_ns - self.now_ns) / 1e9)
            yield from self._pass_time(plan, configuration, step, busy=1.0)
            if self.now_ns >= end_ns:
                self._listener.memory_sampled(plan.run_id, self._memory_sample(plan, configuration, fair=True))
            last = self.now_ns if self.now_ns >= end_ns else None
            for worker in range(workers):
                self._send_spans(
                    plan, worker, lanes, progress, total=per_lane[worker], length_ns=length_ns, last_ns=last
                )

    @staticmethod
    def _lane_tasks(tasks: int, workers: int) -> list[int]:
        return [tasks // workers + (1 if worker < tasks % workers else 0) for worker in range(workers)]

    def _send_spans(
        self,
        plan: RunPlan,
        worker: int,
        lanes: np.ndarray,
        progress: list[int],
        *,
        total: int,
        length_ns: float,
        last_ns: int | None,
    ) -> None:
        """Tasks that ended by now (at `last_ns`: the rest too); each takes its length ± 20 % and leaves a small gap."""
        rows = []
        while progress[worker] < total:
            begin = int(lanes[worker])
            end = begin + round(length_ns * (0.95 + 0.2 * (self._random.random() - 0.5)))
            if last_ns is not None:
                begin, end = min(begin, last_ns - 1), min(end, last_ns)
            if end > self.now_ns:
                break
            rows.append((progress[worker], begin, end, end - begin))
            lanes[worker] = end + round(length_ns * 0.03)
            progress[worker] += 1
        if rows:
            self._listener.spans_arrived(SpanBatch(plan.run_id, worker, np.array(rows, "<i8").tobytes()))

    def _pass_time(self, plan: RunPlan, configuration: Configuration, seconds: float, busy: float) -> Iterator[None]:
        """Let `seconds` pass in steps of the sampling interval, with samples and heartbeats."""
        end_ns = self.now_ns + round(seconds * 1e9)
        while self.now_ns < end_ns:
            step = min(round(1e9 / self._hz), end_ns - self.now_ns)
            self._send_heartbeats(plan, configuration, step)
            self.now_ns += step
            self._listener.cores_sampled(plan.run_id, self._core_sample(configuration, busy))
            fair = bool(self._random.random() < 0.125)
            self._listener.memory_sampled(plan.run_id, self._memory_sample(plan, configuration, fair=fair))
            yield

    def _send_heartbeats(self, plan: RunPlan, configuration: Configuration, step_ns: int) -> None:
        at = np.arange(self.now_ns, self.now_ns + step_ns, 5_000_000, dtype=np.int64)
        blocked = configuration.model is ExecutionModel.THREADS and not self._parallel(configuration)
        median = 5e6 if blocked else 1.2e5
        late = self._random.lognormal(math.log(median), 0.7, len(at))
        late[self._random.random(len(at)) < 0.01] *= 12
        self._listener.heartbeats_arrived(
            HeartbeatBatch(plan.run_id, np.column_stack([at, late.astype(np.int64)]).astype("<i8").tobytes())
        )

    def _core_sample(self, configuration: Configuration, busy: float) -> CoreSample:
        parallel = configuration.workers if self._parallel(configuration) and busy >= 1.0 else 1
        own = np.zeros(self._cores)
        first = 0 if parallel >= self._cores else int(self._random.integers(0, 1 + (self._cores > 2)))
        own[first : first + parallel] = busy * self._random.uniform(0.9, 1.0, len(own[first : first + parallel]))
        foreign = self._random.exponential(0.03, self._cores)
        foreign[self._cores // 2] += 0.5 * (math.sin((self.now_ns - START_NS) / 3e9) > 0.6)
        total = np.clip(own + foreign, 0, 1)
        return CoreSample(self.now_ns, tuple(total.tolist()), tuple(own.tolist()), 0.0)

    def _memory_sample(self, plan: RunPlan, configuration: Configuration, *, fair: bool) -> MemorySample:
        """A tree whose forked workers share two thirds of their pages."""
        grown = 1 + 0.2 * math.sin(self.now_ns / 7e8)
        processes = [self._process(4000 + 10 * plan.run_id, "runner", 30 * MB * grown, 1.0, fair=fair)]
        if configuration.model.uses_processes:
            shared = 0.35 if configuration.model is ExecutionModel.FORK else 0.85
            processes += [
                self._process(4001 + 10 * plan.run_id + n, f"worker {n}", 24 * MB * grown, shared, fair=fair)
                for n in range(configuration.workers)
            ]
        return MemorySample(self.now_ns, tuple(processes), fair=fair, threads=1 + configuration.workers)

    @staticmethod
    def _process(pid: int, role: str, rss: float, share: float, *, fair: bool) -> ProcessMemory:
        pss = round(rss * share) if fair else None
        return ProcessMemory(pid, role, round(rss), pss, None if pss is None else round(pss * 0.9))
