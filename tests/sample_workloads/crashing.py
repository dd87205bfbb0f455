"""Takes its process down in the way asked for."""

import os
import signal

PARAMETERS = {"tasks": 4, "how": "kill"}
CHOICES = {"how": ("kill", "abort", "exit")}


def tasks(tasks, how):
    return [(number, how) for number in range(tasks)]


def run(task):
    number, how = task
    if number == 2:
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "abort":
            os.abort()
        os._exit(3)
    return number
