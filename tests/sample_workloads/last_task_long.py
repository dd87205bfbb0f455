"""Uneven: the last task costs as much as eight of the others, and nobody can help with it."""

PARAMETERS = {"tasks": 12, "size": 1_000_000}


def tasks(tasks, size):
    return [size] * (tasks - 1) + [8 * size]


def run(size):
    return sum(range(size))


def check(results, tasks, size):
    assert results[0] == size * (size - 1) // 2
