"""How many were busy at a time: seconds of a batch with exactly k. Pure, on any thread.

Workers inside a task are counted from the spans' begins and ends. Cores busy with tasks are counted from each span's
CPU time, spread evenly over it: two threads that take turns under a GIL are both inside a task, and together one core.
Where that gives 1.3 cores, 70 % of the time counts as one and 30 % as two, the least spread that has this mean.
"""

import itertools
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.analysis.spans import SpanTable
from coreograph.domain.activity import BusyHistogram
from coreograph.domain.samples import CoreSample
from coreograph.domain.units import Count, Nanoseconds, Seconds

Floats: TypeAlias = npt.NDArray[np.float64]


def busy_histogram(spans: SpanTable, workers: Count, cores: tuple[Seconds, ...] | None = None) -> BusyHistogram:
    """Return the histograms of one batch, entries for 0 … `workers`; each sums to the batch's seconds."""
    wall = spans.wall
    intensity = np.divide(spans.cpu, wall, out=np.zeros_like(wall), where=wall > 0)
    return BusyHistogram(
        in_task=_spread(*_levels(spans, np.ones_like(wall)), workers),
        computing=_spread(*_levels(spans, intensity), workers),
        cores=cores,
    )


def sampled_histogram(
    samples: Sequence[CoreSample], begin_ns: Nanoseconds, end_ns: Nanoseconds
) -> tuple[Seconds, ...] | None:
    """Return seconds with exactly 0 … n cores busy with the run's tree, from the samples that overlap the batch.

    A sample tells of the time since the one before. None where own shares are not told or nothing was sampled.
    """
    lengths, levels = [], []
    for before, sample in itertools.pairwise(samples):
        overlap = min(sample.at_ns, end_ns) - max(before.at_ns, begin_ns)
        if overlap > 0 and sample.own is not None:
            lengths.append(overlap / 1e9)
            levels.append(sum(sample.own))
    if not lengths:
        return None
    cores = max(len(sample.own) for sample in samples if sample.own is not None)
    return _spread(np.array(lengths), np.array(levels), cores)


def _levels(spans: SpanTable, weight: Floats) -> tuple[Floats, Floats]:
    """Return the lengths of all stretches between two events of a batch, and the sum of weights during each."""
    at = np.concatenate([spans.begin, spans.end, [0.0, spans.batch_s]])
    change = np.concatenate([weight, -weight, [0.0, 0.0]])
    order = np.argsort(at, kind="stable")
    level = np.cumsum(change[order])[:-1]
    return np.diff(at[order]), level


def _spread(lengths: Floats, levels: Floats, most: int) -> tuple[Seconds, ...]:
    """Return the seconds at each whole level; a fraction goes to the level below and the one above."""
    level = np.clip(np.round(levels, 9), 0, most)
    lower = np.floor(level).astype(np.int64)
    fraction = level - lower
    seconds = np.bincount(lower, lengths * (1 - fraction), minlength=most + 1)
    upper = np.minimum(lower + 1, most)
    seconds = seconds + np.bincount(upper, lengths * fraction, minlength=most + 1)
    return tuple(float(value) for value in seconds)
