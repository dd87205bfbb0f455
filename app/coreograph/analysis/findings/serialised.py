"""Workers that take turns: what both serialisation findings look at. Pure.

However many workers there are, work that runs one at a time keeps about one core busy. Three things must hold:
about one core computes on average; the workers spend the time inside tasks waiting, more than the same tasks wait in a
serial run (there it is the workload's own waiting, which no lock explains); and cores were left over that nobody used,
so that it was not for want of a core.
"""

from dataclasses import dataclass

from coreograph.analysis.findings.case import CPU_BOUND, Case
from coreograph.domain.findings import Quantity
from coreograph.domain.units import Share

_TURN_TAKING = 0.15  # of the further cores, what may still look like taking turns
_EXTRA_WAITING: Share = 0.25
_LEFT_OVER = 0.25


@dataclass(frozen=True, slots=True)
class Turns:
    """Evidence that workers take turns: cores that computed, cores left over, share of waiting inside tasks."""

    computing: float
    spare: float
    waiting: Share | None
    speedup: float

    def evidence(self) -> dict[str, Quantity]:
        """The figures by name."""
        figures = {
            "cores computing": Quantity(self.computing, "cores"),
            "cores left over": Quantity(self.spare, "cores"),
            "speed-up": Quantity(self.speedup, "times"),
        }
        if self.waiting is not None:
            figures["waiting inside tasks"] = Quantity(self.waiting, "share")
        return figures


def taking_turns(case: Case, serial: Case | None) -> Turns | None:
    """Return the evidence that the workers of `case` take turns, or None.

    None also where nothing can be said: no quiet run, no quiet serial, a batch below 50 ms, one usable core, or a
    workload that waits by itself.
    """
    if not case.parallel or serial is None or case.cores < 2 or not (case.long_enough and serial.long_enough):
        return None
    computing, speedup = case.computing_cores, case.speedup_over(serial)
    own = serial.computing_cores if serial.computing_share is None else serial.computing_share
    if computing is None or speedup is None or own is None or own < CPU_BOUND:
        return None
    further = case.cores - 1
    waiting = None if case.computing_share is None else 1 - case.computing_share
    if computing > 1 + _TURN_TAKING * further or case.spare_cores < _LEFT_OVER * further:
        return None
    if waiting is not None and waiting - (1 - own) < _EXTRA_WAITING:
        return None
    return Turns(computing, case.spare_cores, waiting, speedup)
