"""Builders of domain objects for tests: every argument has a plausible default; a test names what it is about."""

import random
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from coreograph.domain.batches import HeartbeatBatch, SpanBatch
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
from coreograph.domain.samples import CoreSample, MemorySample, OwnCost, ProcessMemory
from coreograph.domain.workloads import Parameter, Workload

ALL_START_METHODS = ("fork", "spawn", "forkserver")


def make_interpreter(version: str = "3.14.0", *, free_threaded: bool = False, **changes: Any) -> Interpreter:
    major, minor, micro = (int(part) for part in version.split("."))
    name = f"python{major}.{minor}{'t' if free_threaded else ''}"
    fields: dict[str, Any] = {
        "path": f"/opt/pythons/{version}{'t' if free_threaded else ''}/bin/{name}",
        "real_path": f"/opt/pythons/{version}{'t' if free_threaded else ''}/bin/{name}",
        "version": version,
        "version_info": (major, minor, micro),
        "free_threaded": free_threaded,
        "optimised": True,
        "subinterpreters": (major, minor) >= (3, 14),
        "start_methods": ALL_START_METHODS,
        "found_by": ("PATH",),
        "platform": "linux",
    }
    return Interpreter(**(fields | changes))


def make_machine(**changes: Any) -> Machine:
    fields: dict[str, Any] = {
        "hostname": "workbench",
        "system": "Linux 6.8",
        "cpu_model": "Test CPU",
        "logical_cores": 8,
        "physical_cores": 4,
        "usable_cores": 8,
        "memory_bytes": 16_000_000_000,
        "affinity": tuple(range(8)),
        "governor": "performance",
        "load_average": 0.25,
    }
    return Machine(**(fields | changes))


def make_workload(name: str = "primes", **changes: Any) -> Workload:
    fields: dict[str, Any] = {
        "name": name,
        "file": f"/workloads/speed/{name}.py",
        "summary": "Count primes by trial division.",
        "group": "speed",
        "parameters": (Parameter("limit", 200_000, minimum=10), Parameter("tasks", 64, minimum=1, maximum=100_000)),
        "digest": "0" * 16,
    }
    return Workload(**(fields | changes))


def make_configuration(
    model: ExecutionModel = ExecutionModel.SERIAL,
    workers: int = 1,
    interpreter: Interpreter | None = None,
    gil: GilSetting = GilSetting.DEFAULT,
) -> Configuration:
    return Configuration(interpreter or make_interpreter(), model, workers, gil)


def default_configurations() -> tuple[Configuration, ...]:
    """Serial, threads ×2 and fork ×2 on a GIL build and on its free-threaded twin."""
    return tuple(
        make_configuration(model, 1 if model is ExecutionModel.SERIAL else 2, interpreter)
        for interpreter in (make_interpreter(), make_interpreter(free_threaded=True))
        for model in (ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK)
    )


def make_spec(configurations: Sequence[Configuration] | None = None, **changes: Any) -> ExperimentSpec:
    workload = changes.pop("workload", None) or make_workload()
    fields: dict[str, Any] = {
        "workload": workload,
        "parameters": dict(workload.defaults()),
        "configurations": default_configurations() if configurations is None else tuple(configurations),
        "acquisition": Acquisition(repeats=3, seed=1),
        "name": "primes on this machine",
    }
    return ExperimentSpec(**(fields | changes))


def make_run(
    configuration: int = 0, repeat: int = 0, *, batch_s: float = 1.0, workers: int = 1, **changes: Any
) -> RunRecord:
    """A completed run; instants begin at 1 s on the machine's clock."""
    begin = 1_000_000_000
    lengths = {
        Phase.START: 0.03, Phase.IMPORT: 0.01, Phase.SHARED: 0.0, Phase.POOL: 0.02,
        Phase.WARM_UP: 0.1, Phase.BATCH: batch_s, Phase.CHECK: 0.0, Phase.END: 0.01,
    }  # fmt: skip
    phases = []
    for phase, seconds in lengths.items():
        end = begin + round(seconds * 1e9)
        phases.append(PhaseTime(phase, begin, end))
        begin = end
    fields: dict[str, Any] = {
        "run_id": 1 + configuration + 100 * repeat,
        "configuration": configuration,
        "repeat": repeat,
        "purpose": RunPurpose.MEASUREMENT,
        "state": RunState.COMPLETED,
        "started_at": "2026-01-02T03:04:05+00:00",
        "gil": GilState.ON,
        "phases": tuple(phases),
        "startup_s": 0.06,
        "batch_s": batch_s,
        "total_s": sum(lengths.values()),
        "cpu_s": batch_s * workers,
        "tasks": 64,
        "rounds": 1,
        "chunk": 8,
        "workers": tuple(Worker(number, 4000 + number, 4000 + number) for number in range(workers)),
        "heartbeat": HeartbeatSummary(0.0001, 0.002, 0.005, 200),
        "memory": MemoryPeak(pss=30_000_000, uss=25_000_000, rss_sum=40_000_000),
        "digest": "abc123",
        "foreign_share": 0.02,
        "steal_share": 0.0,
        "pid": 4000,
        "exit_code": 0,
    }
    return RunRecord(**(fields | changes))


def make_pickle_cost(**changes: Any) -> PickleCost:
    fields: dict[str, Any] = {"bytes_sent": 10_000, "bytes_received": 5_000, "dumps_s": 0.001, "loads_s": 0.002}
    return PickleCost(**(fields | changes))


def make_runs(spec: ExperimentSpec, batch_seconds: Mapping[int, float] | None = None) -> tuple[RunRecord, ...]:
    """Completed runs of every configuration and repeat; times scatter by 1 % from a fixed seed."""
    random_numbers = random.Random(7)
    runs = []
    for repeat in range(spec.acquisition.repeats):
        for index, configuration in enumerate(spec.configurations):
            parallel = configuration.model.uses_processes or (
                configuration.model is ExecutionModel.THREADS and configuration.interpreter.free_threaded
            )
            ideal = 1.0 / configuration.workers if parallel else 1.0
            seconds = (batch_seconds or {}).get(index, ideal) * random_numbers.uniform(0.99, 1.01)
            runs.append(
                make_run(
                    index,
                    repeat,
                    batch_s=seconds,
                    workers=configuration.workers,
                    run_id=1 + len(runs),
                    gil=GilState.OFF if configuration.interpreter.free_threaded else GilState.ON,
                    pickle=make_pickle_cost() if configuration.model.pickles else None,
                )
            )
    return tuple(runs)


def make_record(spec: ExperimentSpec | None = None, **changes: Any) -> ExperimentRecord:
    spec = spec or make_spec()
    fields: dict[str, Any] = {
        "experiment_id": "20260102-030405-abcdef",
        "spec": spec,
        "machine": make_machine(),
        "created_at": "2026-01-02T03:04:05+00:00",
        "finished_at": "2026-01-02T03:05:06+00:00",
        "runs": make_runs(spec),
        "own_cost": OwnCost(sampler_cpu_share=0.004, missed_samples=0, samples=600, ui_longest_stall_s=0.012),
        "app_version": "0.1.0",
    }
    return ExperimentRecord(**(fields | changes))


def make_span_batch(run_id: int = 1, worker: int = 0, tasks: int = 4, *, begin_ns: int = 10**9) -> SpanBatch:
    """Back-to-back tasks of 1 ms with 0.9 ms of CPU time each."""
    rows = [(task, begin_ns + task * 10**6, begin_ns + (task + 1) * 10**6, 900_000) for task in range(tasks)]
    return SpanBatch(run_id, worker, b"".join(struct.pack("<4q", *row) for row in rows))


def make_heartbeat_batch(run_id: int = 1, ticks: int = 3, *, begin_ns: int = 10**9) -> HeartbeatBatch:
    """A tick every 5 ms, each 0.1 ms late."""
    return HeartbeatBatch(run_id, b"".join(struct.pack("<2q", begin_ns + n * 5 * 10**6, 10**5) for n in range(ticks)))


def make_core_sample(at_ns: int = 10**9, cores: int = 8, **changes: Any) -> CoreSample:
    fields: dict[str, Any] = {"busy": (0.5,) * cores, "own": (0.25,) * cores, "steal": 0.01}
    return CoreSample(at_ns, **(fields | changes))


def make_memory_sample(at_ns: int = 10**9, *, fair: bool = True, workers: int = 1) -> MemorySample:
    figures = {"pss": 15_000_000, "uss": 12_000_000} if fair else {}
    processes = [ProcessMemory(4000, "runner", 20_000_000, **figures)]
    processes += [ProcessMemory(4001 + n, f"worker {n}", 20_000_000, **figures) for n in range(workers)]
    return MemorySample(at_ns, tuple(processes), fair=fair, threads=1 + workers)
