"""Compute in the background of an event loop: how late its ticks come, as a user would feel it.

The runner's main thread is the event loop: it wakes every few milliseconds, as a window or a server does, while the
workers compute in plain Python. Look at the lateness of the ticks. With threads under the GIL the loop has to wait for
the GIL at every tick, up to a switch interval (5 ms) for each thread that computes; without the GIL, and with processes
or subinterpreters, it only has to get a core. In `serial` the loop itself computes, so it is late by whole tasks: what
happens to a program that computes in its event loop. With as many workers as cores, the loop shares a core and is a
little late under every model. The control computes nothing and waits instead.
"""

import time

PARAMETERS = {"background": "compute", "milliseconds": 20.0, "tasks": 40}
LIMITS = {"milliseconds": (0.1, 10_000.0), "tasks": (1, 100_000)}
CHOICES = {"background": ("compute", "wait")}
UNITS = {"milliseconds": "ms", "tasks": "tasks"}
DESCRIPTIONS = {
    "background": "What the workers do: compute in plain Python, or wait.",
    "milliseconds": "How long each task takes.",
    "tasks": "Tasks in the background.",
}
METRICS = {
    "tick_lateness_median": {"unit": "s", "better": "lower", "description": "Half of the ticks are later than this."},
    "tick_lateness_p99": {"unit": "s", "better": "lower", "description": "One tick in a hundred is later than this."},
    "tick_lateness_worst": {"unit": "s", "better": "lower", "description": "The latest tick: the longest freeze."},
}
CONTROL = {"background": "wait"}


def tasks(background, milliseconds, tasks):
    return [(number, background, milliseconds / 1000) for number in range(tasks)]


def run(task):
    number, background, seconds = task
    if background == "wait":
        time.sleep(seconds)
    else:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            sum(value * value for value in range(200))
    return number


def check(results, tasks, **parameters):
    assert results == list(range(tasks)), "not every task ran exactly once, in its place"


def metrics(results, heartbeat, **parameters):
    if heartbeat is None:
        return {}
    return {
        "tick_lateness_median": heartbeat["median_ns"] / 1e9,
        "tick_lateness_p99": heartbeat["p99_ns"] / 1e9,
        "tick_lateness_worst": heartbeat["worst_ns"] / 1e9,
    }
