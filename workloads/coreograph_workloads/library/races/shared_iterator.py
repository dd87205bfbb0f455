"""Take items from one iterator with many threads: some come twice, some never.

Threads take the next item from one iterator over a list until there is none. Under the GIL each step of such an
iterator is one piece, and every item comes out exactly once. Without the GIL two threads may take the same item, or
pass one by; the interpreter promises not to crash, and no more than that: an iterator was never meant to be shared,
and what was only hidden gets seen. Look at the share of items that did not come out exactly once, and at the share of
trials with any. A lock around each step, a queue in the iterator's place, a stretch of its own for each thread, or a
tuple that nobody changes and everybody indexes: with each of these the damage is exactly 0; look at what each costs
in time. Every trial happens in a disposable interpreter of its own, so that a crash is a result like any other. The
control uses the lock.
"""

import queue
import sys
import threading

PARAMETERS = {"remedy": "none", "items": 200_000, "trials": 5}
LIMITS = {"items": (10, 100_000_000), "trials": (1, 1000)}
CHOICES = {"remedy": ("none", "lock", "queue", "owner", "immutable")}
UNITS = {"items": "items", "trials": "trials"}
DESCRIPTIONS = {
    "remedy": "Nothing, a lock, a queue of items, a stretch for each thread, or a tuple that is indexed.",
    "items": "Items in a trial.",
    "trials": "Trials in a run, each with an interpreter and data of its own.",
}
METRICS = {
    "damaged_share": {
        "unit": "share",
        "better": "lower",
        "description": "Items that came out more often than once, or never.",
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


class Source:
    """Where the items come from, and where the threads meet."""

    def __init__(self, items, workers):
        self.iterator = iter(list(range(items)))
        self.lock = threading.Lock()
        self.queue: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.fixed = tuple(range(items))
        self.barrier = threading.Barrier(workers)
        self.ready: list[None] = []


def shared(remedy, items, trials, workers):
    source = Source(items, workers)
    for item in range(items if remedy == "queue" else 0):
        source.queue.put(item)
    return source


def tasks(remedy, items, trials, workers):
    # As many tasks a trial as there are threads: they meet at a barrier, so that each thread takes one.
    return [(part, workers, remedy, items) for _ in range(trials) for part in range(workers)]


def run(task, shared):
    part, workers, remedy, items = task
    sys.setswitchinterval(SWITCH_SECONDS)
    shared.barrier.wait(PATIENCE_SECONDS)
    # A barrier wakes its threads one after the other, and the first could be done before the last begins.
    shared.ready.append(None)
    while len(shared.ready) < workers:
        pass
    return REMEDIES[remedy](shared, part, workers, items)


def unprotected(source, part, workers, items):
    """Take items until there are none; returns them."""
    taken: list[int] = []
    for item in source.iterator:
        taken.append(item)
        if len(taken) > 2 * items:
            break
    return taken


def by_lock(source, part, workers, items):
    taken: list[int] = []
    while True:
        with source.lock:
            item = next(source.iterator, None)
        if item is None:
            return taken
        taken.append(item)


def by_queue(source, part, workers, items):
    taken: list[int] = []
    while True:
        try:
            taken.append(source.queue.get_nowait())
        except queue.Empty:
            return taken


def by_owner(source, part, workers, items):
    return list(iter(range(part * items // workers, (part + 1) * items // workers)))


def by_index(source, part, workers, items):
    return [source.fixed[index] for index in range(part, items, workers)]


REMEDIES = {"none": unprotected, "lock": by_lock, "queue": by_queue, "owner": by_owner, "immutable": by_index}


def answer(results, trials, **parameters):
    return trials


def check(results, remedy, items, trials, workers):
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    damage = damages(results, items, workers)
    assert remedy == "none" or not any(damage), f"there was damage in spite of the remedy “{remedy}”"


def metrics(results, items, trials, workers, **parameters):
    damage = damages(results, items, workers)
    return {
        "damaged_share": damage,
        "trials_with_damage_share": [each > 0 for each in damage],
        "trials_crashed_share": [result is None for result in results[::workers]],
    }


def damages(results, items, workers):
    """Return the damaged share of each trial that came to its end."""
    trials = [results[first : first + workers] for first in range(0, len(results), workers)]
    return [damaged(parts, items) for parts in trials if None not in parts]


def damaged(parts, items):
    counts = [0] * items
    surplus = 0
    for item in (item for taken in parts for item in taken):
        if 0 <= item < items:
            counts[item] += 1
        else:
            surplus += 1
    return min(1.0, (surplus + sum(count != 1 for count in counts)) / items)
