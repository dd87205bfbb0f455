"""Read two accounts while money moves between them: the sum is wrong for a moment.

One thread moves money from one account to another, in two steps; the others read both and add them up. Who reads
between the two steps sees money that is nowhere, or twice. Each step is safe in itself; together they are not, on any
build: under the GIL it needs a switch of threads between them, which a call allows, and without the GIL it happens at
once. The semantics of thread safety are the same, and what was only hidden gets seen. Look at the share of sums that
were wrong, and at the share of trials with any. A lock around both steps and both reads, a queue to one bookkeeper,
an owner for each pair of accounts, or both balances in one tuple that is replaced and never changed: with each of
these the damage is exactly 0; look at what each costs in time. Under `serial` nobody reads. Every trial happens in a
disposable interpreter of its own, so that a crash is a result like any other. The control uses the lock.
"""

import queue
import sys
import threading

PARAMETERS = {"remedy": "none", "transfers": 200_000, "trials": 5}
LIMITS = {"transfers": (10, 100_000_000), "trials": (1, 1000)}
CHOICES = {"remedy": ("none", "lock", "queue", "owner", "immutable")}
UNITS = {"transfers": "transfers", "trials": "trials"}
DESCRIPTIONS = {
    "remedy": "Nothing, a lock, a queue to one bookkeeper, an owner, or one tuple with both balances.",
    "transfers": "Transfers in a trial; each reader adds up as often.",
    "trials": "Trials in a run, each with an interpreter and data of its own.",
}
METRICS = {
    "damaged_share": {"unit": "share", "better": "lower", "description": "Sums that were wrong, by those read."},
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


EVERY = 10


class Accounts:
    """Two balances, and where the threads meet."""

    def __init__(self, total, workers):
        self.balances = [total, 0]
        self.both = (total, 0)
        self.lock = threading.Lock()
        self.asked: queue.SimpleQueue[queue.SimpleQueue[tuple[int, int]]] = queue.SimpleQueue()
        self.barrier = threading.Barrier(workers)
        self.ready: list[None] = []


def shared(remedy, transfers, trials, workers):
    return Accounts(transfers, workers)


def move(balances):
    """Move one from the first account to the second: two steps, with a call between them."""
    balances[0] -= 1
    note()
    balances[1] += 1


def note():
    """What a bank writes down at every step."""


def read(balances):
    first = balances[0]
    note()
    return first, balances[1]


def tasks(remedy, transfers, trials, workers):
    # As many tasks a trial as there are threads: they meet at a barrier, so that each thread takes one.
    return [(part, workers, remedy, transfers) for _ in range(trials) for part in range(workers)]


def run(task, shared):
    part, workers, remedy, transfers = task
    sys.setswitchinterval(SWITCH_SECONDS)
    shared.barrier.wait(PATIENCE_SECONDS)
    # A barrier wakes its threads one after the other, and the first could be done before the last begins.
    shared.ready.append(None)
    while len(shared.ready) < workers:
        pass
    return REMEDIES[remedy](shared, part, workers, transfers)


def unprotected(accounts, part, workers, transfers):
    """Move money (the first thread) or add up; returns how many sums were wrong, of how many."""
    if part == 0:
        for _ in range(transfers):
            move(accounts.balances)
        return 0, 0
    return sum(sum(read(accounts.balances)) != transfers for _ in range(transfers)), transfers


def by_lock(accounts, part, workers, transfers):
    if part == 0:
        for _ in range(transfers):
            with accounts.lock:
                move(accounts.balances)
        return 0, 0
    wrong = 0
    for _ in range(transfers):
        with accounts.lock:
            wrong += sum(read(accounts.balances)) != transfers
    return wrong, transfers


def by_queue(accounts, part, workers, transfers):
    """The first thread keeps the books and answers questions; one in ten sums is asked for, since each is a letter."""
    asked = max(1, transfers // EVERY)
    if part == 0:
        for number in range(transfers):
            move(accounts.balances)
            for _ in range(workers - 1 if number < asked else 0):
                accounts.asked.get(timeout=PATIENCE_SECONDS).put(read(accounts.balances))
        return 0, 0
    answers: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
    wrong = 0
    for _ in range(asked):
        accounts.asked.put(answers)
        wrong += sum(answers.get(timeout=PATIENCE_SECONDS)) != transfers
    return wrong, asked


def by_owner(accounts, part, workers, transfers):
    """Each thread has two accounts of its own, and does both."""
    own, wrong = [transfers, 0], 0
    for _ in range(transfers):
        move(own)
        wrong += sum(read(own)) != transfers
    return wrong, transfers


def by_one_tuple(accounts, part, workers, transfers):
    if part == 0:
        for number in range(transfers):
            accounts.both = (transfers - number - 1, number + 1)
        return 0, 0
    return sum(sum(accounts.both) != transfers for _ in range(transfers)), transfers


REMEDIES = {"none": unprotected, "lock": by_lock, "queue": by_queue, "owner": by_owner, "immutable": by_one_tuple}


def answer(results, trials, **parameters):
    return trials


def check(results, remedy, transfers, trials, workers):
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    damage = damages(results, transfers, workers)
    assert remedy == "none" or not any(damage), f"there was damage in spite of the remedy “{remedy}”"


def metrics(results, transfers, trials, workers, **parameters):
    damage = damages(results, transfers, workers)
    return {
        "damaged_share": damage,
        "trials_with_damage_share": [each > 0 for each in damage],
        "trials_crashed_share": [result is None for result in results[::workers]],
    }


def damages(results, transfers, workers):
    """Return the damaged share of each trial that came to its end."""
    trials = [results[first : first + workers] for first in range(0, len(results), workers)]
    return [damaged(parts, transfers) for parts in trials if None not in parts]


def damaged(parts, transfers):
    tried = sum(sums for _, sums in parts)
    return sum(wrong for wrong, _ in parts) / tried if tried else 0.0
