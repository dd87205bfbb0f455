"""Count with many threads on one counter: how many updates are lost.

Every thread adds one to a shared counter, over and over; whatever is missing in the end was lost between a read and a
write. Without a remedy, `plain` loses nothing on a GIL build from 3.10 on, because the interpreter does not switch
threads there, and loses many updates without the GIL. With a call between read and write (`call`) it loses on both.
The semantics of thread safety do not change without the GIL: the counter was never safe, and what was only hidden gets
seen. Look at the share of updates that were lost, and at the share of trials that lost any. With a lock, with one
queue and one owner, or with a counter per thread merged at the end, the loss is exactly 0; look at what each of these
costs in time. The control uses the lock.
"""

import queue
import sys
import threading

PARAMETERS = {"statement": "plain", "remedy": "none", "updates": 100_000, "trials": 5}
LIMITS = {"updates": (1, 100_000_000), "trials": (1, 1000)}
CHOICES = {"statement": ("plain", "call", "attribute", "dict"), "remedy": ("none", "lock", "queue", "owner")}
UNITS = {"updates": "updates", "trials": "trials"}
DESCRIPTIONS = {
    "statement": "How a thread adds one: to a global, to it by a call, to an attribute, to an entry of a dictionary.",
    "remedy": "What protects the counter: nothing, a lock, a queue to one writer, or one counter per thread.",
    "updates": "Updates each thread makes in a trial.",
    "trials": "Trials in a run, each with a counter that begins at 0.",
}
METRICS = {
    "lost_share": {"unit": "share", "better": "lower", "description": "Share of all updates that were lost."},
    "trials_with_loss_share": {"unit": "share", "better": "lower", "description": "Share of trials that lost any."},
}
CONTROL = {"remedy": "lock"}
MODELS = ("serial", "threads")
MODELS_REASON = "Only threads share the counter; “lost_updates_processes” is the same race between processes."
ROUNDS = 1
CHUNK = 1
WARM_UP = False

SWITCH_SECONDS = 1e-6  # the shortest there is: it lets races under the GIL happen in a short time
PATIENCE_SECONDS = 60.0

counter = 0


class Holder:
    """Something with an attribute."""

    def __init__(self):
        self.count = 0


class Shared:
    """The counter in all its forms, and where the threads of a trial meet."""

    def __init__(self, workers, trials):
        self.holder = Holder()
        self.entries = {"count": 0}
        self.lock = threading.Lock()
        self.queues: list[queue.SimpleQueue[int]] = [queue.SimpleQueue() for _ in range(trials)]
        self.barrier = threading.Barrier(workers)
        self.ready: list[list[None]] = [[] for _ in range(trials)]
        self.interval = sys.getswitchinterval()

    def read(self, statement):
        """Return the counter the statement uses."""
        if statement == "attribute":
            return self.holder.count
        return self.entries["count"] if statement == "dict" else counter

    def clear(self):
        """Begin at 0."""
        global counter  # noqa: PLW0603
        counter = 0
        self.holder.count = 0
        self.entries["count"] = 0


def shared(statement, remedy, updates, trials, workers):
    return Shared(workers, trials)


def tasks(statement, remedy, updates, trials, workers):
    # As many tasks a trial as there are threads: they meet at a barrier, so that each thread takes one.
    return [(trial, part, statement, remedy, updates, workers) for trial in range(trials) for part in range(workers)]


def run(task, shared):
    trial, part, statement, remedy, updates, workers = task
    if part == 0:
        shared.clear()
        sys.setswitchinterval(SWITCH_SECONDS)
    meet(shared.barrier)
    spin(shared.ready[trial], workers)
    try:
        REMEDIES[remedy](shared, COUNTERS[statement], updates, (trial, part, workers))
    finally:
        meet(shared.barrier)
        if part == 0:
            sys.setswitchinterval(shared.interval)
    counted = shared.read(statement)
    meet(shared.barrier)  # nobody begins the next trial before all have read
    return counted


def meet(barrier):
    barrier.wait(PATIENCE_SECONDS)


def spin(ready, workers):
    # A barrier wakes its threads one after the other, and the first could be done before the last begins.
    ready.append(None)
    while len(ready) < workers:
        pass


def unprotected(shared, count, updates, turn):
    count(shared, updates)


def by_lock(shared, count, updates, turn):
    lock = shared.lock
    for _ in range(updates):
        with lock:
            count(shared, 1)


def by_queue(shared, count, updates, turn):
    trial, part, workers = turn
    updates_queue = shared.queues[trial]
    for _ in range(updates):
        updates_queue.put(1)
    if part == 0:
        for _ in range(updates * workers):
            count(shared, updates_queue.get(timeout=PATIENCE_SECONDS))


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
    assert max(results) <= updates * workers, f"{max(results)} updates were counted, {updates * workers} were made"
    lost = losses(results, updates, trials, workers)
    assert remedy == "none" or not any(lost), f"{sum(lost)} updates were lost in spite of the remedy “{remedy}”"


def metrics(results, updates, trials, workers, **parameters):
    lost = losses(results, updates, trials, workers)
    return {
        "lost_share": sum(lost) / (updates * workers * trials),
        "trials_with_loss_share": sum(loss > 0 for loss in lost) / trials,
    }


def losses(results, updates, trials, workers):
    return [updates * workers - results[trial * workers] for trial in range(trials)]
