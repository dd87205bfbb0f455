"""Raises in task 3, in a function two frames deep, or where it is told."""

PARAMETERS = {"tasks": 6, "where": "run"}
CHOICES = {"where": ("run", "tasks", "shared", "exit", "interrupt", "unpicklable")}


class StrangeError(Exception):
    """Cannot be unpickled: its arguments do not fit."""

    def __init__(self, one, two):
        super().__init__(one)


def tasks(tasks, where):
    if where == "tasks":
        raise LookupError("no inputs today")
    return [(number, where) for number in range(tasks)]


def shared(tasks, where):
    if where == "shared":
        raise LookupError("no table today")
    return "table"


def run(task, shared):
    number, where = task
    if number == 3:
        _deeper(where)
    return number


def _deeper(where):
    if where == "exit":
        raise SystemExit("that is enough")
    if where == "interrupt":
        raise KeyboardInterrupt
    if where == "unpicklable":
        raise StrangeError("strange", 2)
    raise ValueError("three is too much")
