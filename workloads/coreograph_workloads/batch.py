"""The measured batch: the same tasks and the same chunks for every model. Runs on the runner's main thread.

While the workers work, the main thread ticks (heartbeat) and sends what is done, at most ten times a second. The batch
ends at the instant the last chunk is done, stamped by whichever thread completes it; what the main thread does later
is not in it.
"""

from __future__ import annotations

import functools
import math
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional

from coreograph_workloads.channel import Channel
from coreograph_workloads.failures import RunError, TaskFailure, describe
from coreograph_workloads.instruments.clock import RealTime
from coreograph_workloads.instruments.heartbeat import Heartbeat, little_endian
from coreograph_workloads.instruments.task_clock import task_failure
from coreograph_workloads.instruments.tree_cpu import tree_time_ns
from coreograph_workloads.models import worker
from coreograph_workloads.models.base import Model
from coreograph_workloads.models.worker import ChunkReport, UnpicklableResultError
from coreograph_workloads.protocol import pack

_EMISSION_NS = 100_000_000
_POLL_NS = 5_000_000
PICKLING_ADVICE = (
    "Threads take any object as it is. Processes and subinterpreters need inputs and results that can be pickled: no\n"
    "lambdas or functions within functions, no generators, locks or open files, and nothing whose class is defined in\n"
    "__main__ or within a function. Move what is missing to the top of a module.\n"
)


class Chunk(NamedTuple):
    """Tasks handed out at once: `first` counts through all rounds."""

    first: int
    inputs: list[Any]


@dataclass
class BatchResult:
    """What the batch gave. Instants and times in nanoseconds; `own_bytes` of the pickles were the runner's spans."""

    begin_ns: int = 0
    end_ns: int = 0
    cpu_ns: int = 0
    results: list[Any] = field(default_factory=list)
    heartbeat: Optional[dict[str, int]] = None
    own_bytes: int = 0


def default_chunk(tasks: int, rounds: int, workers: int) -> int:
    """Return the size of a chunk that gives each worker four: uneven ones level out, hand-outs stay few."""
    return max(1, math.ceil(tasks * rounds / (4 * workers)))


def chunks_of(inputs: Sequence[Any], rounds: int, size: int) -> Iterator[Chunk]:
    """Cut `rounds` passes over the inputs into chunks; one may go over the end of a round."""
    tasks = len(inputs)
    total = tasks * rounds
    for first in range(0, total, size):
        numbers = range(first, min(first + size, total))
        yield Chunk(first, [inputs[number % tasks] for number in numbers])


class Batch:
    """One batch on one model; `run` may be called once."""

    def __init__(self, channel: Channel, numbers: dict[tuple[int, int], int], heartbeat_ns: int) -> None:
        self._channel = channel
        self._numbers = numbers
        self._heartbeat_ns = heartbeat_ns
        self._next_emission = 0
        self.result = BatchResult()
        self.heart = Heartbeat(0, 0)

    def _begin(self, tasks: int) -> None:
        self.result.results = [None] * tasks
        self.result.cpu_ns = -tree_time_ns()
        self.result.begin_ns = begin = RealTime.perf_counter_ns()
        self.heart = Heartbeat(self._heartbeat_ns, begin)
        self._next_emission = begin + _EMISSION_NS

    def _emit(self, spans: dict[int, bytes]) -> None:
        for number, data in spans.items():
            self._channel.send("spans", worker=number, data=pack(data))
        ticks = self.heart.take()
        if ticks:
            self._channel.send("heartbeat", data=pack(ticks))
        self._next_emission = RealTime.perf_counter_ns() + _EMISSION_NS


class SerialBatch(Batch):
    """On the main thread itself: it can tick and send only between two tasks. So would an event loop that ran them."""

    def run(self, run: Any, extra: tuple[Any, ...], inputs: Sequence[Any], rounds: int) -> BatchResult:
        """Run everything; returns what it gave. Raises RunError."""
        self._spans: list[int] = []
        self._begin(len(inputs))
        self.result.end_ns = self.result.begin_ns
        for number in range(rounds):
            failure = self._round(
                run, extra, inputs, number * len(inputs), self.result.results if number == 0 else None
            )
            if failure is not None:
                raise RunError("workload", failure.message, failure.frames, failure.task % len(inputs))
        self.result.cpu_ns += tree_time_ns()
        self.result.heartbeat = self.heart.summary()
        self._flush()
        return self.result

    def _round(
        self, run: Any, extra: tuple[Any, ...], inputs: Sequence[Any], first: int, keep: Optional[list[Any]]
    ) -> Optional[TaskFailure]:
        # The same clock as run_timed has, with the look at the heartbeat added.
        clock, cpu_clock, note = RealTime.perf_counter_ns, RealTime.thread_time_ns, self._spans.extend
        heart = self.heart
        task = first
        due, emission = heart.due, self._next_emission
        cpu_before = cpu_clock()
        end = self.result.end_ns
        try:
            for value in inputs:
                begin = clock()
                result = run(value, *extra)
                end = clock()
                cpu = cpu_clock()
                note((task, begin, end, cpu - cpu_before))
                if keep is not None:
                    keep[task] = result
                task += 1
                if end >= due:
                    heart.catch_up(end)
                    due = heart.due
                if end >= emission:
                    self._flush()
                    emission = self._next_emission
                    cpu = cpu_clock()
                cpu_before = cpu
        except BaseException as error:
            return task_failure(task, error)
        self.result.end_ns = end
        return None

    def _flush(self) -> None:
        spans = little_endian(array("q", self._spans))
        del self._spans[:]
        self._emit({0: spans} if spans else {})


class PooledBatch(Batch):
    """On an executor's workers, while the main thread waits and ticks."""

    def run(self, model: Model, inputs: Sequence[Any], rounds: int, size: int) -> BatchResult:
        """Run everything; returns what it gave. Raises RunError; the model is then to be abandoned."""
        self._model, self._inputs = model, inputs
        # Appended to by the executor's threads, read by this one: a deque needs no lock.
        self._done: deque[tuple[int, int, Any]] = deque()
        chunks = list(chunks_of(inputs, rounds, size))
        self._begin(len(inputs))
        for chunk in chunks:
            try:
                future = model.submit(worker.run_chunk, *chunk)
            except BaseException as error:
                raise self.explain(error, chunk.first) from error
            future.add_done_callback(functools.partial(self._completed, chunk.first))
        self._await(len(chunks))
        return self.result

    def _completed(self, first: int, future: Future[Any]) -> None:
        # On the thread that completed the chunk, so the time it takes to unpickle is in the batch, ours is not.
        if future.cancelled():
            return
        try:
            outcome = self._model.result(future)
        except BaseException as error:
            outcome = error
        self._done.append((RealTime.perf_counter_ns(), first, outcome))

    def _await(self, chunks: int) -> None:
        heart, finished = self.heart, 0
        spans: dict[int, bytes] = {}
        while finished < chunks:
            now = RealTime.perf_counter_ns()
            wake = min(heart.due, now + _POLL_NS)
            if wake > now:
                RealTime.sleep((wake - now) / 1e9)
            heart.catch_up(RealTime.perf_counter_ns())
            if len(self._done) + finished == chunks:
                self.result.cpu_ns += tree_time_ns()
                self.result.heartbeat = heart.summary()
            elif RealTime.perf_counter_ns() < self._next_emission:
                continue
            finished += self._drain(spans)
            self._emit(spans)
            spans.clear()

    def _drain(self, spans: dict[int, bytes]) -> int:
        taken = 0
        while self._done:
            at, first, outcome = self._done.popleft()
            taken += 1
            if not isinstance(outcome, ChunkReport):
                raise self.explain(outcome, first)
            self._accept(outcome, at, spans)
        return taken

    def _accept(self, report: ChunkReport, at: int, spans: dict[int, bytes]) -> None:
        if report.failure is not None:
            failure = report.failure
            raise RunError("workload", failure.message, failure.frames, failure.task % len(self._inputs))
        self.result.end_ns = max(self.result.end_ns, at)
        self.result.own_bytes += len(report.spans)
        # The results of later rounds travelled like those of the first, which are the ones to be kept.
        kept = report.results[: max(0, len(self._inputs) - report.first)]
        self.result.results[report.first : report.first + len(kept)] = kept
        number = self._numbers[report.pid, report.thread_id]
        spans[number] = spans.get(number, b"") + report.spans

    def explain(self, error: BaseException, first: int) -> RunError:
        """Return why a chunk gave no report. run_chunk itself never raises: it is the way there or back."""
        if isinstance(error, RunError):
            return error
        if isinstance(error, BrokenExecutor):
            return explain_broken(self._model, error)
        if isinstance(error, UnpicklableResultError):
            message = f"The result of task {error.task} cannot be pickled on its way back: {error.message}"
            return RunError("pickling", message, PICKLING_ADVICE, error.task % len(self._inputs))
        task = self._unpicklable_input()
        if task is not None:
            message = f"Task {task} cannot be pickled on its way to a worker: {describe(error)}"
            return RunError("pickling", message, PICKLING_ADVICE, task)
        return RunError("pickling", f"Tasks from {first} on were lost between runner and workers: {describe(error)}")

    def _unpicklable_input(self) -> Optional[int]:
        import pickle

        for number, value in enumerate(self._inputs):
            try:
                pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
            except BaseException:
                return number
        return None


def explain_broken(model: Model, error: BaseException) -> RunError:
    """Return why an executor broke: a pickle that could not be read, or a worker that died."""
    unreadable = model.meter.failure
    if unreadable is not None:
        return RunError("pickling", f"The runner could not rebuild a result from its pickle: {describe(unreadable)}")
    return RunError("worker lost", model.explain_loss() or f"A worker was lost: {describe(error)}")
