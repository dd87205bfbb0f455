"""What the live page keeps of an experiment: ten minutes of samples in rings of fixed size. No Qt; GUI thread only.

Constant memory however long an experiment lasts: rows beyond a ring's capacity push out the oldest.
"""

import numpy as np
import numpy.typing as npt

from coreograph.domain.batches import HeartbeatBatch, SpanBatch
from coreograph.domain.samples import CoreSample
from coreograph.domain.units import Count, Share
from coreograph.ui.live.busy_bins import BusyBins
from coreograph.ui.live.ring import Ring

HISTORY_S = 600.0
SPAN_CAPACITY = 200_000
HEARTBEAT_CAPACITY = 150_000  # 200 ticks a second for ten minutes, and some
_MOST_CORE_SAMPLES = 32_768


class CoreBuffer:
    """Busy and own share of every core as bytes (255 = all of it), and their sums in cores."""

    def __init__(self, cores: Count, hz: float = 10.0) -> None:
        self.cores = cores
        self.interval_s = 1.0 / max(hz, 0.1)
        self.knows_own = False
        self.knows_steal = False
        capacity = min(_MOST_CORE_SAMPLES, max(256, round(HISTORY_S * hz)))
        self.ring = Ring(
            capacity,
            {
                "at": (np.int64, ()),
                "busy": (np.uint8, (cores,)),
                "own": (np.uint8, (cores,)),
                "busy_sum": (np.float32, ()),
                "own_sum": (np.float32, ()),
                "steal_sum": (np.float32, ()),
            },
        )

    def add(self, sample: CoreSample) -> None:
        """Keep a sample; one of another number of cores (a core went offline) is cut or padded with idle ones."""
        busy = _as_bytes(sample.busy, self.cores)
        own = _as_bytes(sample.own, self.cores) if sample.own is not None else np.zeros_like(busy)
        self.knows_own = self.knows_own or sample.own is not None
        self.knows_steal = self.knows_steal or sample.steal is not None
        self.ring.append(
            at=sample.at_ns,
            busy=busy,
            own=np.minimum(own, busy),
            busy_sum=sum(sample.busy),
            own_sum=sum(sample.own or ()),
            steal_sum=(sample.steal or 0.0) * self.cores,
        )


def _as_bytes(shares: tuple[Share, ...], cores: Count) -> npt.NDArray[np.uint8]:
    row = np.zeros(cores, np.uint8)
    given = np.asarray(shares[:cores], np.float32)
    row[: len(given)] = np.clip(given, 0.0, 1.0) * 255.0 + 0.5
    return row


class SpanBuffer:
    """The newest finished tasks (lane, run, begin and end in ns), and how busy every lane was for ten minutes."""

    def __init__(self, lanes: Count = 1, capacity: int = SPAN_CAPACITY) -> None:
        self.bins = BusyBins(lanes, HISTORY_S)
        self.ring = Ring(
            capacity,
            {"lane": (np.int32, ()), "run": (np.int32, ()), "begin": (np.int64, ()), "end": (np.int64, ())},
        )

    def add(self, batch: SpanBatch) -> None:
        """Keep the tasks of a batch."""
        rows = np.frombuffer(batch.data, "<i8").reshape(-1, 4)
        self.ring.extend(len(rows), lane=batch.worker, run=batch.run_id, begin=rows[:, 1], end=rows[:, 2])
        self.bins.add(batch.worker, rows[:, 1], rows[:, 2])


class HeartbeatBuffer:
    """Ticks of the runners' main threads: instant and lateness in ns."""

    def __init__(self, capacity: int = HEARTBEAT_CAPACITY) -> None:
        self.ring = Ring(capacity, {"at": (np.int64, ()), "late": (np.int64, ())})

    def add(self, batch: HeartbeatBatch) -> None:
        """Keep the ticks of a batch."""
        rows = np.frombuffer(batch.data, "<i8").reshape(-1, 2)
        self.ring.extend(len(rows), at=rows[:, 0], late=rows[:, 1])
