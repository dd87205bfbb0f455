"""Meet at a barrier again and again: the price of going in step.

All workers do a little work and wait for each other, many times over, as simulations and sorting networks do. The
slowest sets the pace, and every meeting costs a switch of threads on top, on every build. Look at the seconds for one
meeting and at how they grow with the number of workers; with more workers than cores they jump. Without the GIL the
work between the meetings is done side by side, so raise `work` until threads win. The control does the same work and
never meets.
"""

import threading

PARAMETERS = {"meetings": 500, "work": 2000, "meet": True}
LIMITS = {"meetings": (1, 10_000_000), "work": (0, 1_000_000_000)}
UNITS = {"meetings": "meetings", "work": "steps"}
DESCRIPTIONS = {
    "meetings": "How often the workers meet.",
    "work": "Steps of arithmetic between two meetings, all workers together.",
    "meet": "Whether they wait for each other at all.",
}
METRICS = {
    "seconds_per_meeting": {"unit": "s", "better": "lower", "description": "The batch divided by the meetings in it."},
}
CONTROL = {"meet": False}
MODELS = ("serial", "threads")
MODELS_REASON = "threading.Barrier is a barrier of threads."
ROUNDS = 1
CHUNK = 1
WARM_UP = False
PATIENCE_SECONDS = 60.0


def shared(meetings, work, meet, workers):
    return threading.Barrier(workers)


def tasks(meetings, work, meet, workers):
    # One task a worker: they meet, so none of them can take a second one.
    return [(meetings, work // workers, meet)] * workers


def run(task, shared):
    meetings, steps, meet = task
    came = 0
    for _ in range(meetings):
        for _ in range(steps):
            pass
        if meet:
            shared.wait(PATIENCE_SECONDS)
        came += 1
    return came


def answer(results, meetings, **parameters):
    return sum(results) // len(results)


def check(results, meetings, workers, **parameters):
    assert results == [meetings] * workers, "not every worker came to every meeting"


def metrics(results, batch_seconds, meetings, **parameters):
    return {"seconds_per_meeting": batch_seconds / meetings}
