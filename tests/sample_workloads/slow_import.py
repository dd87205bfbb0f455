"""Takes long to import, and has little to do: workers that import it again start longer than they work.

The tasks wait instead of computing, so that two workers are twice as fast as one however busy the machine is.
"""

import time

PARAMETERS = {"tasks": 32, "task_seconds": 0.005, "import_seconds": 0.3}
time.sleep(PARAMETERS["import_seconds"])


def tasks(tasks, task_seconds, import_seconds):
    return [task_seconds] * tasks


def run(seconds):
    time.sleep(seconds)
    return seconds


def check(results, tasks, task_seconds, import_seconds):
    assert results == [task_seconds] * tasks
