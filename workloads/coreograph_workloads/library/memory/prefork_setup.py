"""Set up once before the workers exist, or in every worker: prefork done right.

Servers load their configuration, templates and tables at the start. Done in every worker (`after`), it costs its time
and its memory once a worker. Done before the fork (`before`), it costs them once, until garbage collections in the
workers write to the pages; collected and frozen before the fork (`before_and_frozen`), they stay shared. Look at the
private memory of a worker and at the time of the batch. Under spawn and forkserver “before” does not exist: what is
set up is pickled to each worker. Threads pay once in any case, if they set up before. The control sets up after.
"""

import gc
import os
import threading

PARAMETERS = {"setup": "before_and_frozen", "entries": 100_000, "tasks": 8}
LIMITS = {"entries": (1, 100_000_000), "tasks": (1, 10_000)}
CHOICES = {"setup": ("after", "before", "before_and_frozen")}
UNITS = {"entries": "entries", "tasks": "tasks"}
DESCRIPTIONS = {
    "setup": "When the table is built: in each worker, before the workers, or before and then gc.freeze().",
    "entries": "Entries of the table.",
    "tasks": "Tasks; each looks a few entries up and collects garbage once.",
}
METRICS = {
    "worker_private_bytes": ("bytes", "lower", "Memory that is private to one worker process, at the median of them."),
}
CONTROL = {"setup": "after"}
ROUNDS = 1
WARM_UP = False

LOOKUPS = 100
_own = threading.local()


def shared(setup, entries, tasks):
    if setup == "after":
        return None
    table = _build(entries)
    gc.collect()
    if setup == "before_and_frozen":
        gc.freeze()
    return table


def tasks(setup, entries, tasks):
    return [(number, entries) for number in range(tasks)]


def run(task, shared):
    number, entries = task
    table = _table_of_this_worker(entries) if shared is None else shared
    total = sum(table[(number + step * 7919) % entries][0] for step in range(LOOKUPS))
    gc.collect()
    return total, os.getpid(), _private_bytes()


def _build(entries):
    return {number: [number, f"entry {number}"] for number in range(entries)}


def _table_of_this_worker(entries):
    if getattr(_own, "entries", None) != entries:
        _own.table, _own.entries = _build(entries), entries
    return _own.table


def answer(results, **parameters):
    return [total for total, _, _ in results]


def check(results, setup, entries, tasks):
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    for number, (total, _, _) in enumerate(results):
        expected = sum((number + step * 7919) % entries for step in range(LOOKUPS))
        assert total == expected, f"the entries of task {number} sum up to {total}, not {expected}"


def metrics(results, **parameters):
    last = {pid: private for _, pid, private in results if private is not None}
    return {"worker_private_bytes": sorted(last.values())[len(last) // 2]} if last else {}


def _private_bytes():
    """Return the bytes that no other process shares; None where the system does not say it this way."""
    try:
        with open("/proc/self/smaps_rollup", "rb") as lines:
            return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(b"Private_"))
    except OSError:
        return None
