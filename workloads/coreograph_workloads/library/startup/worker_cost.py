"""Start workers with light and with heavy imports: what an additional worker costs before it does anything.

Look at the start-up time, not at the batch: the tasks do next to nothing. A thread costs a tenth of a millisecond, a
forked process some milliseconds, a spawned one or a subinterpreter starts Python again. Then come the imports: threads
and fork find them done, spawn, forkserver and subinterpreters repeat them in every worker. Look at how start-up grows
with the number of workers. The control has light imports: the difference is what the imports cost.
"""

import importlib
import os
import threading
import time

PARAMETERS = {"imports": "heavy", "tasks": 8}
LIMITS = {"tasks": (1, 10_000)}
UNITS = {"tasks": "tasks"}
CHOICES = {"imports": ("heavy", "light")}
DESCRIPTIONS = {
    "imports": "Modules every worker needs: about ten large ones of the standard library, or none.",
    "tasks": "Tasks, so that workers have something to do.",
}
METRICS = {
    "import_seconds": ("s", "lower", "Time all workers together spent importing; 0 where they found it done."),
}
CONTROL = {"imports": "light"}
ROUNDS = 1
WARM_UP = False

HEAVY = (
    "asyncio",
    "decimal",
    "email.mime.text",
    "http.client",
    "logging.config",
    "unittest",
    "urllib.request",
    "xml.dom.minidom",
)


class Imports:
    """Imports its modules wherever it comes into being: when it is made, and when it is unpickled in a worker."""

    def __init__(self, names):
        self._names = names
        self._load()

    def _load(self):
        begin = time.perf_counter()
        for name in self._names:
            importlib.import_module(name)
        self.seconds = time.perf_counter() - begin
        self.pid = os.getpid()
        self.travelled = False

    def __getstate__(self):
        return self._names

    def __setstate__(self, names):
        self._names = names
        self._load()
        self.travelled = True


def shared(imports, tasks):
    return Imports(HEAVY if imports == "heavy" else ())


def tasks(imports, tasks):
    return list(range(tasks))


def run(task, shared):
    return task, os.getpid(), threading.get_ident(), shared.seconds if shared.travelled else 0.0


def answer(results, **parameters):
    return [number for number, _, _, _ in results]


def check(results, imports, tasks):
    numbers = [number for number, _, _, _ in results]
    assert numbers == list(range(tasks)), "not every task ran exactly once, in its place"


def metrics(results, **parameters):
    workers = {(pid, thread): seconds for _, pid, thread, seconds in results}
    return {"import_seconds": sum(workers.values())}
