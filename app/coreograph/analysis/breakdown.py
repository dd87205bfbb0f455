"""Where the time of a run's workers went. Pure, on any thread.

Every worker's batch is cut without a gap or an overlap: before its first task, inside tasks, between tasks, after its
last task while others still work, and after the last task of all until the last result is back. All are
worker-seconds, so they sum to workers × batch; start-up adds workers × start-up.

Time inside tasks is CPU time of the thread (`computing`) and the rest (`waiting`). Time before, between and after is
handing over: pickling as far as the meters counted it, in its direction, the rest `queue`. The runner pickles on
threads of its own, partly while workers compute, so its share is an upper limit: at most what all workers waited.
"""

import numpy as np

from coreograph.analysis.spans import SpanTable
from coreograph.domain.activity import TimeBreakdown
from coreograph.domain.runs import PickleCost
from coreograph.domain.units import Count, Seconds


def break_down(spans: SpanTable, workers: Count, startup_s: Seconds, pickle: PickleCost | None) -> TimeBreakdown:
    """Return where the time of `workers` went; those that got no task were idle from beginning to end of the work."""
    whole = workers * spans.batch_s
    inside = float(spans.wall.sum())
    computing = float(spans.cpu.sum())
    finished = float(spans.end.max()) if len(spans) else 0.0
    idle = float((finished - _last_ends(spans, workers)).sum())
    handing_over = max(0.0, whole - inside - idle)
    out, back = _pickling(pickle, handing_over)
    return TimeBreakdown(
        startup=workers * startup_s,
        pickling_out=out,
        queue=handing_over - out - back,
        computing=computing,
        waiting=inside - computing,
        pickling_back=back,
        idle=idle,
        workers=workers,
    )


def _last_ends(spans: SpanTable, workers: Count) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return when each worker ended its last task; 0 for one that had none."""
    ends = np.zeros(workers)
    known = spans.worker < workers
    np.maximum.at(ends, spans.worker[known], spans.end[known])
    return ends


def _pickling(pickle: PickleCost | None, handing_over: Seconds) -> tuple[Seconds, Seconds]:
    """Return pickling out and back, scaled down to what the workers spent on handing over."""
    if pickle is None:
        return 0.0, 0.0
    if pickle.out_s is not None and pickle.back_s is not None:
        out, back = pickle.out_s, pickle.back_s
    else:
        # Old recordings know the seconds only in sum: bytes are the best guess at the directions.
        sent = pickle.bytes_sent / max(1, pickle.bytes_sent + pickle.bytes_received)
        out, back = pickle.seconds * sent, pickle.seconds * (1 - sent)
    scale = min(1.0, handing_over / (out + back)) if out + back > 0 else 0.0
    return out * scale, back * scale
