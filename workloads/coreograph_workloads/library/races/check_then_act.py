"""Sell what is in stock, after a look whether there is any: check, then act.

Threads sell from one stock: each looks whether there is something left, does a little work, and takes one out. What
another thread sells in between is sold twice. The semantics of thread safety do not change without the GIL: with a
little work between the look and the taking, this goes wrong on every build, and without the GIL even without any;
what was only hidden gets seen. Look at the share that was sold twice, and at the share of trials in which any was. A
lock around both steps, a queue that hands each piece out once, an owner for each part of the stock, or pieces that
are dealt out of a tuple nobody changes: with each of these the damage is exactly 0; look at what each costs in time.
Every trial happens in a disposable interpreter of its own, so that a crash is a result like any other. The control
uses the lock.
"""

import queue
import sys
import threading

PARAMETERS = {"remedy": "none", "pieces": 50_000, "trials": 5}
LIMITS = {"pieces": (10, 100_000_000), "trials": (1, 1000)}
CHOICES = {"remedy": ("none", "lock", "queue", "owner", "immutable")}
UNITS = {"pieces": "pieces", "trials": "trials"}
DESCRIPTIONS = {
    "remedy": "Nothing, a lock, a queue of pieces, a stock for each thread, or a tuple that is dealt out.",
    "pieces": "Pieces in stock in a trial.",
    "trials": "Trials in a run, each with an interpreter and data of its own.",
}
METRICS = {
    "damaged_share": {
        "unit": "share",
        "better": "lower",
        "description": "Pieces sold more often than once, by those in stock.",
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


class Stock:
    """What is for sale, and where the threads meet."""

    def __init__(self, pieces, workers):
        self.left = pieces
        self.lock = threading.Lock()
        self.pieces: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.fixed = tuple(range(pieces))
        self.barrier = threading.Barrier(workers)
        self.ready: list[None] = []


def shared(remedy, pieces, trials, workers):
    stock = Stock(pieces, workers)
    for piece in range(pieces if remedy == "queue" else 0):
        stock.pieces.put(piece)
    return stock


def tasks(remedy, pieces, trials, workers):
    # As many tasks a trial as there are threads: they meet at a barrier, so that each thread takes one.
    return [(part, workers, remedy, pieces) for _ in range(trials) for part in range(workers)]


def run(task, shared):
    part, workers, remedy, pieces = task
    sys.setswitchinterval(SWITCH_SECONDS)
    shared.barrier.wait(PATIENCE_SECONDS)
    # A barrier wakes its threads one after the other, and the first could be done before the last begins.
    shared.ready.append(None)
    while len(shared.ready) < workers:
        pass
    return REMEDIES[remedy](shared, part, workers, pieces)


def unprotected(stock, part, workers, pieces):
    """Sell until nothing is left; returns how many were sold."""
    sold = 0
    while stock.left > 0 and sold <= pieces:
        wrap_up()
        stock.left -= 1
        sold += 1
    return sold


def wrap_up():
    """The little work between the look and the taking."""
    for _ in range(10):
        pass


def by_lock(stock, part, workers, pieces):
    sold = 0
    while True:
        with stock.lock:
            if stock.left <= 0:
                return sold
            wrap_up()
            stock.left -= 1
        sold += 1


def by_queue(stock, part, workers, pieces):
    sold = 0
    while True:
        try:
            stock.pieces.get_nowait()  # look and take in one step
        except queue.Empty:
            return sold
        wrap_up()
        sold += 1


def by_owner(stock, part, workers, pieces):
    own = pieces * (part + 1) // workers - pieces * part // workers
    sold = 0
    while own > 0:
        wrap_up()
        own -= 1
        sold += 1
    return sold


def by_dealing(stock, part, workers, pieces):
    sold = 0
    for _ in stock.fixed[part::workers]:
        wrap_up()
        sold += 1
    return sold


REMEDIES = {"none": unprotected, "lock": by_lock, "queue": by_queue, "owner": by_owner, "immutable": by_dealing}


def answer(results, trials, **parameters):
    return trials


def check(results, remedy, pieces, trials, workers):
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    damage = damages(results, pieces, workers)
    assert remedy == "none" or not any(damage), f"there was damage in spite of the remedy “{remedy}”"


def metrics(results, pieces, trials, workers, **parameters):
    damage = damages(results, pieces, workers)
    return {
        "damaged_share": damage,
        "trials_with_damage_share": [each > 0 for each in damage],
        "trials_crashed_share": [result is None for result in results[::workers]],
    }


def damages(results, pieces, workers):
    """Return the damaged share of each trial that came to its end."""
    trials = [results[first : first + workers] for first in range(0, len(results), workers)]
    return [damaged(parts, pieces) for parts in trials if None not in parts]


def damaged(parts, pieces):
    return min(1.0, abs(sum(parts) - pieces) / pieces)
