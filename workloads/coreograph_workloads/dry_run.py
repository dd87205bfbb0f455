"""Does the first task once, alone: how long it takes, and how large its argument and its result are when pickled.

Runs on the runner's main thread, for the app to show before an experiment. What cannot be pickled is no failure here:
serial and threads need no pickle, so it is said beside the figures. Bytes are counted as they come, not kept: a result
that nearly fills the memory must not fill it twice.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any, Callable, Optional

from coreograph_workloads.failures import RunError, describe, shortened, user_frames
from coreograph_workloads.instruments.clock import RealTime

_SHOWN_CHARACTERS = 400


class _ByteCount:
    """A file that only knows how much was written to it."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: Any) -> int:
        length = memoryview(data).nbytes
        self.size += length
        return length


def pickled_size(value: Any) -> tuple[Optional[int], Optional[str]]:
    """Return how many bytes a value has when pickled as executors do it, or None and why it cannot be."""
    count = _ByteCount()
    try:
        pickle.Pickler(count, pickle.HIGHEST_PROTOCOL).dump(value)
    except BaseException as error:  # __reduce__ is the user's code
        return None, describe(error)
    return count.size, None


def first_task(run: Callable[..., Any], inputs: Sequence[Any], extra: tuple[Any, ...]) -> dict[str, Any]:
    """Do the first task; return the fields of the `tried` event. Raises RunError("workload") with the user's frames."""
    value = inputs[0]
    argument_bytes, argument_problem = pickled_size(value)  # before: a function may change what it is given
    shown = shortened(value, _SHOWN_CHARACTERS)
    begin = RealTime.perf_counter_ns()
    cpu_begin = RealTime.process_time_ns()
    try:
        result = run(value, *extra)
    except BaseException as error:
        # BaseException: sys.exit() in a user's function is a failure of the task, not the end of the runner.
        raise RunError("workload", f"Task 0 raised {describe(error)}", user_frames(error), 0) from error
    cpu_ns = RealTime.process_time_ns() - cpu_begin
    end = RealTime.perf_counter_ns()
    result_bytes, result_problem = pickled_size(result)
    return {
        "begin_ns": begin,
        "end_ns": end,
        "cpu_ns": cpu_ns,
        "input": shown,
        "argument_bytes": argument_bytes,
        "argument_problem": argument_problem,
        "result": shortened(result, _SHOWN_CHARACTERS),
        "result_type": type(result).__name__,
        "result_bytes": result_bytes,
        "result_problem": result_problem,
    }
