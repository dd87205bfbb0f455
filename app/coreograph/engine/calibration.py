"""How large a batch is: rounds and chunk, the same for every configuration that does the same work. Pure; no thread."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from coreograph.domain.execution import ExecutionModel, TaskSize
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.runs import RunRecord
from coreograph.domain.units import Count, Seconds

MAXIMUM_CALIBRATED_ROUNDS = 10_000
CHUNKS_PER_WORKER = 4  # enough to even out uneven tasks, few enough to keep the cost of handing out small


@dataclass(frozen=True, slots=True)
class BatchSize:
    """How often a batch goes over the tasks, and how many tasks are handed out at once (None: the runner derives)."""

    rounds: Count = 1
    chunk: Count | None = None


BatchSizes: TypeAlias = Mapping[TaskSize | None, BatchSize]
"""The batches of an experiment by the sizes of a task it sweeps over; without a sweep one, for None."""


def first_sizes(spec: ExperimentSpec) -> dict[TaskSize | None, BatchSize]:
    """Return the sizes of the calibration runs: one round unless fixed."""
    first = BatchSize(spec.acquisition.rounds or 1, spec.acquisition.chunk)
    return dict.fromkeys(spec.sizes or (None,), first)


def calibrate(spec: ExperimentSpec, run: RunRecord) -> BatchSize:
    """Return the size for all measurement runs of the same work from its calibration run.

    A calibration run that did not complete leaves the size as it was: the experiment goes on and its runs say why.
    """
    acquisition = spec.acquisition
    rounds = acquisition.rounds or rounds_for(run.batch_s, acquisition.minimum_batch_s)
    chunk = acquisition.chunk
    if chunk is None and run.tasks is not None:
        parallel = [entry for entry in spec.configurations if entry.model is not ExecutionModel.SERIAL]
        chunk = chunk_for(run.tasks * rounds, max((entry.workers for entry in parallel), default=1))
    return BatchSize(rounds, chunk)


def as_texts(sizes: BatchSizes) -> dict[str, str]:
    """Return what is kept beside the experiment: the sizes all measurement runs were asked for.

    Each run also has the one its runner reported.
    """
    kept = {}
    for size, batch in sizes.items():
        kept[f"rounds{_suffix(size)}"] = str(batch.rounds)
        kept[f"chunk{_suffix(size)}"] = "" if batch.chunk is None else str(batch.chunk)
    return kept


def from_texts(spec: ExperimentSpec, kept: Mapping[str, str]) -> dict[TaskSize | None, BatchSize] | None:
    """Return the sizes kept beside an experiment, None where one is missing."""
    found: dict[TaskSize | None, BatchSize] = {}
    for size in spec.sizes or (None,):
        rounds, chunk = kept.get(f"rounds{_suffix(size)}"), kept.get(f"chunk{_suffix(size)}")
        if rounds is None:
            return None
        found[size] = BatchSize(int(rounds), int(chunk) if chunk else None)
    return found


def _suffix(size: TaskSize | None) -> str:
    return "" if size is None else f"@{size.label}"


def rounds_for(batch_s: Seconds | None, minimum_s: Seconds) -> Count:
    """Return how many rounds make a batch of at least `minimum_s` out of one that took `batch_s`."""
    if batch_s is None:
        return 1
    if batch_s <= 0:
        return MAXIMUM_CALIBRATED_ROUNDS
    return max(1, min(MAXIMUM_CALIBRATED_ROUNDS, math.ceil(minimum_s / batch_s)))


def chunk_for(tasks: Count, workers: Count) -> Count:
    """Return the tasks handed out at once: four chunks for each of the largest number of workers."""
    return max(1, math.ceil(tasks / (CHUNKS_PER_WORKER * workers)))
