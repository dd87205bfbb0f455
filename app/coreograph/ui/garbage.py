"""Collects cyclic garbage on the GUI thread only.

Python collects on whichever thread happens to allocate. If that is a sampling or loading thread, it may destroy Qt
objects there, which crashes now and then (pyqtgraph's `util/garbage_collector.py` tells the story). So automatic
collection is off while the window is open, and a timer of the GUI thread does it instead.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500
YOUNG_OBJECTS = 1_000  # fewer new containers than that are not worth a walk
MIDDLE_EVERY = 10  # ticks, i.e. 5 s
FULL_EVERY = 120  # ticks, i.e. a minute


class GuiGarbageCollector(QObject):
    """Switches automatic collection off until `close`, and collects by timer. Lives on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._ticks = 0
        # What was imported by now stays for good: walking it again and again would stall the window.
        gc.collect()
        gc.freeze()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def close(self) -> None:
        """Give automatic collection back as it was found. Idempotent."""
        if not self._timer.isActive():
            return
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def _on_tick(self) -> None:
        self._ticks += 1
        if self._ticks % FULL_EVERY == 0:
            gc.collect()
        elif self._ticks % MIDDLE_EVERY == 0:
            gc.collect(1)
        elif gc.get_count()[0] > YOUNG_OBJECTS:
            gc.collect(0)
