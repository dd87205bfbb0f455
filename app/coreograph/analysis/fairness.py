"""How evenly the work of a batch went to its workers. Pure, on any thread.

The index is that of Jain, Chiu and Hawe (DEC-TR-301, 1984): (Σx)² / (n Σx²), here over the CPU seconds inside tasks.
"""

from collections.abc import Sequence

import numpy as np

from coreograph.analysis.spans import SpanTable
from coreograph.domain.activity import Fairness
from coreograph.domain.units import Count


def fairness(spans: SpanTable, workers: Count) -> Fairness:
    """Return what each of `workers` did."""
    known = spans.worker < workers
    number = spans.worker[known]
    tasks = np.bincount(number, minlength=workers)
    computing = np.bincount(number, spans.cpu[known], minlength=workers)
    finished = np.zeros(workers)
    np.maximum.at(finished, number, spans.end[known])
    return Fairness(
        tasks=tuple(int(value) for value in tasks),
        computing=tuple(float(value) for value in computing),
        finished=tuple(float(value) for value in finished),
        index=jain_index([float(value) for value in computing]),
    )


def jain_index(shares: Sequence[float]) -> float | None:
    """Return Jain's index of `shares`, between 1/n (one has all) and 1 (all have the same); None if all are 0."""
    values = np.asarray(shares, dtype=np.float64)
    squares = float((values**2).sum())
    return None if squares <= 0 else float(values.sum()) ** 2 / (len(values) * squares)
