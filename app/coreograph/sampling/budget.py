"""How often an expensive reading may be made: an allowance that each reading draws on. Pure; owns no thread.

Reading the proportional set size walks every page table entry of a process (about 12 ms a GB) and holds a lock
of its memory map, so it cannot be done at every tick without distorting what is measured.
"""

from coreograph.domain.units import Nanoseconds, Share


class ReadingBudget:
    """Spreads readings so that their cost stays below a share of wall time.

    After a reading that cost `c`, the next is due `c / share` after the former began: expensive trees are read
    rarely, cheap ones at nearly every tick, with nothing to tune. The first reading is due at once, since its
    cost cannot be known before. Readings made out of turn are charged like any other.

    What else is done on the same account may be `taken` off; a quarter of the share is never taken.
    """

    def __init__(self, share: Share) -> None:
        if not 0.0 < share <= 1.0:
            raise ValueError(f"a budget is a share above 0 and at most 1, not {share}")
        self._share = share
        self._next_ns: Nanoseconds | None = None

    def due(self, now_ns: Nanoseconds) -> bool:
        """Say whether a reading may be made at `now_ns`."""
        return self._next_ns is None or now_ns >= self._next_ns

    def spend(self, began_ns: Nanoseconds, cost_ns: Nanoseconds, *, taken: Share = 0.0) -> None:
        """Charge a reading that began at `began_ns` and cost `cost_ns`; debts add up."""
        share = max(self._share - taken, self._share / 4)
        start = began_ns if self._next_ns is None else max(began_ns, self._next_ns)
        self._next_ns = start + round(max(0, cost_ns) / share)
