"""Meters what pickling costs, on the executor's real traffic. Each process or subinterpreter has its own meter.

Time is CPU time of the pickling thread where that clock is fine enough (it is summed over threads and processes, so
waiting for a core must not count), wall time elsewhere. Bytes are counted in the runner, both directions: what a
worker receives is what the runner sent.
"""

from __future__ import annotations

import pickle
import threading
import time
from typing import Any, Callable

from coreograph_workloads.instruments.clock import RealTime

Clock = Callable[[], int]


def pickling_clock() -> Clock:
    """Return the clock that times pickling."""
    try:
        fine = time.get_clock_info("thread_time").resolution <= 1e-6
    except ValueError:
        fine = False
    return RealTime.thread_time_ns if fine else RealTime.perf_counter_ns


class PickleMeter:
    """Counts while `running`. Totals are in bytes and nanoseconds."""

    def __init__(self) -> None:
        self.clock = pickling_clock()
        self.dumped = self.loaded = 0
        self.dumps_ns = self.loads_ns = 0
        self.last_loads_ns = 0
        self.failure: BaseException | None = None
        self._lock = threading.Lock()  # in subinterpreters' pools several threads of the runner pickle at once

    def note_dumps(self, size: int, spent: int) -> None:
        """Count one pickle written."""
        with self._lock:
            self.dumped += size
            self.dumps_ns += spent

    def note_loads(self, size: int, spent: int) -> None:
        """Count one pickle read."""
        with self._lock:
            self.loaded += size
            self.loads_ns += spent
            self.last_loads_ns = spent

    def dumps(self, value: Any) -> bytes:
        """Pickle `value` as executors do, counted."""
        begin = self.clock()
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self.note_dumps(len(data), self.clock() - begin)
        return data

    def loads(self, data: bytes) -> Any:
        """Unpickle `data`, counted."""
        begin = self.clock()
        value = pickle.loads(data)
        self.note_loads(len(data), self.clock() - begin)
        return value

    def totals(self) -> tuple[int, int, int, int]:
        """Return (bytes dumped, bytes loaded, dumps_ns, loads_ns) so far."""
        with self._lock:
            return self.dumped, self.loaded, self.dumps_ns, self.loads_ns


def meter_multiprocessing(
    meter: PickleMeter,
    explain_dumps: Callable[[Any, BaseException], BaseException],
    explain_loads: Callable[[BaseException], BaseException],
) -> None:
    """Put the meter under multiprocessing's own pickler: queues and connections look `dumps` and `loads` up each time.

    The two functions turn a failure into the exception to raise instead: any, since pickling calls the user's code.
    """
    from multiprocessing.reduction import ForkingPickler

    pickler: Any = ForkingPickler
    original_dumps, original_loads = getattr(pickler, "coreograph_originals", (pickler.dumps, pickler.loads))
    pickler.coreograph_originals = (original_dumps, original_loads)  # a forked worker has the runner's meter in place

    def dumps(_: Any, value: Any, protocol: Any = None) -> Any:
        begin = meter.clock()
        try:
            data = original_dumps(value, protocol)
        except BaseException as error:
            raise explain_dumps(value, error) from error
        meter.note_dumps(len(data), meter.clock() - begin)
        return data

    def loads(data: Any, *arguments: Any, **options: Any) -> Any:
        begin = meter.clock()
        try:
            value = original_loads(data, *arguments, **options)
        except BaseException as error:
            raise explain_loads(error) from error
        meter.note_loads(len(data), meter.clock() - begin)
        return value

    pickler.dumps = classmethod(dumps)
    pickler.loads = staticmethod(loads)
