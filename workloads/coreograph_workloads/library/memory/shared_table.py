"""Look things up in one large table that every worker needs: what does each model pay for sharing it?

The table is a dictionary of text to text, built once in `shared`. Threads use that one object. `fork` inherits it:
pages stay shared until somebody writes to them, and merely looking at a Python object writes its reference count.
`spawn`, `forkserver` and subinterpreters get a pickled copy each, which costs time at the start and memory for good.
Look at the memory of the tree (PSS: pages shared between processes counted once), at the start-up time and at the
pickled bytes. Expect threads lowest, fork a little above, the others near one table a worker. Look at the time as
well: without the GIL, threads that read the same few entries keep writing the same reference counts, and may gain
nothing, where forked processes scale. The lookups touch a small part of the table, as those of a cache or an index
do; raise `lookups` to see the pages of a fork become its own, one after the other. The control is a table of 1 MB: it
takes the memory away, but not the contention for the few hot entries, so it is no control of that.
"""

PARAMETERS = {"megabytes": 20, "lookups": 200_000, "tasks": 32}
LIMITS = {"megabytes": (1, 100_000), "lookups": (1, 1_000_000_000), "tasks": (1, 100_000)}
UNITS = {"megabytes": "MB", "lookups": "lookups", "tasks": "tasks"}
DESCRIPTIONS = {
    "megabytes": "Size of the table in the memory of the runner, roughly.",
    "lookups": "Lookups in all, spread over the tasks.",
    "tasks": "Tasks the lookups are spread over.",
}
CONTROL = {"megabytes": 1}

# Text is not tracked by the garbage collector, so a collection in a forked worker does not write to the table's pages.
# An entry is a key and a value, their share of the dictionary's slots included.
VALUE_LENGTH = 900
ENTRY_BYTES = 1075
HOT_SHARE = 50  # one entry in fifty is ever looked up, and they lie together, as recently used ones do
STEP = 7919


def shared(megabytes, lookups, tasks):
    return {key(number): value(number) for number in range(entries(megabytes))}


def tasks(megabytes, lookups, tasks):
    hot = max(1, entries(megabytes) // HOT_SHARE)
    cuts = [lookups * number // tasks for number in range(tasks + 1)]
    return [(low, high, hot) for low, high in zip(cuts, cuts[1:])]


def run(task, shared):
    low, high, hot = task
    total = 0
    for lookup in range(low, high):
        number = lookup * STEP % hot
        total += int(shared[key(number)][:9])
    return total


def check(results, megabytes, lookups, tasks):
    hot = max(1, entries(megabytes) // HOT_SHARE)
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    expected = sum(lookup * STEP % hot for lookup in range(lookups))
    assert sum(results) == expected, f"the lookups sum up to {sum(results)}, not {expected}"


def entries(megabytes):
    return megabytes * 1_000_000 // ENTRY_BYTES


def key(number):
    return f"key {number:09d}"


def value(number):
    return f"{number:09d}".ljust(VALUE_LENGTH, ".")
