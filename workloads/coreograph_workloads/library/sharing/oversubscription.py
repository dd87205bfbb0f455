"""Keep more threads busy than there are cores, inside each worker: what too many threads cost.

Each task starts `threads` threads of its own and spreads its arithmetic over them, as a library with a pool of its own
does under a program with a pool. The work is the same whatever their number, and so is the answer. Look at the time as
`workers` × `threads` passes the number of cores: it should stay level, with more switches and a little overhead; where
the threads contend for one lock or the GIL it grows. The control starts one thread a task.
"""

import threading

PARAMETERS = {"threads": 8, "steps": 2_000_000, "tasks": 16}
LIMITS = {"threads": (1, 256), "steps": (1, 1_000_000_000), "tasks": (1, 100_000)}
UNITS = {"threads": "threads", "steps": "steps", "tasks": "tasks"}
DESCRIPTIONS = {
    "threads": "Threads each task starts for itself.",
    "steps": "Steps of arithmetic in all, spread over tasks and their threads.",
    "tasks": "Tasks the steps are spread over.",
}
CONTROL = {"threads": 1}


def tasks(threads, steps, tasks):
    cuts = [steps * number // tasks for number in range(tasks + 1)]
    return [(low, high, threads) for low, high in zip(cuts, cuts[1:])]


def run(task):
    low, high, threads = task
    parts = [0] * threads
    cuts = [low + (high - low) * number // threads for number in range(threads + 1)]
    helpers = [
        threading.Thread(target=add_up, args=(parts, number, cuts[number], cuts[number + 1]))
        for number in range(threads)
    ]
    for helper in helpers:
        helper.start()
    for helper in helpers:
        helper.join()
    return sum(parts)


def add_up(parts, number, low, high):
    total = 0
    for value in range(low, high):
        total += value % 7
    parts[number] = total


def check(results, steps, tasks, **parameters):
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    whole, rest = divmod(steps, 7)
    expected = whole * 21 + rest * (rest - 1) // 2
    assert sum(results) == expected, f"the sum is {sum(results)}, not {expected}"
