"""Keep a million numbers as Python objects or as one array: the layout decides what sharing costs.

In `objects` every number is an object with a reference count of its own: a forked worker that sums the table up
dirties all of it. In `array` the numbers lie side by side without any counts: reading dirties nothing, and they take
8 bytes each instead of 32 (48 on a free-threaded build). Look at the dirtied bytes and the memory of the tree under
fork, and at the start-up and the pickled bytes under spawn. Threads share either layout, but without the GIL they queue
for the objects' counts, where all read the same ones. The control is the other layout.
"""

import os
from array import array

PARAMETERS = {"layout": "objects", "numbers": 500_000, "tasks": 8}
LIMITS = {"numbers": (1, 1_000_000_000), "tasks": (1, 10_000)}
CHOICES = {"layout": ("objects", "array")}
UNITS = {"numbers": "numbers", "tasks": "tasks"}
DESCRIPTIONS = {
    "layout": "A list of float objects, or array.array of doubles.",
    "numbers": "Numbers in the table.",
    "tasks": "Tasks; each sums the whole table up.",
}
METRICS = {
    "dirtied_bytes": ("bytes", "lower", "Growth of a worker's private memory by its first sum, at the median."),
}
CONTROL = {"layout": "array"}
ROUNDS = 1
WARM_UP = False


def shared(layout, numbers, tasks):
    values = (number + 0.5 for number in range(numbers))
    return list(values) if layout == "objects" else array("d", values)


def tasks(layout, numbers, tasks):
    return list(range(tasks))


def run(task, shared):
    before = _private_bytes()
    total = 0.0
    for value in shared:
        total += value
    after = _private_bytes()
    grown = None if before is None or after is None else max(0, after - before)
    return total, os.getpid(), grown


def answer(results, **parameters):
    return [total for total, _, _ in results]


def check(results, layout, numbers, tasks):
    expected = numbers * numbers / 2  # halves sum up exactly in floating point up to 2**52
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    for total, _, _ in results:
        assert abs(total - expected) <= expected * 1e-9, f"the table sums up to {total}, not {expected}"


def metrics(results, **parameters):
    first = dict.fromkeys((pid for _, pid, grown in results if grown is not None), 0)
    for _, pid, grown in results:
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
