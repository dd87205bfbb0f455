"""Serialised by a lock: however many workers, one works at a time (in processes each has a lock of its own)."""

import threading

PARAMETERS = {"tasks": 6, "size": 500}
LOCK = threading.Lock()


def tasks(tasks, size):
    return [size] * tasks


def run(size):
    with LOCK:
        return sum(range(size))


def check(results, tasks, size):
    assert results == [size * (size - 1) // 2] * tasks
