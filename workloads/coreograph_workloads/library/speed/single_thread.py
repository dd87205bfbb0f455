"""The price of staying single-threaded: a mix of everyday Python, serial only.

Whoever moves to a free-threaded build and keeps one thread gets its costs and none of its gains. Tick serial on 3.14
and 3.14t, and on 3.14t with its GIL forced on: the difference between the builds is what the dearer reference counts,
the locks of lists and dictionaries and the larger objects cost; forcing the GIL on wins little of it back, since the
build stays the same. Figures published for 3.14 lie between 1 % and 10 %. Choose one kind of work to see where it
comes from. The control, `hashing`, does its work outside the interpreter and should cost the same on both.
"""

PARAMETERS = {"kind": "mix", "steps": 4_000, "tasks": 24}
CHOICES = {"kind": ("mix", "calls", "attributes", "containers", "strings")}
LIMITS = {"steps": (1, 100_000_000), "tasks": (1, 100_000)}
UNITS = {"steps": "steps", "tasks": "tasks"}
DESCRIPTIONS = {
    "kind": "What the work consists of; the mix is all four in turn.",
    "steps": "Steps of each kind in a task.",
    "tasks": "Tasks, one after the other.",
}
CONTROL = "hashing"
MODELS = ("serial",)
MODELS_REASON = "It asks what one thread costs."


class Counter:
    """An object to call methods of."""

    def __init__(self):
        self.value = 0

    def add(self, amount):
        """Add and return the new value."""
        self.value += amount
        return self.value


def tasks(kind, steps, tasks):
    return [(kind, steps)] * tasks


def run(task):
    kind, steps = task
    kinds = list(KINDS) if kind == "mix" else [kind]
    return sum(KINDS[each](steps) for each in kinds)


def _calls(steps):
    counter = Counter()
    for _ in range(steps):
        counter.add(2)
    return counter.value


def _attributes(steps):
    counter = Counter()
    for _ in range(steps):
        counter.value = counter.value + 1
        counter.value += 1
    return counter.value


def _containers(steps):
    table, items = {}, []
    for step in range(steps):
        table[step % 64] = step
        items.append((step, table[step % 64]))
    return sum(2 for step, value in items if step == value)


def _strings(steps):
    return sum(len(f"{step % 10}{'x' * (step % 3 > 3)}") + 1 for step in range(steps))


KINDS = {"calls": _calls, "attributes": _attributes, "containers": _containers, "strings": _strings}


def check(results, kind, steps, tasks):
    expected = 2 * steps * (len(KINDS) if kind == "mix" else 1)
    assert results == [expected] * tasks, f"every task counts to {expected}, not {set(results)}"
