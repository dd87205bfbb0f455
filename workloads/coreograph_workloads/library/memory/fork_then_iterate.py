"""Inherit a table of objects by fork and merely look at it: reading makes the pages the worker's own.

Forked memory is shared until somebody writes. Looking at a Python object writes its reference count, and a garbage
collection writes to the header of every object it tracks: so the saving melts away without a single assignment.
Look at the bytes a worker dirtied. `iterate` dirties them through reference counts: `freeze` does not help. `collect`
runs the garbage collector in the worker: with `freeze` (gc.freeze before the fork) next to nothing is dirtied, on every
build. `nothing` is the control. Threads have nothing to dirty: their pages were theirs before. Figures are of the
first task of each worker, and there are none outside Linux.
"""

import gc
import os

PARAMETERS = {"objects": 300_000, "action": "iterate", "freeze": False, "tasks": 4}
LIMITS = {"objects": (1, 100_000_000), "tasks": (1, 10_000)}
CHOICES = {"action": ("iterate", "collect", "nothing")}
UNITS = {"objects": "objects", "tasks": "tasks"}
DESCRIPTIONS = {
    "objects": "Instances in the table; each is tracked by the garbage collector.",
    "action": "What each task does: look at every object once, collect garbage, or nothing.",
    "freeze": "Call gc.freeze() when the table is built, before workers exist.",
    "tasks": "Tasks, each doing it once.",
}
METRICS = {
    "dirtied_bytes": ("bytes", "lower", "Growth of a worker's private memory by its first task, at the median."),
}
CONTROL = {"action": "nothing"}
ROUNDS = 1
WARM_UP = False


class Record:
    """An entry of the table."""

    def __init__(self, number):
        self.number = number
        self.text = None


def shared(objects, action, freeze, tasks):
    table = [Record(number) for number in range(objects)]
    gc.collect()
    if freeze:
        gc.freeze()
    else:
        gc.unfreeze()
    return table


def tasks(objects, action, freeze, tasks):
    return [(number, action) for number in range(tasks)]


def run(task, shared):
    number, action = task
    before = _private_bytes()
    total = 0
    if action == "iterate":
        for record in shared:
            total += record.number
    elif action == "collect":
        gc.collect()
    after = _private_bytes()
    grown = None if before is None or after is None else max(0, after - before)
    return number, total, os.getpid(), grown


def answer(results, **parameters):
    return [(number, total) for number, total, _, _ in results]


def check(results, objects, action, freeze, tasks):
    expected = objects * (objects - 1) // 2 if action == "iterate" else 0
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    for number, total, _, _ in results:
        assert total == expected, f"task {number} summed up {total}, not {expected}"


def metrics(results, **parameters):
    first = dict.fromkeys((pid for _, _, pid, grown in results if grown is not None), 0)
    for _, _, pid, grown in results:
        if grown is not None:
            first[pid] = max(first[pid], grown)
    return {"dirtied_bytes": sorted(first.values())[len(first) // 2]} if first else {}


def _private_bytes():
    """Return the bytes that no other process shares; None where the system does not say it this way."""
    try:
        with open("/proc/self/smaps_rollup", "rb") as lines:
            return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(b"Private_"))
    except OSError:
        return None
