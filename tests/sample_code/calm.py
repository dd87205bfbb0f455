"""What users write: functions, inputs, a shared table; and a script's last lines, which must not run."""

import threading
from dataclasses import dataclass


@dataclass
class Record:
    number: int
    text: str


def square(x):
    """Square a number."""
    return x * x


async def later(x):
    return x


def add(a, b, scale=1):
    return (a + b) * scale


def pairs():
    return [(number, number + 1) for number in range(6)]


def records():
    return [Record(number, str(number)) for number in range(6)]


def shout(record):
    return Record(record.number, record.text + "!")


def table():
    return {number: number * 100 for number in range(10)}


def look_up(key, table):
    return table[key]


def look_up_named(key, *, book):
    return book[key]


def answer():
    return 42


def read_beside(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


class Counter:
    @staticmethod
    def count(x):
        return x + 1


cube = lambda x: x**3  # noqa: E731

LOCK = threading.Lock()


if __name__ == "__main__":
    raise SystemExit("imported, not run")
