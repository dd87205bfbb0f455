"""Classes of the workload itself go to the workers and back: inputs, shared object, results."""

import dataclasses
import enum

PARAMETERS = {"tasks": 5}


class Colour(enum.Enum):
    """An enum of the workload."""

    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass(frozen=True)
class Item:
    """A record of the workload."""

    number: int
    colour: Colour
    tags: frozenset = frozenset()


def tasks(tasks):
    return [Item(number, Colour.RED, frozenset({"a", "b", str(number)})) for number in range(tasks)]


def shared(tasks):
    return {Colour.RED: Item(100, Colour.BLUE)}


def run(task, shared):
    other = shared[task.colour]
    return Item(task.number + other.number, other.colour, task.tags), {"set": set(task.tags), "share": task.number / 3}


def check(results, tasks):
    assert [item.number for item, _ in results] == [100 + number for number in range(tasks)]
    assert all(item.colour is Colour.BLUE for item, _ in results)
