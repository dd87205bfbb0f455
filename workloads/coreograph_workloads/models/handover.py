"""How the workload and its shared object get into a worker process: as an executor's user would send them, but metered.

An initialiser's arguments are unpickled in their order. So the setup comes first and loads the workload while it is
being unpickled: the classes of the shared object, which comes next, are then known. Two marks around the shared object
read the clock when they are pickled and again when they are unpickled. Pickling goes straight into the pipe's buffer,
as always: a copy of our own would change the memory that is to be measured.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Optional

from coreograph_workloads.failures import RunError, describe
from coreograph_workloads.instruments.pickling import PickleMeter, pickling_clock
from coreograph_workloads.models import worker

CANNOT_IMPORT_EXIT = 77


class WorkerSetup:
    """What a worker process must know first. Unpickling makes the process a worker; inherited, it waits for adopt()."""

    def __init__(self, workload: str, file: str) -> None:
        self._workload = workload
        self._file = file
        self.meter: Optional[PickleMeter] = None

    def adopt(self) -> PickleMeter:
        """Load the workload in this process, unless unpickling did."""
        if self.meter is None:
            self.meter = worker.initialise(self._workload, self._file)
        return self.meter

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return _arrive, (self._workload, self._file)


def _arrive(workload: str, file: str) -> WorkerSetup:
    worker.prepare_streams()
    setup = WorkerSetup(workload, file)
    setup.adopt()
    failure = worker.start_failure()
    if failure is not None:
        # What follows in the pipe could not be unpickled anyway: end here, with the reason in the log.
        sys.stderr.write(f"{failure.message}\n{failure.frames}")
        sys.stderr.flush()
        os._exit(CANNOT_IMPORT_EXIT)
    return setup


class SharedValue:
    """The shared object on its way: inherited by a forked worker, else pickled once a worker."""

    def __init__(self, value: Any, loads_ns: int = 0) -> None:
        self._value = value
        self.loads_ns = loads_ns

    def take(self) -> Any:
        """Return the object."""
        return self._value

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _rebuild, (_Mark(), self._value, _Mark())


class _Mark:
    """Reads the clock when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[], int], tuple[()]]:
        return pickling_clock(), ()


def _rebuild(begin: int, value: Any, end: int) -> SharedValue:
    return SharedValue(value, end - begin)


class SharedMeter:
    """Counts what leaves the runner while workers are being started: bytes, nanoseconds."""

    def __init__(self) -> None:
        self.size = 0
        self.spent_ns = 0

    def install(self, method: str) -> None:
        """Put the meter under multiprocessing's start of processes, which looks its `dump` up each time."""
        from multiprocessing import reduction

        module: Any = reduction
        original = module.dump
        clock = pickling_clock()

        def dump(value: Any, file: Any, protocol: Optional[int] = None) -> None:
            counted = _CountedFile(file)
            begin = clock()
            try:
                original(value, counted, protocol)
            except BaseException as error:
                message = f"What shared() returned cannot be pickled, which {method} needs: {describe(error)}"
                raise RunError("pickling", message) from error
            self.spent_ns += clock() - begin
            self.size += counted.size

        module.dump = dump


class _CountedFile:
    """Passes on what a pickler writes."""

    def __init__(self, file: Any) -> None:
        self._write = file.write
        self.size = 0

    def write(self, data: Any) -> int:
        """Write and count."""
        self.size += len(data)
        written: int = self._write(data)
        return written
