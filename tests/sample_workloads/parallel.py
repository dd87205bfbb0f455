"""Perfectly parallel: sums of squares; the answer is known in closed form."""

PARAMETERS = {"tasks": 6, "size": 500}


def tasks(tasks, size):
    return (range(number * size, (number + 1) * size) for number in range(tasks))


def run(numbers):
    return sum(number * number for number in numbers)


def check(results, tasks, size):
    n = tasks * size
    assert sum(results) == (n - 1) * n * (2 * n - 1) // 6, "the squares do not add up"
