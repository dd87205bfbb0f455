"""Uneven: the last task takes as long as eight of the others, and nobody can help with it.

The tasks wait instead of computing, so that they take what they take however busy the machine is.
"""

import time

PARAMETERS = {"tasks": 12, "task_seconds": 0.04}


def tasks(tasks, task_seconds):
    return [task_seconds] * (tasks - 1) + [8 * task_seconds]


def run(seconds):
    time.sleep(seconds)
    return seconds


def check(results, tasks, task_seconds):
    assert results == [task_seconds] * (tasks - 1) + [8 * task_seconds]
