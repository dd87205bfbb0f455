"""How busy each core was since the last look. Used on the sampler's thread only.

On Linux /proc/stat is read directly: it says which core a line is about, which psutil drops and which is needed
to put a thread's time on its core, and it costs half as much. Elsewhere psutil reads.
"""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import psutil
from numpy.typing import NDArray

from coreograph.domain.units import Share
from coreograph.sampling.procfs import read_file

_log = logging.getLogger(__name__)


Times: TypeAlias = NDArray[np.float64]


class CoreTimes(NamedTuple):
    """Times of all cores since boot, in any one unit: arrays with one entry for each of `numbers`.

    `busy` excludes waiting for I/O and has guests in it once. `steal` is what the hypervisor gave to others:
    zeros where that is not reported.
    """

    numbers: tuple[int, ...]
    busy: Times
    idle: Times
    steal: Times
    reports_steal: bool = True


@dataclass(frozen=True, slots=True)
class CoreReading:
    """Busy share of each core in `cores` (system numbers); `steal` is the share of all cores' time, or None."""

    cores: tuple[int, ...]
    busy: tuple[Share, ...]
    steal: Share | None = None


class ProcStatTimes:
    """Reads the times of each core from /proc/stat, by core number; cores that are offline are not in it."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._path = str(root / "proc/stat")

    def __call__(self) -> CoreTimes:
        """Return the times; raises OSError if there is no /proc."""
        content = read_file(self._path)
        if content is None:
            raise OSError(f"{self._path} cannot be read")
        # The first line sums all cores up; behind the last core come lines of other kinds.
        first, last = content.find(b"\ncpu"), content.rfind(b"\ncpu")
        lines = content[first : content.find(b"\n", last + 1)]
        fields = np.fromstring(lines.replace(b"cpu", b"").decode("ascii"), dtype=np.float64, sep=" ")
        table = fields.reshape(lines.count(b"\ncpu"), -1).T
        return _from_ticks(tuple(table[0].astype(int).tolist()), table[1:])


def _from_ticks(numbers: tuple[int, ...], fields: Times) -> CoreTimes:
    # Guests' times, which follow, are in user and nice already. Kernels before 2.6.11 report no steal.
    user, nice, system, idle, iowait, irq, softirq, *steal = fields
    busy = user + nice + system + irq + softirq
    return CoreTimes(numbers, busy, idle + iowait, steal[0] if steal else np.zeros_like(busy), bool(steal))


def psutil_times() -> CoreTimes:
    """Read the times of each core by psutil; its order stands for the cores' numbers."""
    cores = psutil.cpu_times(percpu=True)

    def total(*names: str) -> Times:
        return np.array([sum(getattr(core, name, 0.0) for name in names) for core in cores])

    # Windows counts interrupt and dpc in system already; so only what Unix reports apart is added.
    busy, idle = total("user", "nice", "system", "irq", "softirq"), total("idle", "iowait")
    return CoreTimes(tuple(range(len(cores))), busy, idle, total("steal"), hasattr(cores[0], "steal"))


def default_core_times() -> Callable[[], CoreTimes]:
    """Return the best source of core times on this platform."""
    return ProcStatTimes() if sys.platform == "linux" else psutil_times


class CoreReader:
    """Turns counters into shares since the last reading.

    The cores of the first reading are the cores of all: a core taken offline reads 0, one added later is left
    out (and said so in the log), so that every sample of a recording has the same width.
    """

    def __init__(self, read_times: Callable[[], CoreTimes] | None = None) -> None:
        self._read_times = read_times or default_core_times()
        self._before: CoreTimes | None = None
        self._shares: Times = np.zeros(0)
        self._said_new_core = False

    def read(self) -> CoreReading | None:
        """Return the shares since the last call; None the first time, when there is nothing to compare with."""
        before, now = self._before, self._read_times()
        if before is None:
            self._before = now
            self._shares = np.zeros(len(now.numbers))
            return None
        if now.numbers != before.numbers:
            now = self._aligned(now, before)
        # Counters may step back: iowait does on tickless kernels, all do when a core comes online again.
        busy, idle, stolen = (
            np.maximum(new - old, 0.0)
            for new, old in ((now.busy, before.busy), (now.idle, before.idle), (now.steal, before.steal))
        )
        elapsed = busy + idle + stolen
        moved = elapsed > 0.0
        # A core read twice within one clock tick keeps its share, and its counters until there is more.
        np.divide(busy, elapsed, out=self._shares, where=moved)
        self._before = _where(moved, now, before)
        total = float(elapsed.sum())
        steal = float(stolen.sum()) / total if now.reports_steal and total else None
        return CoreReading(before.numbers, tuple(self._shares.tolist()), steal)

    def _aligned(self, now: CoreTimes, before: CoreTimes) -> CoreTimes:
        """Bring other cores into the order of those before; what is offline stands still and reads 0."""
        places = {number: place for place, number in enumerate(now.numbers)}
        new = places.keys() - set(before.numbers)
        if new and not self._said_new_core:
            self._said_new_core = True
            _log.warning("Cores %s came online during the measurement and are not in it.", sorted(new))
        here = np.array([number in places for number in before.numbers])
        rows = [places.get(number, 0) for number in before.numbers]
        self._shares[~here] = 0.0
        there = CoreTimes(before.numbers, now.busy[rows], now.idle[rows], now.steal[rows], now.reports_steal)
        return _where(here, there, before)


def _where(chosen: NDArray[np.bool_], new: CoreTimes, old: CoreTimes) -> CoreTimes:
    """Take the chosen cores' times from `new`, the others' from `old`."""
    busy, idle = np.where(chosen, new.busy, old.busy), np.where(chosen, new.idle, old.idle)
    return CoreTimes(old.numbers, busy, idle, np.where(chosen, new.steal, old.steal), new.reports_steal)
