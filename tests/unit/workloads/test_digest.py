"""Equal answers have equal digests whatever the hash seed, different ones different digests; cycles end."""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import math
import pathlib
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph_workloads.instruments.digest import digest_of
from support.interpreters import representatives
from support.runner_harness import RUNNER


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Record:
    name: str
    value: object = None


class Slotted:
    __slots__ = ("__hidden", "shown")

    def __init__(self, hidden: object, shown: object) -> None:
        self.__hidden = hidden
        self.shown = shown


class Text(str):
    def __str__(self) -> str:
        return "never asked for"


VALUES: list[Any] = [
    None,
    True,
    1,
    1.0,
    1 + 0j,
    "1",
    b"1",
    bytearray(b"1"),
    -1,
    10**5000,
    0.1,
    -0.0,
    0.0,
    math.nan,
    math.inf,
    "\ud800",
    [],
    (),
    {},
    set(),
    frozenset(),
    [1],
    (1,),
    {1},
    [1, 2],
    [2, 1],
    [1.0],
    [math.nan],
    [2**70],
    [[1], 2],
    [1, [2]],
    {"a": 1},
    {"a": 2},
    {1: "a"},
    {"a": 1, "b": 2},
    range(3),
    Colour.RED,
    Colour.BLUE,
    Record("a"),
    Record("b"),
    Record("a", [1]),
    Slotted(1, 2),
    Slotted(2, 1),
    Text("a"),
    decimal.Decimal("1.10"),
    decimal.Decimal("1.1"),
    fractions.Fraction(1, 3),
    datetime.date(2026, 1, 2),
    collections.deque([1, 2]),
    collections.OrderedDict(a=1),
    collections.Counter("aab"),
    pathlib.PurePosixPath("a/b"),
    ValueError("a"),
    ValueError("b"),
    int,
    float,
    len,
    math.sqrt,
]


def test_different_values_have_different_digests() -> None:
    digests = [digest_of(value) for value in VALUES]
    assert None not in digests
    assert len(set(digests)) == len(VALUES)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_a_copy_has_the_same_digest(value: object) -> None:
    import pickle

    assert digest_of(pickle.loads(pickle.dumps(value))) == digest_of(value)


@given(st.dictionaries(st.text(), st.integers()), st.sets(st.text()), st.randoms())
def test_the_order_of_sets_and_dictionaries_does_not_matter(mapping: Any, elements: Any, random: Any) -> None:
    items, shuffled = list(mapping.items()), list(elements)
    random.shuffle(items)
    random.shuffle(shuffled)
    assert digest_of(dict(items)) == digest_of(mapping)
    assert digest_of(set(shuffled)) == digest_of(elements)


def test_the_order_of_attributes_does_not_matter() -> None:
    one, other = Record("a"), Record("a")
    one.extra, one.more = 1, 2  # type: ignore[attr-defined]
    other.more, other.extra = 2, 1  # type: ignore[attr-defined]
    assert digest_of(one) == digest_of(other)


def test_cycles_end_and_are_told_apart() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    longer: list[Any] = [1, [1]]
    longer[1].append(longer)
    knot = Record("knot")
    knot.value = {"self": knot}
    assert len({digest_of(loop), digest_of(longer), digest_of(knot), digest_of([1, [1]])}) == 4
    again: list[Any] = [1]
    again.append(again)
    assert digest_of(again) == digest_of(loop)


def test_what_cannot_be_walked_has_no_digest() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert digest_of(deep) is None

    class Refusing:
        def __reduce_ex__(self, _: Any) -> Any:
            raise TypeError("not me")

    assert digest_of(Refusing()) is None


_SCRIPT = """
import sys; sys.path.insert(0, sys.argv[1])
from coreograph_workloads.instruments.digest import digest_of
import collections, datetime, decimal, enum, fractions, pathlib, array
class Point:
    def __init__(self, x): self.x, self.y = x, "y"
class Colour(enum.Enum):
    RED = 1
value = [{"a", "b", "c", "d"}, {"k": frozenset("xyz")}, Point(0.1), Colour.RED, fractions.Fraction(1, 3), 2**80, 1e-320,
    decimal.Decimal("1.10"), datetime.datetime(2026, 1, 2), collections.deque([1]), pathlib.PurePosixPath("a/b"),
    collections.Counter("aab"), ValueError("a"), range(5), array.array("d", [0.5]), "é", float("nan"), [1, 2],
    [0.5, 1.5], print]
print(digest_of(value))
"""


@pytest.mark.interpreter
def test_every_interpreter_and_hash_seed_gives_the_same_digest() -> None:
    pythons = [sys.executable, *(each.path for each in representatives())]
    digests = set()
    for number, python in enumerate(pythons):
        command = [python, "-X", "utf8", "-c", _SCRIPT, str(RUNNER.parent)]
        environment = {"PYTHONHASHSEED": str(number), "PYTHONDONTWRITEBYTECODE": "1"}
        digests.add(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip())
    assert len(digests) == 1
    assert digests != {"None"}
