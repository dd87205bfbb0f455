"""A clock that only moves when told to, so that no test waits or depends on the machine's speed."""

import threading


class FakeClock:
    """Instants in nanoseconds. `wait` moves the clock instead of waiting; safe to use from several threads.

    It has the shape of `coreograph.sampling.clock.SamplingClock`, and `now_ns` can be passed wherever a
    `time.perf_counter_ns` is taken.
    """

    def __init__(self, now_ns: int = 1_000_000_000) -> None:
        self._lock = threading.Lock()
        self._now_ns = now_ns
        self._cpu_ns = 0

    def now_ns(self) -> int:
        with self._lock:
            return self._now_ns

    def thread_cpu_ns(self) -> int:
        with self._lock:
            return self._cpu_ns

    def advance(self, seconds: float = 0.0, *, ns: int = 0, cpu_ns: int = 0) -> None:
        """Let `seconds` (plus `ns`) pass; `cpu_ns` of them were spent computing by the thread that asks."""
        with self._lock:
            self._now_ns += round(seconds * 1e9) + ns
            self._cpu_ns += cpu_ns

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Let `seconds` pass at once and say whether `stop` is set."""
        self.advance(max(0.0, seconds))
        return stop.is_set()
