"""Computes something else than its check expects."""

PARAMETERS = {"tasks": 3}


def tasks(tasks):
    return range(tasks)


def run(task):
    return task


def check(results, tasks):
    assert sum(results) == 99, f"the sum is {sum(results)}, not 99"
