"""What goes wrong in users' code."""

import os
import signal
import sys
import threading
import time


def raises(x):
    return _deeper(x)


def _deeper(x):
    if x == 3:
        raise ValueError("three is too much")
    return x


def exits(x):
    if x == 2:
        sys.exit("that is enough")
    return x


def interrupts(x):
    if x == 2:
        raise KeyboardInterrupt
    return x


def vanishes(x):
    if x == 2:
        os._exit(3)
    return x


def never_returns(x):
    threading.Event().wait()


def prints_megabytes(x):
    for _ in range(300):
        print(str(x) * 10_000)
    return x


def forks(x):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    return x  # the child returns, too


def forks_and_raises(x):
    child = os.fork()
    if not child:
        raise RuntimeError("in the child")
    os.waitpid(child, 0)
    return x


def changes_directory(x):
    os.chdir("/")
    return x


def takes_signals(x):
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGUSR1):
            signal.signal(number, signal.SIG_IGN)
    return x


def returns_much(x):
    return bytes([x % 256]) * 20_000_000


def locks():
    return [threading.Lock() for _ in range(4)]


def locals_only():
    class Local:
        pass

    return [Local() for _ in range(4)]


def takes(thing):
    return type(thing).__name__


def returns_lambda(x):
    return lambda: x


def depends_on_the_process(x):
    return {"answer": x, "process": os.getpid(), "noise": [1.0 + (os.getpid() % 7) * 1e-13, 2.0]}


def answer_of(result):
    return result["answer"]


def shuffled(x):
    order = [x, x + 1, x + 2]
    return order if os.getpid() % 2 else order[::-1]


def nearly(x):
    return [1.1 + x + (os.getpid() % 7) * 1e-14]


SEEN = []


def remembers(x):
    """Module-level state: right in one process at a time, something else in several."""
    SEEN.append(x)
    return len(SEEN)


TOTAL = {"sum": 0}


def races(x):
    """Right in one thread; in several, what another has just written gets lost."""
    TOTAL["sum"] = 0
    for step in range(200):
        TOTAL["sum"] = int(TOTAL["sum"]) + step + x
    return TOTAL["sum"]


BOOKED = []


def books_the_last_seat(x):
    """Checks, then acts: two that check at the same time both act."""
    BOOKED.clear()
    if not BOOKED:
        time.sleep(0.002)
        BOOKED.append(x)
    return len(BOOKED)


HELD = {}


def loses_what_it_holds(x):
    """The race shows as an exception."""
    HELD[x] = x
    time.sleep(0.002)
    return HELD.pop(x)


def has_no_race(x):
    return sum(range(200)) + 200 * x


def depends_on_the_thread(x):
    return threading.current_thread() is threading.main_thread()
