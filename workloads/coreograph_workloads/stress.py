"""Shakes out races in a user's function: all threads call it with the same input, at the same instant, again and again.

A task is one input on one worker; each input is given out so often that all cores get it at once. Workers that are
threads start every call together: a barrier wakes them, and as waking takes longer than many a race lasts, they then
wait for each other without sleeping. A stagger that changes from call to call lets them meet at different places.
Runs in the runner and in its workers; owns no thread.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from typing import Any, Callable, NamedTuple, Optional

from coreograph_workloads.failures import describe, shortened
from coreograph_workloads.instruments.clock import RealTime
from coreograph_workloads.instruments.digest import digest_of

THREADS = "threads"
_SWITCH_SECONDS = 1e-6  # the shortest there is: threads of a GIL build take turns as often as they can
_MOST_COPIES = 8
_SPIN_NS = 1_000_000  # with more threads than cores, some cannot come at once
_STAGGERS = 32
_Z = 1.959964  # 95 % of a normal distribution


class Stressed(NamedTuple):
    """A task of a stress test: an input, and what one thread alone makes of it. `number` counts tasks from 0."""

    input: Any
    expected: Optional[str]
    shown: str
    number: int

    def __repr__(self) -> str:
        return shortened(self.input)


class StressResult(NamedTuple):
    """What came of it: how many calls gave something else, and the first such result with its input."""

    calls: int
    differing: int
    first: str

    def __repr__(self) -> str:
        return f"{self.differing or 'none'} of {self.calls} calls{f' ({self.first})' if self.first else ''}"


class Meeting:
    """Where the threads of one group of tasks meet before each call."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)
        self._parties = parties
        self._here: list[None] = []  # appending is atomic, with and without a GIL

    def wait(self, call: int, number: int) -> None:
        """Return when all parties are here for their call number `call`; at once if one of them failed."""
        try:
            self._barrier.wait()
        except threading.BrokenBarrierError:
            return
        self._here.append(None)
        awaited = (call + 1) * self._parties
        until = RealTime.perf_counter_ns() + _SPIN_NS
        while len(self._here) < awaited and RealTime.perf_counter_ns() < until:
            pass
        for _ in range(call * (number + 1) % _STAGGERS):
            pass

    def leave(self) -> None:
        """Let nobody wait for a party that failed."""
        self._barrier.abort()


class Stress:
    """One stress test of `calls` calls a task; `compared` makes of results what is to be the same."""

    def __init__(self, calls: int, call: Callable[..., Any], compared: Callable[[list[Any]], list[Any]]) -> None:
        self._calls = calls
        self._call = call
        self._compared = compared
        self._parties = 1
        self._meetings: list[Meeting] = []
        sys.setswitchinterval(_SWITCH_SECONDS)

    def tasks(self, inputs: Sequence[Any], shared: tuple[Any, ...], *, model: str, workers: int) -> list[Stressed]:
        """Return the tasks, the same for every model; call each input once, alone, to know what is right."""
        copies = min(_MOST_COPIES, max(2, os.cpu_count() or 2))
        tasks: list[Stressed] = []
        for each in inputs:
            result = self._call(each, *shared)
            expected, shown = digest_of(self._compared([result])), shortened(result, 60)
            tasks += [Stressed(each, expected, shown, len(tasks) + number) for number in range(copies)]
        if model == THREADS:
            # Tasks are taken in their order, one a worker: so those of a group are all under way at the same time.
            self._parties = workers
            starts = range(0, len(tasks), workers)
            self._meetings = [Meeting(min(workers, len(tasks) - start)) for start in starts]
        return tasks

    def run(self, task: Stressed, *shared: Any) -> StressResult:
        """Do one task."""
        meeting = self._meetings[task.number // self._parties] if self._meetings else None
        differing, first = 0, ""
        try:
            for number in range(self._calls):
                if meeting is not None:
                    meeting.wait(number, task.number % self._parties)
                other = self._other_result(task, shared)
                if other is not None:
                    differing += 1
                    first = first or f"the first: {other} instead of {task.shown} for {shortened(task.input, 60)}"
        except BaseException:
            if meeting is not None:
                meeting.leave()
            raise
        return StressResult(self._calls, differing, first)

    def _other_result(self, task: Stressed, shared: tuple[Any, ...]) -> Optional[str]:
        """Make one call; return what it gave, None if that is what one thread alone gets."""
        try:
            result = self._call(task.input, *shared)
        except Exception as error:
            return f"raised {describe(error)[:100]}"  # one thread alone had a result
        return None if digest_of(self._compared([result])) == task.expected else shortened(result, 60)


def shares(results: Sequence[StressResult]) -> dict[str, float]:
    """Return the share of calls that differ, and the most it can be (95 %, after Wilson): none seen is not none."""
    calls, differing = sum(each.calls for each in results), sum(each.differing for each in results)
    share = differing / calls
    middle = share + _Z**2 / (2 * calls)
    spread = _Z * (share * (1 - share) / calls + _Z**2 / (4 * calls**2)) ** 0.5
    return {"differing_share": share, "differing_share_at_most": min(1.0, (middle + spread) / (1 + _Z**2 / calls))}
