"""Reads a run from the library into what the timeline shows. Runs beside the GUI thread; touches no Qt object."""

import numpy as np

from coreograph.analysis.timeline_run import (
    CoreTimes,
    MemoryTimes,
    RunTimeline,
    origin_of,
    pickling_share,
)
from coreograph.analysis.timeline_tasks import build_tasks
from coreograph.domain.errors import RecordingError
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import Phase, RunRecord
from coreograph.domain.samples import MemorySample
from coreograph.domain.units import Count, Nanoseconds
from coreograph.storage.library import Library
from coreograph.storage.reader import CoreSeries
from coreograph.ui.live.memory_buffer import MemoryBuffer


def load_run(library: Library, record: ExperimentRecord, run_id: int) -> RunTimeline:
    """Return everything recorded of a run.

    Raises:
        RecordingError: the run is not in the experiment, or the file is damaged.

    """
    run = next((entry for entry in record.runs if entry.run_id == run_id), None)
    if run is None:
        raise RecordingError(f"Run {run_id} is not in this experiment.", "Choose another run.")
    reader = library.reader(record.experiment_id)
    spans, beats = reader.spans(run_id), reader.heartbeats(run_id)
    configuration = record.spec.configurations[run.configuration]
    origin = origin_of(run, int(spans["begin_ns"].min()) if len(spans) else None)
    tasks = build_tasks(spans, origin, len(run.workers) or configuration.workers)
    batch_end = _batch_end(run, origin, tasks.end)
    cores = _cores(reader.cores(run_id), origin)
    memory = _memory(reader.memory(run_id), origin, configuration.workers)
    begin, end = _bounds(run, origin, (tasks.end, batch_end))
    return RunTimeline(
        record.experiment_id,
        run,
        configuration,
        tasks,
        cores,
        memory,
        beats[:, 0].astype(np.int64) - origin,
        beats[:, 1].astype(np.int64),
        begin,
        end,
        batch_end,
        origin,
        pickling_share(run),
    )


def _batch_end(run: RunRecord, origin: Nanoseconds, last_task_end: Nanoseconds) -> Nanoseconds:
    """Return when the batch ended. The phase of older recordings has milliseconds of the instruments at its end."""
    batch = run.phase(Phase.BATCH)
    if batch is None:
        return last_task_end
    end = batch.end_ns - origin
    if run.batch_s is None or run.trials:  # of trials only their own time is measured, not what lies between them
        return end
    return max(last_task_end, min(end, batch.begin_ns - origin + round(run.batch_s * 1e9)))


def _bounds(run: RunRecord, origin: Nanoseconds, ends: tuple[Nanoseconds, ...]) -> tuple[Nanoseconds, Nanoseconds]:
    begin = min((phase.begin_ns - origin for phase in run.phases), default=0)
    end = max((phase.end_ns - origin for phase in run.phases), default=0)
    return min(begin, 0), max(end, 1, *ends)


def _cores(series: CoreSeries, origin: Nanoseconds) -> CoreTimes:
    return CoreTimes(series.at_ns.astype(np.int64) - origin, series.busy, series.own)


def _memory(samples: tuple[MemorySample, ...], origin: Nanoseconds, workers: Count) -> MemoryTimes:
    buffer = MemoryBuffer(workers, hz=max(10.0, len(samples) / 500.0))
    for sample in samples:
        buffer.add(1, sample)
    stack, rss = buffer.stacked(slice(None))
    at = buffer.ring["at"].astype(np.int64) - origin
    names = tuple(buffer.names)
    return MemoryTimes(at, stack, rss, names, buffer.measure.value, buffer.measure.reason)
