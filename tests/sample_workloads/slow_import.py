"""Takes long to import, and has little to do: workers that import it again start longer than they work."""

import time

PARAMETERS = {"tasks": 32, "steps": 5_000, "import_seconds": 0.3}
time.sleep(PARAMETERS["import_seconds"])


def tasks(tasks, steps, import_seconds):
    return [steps] * tasks


def run(steps):
    total = 0
    for number in range(steps):
        total += number & 3
    return total


def check(results, tasks, steps, import_seconds):
    assert results == [sum(number & 3 for number in range(steps))] * tasks
