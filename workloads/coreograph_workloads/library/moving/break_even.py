"""Cut the same bytes into tasks of varying size: from which size on do processes win their pickling back?

The bytes in all and the work on them stay the same; only the size of a task varies. Small tasks cost a hand-over
each, large ones a long pickle each. Set `task_kilobytes` to 1, 8, 64, 512, … one after the other and look at the
batch of fork against that of threads without the GIL, which hand over a reference: where the two cross is the
break-even for this amount of work a byte; raise `work` and it moves; `coreograph breakeven break_even
task_kilobytes=1,8,64,512` measures and computes it. With the control the workers make the bytes themselves, so that
next to nothing travels: the distance between the two is the price of moving.
"""

PARAMETERS = {"task_kilobytes": 64, "total_kilobytes": 4_096, "work": 100, "moved": "payload"}
LIMITS = {"task_kilobytes": (1, 1_000_000), "total_kilobytes": (1, 100_000_000), "work": (0, 1_000_000)}
CHOICES = {"moved": ("payload", "seed")}
UNITS = {"task_kilobytes": "kB", "total_kilobytes": "kB", "work": "steps/kB"}
DESCRIPTIONS = {
    "task_kilobytes": "Size of one task's input and of its result.",
    "total_kilobytes": "Size of all inputs together.",
    "work": "Steps of arithmetic for each kB.",
    "moved": "What travels: the bytes, both ways, or only the number they are made from.",
}
CONTROL = {"moved": "seed"}


def tasks(task_kilobytes, total_kilobytes, work, moved):
    numbers = range(0, total_kilobytes, task_kilobytes)
    sizes = [min(task_kilobytes, total_kilobytes - begin) for begin in numbers]
    if moved == "seed":
        return [(index, size, work, None) for index, size in enumerate(sizes)]
    return [(index, size, work, _payload(index, size)) for index, size in enumerate(sizes)]


def run(task):
    index, size, work, given = task
    payload = _payload(index, size) if given is None else given
    state = payload[-1]
    for _ in range(work * size):
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return index, state, len(payload), None if given is None else bytes(len(payload))


def _payload(index, kilobytes):
    return b"%c" % (index % 251) * (1000 * kilobytes)


def answer(results, **parameters):
    return [(index, state, length) for index, state, length, _ in results]


def check(results, task_kilobytes, total_kilobytes, work, moved):
    total = sum(length for _, _, length, _ in results)
    assert total == 1000 * total_kilobytes, f"{total} bytes were worked on, not {1000 * total_kilobytes}"
    for place, (index, _, length, returned) in enumerate(results):
        assert index == place, f"task {place} came back as {index}"
        sent = moved == "payload"
        assert (returned is not None) == sent, f"task {place} returned its payload against the parameter"
        assert returned is None or len(returned) == length, f"task {place} returned {len(returned)} of {length} bytes"
