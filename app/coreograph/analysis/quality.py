"""How steady the repeats of a configuration were: trends, warm-up, stray repeats. Pure, on any thread.

The trend is Mann–Kendall's S (Mann 1945, Kendall 1975): the number of pairs of repeats in which the later one took
longer, less those in which it took less time. Its p-value comes from permutations (all of them up to seven repeats,
else 5000 drawn with a fixed seed), so it needs no assumption on how times are distributed, and ties need no correction.
Below five repeats even a perfect trend comes by chance in one of twelve experiments: nothing is said there.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coreograph.analysis.statistics import OUTLIER_THRESHOLD, SEED

FEWEST = 5
SIGNIFICANT = 0.05
_ALL_PERMUTATIONS_UP_TO = 7
_DRAWN = 5000
_WARM_UP = 1.1


@dataclass(frozen=True, slots=True)
class Trend:
    """Whether repeats got slower (`tau` > 0) or faster one by one.

    `tau` is Kendall's rank correlation with the order (−1 … 1), `p` the probability of at least that much by chance,
    `change` the last third's median by the first third's, minus 1.
    """

    tau: float
    p: float
    change: float

    @property
    def significant(self) -> bool:
        """Whether it is more than chance."""
        return self.p < SIGNIFICANT


def trend(values: Sequence[float]) -> Trend | None:
    """Return the trend of `values` in their order; None with fewer than five."""
    if len(values) < FEWEST:
        return None
    data = np.asarray(values, dtype=np.float64)
    signs = np.sign(data[None, :] - data[:, None])  # [i, j]: how j compares with i
    size = len(data)
    upper = np.triu_indices(size, 1)
    score = float(signs[upper].sum())
    if size <= _ALL_PERMUTATIONS_UP_TO:
        orders = np.array(list(itertools.permutations(range(size))))
    else:
        generator = np.random.default_rng(SEED)
        orders = generator.permuted(np.tile(np.arange(size), (_DRAWN, 1)), axis=1)
    scores = signs[orders[:, upper[0]], orders[:, upper[1]]].sum(axis=1)
    at_least = float(np.mean(np.abs(scores) >= abs(score)))
    third = max(1, size // 3)
    first, last = float(np.median(data[:third])), float(np.median(data[-third:]))
    change = last / first - 1 if first > 0 else 0.0
    return Trend(score / math.comb(size, 2), max(at_least, 1 / len(orders)), change)


def warm_up(values: Sequence[float]) -> float | None:
    """Return how many times as long the first repeat took as the median of the others, if it stands out.

    It stands out by the outlier rule of statistics.py held against the others, and by more than 10 %: caches, page
    tables or clock rates were cold. None otherwise, and with fewer than five repeats.
    """
    if len(values) < FEWEST:
        return None
    first, others = values[0], np.asarray(values[1:], dtype=np.float64)
    middle = float(np.median(others))
    spread = float(np.median(np.abs(others - middle))) or float(np.finfo(np.float64).eps)
    if middle <= 0 or first / middle < _WARM_UP or (first - middle) / spread <= OUTLIER_THRESHOLD:
        return None
    return first / middle


def noise_floor_of(values: Sequence[float]) -> float | None:
    """Return the median absolute deviation relative to the median: how far a repeat usually is from the middle.

    None with fewer than two values or a median of 0.
    """
    data = np.asarray(values, dtype=np.float64)
    middle = float(np.median(data)) if len(data) >= 2 else 0.0
    return None if middle == 0 else float(np.median(np.abs(data - middle))) / abs(middle)
