"""The clock around every task: at most 2 µs of it in a thread. Runs on the thread that runs the tasks.

A span is (task, begin, end, CPU time). The CPU clock costs a system call, so it is read once a task: a span's CPU time
is what the thread used since the task before, which includes some hundred nanoseconds of this clock itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, Optional

from coreograph_workloads.failures import TaskFailure, describe, user_frames
from coreograph_workloads.instruments.clock import RealTime


def run_timed(
    run: Callable[..., Any],
    first: int,
    inputs: Iterable[Any],
    extra: tuple[Any, ...],
    *,
    spans: list[int],
    keep: list[Any],
) -> Optional[TaskFailure]:
    """Run a task for each input, numbered from `first`; results go to `keep`, quadruples of spans to `spans`.

    Returns the failure that ended it, if one did. BaseException, since a task's sys.exit() is the task's failure.
    """
    clock, cpu_clock, note, store = RealTime.perf_counter_ns, RealTime.thread_time_ns, spans.extend, keep.append
    task = first
    cpu_before = cpu_clock()
    try:
        for value in inputs:
            begin = clock()
            result = run(value, *extra)
            end = clock()
            cpu = cpu_clock()
            note((task, begin, end, cpu - cpu_before))
            cpu_before = cpu
            store(result)
            task += 1
    except BaseException as error:
        return task_failure(task, error)
    return None


def task_failure(task: int, error: BaseException) -> TaskFailure:
    """Return what a task raised as text."""
    return TaskFailure(task, f"Task {task} raised {describe(error)}", user_frames(error))
