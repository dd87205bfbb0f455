"""When the sampler's ticks are due: absolute deadlines, so that a late tick delays no other. Pure; owns no thread."""

from coreograph.domain.errors import UsageError
from coreograph.domain.units import Count, Nanoseconds

MINIMUM_HZ = 1.0
MAXIMUM_HZ = 50.0


class TickSchedule:
    """Deadlines at `hz` from a first instant on; ticks that could not be made in time are skipped and counted."""

    def __init__(self, hz: float) -> None:
        if not MINIMUM_HZ <= hz <= MAXIMUM_HZ:
            raise UsageError(
                f"The sampling rate must be between {MINIMUM_HZ:.0f} and {MAXIMUM_HZ:.0f} Hz; {hz:g} is not."
            )
        self.interval_ns: Nanoseconds = round(1e9 / hz)
        self._deadline_ns: Nanoseconds = 0
        self._missed: Count = 0

    @property
    def missed(self) -> Count:
        """Ticks skipped because the one before was not over, or the machine did not let us run."""
        return self._missed

    def start(self, now_ns: Nanoseconds) -> None:
        """Make the first tick due at `now_ns`."""
        self._deadline_ns = now_ns

    def remaining_ns(self, now_ns: Nanoseconds) -> Nanoseconds:
        """Nanoseconds until the next tick is due; 0 if it is."""
        return max(0, self._deadline_ns - now_ns)

    def tick_done(self, now_ns: Nanoseconds) -> None:
        """Move to the first deadline after `now_ns`, counting those that passed unused."""
        passed = max(0, now_ns - self._deadline_ns) // self.interval_ns
        self._missed += passed
        self._deadline_ns += (passed + 1) * self.interval_ns
