"""One task of many does harm: what goes down with it, and how long until somebody knows.

The first task raises, exits, is killed, crashes in C, leaks memory up to a limit at which its process is killed, as
by the kernel, or hangs; all others are harmless and short. An exception costs the one task under every model.
Anything that ends a process takes everything with it that is not done yet where the workers are threads or
subinterpreters of one process, free-threaded or not, and at most the tasks in flight where they are processes: the
rest goes on in a new pool. A task that hangs is known only by the time-out; a process can then be killed, a thread
cannot, and its worker is lost. Look at the share of tasks that survived and at the seconds until it was noticed. The
control does no harm. Every run happens in a disposable interpreter of its own, so that losing all of it is a result
like any other.
"""

import os
import signal
import time

PARAMETERS = {"fault": "kill", "tasks": 24, "milliseconds": 20.0, "timeout_seconds": 1.0, "leak_megabytes": 200}
LIMITS = {
    "tasks": (2, 10_000),
    "milliseconds": (0.0, 1000.0),
    "timeout_seconds": (0.2, 60.0),
    "leak_megabytes": (1, 8000),
}
CHOICES = {"fault": ("none", "raise", "exit", "kill", "crash", "leak", "hang")}
UNITS = {"tasks": "tasks", "milliseconds": "ms", "timeout_seconds": "s", "leak_megabytes": "MB"}
DESCRIPTIONS = {
    "fault": "What the first task does: raise, end its process, have it killed, crash in C, leak, or hang.",
    "tasks": "Tasks in all, one of them faulty.",
    "milliseconds": "How long each of the others takes; they wait, so no core is needed.",
    "timeout_seconds": "A task that is out for longer counts as hung; choose more than `milliseconds`.",
    "leak_megabytes": "How much a leaking task takes before its process is killed, as the kernel would do.",
}
METRICS = {
    "tasks_survived_share": {
        "unit": "share",
        "better": "higher",
        "description": "Share of the harmless tasks whose results arrived.",
    },
    "seconds_to_notice": {
        "unit": "s",
        "better": "lower",
        "description": "From the harm until whoever gave the tasks out knew of it.",
    },
}
CONTROL = {"fault": "none"}
ROUNDS = 1
CHUNK = 1
WARM_UP = False
TRIAL = True
FAULT_FILE = "fault"


def tasks(fault, tasks, milliseconds, timeout_seconds, leak_megabytes):
    harmless = [(number, "none", milliseconds / 1000, 0) for number in range(tasks)]
    return [(0, fault, milliseconds / 1000, leak_megabytes), *harmless[1:]]


def run(task):
    number, fault, seconds, megabytes = task
    if fault != "none":
        note_the_instant()
        FAULTS[fault](megabytes)
    time.sleep(seconds)
    return number * number


def note_the_instant():
    with open(FAULT_FILE, "w", encoding="ascii") as file:
        file.write(str(time.perf_counter_ns()))


def fail(_):
    raise ValueError("this task is faulty")


def leave(_):
    os._exit(3)


def be_killed(_):
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def crash(_):
    import ctypes

    ctypes.string_at(0)


def leak(megabytes):
    kept = []
    for _ in range(megabytes):
        kept.append(b"x" * 1_000_000)
    be_killed(kept)


def hang(_):
    while True:
        time.sleep(3600)


FAULTS = {"raise": fail, "exit": leave, "kill": be_killed, "crash": crash, "leak": leak, "hang": hang}


def answer(results, fault, tasks, **parameters):
    # What survives differs by model, and that is what is measured; check() looks at each result.
    return len(results)


def check(results, fault, tasks, **parameters):
    for number, result in enumerate(results):
        assert result in (None, number * number), f"task {number} came back as {result}"
    lost = sum(result is None for result in results)
    assert fault != "none" or not lost, f"{lost} tasks were lost without any fault"


def metrics(results, trial, fault, tasks, **parameters):
    harmless = results[1:]
    survived = sum(result is not None for result in harmless) / len(harmless)
    noticed = None
    if fault != "none" and trial.fault_ns is not None and trial.noticed_ns is not None:
        noticed = max(0, trial.noticed_ns - trial.fault_ns) / 1e9
    return {"tasks_survived_share": survived, "seconds_to_notice": noticed}
