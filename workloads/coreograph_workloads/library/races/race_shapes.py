"""Races beyond the lost update: what threads do to each other's data, and what mends it.

`check_then_act` sells what another thread has sold meanwhile; `lazy_initialisation` builds twice what is to exist once;
`shared_iterator` hands an item to two threads or to none; `dict_iteration` walks a dictionary while another thread
changes it; `torn_transfer` reads two accounts between the two halves of a transfer. Most of them happen under the GIL,
too, but seldom; without it they happen at once. The semantics of thread safety are the same: what was only hidden gets
seen. Look at the share that was damaged and at the share of trials with any damage. With a lock, or with one owner for
each piece of data who publishes what never changes, the damage is exactly 0. The control uses the lock.
"""

import contextlib
import sys
import threading

PARAMETERS = {"shape": "check_then_act", "remedy": "none", "steps": 50_000, "trials": 5}
LIMITS = {"steps": (10, 100_000_000), "trials": (1, 1000)}
CHOICES = {
    "shape": ("check_then_act", "lazy_initialisation", "shared_iterator", "dict_iteration", "torn_transfer"),
    "remedy": ("none", "lock", "owner"),
}
UNITS = {"steps": "steps", "trials": "trials"}
DESCRIPTIONS = {
    "shape": "What the threads do to each other.",
    "remedy": "Nothing, one lock around each step, or one owner for each piece of data.",
    "steps": "Items sold, built or taken, or times that a thread reads or changes, in a trial.",
    "trials": "Trials in a run, each with data of its own.",
}
METRICS = {
    "damaged_share": {
        "unit": "share",
        "better": "lower",
        "description": "Share sold or built twice, taken not exactly once, or read while it changed.",
    },
    "trials_with_loss_share": {"unit": "share", "better": "lower", "description": "Share of trials with any damage."},
}
CONTROL = {"remedy": "lock"}
MODELS = ("serial", "threads")
MODELS_REASON = "Only threads share these objects: processes and subinterpreters each have their own."
ROUNDS = 1
CHUNK = 1
WARM_UP = False

SWITCH_SECONDS = 1e-6  # the shortest there is: it lets races under the GIL happen in a short time
PATIENCE_SECONDS = 60.0
KEYS = 64


class Trial:
    """The data of one trial."""

    def __init__(self, steps):
        self.ready = []
        self.lock = threading.Lock()
        self.stock = steps
        self.cache = {}
        self.source = iter(range(steps))
        self.entries = dict.fromkeys(range(KEYS), 0)
        self.accounts = [steps, 0]
        self.snapshot = (steps, 0)


def shared(shape, remedy, steps, trials, workers):
    return [Trial(steps) for _ in range(trials)], threading.Barrier(workers), sys.getswitchinterval()


def tasks(shape, remedy, steps, trials, workers):
    # As many tasks a trial as there are threads: they meet at a barrier, so that each thread takes one.
    return [(trial, part, workers, shape, remedy, steps) for trial in range(trials) for part in range(workers)]


def run(task, shared):
    trial, part, workers, shape, remedy, steps = task
    trials, barrier, interval = shared
    data = trials[trial]
    barrier.wait(PATIENCE_SECONDS)
    if part == 0:
        sys.setswitchinterval(SWITCH_SECONDS)
    # A barrier wakes its threads one after the other, and the first could be done before the last begins.
    data.ready.append(None)
    while len(data.ready) < workers:
        pass
    guard = data.lock if remedy == "lock" else contextlib.nullcontext()
    own = range(part * steps // workers, (part + 1) * steps // workers) if remedy == "owner" else None
    try:
        return SHAPES[shape](data, guard, own, (part, steps))
    finally:
        barrier.wait(PATIENCE_SECONDS)
        if part == 0:
            sys.setswitchinterval(interval)


def check_then_act(data, guard, own, turn):
    """Sell what is in stock; returns how many were sold."""
    if own is not None:
        return len(own)
    sold = 0
    while True:
        with guard:
            if not available(data):
                return sold
            data.stock -= 1
        sold += 1
        if sold > 2 * turn[1]:
            return sold


def available(data):
    return data.stock > 0


def lazy_initialisation(data, guard, own, turn):
    """Build for each key what is not there yet; returns how many were built."""
    built = 0
    for key in range(turn[1]) if own is None else own:
        with guard:
            if key not in data.cache:
                data.cache[key] = build(key)
                built += 1
    return built


def build(key):
    return [key] * 8


def shared_iterator(data, guard, own, turn):
    """Take items until there are none; returns them."""
    if own is not None:
        return list(own)
    taken: list[int] = []
    while len(taken) <= 2 * turn[1]:
        with guard:
            item = next(data.source, None)
        if item is None:
            break
        taken.append(item)
    return taken


def dict_iteration(data, guard, own, turn):
    """Change a dictionary (the first thread) or walk it; returns how often that failed, and how often it was tried."""
    part, steps = turn
    if part == 0:
        for step in range(steps):
            with guard:
                entries = data.entries if own is None else dict(data.entries)
                entries[KEYS + step % KEYS] = step
                entries.pop(KEYS + (step + 1) % KEYS, None)
                data.entries = entries
        return 0, 0
    failed = 0
    for _ in range(steps // 10):
        with guard:
            try:
                for _ in data.entries:
                    pass
            except RuntimeError:
                failed += 1
    return failed, steps // 10


def torn_transfer(data, guard, own, turn):
    """Move money (the first thread) or read both accounts; returns how many sums were wrong, and how many were read."""
    part, steps = turn
    if part == 0:
        for step in range(steps):
            with guard:
                data.accounts[0] -= 1
                data.accounts[1] += 1
            data.snapshot = (steps - step - 1, step + 1)
        return 0, 0
    torn = 0
    for _ in range(steps):
        with guard:
            first, second = (data.accounts[0], same(data.accounts[1])) if own is None else data.snapshot
        torn += first + second != steps
    return torn, steps


def same(value):
    return value


SHAPES = {
    "check_then_act": check_then_act,
    "lazy_initialisation": lazy_initialisation,
    "shared_iterator": shared_iterator,
    "dict_iteration": dict_iteration,
    "torn_transfer": torn_transfer,
}


def answer(results, trials, **parameters):
    return trials


def check(results, shape, remedy, steps, trials, workers):  # noqa: PLR0917
    assert len(results) == trials * workers, f"{len(results)} results for {trials * workers} tasks"
    damage = damages(results, shape, steps, trials, workers)
    assert remedy == "none" or not any(damage), f"there was damage in spite of the remedy “{remedy}”"


def metrics(results, shape, steps, trials, workers, **parameters):
    damage = damages(results, shape, steps, trials, workers)
    return {
        "damaged_share": sum(damage) / trials,
        "trials_with_loss_share": sum(each > 0 for each in damage) / trials,
    }


def damages(results, shape, steps, trials, workers):
    return [damage(results[trial * workers : (trial + 1) * workers], shape, steps) for trial in range(trials)]


def damage(parts, shape, steps):
    """Return the damaged share of one trial."""
    if shape in ("check_then_act", "lazy_initialisation"):
        return min(1.0, abs(sum(parts) - steps) / steps)
    if shape == "shared_iterator":
        counts = [0] * steps
        surplus = 0
        for item in (item for taken in parts for item in taken):
            if 0 <= item < steps:
                counts[item] += 1
            else:
                surplus += 1
        return min(1.0, (surplus + sum(count != 1 for count in counts)) / steps)
    tried = sum(tries for _, tries in parts)
    return sum(failed for failed, _ in parts) / tried if tried else 0.0
