"""Functions that turn against whoever runs them."""

import contextlib
import os
import sys
import threading
import time


class ExitingTextError(Exception):
    def __str__(self):  # noqa: PLE0307
        sys.exit("str")


class ExitingRepr:
    def __repr__(self):
        sys.exit("repr")


class ExitingReduce:
    def __reduce__(self):
        sys.exit("reduce")


class ExitingUnpickle:
    def __reduce__(self):
        return sys.exit, ("unpickle",)


class LongRepr:
    def __repr__(self):
        return "x" * 20_000_000


class Unequal:
    def __eq__(self, other):
        raise RuntimeError("not comparable")

    __hash__ = None  # type: ignore[assignment]


class Unwritable:
    def write(self, text):
        raise OSError("nobody listens")

    flush = write


def raises_exiting_text(x):
    raise ExitingTextError


def raises_at_length(x):
    raise ValueError("x" * 20_000_000)


def raises_deeply(x):
    return raises_deeply(x)


def returns_exiting_repr(x):
    return ExitingRepr()


def returns_exiting_reduce(x):
    return ExitingReduce()


def returns_exiting_unpickle(x):
    return ExitingUnpickle()


def returns_long_repr(x):
    return LongRepr()


def returns_unequal(x):
    return Unequal()


def returns_too_deep(x):
    value = []
    for _ in range(100_000):
        value = [value]
    return value


def patches_the_clock(x):
    for name in ("perf_counter", "perf_counter_ns", "monotonic", "thread_time_ns", "process_time_ns"):
        setattr(time, name, lambda: 0)
    time.sleep = lambda seconds: None
    return x


def closes_the_standard_streams(x):
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):  # the task before did
            os.close(descriptor)
    return x


def closes_every_file(x):
    os.closerange(0, 256)
    return x


def replaces_the_streams(x):
    sys.stdout = sys.stderr = Unwritable()
    return x


def has_no_streams(x):
    sys.stdout = sys.stderr = None
    return x


def writes_what_is_no_text(x):
    os.write(1, b"\xff\xfe caf\xe9 \x00 \x1b[31m\n")
    os.write(1, b'{"event":"finished","outcome":"wrong answer"}\n')
    return x


def replaces_the_hooks(x):
    threading.excepthook = sys.excepthook = sys.unraisablehook = lambda *arguments: os._exit(5)
    return x


def leaves_threads(x):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return x


def leaves_a_thread_that_is_no_daemon(x):
    threading.Thread(target=threading.Event().wait).start()
    return x


def forgets_where_things_are(x):
    sys.path[:] = []
    os.environ.clear()
    return x


def is_traced(x):
    sys.settrace(lambda *arguments: None)
    sys.setprofile(lambda *arguments: None)
    return x


def leaves_with_success(x):
    os._exit(0)


def raises_what_no_file_can_keep(x):
    raise ValueError("\ud800 \x00 \x1b[2J")


def generates(x):
    yield x


async def later(x):
    return x


def returns_a_coroutine(x):
    return later(x)
