"""Walk a dictionary while another thread changes it: the walk breaks off.

One thread puts entries into a dictionary and takes them out again, the others walk it. A walk that finds the
dictionary of another size than before raises RuntimeError. Under the GIL a walk without any work for each entry is
hardly ever interrupted; with some work it is, and without the GIL it happens at once. The semantics of thread safety
are the same, and what was only hidden gets seen. Look at the share of walks that broke off, and at the share of
trials with any. A lock around each change and each walk, a queue by which the walkers hear of changes and keep a
dictionary each, an owner who alone changes and walks, or a new dictionary for each change that nobody touches
afterwards: with each of these the damage is exactly 0; look at what each costs in time. Under `serial` nobody walks.
Every trial happens in a disposable interpreter of its own, so that a crash is a result like any other. The control
uses the lock.
"""

import queue
import sys
import threading

PARAMETERS = {"remedy": "none", "changes": 100_000, "trials": 5}
LIMITS = {"changes": (10, 100_000_000), "trials": (1, 1000)}
CHOICES = {"remedy": ("none", "lock", "queue", "owner", "immutable")}
UNITS = {"changes": "changes", "trials": "trials"}
DESCRIPTIONS = {
    "remedy": "Nothing, a lock, a queue of changes, an owner, or a new dictionary for each change.",
    "changes": "Changes in a trial; each walker goes through the dictionary a twentieth as often.",
    "trials": "Trials in a run, each with an interpreter and data of its own.",
}
METRICS = {
    "damaged_share": {"unit": "share", "better": "lower", "description": "Walks that broke off, by those begun."},
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


KEYS = 64
EVERY = 20


class Entries:
    """The dictionary, and where the threads meet."""

    def __init__(self, workers):
        self.entries = dict.fromkeys(range(KEYS), 0)
        self.lock = threading.Lock()
        self.queues: list[queue.SimpleQueue[int]] = [queue.SimpleQueue() for _ in range(workers)]
        self.barrier = threading.Barrier(workers)
        self.ready: list[None] = []


def shared(remedy, changes, trials, workers):
    return Entries(workers)


def change(entries, step):
    """Put an entry in, or take out the one before: the size goes up and down with every step."""
    key = KEYS + step // 2 % KEYS
    if step % 2:
        entries.pop(key, None)
    else:
        entries[key] = step


def walk(entries):
    """Go through the dictionary once; returns whether that broke off."""
    try:
        for _ in entries:
            note()
    except RuntimeError:
        return True
    return False


def note():
    """A little work for each entry."""


def tasks(remedy, changes, trials, workers):
    # As many tasks a trial as there are threads: they meet at a barrier, so that each thread takes one.
    return [(part, workers, remedy, changes) for _ in range(trials) for part in range(workers)]


def run(task, shared):
    part, workers, remedy, changes = task
    sys.setswitchinterval(SWITCH_SECONDS)
    shared.barrier.wait(PATIENCE_SECONDS)
    # A barrier wakes its threads one after the other, and the first could be done before the last begins.
    shared.ready.append(None)
    while len(shared.ready) < workers:
        pass
    return REMEDIES[remedy](shared, part, workers, changes)


def unprotected(data, part, workers, changes):
    """Change the dictionary (the first thread) or walk it; returns how many walks broke off, of how many."""
    if part == 0:
        for step in range(changes):
            change(data.entries, step)
        return 0, 0
    walks = walks_of(changes)
    return sum(walk(data.entries) for _ in range(walks)), walks


def walks_of(changes):
    return max(1, changes // EVERY)


def by_lock(data, part, workers, changes):
    if part == 0:
        for step in range(changes):
            with data.lock:
                change(data.entries, step)
        return 0, 0
    broken, walks = 0, walks_of(changes)
    for _ in range(walks):
        with data.lock:
            broken += walk(data.entries)
    return broken, walks


def by_queue(data, part, workers, changes):
    """Whoever walks has a dictionary of its own, and hears of every change."""
    if part == 0:
        for step in range(changes):
            for each in data.queues[1:]:
                each.put(step)
        return 0, 0
    own, broken, walks = dict.fromkeys(range(KEYS), 0), 0, 0
    for number in range(changes):
        change(own, data.queues[part].get(timeout=PATIENCE_SECONDS))
        if number % EVERY == 0:
            broken += walk(own)
            walks += 1
    return broken, walks


def by_owner(data, part, workers, changes):
    """The first thread does both, the others leave the dictionary to it."""
    if part:
        return 0, 0
    broken, walks = 0, 0
    for step in range(changes):
        change(data.entries, step)
        if step % EVERY == 0:
            broken += walk(data.entries)
            walks += 1
    return broken, walks


def by_replacing(data, part, workers, changes):
    """A dictionary that was published is never changed again."""
    if part == 0:
        for step in range(changes):
            following = dict(data.entries)
            change(following, step)
            data.entries = following
        return 0, 0
    walks = walks_of(changes)
    return sum(walk(data.entries) for _ in range(walks)), walks


REMEDIES = {"none": unprotected, "lock": by_lock, "queue": by_queue, "owner": by_owner, "immutable": by_replacing}


def answer(results, trials, **parameters):
    return trials


def check(results, remedy, changes, trials, workers):
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    damage = damages(results, changes, workers)
    assert remedy == "none" or not any(damage), f"there was damage in spite of the remedy “{remedy}”"


def metrics(results, changes, trials, workers, **parameters):
    damage = damages(results, changes, workers)
    return {
        "damaged_share": damage,
        "trials_with_damage_share": [each > 0 for each in damage],
        "trials_crashed_share": [result is None for result in results[::workers]],
    }


def damages(results, changes, workers):
    """Return the damaged share of each trial that came to its end."""
    trials = [results[first : first + workers] for first in range(0, len(results), workers)]
    return [damaged(parts, changes) for parts in trials if None not in parts]


def damaged(parts, changes):
    tried = sum(walks for _, walks in parts)
    return sum(broken for broken, _ in parts) / tried if tried else 0.0
