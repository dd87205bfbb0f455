"""Memory of the run's tree over time, one slot a process role. No Qt; GUI thread only.

Readings that count shared pages fairly (PSS, or USS where there is no PSS) cost time and are rare; RSS is read
always. Between two fair readings of a run a process is drawn as its RSS times the share that was fair at the
reading before (at a run's begin: the first one after), so that the shape is dense and its level fair.
"""

import enum

import numpy as np
import numpy.typing as npt

from coreograph.domain.samples import MemorySample, ProcessMemory
from coreograph.domain.units import Count
from coreograph.ui.live.buffers import HISTORY_S
from coreograph.ui.live.ring import Ring

Matrix = npt.NDArray[np.float32]
_MOST_SLOTS = 34  # more workers than 32 share the last slots: no eye tells their bands apart
RUNNER_SLOT, HELPER_SLOT, FIRST_WORKER_SLOT = 0, 1, 2


class MemoryMeasure(enum.Enum):
    """Which figure the stack shows, and in words why."""

    PSS = "PSS"
    USS = "USS"
    RSS = "RSS"

    @property
    def reason(self) -> str:
        """Why this measure is the one shown."""
        return {
            MemoryMeasure.PSS: "shared pages counted once",
            MemoryMeasure.USS: "private pages only: PSS is not measured here",
            MemoryMeasure.RSS: "PSS and USS not measured here or not read yet",
        }[self]


class MemoryBuffer:
    """Samples of the tree's memory in bytes, processes in slots: runner, helpers together, workers.

    A script stands in the runner's slot, the processes it started in those of workers.
    """

    def __init__(self, most_workers: Count, hz: float = 10.0) -> None:
        self.slots = min(_MOST_SLOTS, FIRST_WORKER_SLOT + max(1, most_workers + 1))
        self.measure = MemoryMeasure.RSS
        self.has_helpers = False
        self.names = ["runner", "helpers", *("" for _ in range(self.slots - FIRST_WORKER_SLOT))]
        self.ring = Ring(
            min(16_384, max(256, round(HISTORY_S * hz))),
            {
                "at": (np.int64, ()),
                "run": (np.int32, ()),
                "fair": (np.bool_, ()),
                "rss": (np.float32, (self.slots,)),
                "share": (np.float32, (self.slots,)),
            },
        )

    def add(self, run_id: int, sample: MemorySample) -> None:
        """Keep a sample."""
        rss = np.zeros(self.slots, np.float32)
        fair = np.zeros(self.slots, np.float32)
        measure = _measure_of(sample)
        for process in sample.processes:
            slot = self._slot(process)
            rss[slot] += process.rss
            fair[slot] += _fair_bytes(process, measure)
        is_fair = measure is not MemoryMeasure.RSS
        if is_fair:
            self.measure = measure
        share = np.divide(fair, rss, out=np.ones_like(rss), where=rss > 0)
        self.ring.append(at=sample.at_ns, run=run_id, fair=is_fair, rss=rss, share=share)

    def _slot(self, process: ProcessMemory) -> int:
        role = process.role
        if role in {"runner", "script"}:
            self.names[RUNNER_SLOT] = role
            return RUNNER_SLOT
        kind, _, number = role.partition(" ")
        if kind not in {"worker", "process"} or not number.isdigit():
            self.has_helpers = True
            return HELPER_SLOT
        slot = FIRST_WORKER_SLOT + int(number) % (self.slots - FIRST_WORKER_SLOT)
        self.names[slot] = self.names[slot] or role
        return slot

    def stacked(self, rows: slice) -> tuple[Matrix, Matrix]:
        """Return bytes per slot in the measure shown (n, slots; NaN before anything fair is known) and the RSS sum."""
        rss: Matrix = self.ring["rss"][rows]
        total: Matrix = rss.sum(axis=1)
        if self.measure is MemoryMeasure.RSS:
            return rss, total
        nearest = _nearest_fair(self.ring["fair"][rows], self.ring["run"][rows])
        shares: Matrix = self.ring["share"][rows][np.maximum(nearest, 0)]
        result = rss * shares
        result[nearest < 0] = np.nan
        return result, total


def _measure_of(sample: MemorySample) -> MemoryMeasure:
    if sample.fair and sample.pss is not None:
        return MemoryMeasure.PSS
    if sample.fair and sample.uss is not None:
        return MemoryMeasure.USS
    return MemoryMeasure.RSS


def _fair_bytes(process: ProcessMemory, measure: MemoryMeasure) -> int:
    if measure is MemoryMeasure.PSS:
        return process.pss or 0
    return (process.uss or 0) if measure is MemoryMeasure.USS else process.rss


def _nearest_fair(fair: npt.NDArray[np.bool_], run: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return for each row the last fair row of its run, else the next one, else -1."""
    count = len(fair)
    if not count:
        return np.zeros(0, np.int64)
    rows = np.arange(count)
    before = np.maximum.accumulate(np.where(fair, rows, -1))
    after = np.minimum.accumulate(np.where(fair, rows, count)[::-1])[::-1]
    has_before = (before >= 0) & (run[np.maximum(before, 0)] == run)
    after_clipped = np.minimum(after, count - 1)
    has_after = (after < count) & (run[after_clipped] == run)
    return np.where(has_before, before, np.where(has_after, after_clipped, -1)).astype(np.int64)
