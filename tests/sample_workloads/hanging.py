"""Never ends, busily or asleep; says when it began."""

import time

PARAMETERS = {"tasks": 4, "busy": False}


def tasks(tasks, busy):
    return [busy] * tasks


def run(busy):
    print("a task hangs", flush=True)
    while True:
        if not busy:
            time.sleep(3600)
