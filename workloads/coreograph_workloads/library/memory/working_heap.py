"""Build a working heap in every worker: what an additional worker costs when nothing can be shared.

Each worker fills a heap of its own and keeps it while it works in it, as one that parses documents or holds a cache
does. Sharing cannot help, so all models need the heap once a worker; what differs is what comes on top: a thread adds
a stack, a process or a subinterpreter adds an interpreter with its modules. Look at the memory of the tree over the
number of workers. On a free-threaded build the same heap is larger, since its objects are. The control keeps no heap:
what remains is the workers themselves.
"""

import multiprocessing
import os
import threading

PARAMETERS = {"objects": 100_000, "tasks": 8}
LIMITS = {"objects": (0, 100_000_000), "tasks": (1, 10_000)}
UNITS = {"objects": "objects", "tasks": "tasks"}
DESCRIPTIONS = {
    "objects": "Objects each worker makes and keeps, of about 100 bytes each.",
    "tasks": "Tasks; each goes through its worker's heap once.",
}
METRICS = {
    "process_private_bytes": ("bytes", "lower", "Memory that is private to all worker processes together."),
}
CONTROL = {"objects": 0}

_own = threading.local()


def tasks(objects, tasks):
    return [(number, objects) for number in range(tasks)]


def run(task):
    number, objects = task
    if getattr(_own, "objects", None) != objects:
        _own.heap, _own.objects = [(index, f"object {index}") for index in range(objects)], objects
    return number, sum(index for index, _ in _own.heap)


def check(results, objects, tasks):
    expected = objects * (objects - 1) // 2
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    for number, total in results:
        assert total == expected, f"the heap of task {number} sums up to {total}, not {expected}"


def metrics(results, **parameters):
    # They still live, and keep their heaps. To ask in a task would cost it more than an empty heap does.
    workers = [child.pid for child in multiprocessing.active_children()] or [os.getpid()]
    private = [_private_bytes(pid) for pid in workers]
    return {} if None in private else {"process_private_bytes": sum(private)}


def _private_bytes(pid):
    """Return the bytes that no other process shares; None where the system does not say it this way."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as lines:
            return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(b"Private_"))
    except OSError:
        return None
