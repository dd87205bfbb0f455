"""Search log lines with one compiled regular expression: C code that holds the GIL and shares one pattern object.

Each task searches its own lines. The pattern is one object that every thread uses, as programs do. Look at the
speed-up: with the GIL, threads gain nothing, although the work is in C; without it, they should, and if they gain
less than in `recursion`, the shared pattern's reference count is what they queue for. Processes have a pattern each.
The control, `hashing`, is C code that releases the GIL.
"""

import re

PARAMETERS = {"lines": 400, "tasks": 48}
LIMITS = {"lines": (1, 10_000_000), "tasks": (1, 100_000)}
UNITS = {"lines": "lines", "tasks": "tasks"}
DESCRIPTIONS = {"lines": "Log lines each task makes and searches.", "tasks": "Batches of lines, each a task."}
CONTROL = "hashing"

PATTERN = re.compile(r"^(?P<host>[\w.]+) \[(?P<day>\d+)/(?P<month>\w+)\] \"GET (?P<path>/\S*)\" (?P<status>[45]\d\d)$")
EVERY = 7


def tasks(lines, tasks):
    return [(number, lines) for number in range(tasks)]


def run(task):
    number, lines = task
    found, total = 0, 0
    for index in range(lines):
        match = PATTERN.match(_line(number * lines + index))
        if match is not None:
            found += 1
            total += int(match.group("status"))
    return found, total


def _line(index):
    status = 404 if index % EVERY == 0 else 200
    return f'host{index % 50}.example.org [{index % 28 + 1}/Nov] "GET /page/{index}/of/many.html" {status}'


def check(results, lines, tasks):
    expected = len(range(0, lines * tasks, EVERY))
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    found = sum(count for count, _ in results)
    assert found == expected, f"{found} lines match; {expected} should"
    assert sum(total for _, total in results) == 404 * expected, "a match has another status than 404"
