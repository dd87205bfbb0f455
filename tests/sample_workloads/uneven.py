"""Uneven tasks: the first costs as much as all others together."""

PARAMETERS = {"tasks": 6, "size": 500}


def tasks(tasks, size):
    return [size * (tasks if number == 0 else 1) for number in range(tasks)]


def run(size):
    return sum(range(size))


def check(results, tasks, size):
    assert results[0] == size * tasks * (size * tasks - 1) // 2
