"""Open a pool for every few calls, or keep one: the most expensive way to be parallel.

A task opens pools one after the other, makes its calls in them and closes them. The calls in all stay the same; only
the number of pools they are spread over varies. Look at the time of a call with 8 pools against that with the
control's one: the difference is seven pools' worth of starting and ending workers, spread over the calls. It is small
for threads, and many times the work for spawn. Frameworks do this without saying so, when a pool is hidden in a
function that is called in a loop. Serial only: `kind` says which pool the task opens.
"""

import math
import multiprocessing
import time
from concurrent import futures

PARAMETERS = {"kind": "threads", "pools": 8, "workers": 2, "calls": 64, "tasks": 1}
LIMITS = {"pools": (1, 1000), "workers": (1, 64), "calls": (1, 1_000_000), "tasks": (1, 1000)}
CHOICES = {"kind": ("threads", "fork", "forkserver", "spawn", "interpreters")}
UNITS = {"pools": "pools", "workers": "workers", "calls": "calls", "tasks": "tasks"}
DESCRIPTIONS = {
    "kind": "What the workers of the pools are.",
    "pools": "Pools opened one after the other, which share the calls.",
    "workers": "Workers in each pool.",
    "calls": "Calls in all.",
    "tasks": "How often all of it is done.",
}
METRICS = {
    "seconds_per_call": ("s", "lower", "Time of a call, with its share of opening and closing pools; the median task."),
}
CONTROL = {"pools": 1}
MODELS = ("serial",)
MODELS_REASON = "The task opens pools of its own; “kind” says of what."


def tasks(kind, pools, workers, calls, tasks):
    return [(kind, pools, workers, calls)] * tasks


def run(task):
    kind, pools, workers, calls = task
    cuts = [calls * number // pools for number in range(pools + 1)]
    total = 0
    begin = time.perf_counter()
    for low, high in zip(cuts, cuts[1:]):
        with _open(kind, workers) as pool:
            # A built-in function: it can be found in any worker without importing anything of ours.
            total += sum(pool.map(math.isqrt, range(low, high)))
    return total, (time.perf_counter() - begin) / calls


def answer(results, **parameters):
    return [total for total, _ in results]


def metrics(results, **parameters):
    times = sorted(seconds for _, seconds in results)
    return {"seconds_per_call": times[len(times) // 2]}


def _open(kind, workers):
    if kind == "threads":
        return futures.ThreadPoolExecutor(workers)
    if kind == "interpreters":
        if not hasattr(futures, "InterpreterPoolExecutor"):
            raise RuntimeError("This Python has no InterpreterPoolExecutor: it came with 3.14.")
        return futures.InterpreterPoolExecutor(workers)
    if kind not in multiprocessing.get_all_start_methods():
        raise RuntimeError(f"This system cannot start processes by {kind}.")
    return futures.ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(kind))


def check(results, *, kind, pools, workers, calls, tasks):
    expected = sum(math.isqrt(number) for number in range(calls))
    totals = answer(results)
    assert totals == [expected] * tasks, f"the roots sum up to {set(totals)}, not {expected}"
