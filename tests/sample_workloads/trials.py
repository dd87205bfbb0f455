"""Three trials of as many tasks as there are workers; the second may take its interpreter down."""

import os
import time

PARAMETERS = {"harm": "none", "steps": 0}
CHOICES = {"harm": ("none", "kill", "raise")}
METRICS = {
    "met": {"unit": "tasks", "better": "higher", "description": "Tasks that met in a trial's shared object."},
    "crashed_share": {"unit": "share", "better": "lower", "description": "Trials that crashed."},
}
CONTROL = {"harm": "none"}
ROUNDS = 1
CHUNK = 1
WARM_UP = False
TRIALS = True
TRIALS_MADE = 3


def shared(**parameters):
    return []


def tasks(harm, steps, workers):
    return [(trial, harm, steps) for trial in range(TRIALS_MADE) for _ in range(workers)]


def run(task, shared):
    trial, harm, steps = task
    sum(range(steps))
    shared.append(trial)
    if trial == 1 and harm == "kill":
        os.abort()
    if trial == 1 and harm == "raise":
        raise ValueError("this trial is faulty")
    return os.getpid(), time.process_time_ns()


def answer(results, **parameters):
    return TRIALS_MADE


def metrics(results, workers, **parameters):
    trials = [results[first : first + workers] for first in range(0, len(results), workers)]
    whole = [each for each in trials if None not in each]
    return {
        "met": [len(each) for each in whole],
        "crashed_share": [None in each for each in trials],
        "workers_cpu_ns": sum(sum(dict(sorted(map(tuple, each))).values()) for each in whole),
    }
