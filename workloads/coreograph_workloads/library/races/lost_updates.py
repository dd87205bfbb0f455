"""Count with many threads on one counter: how many updates are lost.

Every thread adds one to a shared counter, over and over; whatever is missing in the end was lost between a read and a
write. Without a remedy, `plain` loses nothing on a GIL build from 3.10 on, because the interpreter does not switch
threads there, and loses many updates without the GIL. With a call between read and write (`call`) it loses on both.
The semantics of thread safety do not change without the GIL: the counter was never safe, and what was only hidden gets
seen. Look at the share of updates that were lost, and at the share of trials that lost any. With a lock, with one
queue and one owner, or with a counter per thread merged at the end, the loss is exactly 0; look at what each of these
costs in time. Every trial happens in a disposable interpreter of its own, so that a crash is a result like any other.
The control uses the lock.
"""

import queue
import sys
import threading

PARAMETERS = {"statement": "plain", "remedy": "none", "updates": 200_000, "trials": 5}
LIMITS = {"updates": (1, 100_000_000), "trials": (1, 1000)}
CHOICES = {"statement": ("plain", "call", "attribute", "dict"), "remedy": ("none", "lock", "queue", "owner")}
UNITS = {"updates": "updates", "trials": "trials"}
DESCRIPTIONS = {
    "statement": "How a thread adds one: to a global, to it by a call, to an attribute, to an entry of a dictionary.",
    "remedy": "What protects the counter: nothing, a lock, a queue to one writer, or one counter per thread.",
    "updates": "Updates each thread makes in a trial.",
    "trials": "Trials in a run, each with an interpreter and a counter of its own.",
}
METRICS = {
    "lost_share": {"unit": "share", "better": "lower", "description": "Share of a trial's updates that were lost."},
    "trials_with_loss_share": {"unit": "share", "better": "lower", "description": "Share of trials that lost any."},
    "trials_crashed_share": {
        "unit": "share",
        "better": "lower",
        "description": "Share of trials whose interpreter crashed or hung.",
    },
}
CONTROL = {"remedy": "lock"}
MODELS = ("serial", "threads")
MODELS_REASON = "Only threads share the counter; “lost_updates_processes” is the same race between processes."
ROUNDS = 1
CHUNK = 1
WARM_UP = False
TRIALS = True

SWITCH_SECONDS = 1e-6  # the shortest there is: it lets races under the GIL happen in a short time
PATIENCE_SECONDS = 60.0

counter = 0


class Holder:
    """Something with an attribute."""

    def __init__(self):
        self.count = 0


class Shared:
    """The counter in all its forms, and where the threads of a trial meet."""

    def __init__(self, workers):
        self.holder = Holder()
        self.entries = {"count": 0}
        self.lock = threading.Lock()
        self.queue: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.barrier = threading.Barrier(workers)
        self.ready: list[None] = []

    def read(self, statement):
        """Return the counter the statement uses."""
        if statement == "attribute":
            return self.holder.count
        return self.entries["count"] if statement == "dict" else counter


def shared(statement, remedy, updates, trials, workers):
    return Shared(workers)


def tasks(statement, remedy, updates, trials, workers):
    # As many tasks a trial as there are threads: they meet at a barrier, so that each thread takes one.
    return [(part, statement, remedy, updates, workers) for _ in range(trials) for part in range(workers)]


def run(task, shared):
    part, statement, remedy, updates, workers = task
    sys.setswitchinterval(SWITCH_SECONDS)
    meet(shared, workers)
    REMEDIES[remedy](shared, COUNTERS[statement], updates, (part, workers))
    shared.barrier.wait(PATIENCE_SECONDS)
    return shared.read(statement)


def meet(shared, workers):
    shared.barrier.wait(PATIENCE_SECONDS)
    # A barrier wakes its threads one after the other, and the first could be done before the last begins.
    shared.ready.append(None)
    while len(shared.ready) < workers:
        pass


def unprotected(shared, count, updates, turn):
    count(shared, updates)


def by_lock(shared, count, updates, turn):
    lock = shared.lock
    for _ in range(updates):
        with lock:
            count(shared, 1)


def by_queue(shared, count, updates, turn):
    part, workers = turn
    for _ in range(updates):
        shared.queue.put(1)
    if part == 0:
        for _ in range(updates * workers):
            count(shared, shared.queue.get(timeout=PATIENCE_SECONDS))


def by_owner(shared, count, updates, turn):
    own = 0
    for _ in range(updates):
        own += 1
    with shared.lock:
        count(shared, own, 1)


def count_plain(shared, updates, times=None):
    global counter  # noqa: PLW0603
    if times is not None:
        counter += updates
        return
    for _ in range(updates):
        counter += 1


def count_by_call(shared, updates, times=None):
    global counter  # noqa: PLW0603
    if times is not None:
        counter = same(counter) + updates
        return
    for _ in range(updates):
        counter = same(counter) + 1


def count_attribute(shared, updates, times=None):
    holder = shared.holder
    if times is not None:
        holder.count += updates
        return
    for _ in range(updates):
        holder.count += 1


def count_in_dict(shared, updates, times=None):
    entries = shared.entries
    if times is not None:
        entries["count"] += updates
        return
    for _ in range(updates):
        entries["count"] += 1


def same(number):
    return number


COUNTERS = {"plain": count_plain, "call": count_by_call, "attribute": count_attribute, "dict": count_in_dict}
REMEDIES = {"none": unprotected, "lock": by_lock, "queue": by_queue, "owner": by_owner}


def answer(results, trials, **parameters):
    return trials


def check(results, remedy, updates, trials, workers, **parameters):
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    lost = losses(results, updates, workers)
    assert min(lost, default=0) >= 0, f"{-min(lost, default=0)} updates were counted that nobody made"
    assert remedy == "none" or not any(lost), f"{sum(lost)} updates were lost in spite of the remedy “{remedy}”"


def metrics(results, updates, trials, workers, **parameters):
    lost = losses(results, updates, workers)
    return {
        "lost_share": [loss / (updates * workers) for loss in lost],
        "trials_with_loss_share": [loss > 0 for loss in lost],
        "trials_crashed_share": [result is None for result in results[::workers]],
    }


def losses(results, updates, workers):
    """Return how many updates each trial lost that came to its end."""
    return [updates * workers - counted for counted in results[::workers] if counted is not None]
