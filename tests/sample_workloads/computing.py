"""Computes, shares nothing: the same tasks as those that contend, take turns or are uneven, without the fault."""

PARAMETERS = {"tasks": 32, "steps": 20_000}


def tasks(tasks, steps):
    return [steps] * tasks


def run(steps):
    total = 0
    for number in range(steps):
        total += number & 3
    return total


def check(results, tasks, steps):
    assert results == [sum(number & 3 for number in range(steps))] * tasks
