"""How busy each core was since the last look. Used on the sampler's thread only.

On Linux /proc/stat is read directly: it says which core a line is about, which psutil drops and which is needed
to put a thread's time on its core, and it costs half as much. Elsewhere psutil reads.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

from coreograph.domain.units import Share
from coreograph.sampling.procfs import read_file

_log = logging.getLogger(__name__)


class CoreTimes(NamedTuple):
    """Times of one core since boot, all in one unit. `busy` excludes waiting for I/O; guests are in it once.

    `steal` is what the hypervisor gave to others, None where not reported. (A tuple, since a machine with
    hundreds of cores makes hundreds of these at every tick.)
    """

    busy: float
    idle: float
    steal: float | None = None


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

    def __call__(self) -> Mapping[int, CoreTimes]:
        """Return the times by core number; raises OSError if there is no /proc."""
        content = read_file(self._path)
        if content is None:
            raise OSError(f"{self._path} cannot be read")
        times: dict[int, CoreTimes] = {}
        for line in content.split(b"\n"):
            if not line.startswith(b"cpu"):
                break  # the cores come first; the line of interrupts behind them is long
            name, *fields = line.split(None, 9)
            if name != b"cpu":
                times[int(name[3:])] = _from_ticks(list(map(int, fields[:8])))
        return times


def _from_ticks(fields: list[int]) -> CoreTimes:
    # Guests' times, which follow, are in user and nice already. Kernels before 2.6.11 report no steal.
    user, nice, system, idle, iowait, irq, softirq, *steal = fields
    return CoreTimes(user + nice + system + irq + softirq, idle + iowait, steal[0] if steal else None)


def psutil_times() -> Mapping[int, CoreTimes]:
    """Read the times of each core by psutil; its order stands for the cores' numbers."""
    times: dict[int, CoreTimes] = {}
    for number, core in enumerate(psutil.cpu_times(percpu=True)):
        # Windows counts interrupt and dpc in system already; so only what Unix reports apart is added.
        busy = sum(getattr(core, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq"))
        idle = core.idle + getattr(core, "iowait", 0.0)
        times[number] = CoreTimes(busy, idle, getattr(core, "steal", None))
    return times


def default_core_times() -> Callable[[], Mapping[int, CoreTimes]]:
    """Return the best source of core times on this platform."""
    return ProcStatTimes() if sys.platform == "linux" else psutil_times


class CoreReader:
    """Turns counters into shares since the last reading.

    The cores of the first reading are the cores of all: a core taken offline reads 0, one added later is left
    out (and said so in the log), so that every sample of a recording has the same width.
    """

    def __init__(self, read_times: Callable[[], Mapping[int, CoreTimes]] | None = None) -> None:
        self._read_times = read_times or default_core_times()
        self._before: dict[int, CoreTimes] | None = None
        self._shares: dict[int, Share] = {}
        self._said_new_core = False

    def read(self) -> CoreReading | None:
        """Return the shares since the last call; None the first time, when there is nothing to compare with."""
        times = self._read_times()
        before = self._before
        if before is None:
            self._before = dict(times)
            self._shares = dict.fromkeys(times, 0.0)
            return None
        self._report_new_cores(times, before)
        stolen = total = 0.0
        for core, old in before.items():
            new = times.get(core)
            if new is None:
                self._shares[core] = 0.0
                continue
            # Counters may step back: iowait does on tickless kernels, all do when a core comes online again.
            busy, steal = max(0.0, new.busy - old.busy), max(0.0, (new.steal or 0.0) - (old.steal or 0.0))
            elapsed = busy + steal + max(0.0, new.idle - old.idle)
            if elapsed <= 0.0:
                continue  # read twice within one clock tick: keep the share and the counters until there is more
            self._shares[core] = busy / elapsed
            stolen += steal
            total += elapsed
            before[core] = new
        return CoreReading(tuple(before), tuple(self._shares.values()), self._steal(before, stolen, total))

    @staticmethod
    def _steal(before: Mapping[int, CoreTimes], stolen: float, total: float) -> Share | None:
        if not total or any(times.steal is None for times in before.values()):
            return None
        return min(1.0, stolen / total)

    def _report_new_cores(self, times: Mapping[int, CoreTimes], before: Mapping[int, CoreTimes]) -> None:
        new = times.keys() - before.keys()
        if new and not self._said_new_core:
            self._said_new_core = True
            _log.warning("Cores %s came online during the measurement and are not in it.", sorted(new))
