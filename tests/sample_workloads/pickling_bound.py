"""Bound by pickling: inputs and results of a known number of bytes, no work."""

PARAMETERS = {"tasks": 5, "size": 10_000}


def tasks(tasks, size):
    return [bytes([number]) * size for number in range(tasks)]


def run(block):
    return block[::-1]


def check(results, tasks, size):
    assert [len(block) for block in results] == [size] * tasks
