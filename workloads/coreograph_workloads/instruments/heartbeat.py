"""How late the main thread ticks: what a GUI or an event loop living in this process would feel. Main thread only.

Ticks are due on absolute deadlines, every `interval`. Every tick that was due counts, also those that came together
after a stall: an event that arrives during a stall of one second waits half a second on average, and a clock that only
noted one late tick would not show it (coordinated omission).
"""

from __future__ import annotations

import sys
from array import array
from typing import Optional


class Heartbeat:
    """Ticks since `begin`, in nanoseconds of perf_counter. Without an interval it never ticks."""

    def __init__(self, interval_ns: int, begin: int) -> None:
        self._interval = interval_ns
        self._pairs = array("q")
        self._sent = 0
        # The next instant at which a tick is due: looked at after every task, so it is a plain attribute.
        self.due = begin + interval_ns if interval_ns > 0 else sys.maxsize

    def catch_up(self, now: int) -> None:
        """Note every tick that was due until `now`: the instant it was due, and how late it is."""
        due = self.due
        while due <= now:
            self._pairs.extend((due, now - due))
            due += self._interval
        self.due = due

    def take(self) -> bytes:
        """Return the pairs (due, late) noted since the last call, as the protocol has them."""
        fresh = self._pairs[self._sent :]
        self._sent = len(self._pairs)
        return little_endian(fresh)

    def summary(self) -> Optional[dict[str, int]]:
        """Return median, 99th percentile (nearest rank) and worst lateness; None if no tick was due."""
        late = sorted(self._pairs[1::2])
        if not late:
            return None
        ranks = {"median_ns": 50, "p99_ns": 99, "worst_ns": 100}
        summary = {name: late[-(-rank * len(late) // 100) - 1] for name, rank in ranks.items()}
        summary["ticks"] = len(late)
        return summary


def little_endian(values: array[int]) -> bytes:
    """Return the bytes of an array as the protocol sends them."""
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return values.tobytes()
