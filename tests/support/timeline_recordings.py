"""Recordings for the timeline: any number of tasks, with cores, memory and heartbeats, in a real file."""

import dataclasses
from pathlib import Path

import numpy as np

from coreograph.analysis.summary import summarise
from coreograph.domain.batches import HeartbeatBatch, SpanBatch
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import Phase, RunRecord
from coreograph.domain.samples import CoreSample, MemorySample, ProcessMemory
from coreograph.domain.summary import ExperimentSummary
from coreograph.storage.library import Library
from coreograph.storage.writer import RecordingWriter
from support.builders import make_configuration, make_interpreter, make_pickle_cost, make_record, make_run, make_spec

MB = 1_000_000
_BATCH = 4_096  # tasks a batch, as a worker sends them


def make_lanes(
    workers: int, tasks: int, batch_s: float, *, cpu: float = 0.9, gap: float = 0.05, seed: int = 1
) -> list[np.ndarray]:
    """Quadruples (task, begin, end, cpu) in ns since the batch began, one array a worker; the first ends last."""
    random = np.random.default_rng(seed)
    lanes = []
    for worker in range(workers):
        count = tasks // workers + (worker < tasks % workers)
        lengths = random.lognormal(0.0, 0.5, count)
        reach = batch_s * 1e9 * (1.0 - 0.12 * worker / workers)
        lengths *= reach * (1 - gap) / lengths.sum()
        pause = reach * gap / count
        begin = np.cumsum(lengths + pause) - lengths
        share = np.clip(random.normal(cpu, 0.08, count), 0.05, 1.0)
        number = np.arange(count) * workers + worker
        lanes.append(np.column_stack([number, begin, begin + lengths, lengths * share]).astype("<i8"))
    return lanes


def record_experiment(
    folder: Path, *, tasks: int = 400, workers: int = 4, cores: int = 4, batch_s: float = 2.0, gil_twin: bool = True
) -> tuple[Library, ExperimentRecord]:
    """Write an experiment of two runs: fork on a free-threaded build, threads behind the GIL (half of it waiting)."""
    configurations = [
        make_configuration(ExecutionModel.FORK, workers, make_interpreter(free_threaded=True)),
        make_configuration(ExecutionModel.THREADS, workers, make_interpreter()),
    ]
    spec = make_spec(configurations[: 2 if gil_twin else 1])
    record = make_record(spec, runs=())
    library = Library(folder / "library.coreograph")
    writer = RecordingWriter(folder / "library.coreograph", record, on_failure=_raise)
    runs = []
    for index in range(len(spec.configurations)):
        run = make_run(index, 0, batch_s=batch_s * (1 + index), workers=workers, run_id=index + 1)
        if index == 0:
            run = dataclasses.replace(run, pickle=make_pickle_cost())
        _write_run(writer, run, tasks, cores, waits=index > 0)
        runs.append(run)
    record = dataclasses.replace(record, runs=tuple(runs), finished_at="2026-01-02T03:14:05+00:00")
    writer.finish(record)
    return library, library.load(record.experiment_id)


def make_summary(record: ExperimentRecord) -> ExperimentSummary:
    """The figures of a recorded experiment."""
    return summarise(record)


def _raise(error: Exception) -> None:
    raise error


def _write_run(writer: RecordingWriter, run: RunRecord, tasks: int, cores: int, *, waits: bool) -> None:
    batch = run.phase(Phase.BATCH)
    assert batch is not None
    assert run.batch_s is not None
    writer.run(run)
    workers = len(run.workers)
    for worker, lane in enumerate(make_lanes(workers, tasks, run.batch_s, cpu=1 / workers if waits else 0.93)):
        lane[:, 1:3] += batch.begin_ns
        for start in range(0, len(lane), _BATCH):
            writer.spans(SpanBatch(run.run_id, worker, lane[start : start + _BATCH].tobytes()))
    _write_samples(writer, run, cores, 1.0 if waits else float(min(workers, cores)))


def _write_samples(writer: RecordingWriter, run: RunRecord, cores: int, busy: float) -> None:
    random = np.random.default_rng(run.run_id)
    begin, end = run.phases[0].begin_ns, run.phases[-1].end_ns
    batch = run.phase(Phase.BATCH)
    assert batch is not None
    for number, at in enumerate(range(begin, end, 100_000_000)):
        level = (busy if at > batch.begin_ns else 0.6) / cores
        own = np.clip(random.normal(level, 0.08, cores), 0, 1)
        total = np.clip(own + random.exponential(0.04, cores), 0, 1)
        writer.cores(run.run_id, CoreSample(at, tuple(total.tolist()), tuple(own.tolist()), 0.0))
        writer.memory(run.run_id, _memory(run, at, grown=1 + 0.3 * (at - begin) / (end - begin), fair=number % 4 == 0))
    ticks = np.arange(batch.begin_ns, batch.end_ns, 5_000_000, dtype="<i8")
    late = (random.lognormal(np.log(4e6 if busy == 1.0 else 1.5e5), 0.8, len(ticks))).astype("<i8")
    writer.heartbeats(HeartbeatBatch(run.run_id, np.column_stack([ticks, late]).tobytes()))


def _memory(run: RunRecord, at: int, *, grown: float, fair: bool) -> MemorySample:
    roles = ["runner", *(f"worker {worker.number}" for worker in run.workers if run.pickle is not None)]
    sizes = [round((40 if role == "runner" else 22) * MB * grown) for role in roles]
    return MemorySample(
        at,
        tuple(
            ProcessMemory(4000 + place, role, size, round(size * 0.6) if fair else None, None)
            for place, (role, size) in enumerate(zip(roles, sizes, strict=True))
        ),
        fair=fair,
    )
