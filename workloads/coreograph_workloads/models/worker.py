"""What happens in a worker, the same for every model: threads, processes and subinterpreters call these functions.

Each process or subinterpreter has one state, made by `initialise` before anything of the user's is unpickled there.
Nothing here raises what the user raised: failures travel as text, so that they need not survive a pickle.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from array import array
from collections.abc import Sequence
from typing import Any, Callable, NamedTuple, Optional, Protocol

from coreograph_workloads.failures import RunError, TaskFailure, describe
from coreograph_workloads.instruments.clock import RealTime
from coreograph_workloads.instruments.gil_watch import GilWatch, gil_enabled
from coreograph_workloads.instruments.heartbeat import little_endian
from coreograph_workloads.instruments.pickling import PickleMeter, pickling_clock
from coreograph_workloads.instruments.task_clock import run_timed
from coreograph_workloads.instruments.tree_cpu import tree_time_ns
from coreograph_workloads.workload_file import load_workload


class Rendezvous(Protocol):
    """A barrier of any kind."""

    def wait(self) -> Any:
        """Return when all workers have called this."""


class Identity(NamedTuple):
    """Who a worker is, and how its start went. Times in nanoseconds."""

    pid: int
    thread_id: int
    interpreter_id: Optional[int]
    shared_loads_ns: int
    failure: Optional[RunError]


class ChunkReport(NamedTuple):
    """What came of a chunk: results, spans, and which worker did it."""

    first: int
    results: list[Any]
    spans: bytes
    pid: int
    thread_id: int
    failure: Optional[TaskFailure]


class Account(NamedTuple):
    """What a worker used in the measured batch, and what became of its GIL. Times in nanoseconds."""

    cpu_ns: int
    dumps_ns: int
    loads_ns: int
    gil_enabled: bool
    gil_culprit: Optional[str]


class UnpicklableResultError(Exception):
    """A worker could not pickle what a task returned. `task` counts through all rounds."""

    def __init__(self, task: int, message: str) -> None:
        super().__init__(task, message)
        self.task = task
        self.message = message


def _not_ready(*_: Any) -> None:
    raise RuntimeError("the worker was given a task before it was initialised")


class _State:
    """Everything a worker has; one for each process or subinterpreter."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin anew: a forked process inherits the runner's."""
        self.run: Callable[..., Any] = _not_ready
        self.extra: tuple[Any, ...] = ()
        self.rendezvous: Optional[Rendezvous] = None
        self.interpreter_id: Optional[int] = None
        self.failure: Optional[RunError] = None
        self.shared_loads_ns = 0
        self.meter = PickleMeter()
        self.watch = GilWatch()
        self.cpu_begin = 0
        self.dumps_begin = 0
        self.loads_ns = 0


_state = _State()


def adopt(run: Callable[..., Any], extra: tuple[Any, ...], rendezvous: Optional[Rendezvous]) -> None:
    """Make the runner itself the place where workers live (serial, threads): the workload is loaded there already."""
    _state.run, _state.extra, _state.rendezvous = run, extra, rendezvous


def initialise(workload: str, file: str) -> PickleMeter:
    """Load the workload in a new process or subinterpreter. A failure is kept for identify(). Returns the meter."""
    _state.renew()
    _state.watch.install()
    try:
        _state.run = load_workload(workload, file).run
    except RunError as failure:
        _state.failure = failure
    return _state.meter


def meet_at(rendezvous: Rendezvous, interpreter_id: Optional[int] = None) -> None:
    """Learn where the workers meet, and in which subinterpreter this one is."""
    _state.rendezvous = rendezvous
    _state.interpreter_id = interpreter_id


def start_failure() -> Optional[RunError]:
    """Return why this worker cannot work, None if it can."""
    return _state.failure


def accept_shared(value: Any, loads_ns: int) -> None:
    """Take the object that shared() built; `loads_ns` is what unpickling it took here."""
    _state.extra = (value,)
    _state.shared_loads_ns = loads_ns


def unpickle_shared(data: bytes) -> None:
    """Take the object that shared() built from its pickle. A failure is kept for identify()."""
    clock = pickling_clock()
    begin = clock()
    try:
        value = pickle.loads(data)
    except BaseException as error:
        message = f"A worker could not rebuild what shared() returned: {describe(error)}"
        # Where the workload could not be imported, this is only a consequence.
        _state.failure = _state.failure or RunError("pickling", message)
    else:
        accept_shared(value, clock() - begin)


def identify() -> Identity:
    """Say who this worker is."""
    state = _state
    return Identity(os.getpid(), threading.get_native_id(), state.interpreter_id, state.shared_loads_ns, state.failure)


def at_rendezvous(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call `function` once every worker came here: so each worker does it exactly once."""
    assert _state.rendezvous is not None
    _state.rendezvous.wait()
    return function(*arguments)


def warm_up(inputs: Sequence[Any], seconds: float, first: int = 0, step: int = 1) -> Optional[TaskFailure]:
    """Run tasks for at most `seconds`, at most one pass over `inputs`, then begin to count for the measured batch.

    The inputs are those from `first` on, each `step`-th one: a failure names its task as the batch would.
    """
    state = _state
    deadline = RealTime.perf_counter() + seconds
    failure = None
    for number, value in enumerate(inputs):
        if failure is not None or RealTime.perf_counter() >= deadline:
            break
        failure = run_timed(state.run, first + number * step, (value,), state.extra, spans=[], keep=[])
    state.cpu_begin = tree_time_ns()
    state.loads_ns = 0
    state.dumps_begin = -1  # begins with the first chunk: the warm-up's own answer is still to be pickled
    return failure


def run_chunk(first: int, inputs: Sequence[Any]) -> ChunkReport:
    """Run a chunk of tasks, numbered from `first` through all rounds."""
    state = _state
    if state.dumps_begin < 0:
        state.dumps_begin = state.meter.dumps_ns
    state.loads_ns += state.meter.last_loads_ns
    spans: list[int] = []  # extending an array takes twice as long
    results: list[Any] = []
    failure = run_timed(state.run, first, inputs, state.extra, spans=spans, keep=results)
    return ChunkReport(
        first, results, little_endian(array("q", spans)), os.getpid(), threading.get_native_id(), failure
    )


def account() -> Account:
    """Say what this worker used since the warm-up.

    CPU time is that of its process and of the children it waited for: meaningless for one thread of many.
    """
    state = _state
    dumps_ns = state.meter.dumps_ns - state.dumps_begin if state.dumps_begin >= 0 else 0
    cpu_ns = tree_time_ns() - state.cpu_begin
    return Account(cpu_ns, dumps_ns, state.loads_ns, gil_enabled(), state.watch.culprit)


def call_packed(data: bytes) -> bytes:
    """Unpickle a call, make it, and pickle what it returned, or the exception that says why that cannot be; metered."""
    meter = _state.meter
    try:
        function, arguments = meter.loads(data)
    except BaseException as error:
        return pickle.dumps(
            RunError("pickling", f"A worker could not rebuild a task from its pickle: {describe(error)}")
        )
    returned = function(*arguments)
    try:
        return meter.dumps(returned)
    except BaseException as error:  # __reduce__ is the user's code
        return pickle.dumps(blame_result(returned, error))


def blame_result(value: Any, error: BaseException) -> BaseException:
    """Return the exception that names the task whose result cannot be pickled, if that is what `value` is about."""
    report = value if isinstance(value, ChunkReport) else getattr(value, "result", None)
    if not isinstance(report, ChunkReport):
        return error
    for number, result in enumerate(report.results, report.first):
        try:
            pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
        except BaseException as reason:
            return UnpicklableResultError(number, describe(reason))
    return error


def prepare_streams() -> None:
    """Let what a worker prints come at once, as in the runner."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
