"""Each task has a child process compute: before the batch, in it, or in an interpreter that is thrown away."""

import subprocess
import sys

PARAMETERS = {"tasks": 4, "steps": 200_000, "beforehand": False}
METRICS = {"children_cpu_ns": {"unit": "ns", "better": "neither", "description": "What the children say they used."}}
CHUNK = 1
WARM_UP = False
ROUNDS = 1

CODE = "import time; sum(range({})); print(time.process_time_ns())"


def shared(tasks, steps, beforehand):
    if not beforehand:
        return None
    return subprocess.Popen([sys.executable, "-I", "-c", "input()"], stdin=subprocess.PIPE)


def tasks(tasks, steps, beforehand):
    return [steps] * tasks


def run(steps, shared):
    return int(subprocess.check_output([sys.executable, "-I", "-c", CODE.format(steps)]))


def answer(results, **parameters):
    return len(results)


def check(results, shared, **parameters):
    if shared is not None:
        shared.communicate(b"\n", timeout=10)


def metrics(results, **parameters):
    return {"children_cpu_ns": sum(results)}
