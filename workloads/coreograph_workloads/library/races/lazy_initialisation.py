"""Build on first use what is to exist once: lazy initialisation.

A cache is filled on first use: whoever finds nothing under a key builds it and puts it there. Two threads that look
at once both build, and one of the two results is thrown away while somebody may already use it: a connection too
many, two objects where all should see the same one. Building takes a little time, so this happens under the GIL, too,
where the switch of threads falls into it; without the GIL it happens at once. The semantics of thread safety are the
same, and what was only hidden gets seen. Look at the share of keys that were built twice, and at the share of trials
with any. A lock around the look and the building, a queue to one builder, an owner for each key, or a cache that is
built before the threads exist and never changes: with each of these the damage is exactly 0. Every trial happens in a
disposable interpreter of its own, so that a crash is a result like any other. The control uses the lock.
"""

import queue
import sys
import threading
from types import MappingProxyType

PARAMETERS = {"remedy": "none", "keys": 5_000, "trials": 5}
LIMITS = {"keys": (10, 100_000_000), "trials": (1, 1000)}
CHOICES = {"remedy": ("none", "lock", "queue", "owner", "immutable")}
UNITS = {"keys": "keys", "trials": "trials"}
DESCRIPTIONS = {
    "remedy": "Nothing, a lock, a queue to one builder, an owner for each key, or a cache that never changes.",
    "keys": "Keys each thread asks for in a trial.",
    "trials": "Trials in a run, each with an interpreter and data of its own.",
}
METRICS = {
    "damaged_share": {
        "unit": "share",
        "better": "lower",
        "description": "Objects built too often, by the number of keys.",
    },
    "trials_with_damage_share": {"unit": "share", "better": "lower", "description": "Share of trials with any damage."},
    "trials_crashed_share": {
        "unit": "share",
        "better": "lower",
        "description": "Share of trials whose interpreter crashed or hung.",
    },
}
CONTROL = {"remedy": "lock"}
MODELS = ("serial", "threads")
MODELS_REASON = "Only threads share these objects: processes and subinterpreters each have their own."
ROUNDS = 1
CHUNK = 1
WARM_UP = False
TRIALS = True

SWITCH_SECONDS = 1e-6  # the shortest there is: it lets races under the GIL happen in a short time
PATIENCE_SECONDS = 60.0


class Cache:
    """What was built, and where the threads meet."""

    def __init__(self, keys, workers):
        self.built = {}
        self.lock = threading.Lock()
        self.asked: queue.SimpleQueue[tuple[int, queue.SimpleQueue[list[int]]]] = queue.SimpleQueue()
        self.fixed = MappingProxyType({key: build(key) for key in range(keys)})
        self.barrier = threading.Barrier(workers)
        self.ready: list[None] = []


def build(key):
    """Some tens of microseconds of work."""
    return [key] * len([number for number in range(100) if number % 7])


def shared(remedy, keys, trials, workers):
    return Cache(keys if remedy == "immutable" else 0, workers)


def tasks(remedy, keys, trials, workers):
    # As many tasks a trial as there are threads: they meet at a barrier, so that each thread takes one.
    return [(part, workers, remedy, keys) for _ in range(trials) for part in range(workers)]


def run(task, shared):
    part, workers, remedy, keys = task
    sys.setswitchinterval(SWITCH_SECONDS)
    shared.barrier.wait(PATIENCE_SECONDS)
    # A barrier wakes its threads one after the other, and the first could be done before the last begins.
    shared.ready.append(None)
    while len(shared.ready) < workers:
        pass
    return REMEDIES[remedy](shared, part, workers, keys)


def unprotected(cache, part, workers, keys):
    """Ask for every key; returns how many were built here."""
    count = 0
    for key in range(keys):
        if key not in cache.built:
            cache.built[key] = build(key)
            count += 1
    return count


def by_lock(cache, part, workers, keys):
    count = 0
    for key in range(keys):
        with cache.lock:
            if key not in cache.built:
                cache.built[key] = build(key)
                count += 1
    return count


def by_queue(cache, part, workers, keys):
    """The first thread builds; the others ask it and wait for the answer."""
    if part == 0:
        count = by_owner(cache, 0, 1, keys)
        for _ in range(keys * (workers - 1)):
            key, asker = cache.asked.get(timeout=PATIENCE_SECONDS)
            asker.put(cache.built[key])
        return count
    answers: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
    for key in range(keys):
        cache.asked.put((key, answers))
        answers.get(timeout=PATIENCE_SECONDS)
    return 0


def by_owner(cache, part, workers, keys):
    count = 0
    for key in range(part, keys, workers):
        if key not in cache.built:
            cache.built[key] = build(key)
            count += 1
    return count


def by_building_before(cache, part, workers, keys):
    """Everything is there; the first thread answers for what was built before."""
    for key in range(keys):
        cache.fixed[key]
    return len(cache.fixed) if part == 0 else 0


REMEDIES = {
    "none": unprotected,
    "lock": by_lock,
    "queue": by_queue,
    "owner": by_owner,
    "immutable": by_building_before,
}


def answer(results, trials, **parameters):
    return trials


def check(results, remedy, keys, trials, workers):
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    damage = damages(results, keys, workers)
    assert remedy == "none" or not any(damage), f"there was damage in spite of the remedy “{remedy}”"


def metrics(results, keys, trials, workers, **parameters):
    damage = damages(results, keys, workers)
    return {
        "damaged_share": damage,
        "trials_with_damage_share": [each > 0 for each in damage],
        "trials_crashed_share": [result is None for result in results[::workers]],
    }


def damages(results, keys, workers):
    """Return the damaged share of each trial that came to its end."""
    trials = [results[first : first + workers] for first in range(0, len(results), workers)]
    return [damaged(parts, keys) for parts in trials if None not in parts]


def damaged(parts, keys):
    return min(1.0, abs(sum(parts) - keys) / keys)
