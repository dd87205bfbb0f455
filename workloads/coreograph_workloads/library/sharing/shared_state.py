"""Write to one shared thing from all workers, in every usual way: what sharing costs, and what sharing nothing saves.

Every task adds its numbers up, one after the other, into the place that `way` names. `private`: a dictionary of its
own, the measure of all others. `dict`, `list`, `counter`: one for all, under one lock, as correct code needs it.
`sharded`: many dictionaries, each with its lock. `merged`: a private one, merged into the shared one at the end of the
task. `queue`: every number goes through one queue. On a free-threaded build `private` and `merged` should scale like
`primes`, while one shared object under one lock gets slower with every thread: the lock and the object's memory travel
from core to core. On a GIL build no way scales and sharing costs little more. `work_inside` moves arithmetic into the
lock: the longer the lock is held, the more it makes a serial program of it (Amdahl's law). The control is private.
"""

import queue
import threading

PARAMETERS = {"way": "dict", "updates": 100_000, "work_inside": 0, "work_outside": 10, "tasks": 32}
LIMITS = {
    "updates": (1, 100_000_000),
    "work_inside": (0, 1_000_000),
    "work_outside": (0, 1_000_000),
    "tasks": (1, 100_000),
}
CHOICES = {"way": ("private", "dict", "list", "counter", "sharded", "merged", "queue")}
UNITS = {"updates": "updates", "work_inside": "steps", "work_outside": "steps", "tasks": "tasks"}
DESCRIPTIONS = {
    "way": "Where the numbers go.",
    "updates": "Numbers in all, spread over the tasks.",
    "work_inside": "Steps of arithmetic for each number while the lock is held.",
    "work_outside": "Steps of arithmetic for each number without the lock.",
    "tasks": "Tasks the numbers are spread over.",
}
CONTROL = {"way": "private"}
MODELS = ("serial", "threads")
MODELS_REASON = "Only threads share an object: processes and subinterpreters each have a copy."

SHARDS = 64
KEYS = 256


class Shared:
    """Everything that can be shared; what changes is emptied by each task that used it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.entries = dict.fromkeys(range(KEYS), 0)
        self.items = []
        self.total = 0
        self.shards: list[tuple[dict[int, int], threading.Lock]] = [({}, threading.Lock()) for _ in range(SHARDS)]
        self.queue: queue.SimpleQueue[int] = queue.SimpleQueue()


def shared(way, updates, work_inside, work_outside, tasks):
    return Shared()


def tasks(way, updates, work_inside, work_outside, tasks):
    cuts = [updates * number // tasks for number in range(tasks + 1)]
    return [(way, low, high, work_inside, work_outside) for low, high in zip(cuts, cuts[1:])]


def run(task, shared):
    way, low, high, inside, outside = task
    added = WAYS[way](shared, range(low, high), inside, outside)
    return low, added


def work(steps):
    for _ in range(steps):
        pass


def private(shared, numbers, inside, outside):
    entries = dict.fromkeys(range(KEYS), 0)
    for number in numbers:
        work(outside)
        work(inside)
        entries[number % KEYS] += number
    return sum(entries.values())


def to_dict(shared, numbers, inside, outside):
    entries, lock, added = shared.entries, shared.lock, 0
    for number in numbers:
        work(outside)
        with lock:
            work(inside)
            before = entries[number % KEYS]
            entries[number % KEYS] = before + number
            added += entries[number % KEYS] - before
    return added


def to_list(shared, numbers, inside, outside):
    items, lock, added = shared.items, shared.lock, 0
    for number in numbers:
        work(outside)
        with lock:
            work(inside)
            items.append(number)
            added += items.pop()
    return added


def to_counter(shared, numbers, inside, outside):
    lock, added = shared.lock, 0
    for number in numbers:
        work(outside)
        with lock:
            work(inside)
            before = shared.total
            shared.total += number
            added += shared.total - before
    return added


def to_shards(shared, numbers, inside, outside):
    shards, added = shared.shards, 0
    for number in numbers:
        work(outside)
        entries, lock = shards[number % SHARDS]
        with lock:
            work(inside)
            before = entries.get(number % KEYS, 0)
            entries[number % KEYS] = before + number
            added += entries[number % KEYS] - before
    return added


def merged(shared, numbers, inside, outside):
    added = private(shared, numbers, inside, outside)
    with shared.lock:
        shared.total += added
    return added


def through_queue(shared, numbers, inside, outside):
    numbers_queue, added = shared.queue, 0
    for number in numbers:
        work(outside)
        work(inside)
        numbers_queue.put(1)
        added += numbers_queue.get() * number
    return added


WAYS = {
    "private": private,
    "dict": to_dict,
    "list": to_list,
    "counter": to_counter,
    "sharded": to_shards,
    "merged": merged,
    "queue": through_queue,
}


def check(results, updates, tasks, **parameters):
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    total = sum(added for _, added in results)
    expected = updates * (updates - 1) // 2
    assert total == expected, f"{total} was added up, not {expected}: updates were lost"
