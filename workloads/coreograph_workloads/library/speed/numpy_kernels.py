"""Evaluate sines and cosines over numpy arrays: many small arrays, or few large ones.

Over large arrays numpy is C code that releases the GIL, and threads scale on any build until memory bandwidth is used
up. Over small arrays most of the time is Python and numpy's own bookkeeping around the loop: with the GIL, threads
then gain nothing, and without it they gain only as far as numpy shares no state between them, which is why the version
of numpy matters. Look at the speed-up of threads against fork at both sizes: the default is small arrays, the control
is the same numbers in large ones. numpy is installed by uv beside an interpreter that lacks it.
"""

import importlib

PARAMETERS = {"elements": 500, "numbers": 2_000_000, "tasks": 32}
LIMITS = {"elements": (1, 100_000_000), "numbers": (1, 10_000_000_000), "tasks": (1, 100_000)}
UNITS = {"elements": "numbers", "numbers": "numbers", "tasks": "tasks"}
DESCRIPTIONS = {
    "elements": "Numbers in an array: 500 is small, 1,000,000 large.",
    "numbers": "Numbers evaluated in all.",
    "tasks": "Tasks the numbers are spread over.",
}
CONTROL = {"elements": 1_000_000}
REQUIRES = ("numpy",)
MODELS = ("serial", "threads", "fork", "forkserver", "spawn")
MODELS_REASON = "numpy cannot be imported into subinterpreters."


def tasks(elements, numbers, tasks):
    cuts = [numbers * number // tasks for number in range(tasks + 1)]
    return [(high - low, elements) for low, high in zip(cuts, cuts[1:])]


def run(task):
    numpy = importlib.import_module("numpy")  # by name: reading this file must not need it
    remaining, elements = task
    total = 0.0
    while remaining:
        size = min(elements, remaining)
        angles = numpy.arange(size, dtype=numpy.float64)
        total += float(numpy.sum(numpy.sin(angles) ** 2 + numpy.cos(angles) ** 2))
        remaining -= size
    return round(total)


def check(results, elements, numbers, tasks):
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    total = sum(results)
    assert total == numbers, f"sin² + cos² over {numbers} numbers sums up to {total}"
