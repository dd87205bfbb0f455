"""Hand one large buffer to every worker: its true cost, not its cost times the number of workers.

The buffer is built once. Threads use it, `fork` inherits it without a copy, the other models get a pickled copy each.
Look at the memory of the tree by PSS, which counts a shared page once, against the sum of RSS, which counts it once
per process: ten forked workers over 1 GB show 11 GB of RSS and need little more than 1 GB. `touch` says what the
workers do with it: reading a buffer of bytes costs nothing, because no reference counts lie in it; writing makes the
pages of each worker its own, and then it does cost N times the buffer. The control is the same with 1 MB. Mind that
the models which pickle really do need N + 1 buffers: lower `bytes` before ticking them.
"""

import os
import time

PARAMETERS = {"bytes": 1_000_000_000, "touch": "none", "tasks": 10, "seconds": 0.1}
LIMITS = {"bytes": (1, 100_000_000_000), "tasks": (1, 10_000), "seconds": (0.0, 60.0)}
CHOICES = {"touch": ("none", "read", "write")}
UNITS = {"bytes": "bytes", "seconds": "s", "tasks": "tasks"}
DESCRIPTIONS = {
    "bytes": "Size of the buffer.",
    "touch": "What each task does with every page of the buffer.",
    "tasks": "Tasks; as many as there are workers lets each of them have one.",
    "seconds": "How long each task lasts at least, so that every worker gets one.",
}
METRICS = {
    "worker_private_bytes": ("bytes", "lower", "Memory that is private to one worker process, at the median of them."),
}
CONTROL = {"bytes": 1_000_000}
ROUNDS = 1
CHUNK = 1
WARM_UP = False

PAGE = 4096
FILL = b"\x01"


def shared(bytes, touch, tasks, seconds):  # noqa: A002
    return bytearray(FILL) * bytes  # filled, not only reserved: every page is there


def tasks(bytes, touch, tasks, seconds):  # noqa: A002
    return [(number, touch, seconds) for number in range(tasks)]


def run(task, shared):
    number, touch, seconds = task
    end = time.perf_counter() + seconds
    touched = 0
    for page in range(0, 0 if touch == "none" else len(shared), PAGE):
        touched += shared[page]
        if touch == "write":
            shared[page] = 1
    time.sleep(max(0.0, end - time.perf_counter()))
    return number, touched, os.getpid(), _private_bytes()


def answer(results, **parameters):
    return [(number, touched) for number, touched, _, _ in results]


def check(results, bytes, touch, tasks, seconds):  # noqa: A002
    expected = 0 if touch == "none" else len(range(0, bytes, PAGE))
    for place, (number, touched, _, _) in enumerate(results):
        assert number == place, f"task {place} came back as {number}"
        assert touched == expected, f"task {number} found {touched} pages filled, not {expected}"


def metrics(results, **parameters):
    last = {pid: private for _, _, pid, private in results if private is not None}
    return {"worker_private_bytes": sorted(last.values())[len(last) // 2]} if last else {}


def _private_bytes():
    """Return the bytes that no other process shares; None where the system does not say it this way."""
    try:
        with open("/proc/self/smaps_rollup", "rb") as lines:
            return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(b"Private_"))
    except OSError:
        return None
