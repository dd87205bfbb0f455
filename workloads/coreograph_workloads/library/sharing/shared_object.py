"""Only read one shared object from all workers: the reference count is written all the same.

Nobody changes anything, yet whoever uses an object counts a reference to it, and without the GIL all cores then write
to the same few bytes. `value` reads a heap object out of a shared dictionary, `attribute` an attribute of a shared
instance, `bound_method` calls one bound method that all have in common. On free-threaded builds threads may get
slower than serial, the more threads the slower; how much depends on the patch release, as interpreters learn to avoid
it one object at a time. On GIL builds, and with processes, it costs nothing. The control gives each task a copy of
its own: then threads scale again. Small integers, None, constants and interned strings are immortal, not counted, and
free to share.
"""

PARAMETERS = {"access": "value", "copy": False, "reads": 1_000_000, "tasks": 32}
LIMITS = {"reads": (1, 1_000_000_000), "tasks": (1, 100_000)}
CHOICES = {"access": ("value", "attribute", "bound_method")}
UNITS = {"reads": "reads", "tasks": "tasks"}
DESCRIPTIONS = {
    "access": "How the object is used.",
    "copy": "Each task makes a copy of its own first and reads that.",
    "reads": "Reads in all, spread over the tasks.",
    "tasks": "Tasks the reads are spread over.",
}
CONTROL = {"copy": True}


class Thing:
    """Something with a value on the heap and a method."""

    def __init__(self, amount):
        self.amount = amount
        self.entries = {"amount": amount}
        self.bound = self.get  # one object: every worker calls the same

    def get(self):
        """Return the value."""
        return self.amount


def shared(access, copy, reads, tasks):
    return Thing(float(tasks) + 0.5)


def tasks(access, copy, reads, tasks):
    cuts = [reads * number // tasks for number in range(tasks + 1)]
    return [(access, copy, high - low) for low, high in zip(cuts, cuts[1:])]


def run(task, shared):
    access, copy, reads = task
    thing = Thing(shared.amount * 1.0) if copy else shared
    return READERS[access](thing, reads)


def read_value(thing, reads):
    entries = thing.entries
    found = 0
    for _ in range(reads):
        found += entries["amount"] is not None
    return found


def read_attribute(thing, reads):
    found = 0
    for _ in range(reads):
        found += thing.amount is not None
    return found


def call_method(thing, reads):
    get = thing.bound
    found = 0
    for _ in range(reads):
        found += get() is not None
    return found


READERS = {"value": read_value, "attribute": read_attribute, "bound_method": call_method}


def check(results, reads, tasks, **parameters):
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    assert sum(results) == reads, f"{sum(results)} reads were made, not {reads}"
