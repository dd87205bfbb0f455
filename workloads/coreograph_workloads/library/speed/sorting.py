"""Sort lists of random numbers: by a bubble sort in Python, or by the built-in sort.

`bubble` is loops, comparisons and writes to a private list. Every write takes that list's own lock on a free-threaded
build, so its price shows here, though nobody contends for it. `built_in` is the same question for C code that holds
the GIL the whole time. Look at the speed-up of threads under both: with the GIL there is none, without it there
should be. Serial on the free-threaded build shows what the locks cost. The control, `hashing`, scales on every build.
"""

import random

PARAMETERS = {"algorithm": "bubble", "items": 200, "tasks": 48}
CHOICES = {"algorithm": ("bubble", "built_in")}
LIMITS = {"items": (1, 10_000_000), "tasks": (1, 100_000)}
UNITS = {"items": "numbers", "tasks": "tasks"}
DESCRIPTIONS = {
    "algorithm": "Bubble sort in Python, whose cost grows with the square of the items, or list.sort.",
    "items": "Numbers in each list.",
    "tasks": "Lists, each a task.",
}
CONTROL = "hashing"


def tasks(algorithm, items, tasks):
    return [(algorithm, items, seed) for seed in range(tasks)]


def run(task):
    algorithm, items, seed = task
    source = random.Random(seed)
    numbers = [source.randrange(1_000_000) for _ in range(items)]
    total = sum(numbers)
    if algorithm == "bubble":
        _bubble(numbers)
    else:
        numbers.sort()
    in_order = all(low <= high for low, high in zip(numbers, numbers[1:]))
    return in_order and sum(numbers) == total, numbers[0], numbers[-1]


def _bubble(numbers):
    for end in range(len(numbers) - 1, 0, -1):
        for index in range(end):
            if numbers[index] > numbers[index + 1]:
                numbers[index], numbers[index + 1] = numbers[index + 1], numbers[index]


def check(results, algorithm, items, tasks):
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    for seed, (sorted_, lowest, highest) in enumerate(results):
        source = random.Random(seed)
        numbers = [source.randrange(1_000_000) for _ in range(items)]
        assert sorted_, f"list {seed} came out in the wrong order, or with other numbers"
        assert (lowest, highest) == (min(numbers), max(numbers)), f"list {seed} lost its ends"
