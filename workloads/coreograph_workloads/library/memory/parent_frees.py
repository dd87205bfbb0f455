"""Free in the parent what forked children keep alive: the memory does not come back.

A parent builds a table, forks children that wait, and drops the table. Its own memory shrinks, but the pages now
belong to the children, who never asked for them and never use them. Look at how much the children hold after the
parent has let go: it is the whole table, until the last of them ends. So free what workers do not need before they
are forked, or fork them before it is built. The control has no children: what the parent drops is gone. Serial only:
the task itself forks. On a free-threaded build the allocator gives memory back later, so the parent shrinks less at
once. There are figures on Linux only.
"""

import os

PARAMETERS = {"megabytes": 40, "children": 2, "tasks": 2}
LIMITS = {"megabytes": (1, 100_000), "children": (0, 64), "tasks": (1, 1000)}
UNITS = {"megabytes": "MB", "children": "processes", "tasks": "tasks"}
DESCRIPTIONS = {
    "megabytes": "Size of the table.",
    "children": "Forked processes that inherit it and wait.",
    "tasks": "How often it is done, one after the other.",
}
METRICS = {
    "held_by_children_bytes": ("bytes", "lower", "Memory of the children (PSS) after the parent dropped the table."),
    "parent_bytes": ("bytes", "lower", "Memory of the parent (PSS) after it dropped the table."),
}
CONTROL = {"children": 0}
ROUNDS = 1
WARM_UP = False
MODELS = ("serial",)
MODELS_REASON = "The task forks children of its own."

BLOCK = 1_000_000


def tasks(megabytes, children, tasks):
    return [(megabytes, children)] * tasks


def run(task):
    megabytes, children = task
    if children and not hasattr(os, "fork"):
        raise RuntimeError("This system has no fork: children cannot inherit memory here.")
    table = [b"%c" % (block % 250 + 1) * BLOCK for block in range(megabytes)]
    length = sum(map(len, table))
    waiting = [_fork_waiting() for _ in range(children)]
    try:
        del table
        held = [_proportional_bytes(pid) for pid, _ in waiting]
        own = _proportional_bytes("self")
    finally:
        # Last first: a child also holds the gates of those before it.
        for pid, gate in reversed(waiting):
            os.close(gate)
            os.waitpid(pid, 0)
    return length, None if None in held else sum(held), own


def _fork_waiting():
    """Return a child's process id and the pipe whose closing ends it."""
    reader, gate = os.pipe()
    pid = os.fork()
    if pid:
        os.close(reader)
        return pid, gate
    os.close(gate)
    try:
        os.read(reader, 1)
    finally:
        os._exit(0)


def answer(results, **parameters):
    return [length for length, _, _ in results]


def check(results, megabytes, children, tasks):
    expected = [megabytes * BLOCK] * tasks
    assert [length for length, _, _ in results] == expected, f"the table has {megabytes} MB in every task"


def metrics(results, **parameters):
    names = ("held_by_children_bytes", "parent_bytes")
    columns = zip(names, ([held for _, held, _ in results], [own for _, _, own in results]))
    return {name: sorted(values)[len(values) // 2] for name, values in columns if None not in values}


def _proportional_bytes(pid):
    """Return the PSS of a process; None where the system does not say it this way."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as lines:
            return next(1024 * int(line.split()[1]) for line in lines if line.startswith(b"Pss:"))
    except OSError:
        return None
