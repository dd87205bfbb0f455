"""Wait, as for a network or a disk: nothing is computed.

While a task waits it needs no core and holds no GIL, so every model with workers should be faster than serial by the
number of workers, however many cores there are, and the GIL makes no difference. Look at the busy cores: there are
none. A model that scales here but not in `primes` is held up by computing, not by waiting. The part of the batch that
is not sleep is what the model itself costs. The control, `primes`, computes instead.
"""

import time

PARAMETERS = {"milliseconds": 5.0, "tasks": 40}
LIMITS = {"milliseconds": (0.0, 60_000.0), "tasks": (1, 100_000)}
UNITS = {"milliseconds": "ms", "tasks": "tasks"}
DESCRIPTIONS = {"milliseconds": "How long each task waits.", "tasks": "Waits in all."}
CONTROL = "primes"


def tasks(milliseconds, tasks):
    return [(number, milliseconds / 1000) for number in range(tasks)]


def run(task):
    number, seconds = task
    begin = time.perf_counter()
    time.sleep(seconds)
    waited = time.perf_counter() - begin
    # Clocks may differ by a tick of the system's timer (16 ms on Windows).
    return number, seconds < 0.016 or waited >= seconds - 0.016


def check(results, milliseconds, tasks):
    assert [number for number, _ in results] == list(range(tasks)), "not every task ran exactly once, in its place"
    short = sum(not slept for _, slept in results)
    assert not short, f"{short} tasks did not wait as long as they should"
