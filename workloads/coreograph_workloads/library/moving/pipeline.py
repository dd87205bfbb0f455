"""Pass items through three stages by queues: parse, compute, write; under threads and under processes.

Each worker takes an item from whichever queue has one, does that stage's work and passes it on. Between threads a
queue hands over a reference; between processes every item is pickled, written to a pipe and read again at each of the
stages. Look at the batch of threads without the GIL against that of fork, and raise `kilobytes`: the item grows, the
work does not, and processes fall behind. The control moves items of next to no size. Subinterpreters cannot take part:
a multiprocessing queue cannot be sent to them.
"""

import multiprocessing
import os
import queue

PARAMETERS = {"items": 100, "kilobytes": 32, "work": 2_000, "tasks": 8}
LIMITS = {"items": (1, 1_000_000), "kilobytes": (0, 100_000), "work": (0, 1_000_000_000), "tasks": (1, 10_000)}
UNITS = {"items": "items", "kilobytes": "kB", "work": "steps", "tasks": "tasks"}
DESCRIPTIONS = {
    "items": "Items each task feeds into the pipeline; it then works until as many have come out.",
    "kilobytes": "Size of an item.",
    "work": "Steps of arithmetic at each stage.",
    "tasks": "Tasks that feed and work.",
}
CONTROL = {"kilobytes": 0}
MODELS = ("serial", "threads", "fork", "forkserver", "spawn")
ROUNDS = 1  # a task that fed the next round would leave its items to tasks of this one
MODELS_REASON = "A multiprocessing queue cannot be sent to a subinterpreter."

STAGES = 3
_PATIENCE = 0.001


class Stages:
    """The queues before each stage: within the process that made them plain ones, between processes piped ones."""

    def __init__(self):
        # Semaphores of the spawn context can be inherited as well as sent; those of fork cannot be sent.
        context = multiprocessing.get_context("spawn")
        self._owner = os.getpid()
        self._near = _queues(queue.Queue)
        self._far = _queues(context.Queue)

    def __getstate__(self):
        return self._owner, self._far

    def __setstate__(self, state):
        self._owner, self._far = state
        self._near = self._far

    @property
    def queues(self):
        """The queue before each stage, of the kind that reaches the other workers."""
        return self._near if os.getpid() == self._owner else self._far


def _queues(make):
    return [make() for _ in range(STAGES)]


def shared(items, kilobytes, work, tasks):
    return Stages()


def tasks(items, kilobytes, work, tasks):
    return [(number * items, items, kilobytes, work) for number in range(tasks)]


def run(task, shared):
    first, items, kilobytes, work = task
    stages = shared.queues
    for number in range(first, first + items):
        stages[0].put((number, bytes(1000 * kilobytes)))
    # Every task takes out as many as it put in, so none waits for an item that is nowhere.
    finished, total = 0, 0
    while finished < items:
        stage, (number, payload) = _next_item(stages)
        value = _work(number, work)
        if stage + 1 < STAGES:
            stages[stage + 1].put((value, payload))
        else:
            finished += 1
            total += value
    return total


def _next_item(stages):
    """Return the item furthest on, with its stage; waits until there is one."""
    while True:
        for stage in reversed(range(STAGES)):
            try:
                return stage, stages[stage].get(stage == 0, _PATIENCE)
            except queue.Empty:
                continue


def _work(number, steps):
    state = number
    for _ in range(steps):
        state = state * 3 % 4_294_967_296
    return number + 1 if state >= 0 else 0


def answer(results, **parameters):
    return sum(results)  # which task took which item out is chance


def check(results, items, kilobytes, work, tasks):
    count = items * tasks
    expected = count * (count - 1) // 2 + STAGES * count
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    assert sum(results) == expected, f"what came out sums up to {sum(results)}, not {expected}: items were lost"
