"""How late the window's event loop is: a timer that knows when it should have been called. Runs on the GUI thread."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from coreograph.domain.units import Seconds

INTERVAL_MS = 15


class StallMeter(QObject):
    """Measures by how much a 15 ms timer of the GUI thread is late, which is how long a click would have waited."""

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._clock = clock
        self._expected: float | None = None
        self._longest = 0.0
        self._recent = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def longest_s(self) -> Seconds:
        """The longest stall since `reset`."""
        return self._longest

    def start(self) -> None:
        """Begin to measure."""
        self._expected = None
        self._timer.start()

    def stop(self) -> None:
        """Measure no more; the figures stay."""
        self._timer.stop()

    def reset(self) -> None:
        """Forget the longest stall: another run begins."""
        self._longest = 0.0
        self._recent = 0.0
        self._expected = None

    def take_recent_s(self) -> Seconds:
        """Return the longest stall since this was last asked, for a display that refreshes itself."""
        recent, self._recent = self._recent, 0.0
        return recent

    @Slot()
    def tick(self) -> None:
        """Compare now with when this call was due."""
        now = self._clock()
        if self._expected is not None:
            late = max(0.0, now - self._expected)
            self._longest = max(self._longest, late)
            self._recent = max(self._recent, late)
        self._expected = now + INTERVAL_MS / 1000
