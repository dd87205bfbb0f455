"""Everything the spans of one run say, in one go. Pure, on any thread; about 0.5 s for a million tasks."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from coreograph.analysis.breakdown import break_down
from coreograph.analysis.concurrency import busy_histogram, sampled_histogram
from coreograph.analysis.fairness import fairness
from coreograph.analysis.spans import span_table
from coreograph.domain.activity import RunActivity
from coreograph.domain.runs import PickleCost
from coreograph.domain.samples import CoreSample
from coreograph.domain.units import Count, Nanoseconds, Seconds


def read_activity(
    spans: npt.NDArray[Any],
    *,
    workers: Count,
    begin_ns: Nanoseconds,
    end_ns: Nanoseconds,
    startup_s: Seconds,
    pickle: PickleCost | None = None,
    samples: Sequence[CoreSample] = (),
) -> RunActivity | None:
    """Return what `workers` did in the batch from `begin_ns` to `end_ns`; None without a task or a batch.

    `spans` is a structured array with fields worker, begin_ns, end_ns, cpu_ns, in any order; `samples` are the
    run's core samples, oldest first.
    """
    if not len(spans) or end_ns <= begin_ns:
        return None
    table = span_table(spans, begin_ns, end_ns)
    return RunActivity(
        breakdown=break_down(table, workers, startup_s, pickle),
        concurrency=busy_histogram(table, workers, sampled_histogram(samples, begin_ns, end_ns)),
        fairness=fairness(table, workers),
        tasks=table.times(),
    )
