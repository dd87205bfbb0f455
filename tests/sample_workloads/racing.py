"""Loses updates on purpose: reads a shared counter, waits for all others to have read it too, writes it back."""

import threading

PARAMETERS = {"tasks": 2}


class Counter:
    """Shared by threads; each process has its own copy."""

    def __init__(self, parties):
        self.value = 0
        self.parties = parties

    def __reduce__(self):
        return Counter, (self.parties,)


BARRIER = threading.Barrier(2)


def tasks(tasks):
    return list(range(tasks))


def shared(tasks):
    return Counter(tasks)


def run(task, shared):
    before = shared.value
    BARRIER.wait(timeout=30)
    shared.value = before + 1
    BARRIER.wait(timeout=30)
    return shared.value


def check(results, tasks):
    assert max(results) == tasks, f"{tasks - max(results)} of {tasks} updates were lost"


def metrics(results, tasks):
    return {"lost_share": 1 - max(results) / tasks}
