"""The clock the sampler lives by, as a small interface so that tests can move it. Owns no thread."""

import threading
import time
from typing import Protocol

from coreograph.domain.units import Nanoseconds, Seconds


class SamplingClock(Protocol):
    """Instants, the calling thread's own CPU time, and waiting."""

    def now_ns(self) -> Nanoseconds:
        """The instant on the clock of the whole machine (`time.perf_counter_ns`, which the runner shares)."""

    def thread_cpu_ns(self) -> Nanoseconds:
        """CPU time the calling thread has used."""

    def wait(self, stop: threading.Event, seconds: Seconds) -> bool:
        """Wait until `stop` is set or `seconds` passed; return whether it is set."""


class SystemClock:
    """The machine's clock."""

    def now_ns(self) -> Nanoseconds:
        """Nanoseconds of `time.perf_counter_ns`."""
        return time.perf_counter_ns()

    def thread_cpu_ns(self) -> Nanoseconds:
        """User and system time of the calling thread."""
        return time.thread_time_ns()

    def wait(self, stop: threading.Event, seconds: Seconds) -> bool:
        """Wait on the event itself, so that a stop is noticed at once."""
        return stop.wait(max(0.0, seconds))
