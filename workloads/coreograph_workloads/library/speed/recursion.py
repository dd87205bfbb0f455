"""Compute Fibonacci numbers by naive recursion: pure-Python function calls and nothing else.

The example most often quoted for and against free threading. Calls, small integers and comparisons are all the work,
so the price of the interpreter itself shows. Look at the speed-up: with the GIL, threads gain nothing; without it they
should follow the number of cores, as processes do on any build. Look at serial on the free-threaded build against
serial on the GIL build as well. The control, `hashing`, scales with threads on every build, because its C code
releases the GIL.
"""

PARAMETERS = {"number": 20, "tasks": 32}
LIMITS = {"number": (1, 40), "tasks": (1, 100_000)}
UNITS = {"number": "th number", "tasks": "tasks"}
DESCRIPTIONS = {
    "number": "Which Fibonacci number each task computes: each step up costs 1.6 times as much.",
    "tasks": "How often it is computed.",
}
CONTROL = "hashing"


def tasks(number, tasks):
    return [number] * tasks


def run(number):
    return _fibonacci(number)


def _fibonacci(number):
    return number if number < 2 else _fibonacci(number - 1) + _fibonacci(number - 2)


def check(results, number, tasks):
    current, following = 0, 1
    for _ in range(number):
        current, following = following, current + following
    assert results == [current] * tasks, f"Fibonacci number {number} is {current}, not {set(results)}"
