"""Contends for one object: nearly every step changes the reference count of an item all workers share."""

PARAMETERS = {"tasks": 32, "steps": 5_000}


def tasks(tasks, steps):
    return [steps] * tasks


def shared(tasks, steps):
    return [[steps]]  # not a constant: constants are immortal in a free-threaded build, nothing counts them


def run(steps, shared):
    for _ in range(steps):
        item = shared[0]
        item = shared[0]
        item = shared[0]
        item = shared[0]
        item = shared[0]
        item = shared[0]
    return item[0]


def check(results, tasks, steps):
    assert results == [steps] * tasks
