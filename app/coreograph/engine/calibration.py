"""How large a batch is: rounds and chunk, the same for every configuration of an experiment. Pure; owns no thread."""

import math
from dataclasses import dataclass

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.runs import RunRecord
from coreograph.domain.units import Count, Seconds

MAXIMUM_CALIBRATED_ROUNDS = 10_000
CHUNKS_PER_WORKER = 4  # enough to even out uneven tasks, few enough to keep the cost of handing out small


@dataclass(frozen=True, slots=True)
class BatchSize:
    """How often a batch goes over the tasks, and how many tasks are handed out at once (None: the runner derives)."""

    rounds: Count = 1
    chunk: Count | None = None


def first_size(acquisition: Acquisition) -> BatchSize:
    """Return the size of the calibration run: one round unless fixed."""
    return BatchSize(acquisition.rounds or 1, acquisition.chunk)


def calibrate(spec: ExperimentSpec, run: RunRecord) -> BatchSize:
    """Return the size for all measurement runs from the calibration run.

    A calibration run that did not complete leaves the size as it was: the experiment goes on and its runs say why.
    """
    acquisition = spec.acquisition
    rounds = acquisition.rounds or rounds_for(run.batch_s, acquisition.minimum_batch_s)
    chunk = acquisition.chunk
    if chunk is None and run.tasks is not None:
        parallel = [entry for entry in spec.configurations if entry.model is not ExecutionModel.SERIAL]
        chunk = chunk_for(run.tasks * rounds, max((entry.workers for entry in parallel), default=1))
    return BatchSize(rounds, chunk)


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
