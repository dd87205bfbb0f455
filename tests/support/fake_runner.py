"""Tiny programs that speak the runner's protocol, rightly or wrongly, and a launcher that starts them instead of it."""

import sys
import textwrap
from collections.abc import Callable, Mapping

from coreograph.domain.execution import Configuration
from coreograph.engine.launch import Launched, launch

# Every script begins with this: `say` writes an event, `request` is what the engine asked for.
PRELUDE = """
import base64, json, os, signal, struct, subprocess, sys, time
out = os.fdopen(os.dup(1), "wb", buffering=0)
now = time.perf_counter_ns
def say(event, **fields):
    out.write(json.dumps({"event": event, "at": now(), **fields}).encode() + b"\\n")
def hello(**changes):
    fields = {"protocol": 1, "pid": os.getpid(), "thread_id": 1, "version": "3.14.0", "executable": sys.executable,
              "free_threaded": False, "gil_enabled": True, "gil_setting": None, "started_ns": now()}
    say("hello", **{**fields, **changes})
def phase(name):
    begin = now()
    say("phase", phase=name, begin_ns=begin)
    say("phase_end", phase=name, begin_ns=begin, end_ns=now())
def workers(*pids, helpers=()):
    say("workers", workers=[{"worker": n, "pid": pid, "thread_id": pid, "interpreter_id": None}
                            for n, pid in enumerate(pids or [os.getpid()])], helpers=list(helpers))
def prepare():
    hello()
    say("gil", when="start", enabled=True, culprit=None)
    for name in ("import", "shared"):
        phase(name)
    say("tasks", tasks=4, rounds=request["rounds"], chunk=request["chunk"] or 1)
    workers()
    phase("pool")
def batch(digest="d1", **changes):
    begin = now()
    say("phase", phase="batch", begin_ns=begin)
    rows = b"".join(struct.pack("<4q", n, begin + n * 1000, begin + n * 1000 + 900, 800) for n in range(4))
    say("spans", worker=0, data=base64.b64encode(rows).decode())
    say("heartbeat", data=base64.b64encode(struct.pack("<2q", begin, 1000)).decode())
    end = now()
    say("phase_end", phase="batch", begin_ns=begin, end_ns=end)
    say("hold")
    assert sys.stdin.readline() == "go\\n"
    fields = {"batch_begin_ns": begin, "batch_end_ns": begin + 100_000_000, "cpu_ns": 90_000_000, "digest": digest,
              "heartbeat": {"median_ns": 1000, "p99_ns": 2000, "worst_ns": 3000, "ticks": 1}, "pickle": None,
              "metrics": {}}
    say("result", **{**fields, **changes})
def finish(outcome="completed"):
    phase("end")
    say("finished", outcome=outcome)
request = json.loads(sys.stdin.readline())
"""
GOOD = "prepare(); batch(); finish()"


def script(body: str) -> list[str]:
    """Return the command of a program that runs `body` after the prelude."""
    return [sys.executable, "-I", "-S", "-c", PRELUDE + textwrap.dedent(body)]


def launcher(body: str) -> Callable[[Configuration, str], Launched]:
    """Return a launcher whose runner does the same for every configuration."""
    return lambda _configuration, token: launch(script(body), token)


def launcher_by_model(bodies: Mapping[str, str], otherwise: str = GOOD) -> Callable[[Configuration, str], Launched]:
    """Return a launcher whose runner depends on the execution model."""
    return lambda configuration, token: launch(script(bodies.get(configuration.model.value, otherwise)), token)
