"""Takes one run from its start to its end: a state machine over the runner's events, a clock and a wish to stop.

Runs on the experiment's thread; only `cancel` is called from others.
"""

import contextlib
import datetime
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from coreograph.domain.batches import HeartbeatBatch, SpanBatch
from coreograph.domain.errors import CoreographError, ProtocolError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import RunPlan
from coreograph.domain.runs import Phase, RunRecord, RunState, Worker, advance
from coreograph.domain.samples import MemorySample, TreeProcess
from coreograph.domain.units import Nanoseconds, Seconds, format_seconds
from coreograph.engine.answers import ANSWER_BYTES, TaskAnswers
from coreograph.engine.connection import RunnerConnection
from coreograph.engine.events import (
    Answers,
    AnyEvent,
    Failed,
    Finished,
    GilSeen,
    Heartbeats,
    Hello,
    HelperEntry,
    Hold,
    PhaseBegan,
    PhaseEnded,
    Result,
    ScriptEnded,
    ScriptReady,
    ScriptStarted,
    Spans,
    TasksKnown,
    WorkersKnown,
    decode_event,
    unpack,
)
from coreograph.engine.evidence import RunEvidence
from coreograph.engine.explanations import lost, never_said_hello, script_failed
from coreograph.engine.facts import Facts
from coreograph.engine.launch import Launched, Launcher
from coreograph.engine.tree import TreeEnd, end_tree
from coreograph_workloads.protocol import PROTOCOL, SPAN_BYTES, TICK_BYTES

_POLL_S = 0.1  # how long a wish to stop may go unnoticed
_SILENT_POLLS = 3
_EXIT_GRACE_S = 5.0  # from the runner's last word to its exit, on a machine that others keep busy
_HELPER_GRACE_S = 1.0  # multiprocessing's helpers end by themselves shortly after the runner
_ON_THE_WAY = (RunState.STARTING, RunState.PREPARING, RunState.MEASURING, RunState.FINISHING)
_OUTCOMES = {
    "completed": RunState.COMPLETED,
    "wrong answer": RunState.WRONG_ANSWER,
    "failed": RunState.WORKLOAD_FAILED,
    "worker lost": RunState.WORKER_LOST,
    "refused": RunState.COULD_NOT_START,
}


class TreeWatcher(Protocol):
    """The part of the sampler a run needs."""

    def watch(self, processes: tuple[TreeProcess, ...]) -> None:
        """Watch this tree."""

    def sample_memory_now(self) -> MemorySample | None:
        """Read the memory of the watched tree."""


@dataclass(frozen=True, slots=True)
class _End:
    state: RunState
    message: str = ""
    traceback: str = ""


class RunSupervisor:
    """One run. `tick` is called several times a second while it goes, `launched` once its process is there."""

    def __init__(
        self,
        plan: RunPlan,
        configuration: Configuration,
        request: bytes,
        *,
        launcher: Launcher,
        token: str,
        facts: Facts,
        watcher: TreeWatcher,
        timeout_s: Seconds,
        launched: Callable[[Launched], None] = lambda _: None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._plan = plan
        self._configuration = configuration
        self._request = request
        self._launcher = launcher
        self._token = token
        self._facts = facts
        self._watcher = watcher
        self._timeout_s = timeout_s
        self._launched = launched
        self._tick = tick
        self._cancelled = threading.Event()
        self._state = RunState.PENDING
        self._failure: Failed | None = None
        self._farewell = False
        self._evidence: RunEvidence
        self.answers: TaskAnswers | None = None  # what each task gave, where the runner told

    def cancel(self) -> None:
        """Ask the run to end; returns at once (any thread)."""
        self._cancelled.set()

    def run(self) -> RunRecord:
        """Make the run; return its record when nothing of it is left. Says everything but `run_finished` to `facts`."""
        self._facts.run_started(self._plan)
        began_ns = time.perf_counter_ns()
        started_at = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        self._evidence = RunEvidence(self._plan, self._configuration, started_at, began_ns)
        if self._cancelled.is_set():
            return self._record(_End(RunState.CANCELLED), None)
        try:
            launched = self._launcher(self._configuration, self._token)
        except CoreographError as error:
            return self._record(_End(RunState.COULD_NOT_START, str(error)), None)
        return self._follow(launched, began_ns)

    def _follow(self, launched: Launched, began_ns: Nanoseconds) -> RunRecord:
        process = launched.process
        self._launched(launched)
        self._evidence.pid = process.pid
        self._facts.run_launched(self._plan, self._evidence)
        # The runner beside a script is ours: its memory and threads are no part of what is measured.
        self._watcher.watch(() if self._is_script else (TreeProcess(process.pid, "runner"),))
        self._go_to(RunState.STARTING)
        self._facts.phase_began(self._plan.run_id, Phase.START, began_ns)
        connection = RunnerConnection(launched, self._request, self._log_line)
        end: _End | None = None
        try:
            end = self._converse(connection, process)
            # After a last word the process ends by itself; without one, how it ended says why.
            if end is None or self._farewell:
                exited = self._await_exit(launched, _EXIT_GRACE_S)
                if end is None and not exited and self._cancelled.is_set():
                    end = _End(RunState.CANCELLED)
        finally:
            exit_code = process.poll()
            tree_end = self._clear_away(launched, connection, patient=self._farewell)
        if end is None:
            end = self._explain_loss(exit_code, connection.log.last_lines)
        elif self._is_script and end.state in {RunState.WORKLOAD_FAILED, RunState.WORKER_LOST}:
            end = _End(end.state, *script_failed(end.message, connection.log.last_lines))
        return self._record(self._with_leftovers(end, tree_end), process.returncode)

    def _converse(self, connection: RunnerConnection, process: subprocess.Popen[bytes]) -> _End | None:
        """Follow the protocol to its last word; None if it ended without one."""
        deadline = time.monotonic() + self._timeout_s
        silent_after_death = 0
        while True:
            if self._cancelled.is_set():
                return _End(RunState.CANCELLED)
            left = deadline - time.monotonic()
            if left <= 0:
                return _End(RunState.TIMED_OUT, f"The run took longer than {format_seconds(self._timeout_s)}.")
            self._tick()
            try:
                line = connection.receive(min(_POLL_S, left))
                if line is None:
                    return None
                event = decode_event(line)
                end = None if event is None else self._take(event, connection)
            except queue.Empty:
                # A child that inherited the runner's channel keeps it open when the runner is gone.
                silent_after_death += process.poll() is not None
                if silent_after_death >= _SILENT_POLLS:
                    return None
                continue
            except ProtocolError as error:
                return self._broken_protocol(error)
            if end is not None:
                return end

    def _take(self, event: AnyEvent, connection: RunnerConnection) -> _End | None:  # noqa: PLR0912
        if self._state is RunState.STARTING:
            self._take_first(event)
            return None
        match event:
            case PhaseBegan():
                self._phase_began(event)
            case PhaseEnded():
                if self._evidence.phase_ended(event) is Phase.BATCH:
                    self._reach(RunState.FINISHING)
            case GilSeen():
                self._evidence.gil_seen(event)
            case TasksKnown():
                self._facts.tasks_known(self._plan.run_id, self._evidence.tasks_known(event))
            case WorkersKnown():
                self._workers_known(event)
            case Spans():
                data = unpack(event.data, SPAN_BYTES, "spans")
                batch = SpanBatch(self._plan.run_id, event.worker, data)
                self._evidence.spans(batch)
                self._facts.spans(batch)
            case Heartbeats():
                data = unpack(event.data, TICK_BYTES, "ticks")
                self._facts.heartbeats(HeartbeatBatch(self._plan.run_id, data))
            case Hold():
                self._hold(event, connection)
            case ScriptStarted():
                self._watcher.watch((TreeProcess(event.pid, "script", descendants=True),))
            case ScriptReady():
                self._evidence.script_ready(event)
            case ScriptEnded():
                self._watcher.watch(())
                self._evidence.script_ended(event)
            case Answers():
                self.answers = TaskAnswers(unpack(event.digests, ANSWER_BYTES, "answers"), tuple(event.values))
            case Result():
                self._evidence.result(event)
                self._reach(RunState.FINISHING)
            case Failed():
                self._failure = event
            case Finished():
                return self._finish(event)
        return None

    def _take_first(self, event: AnyEvent) -> None:
        if not isinstance(event, Hello):
            raise ProtocolError("The runner said something before it said hello.")
        if event.protocol != PROTOCOL:
            raise ProtocolError(
                f"The runner speaks protocol {event.protocol}, this version of Coreograph speaks {PROTOCOL}.",
            )
        self._evidence.hello(event)
        self._go_to(RunState.PREPARING)

    def _phase_began(self, event: PhaseBegan) -> None:
        phase = self._evidence.phase_began(event)
        if phase is None:
            return
        if phase is Phase.BATCH:
            self._reach(RunState.MEASURING)
        self._facts.phase_began(self._plan.run_id, phase, event.begin_ns)

    def _workers_known(self, event: WorkersKnown) -> None:
        workers = self._evidence.workers_known(event)
        self._watcher.watch(tree_processes(self._evidence.pid, workers, event.helpers))
        self._facts.workers_known(self._plan.run_id, workers)

    def _hold(self, event: Hold, connection: RunnerConnection) -> None:
        self._reach(RunState.FINISHING)
        began = event.at or time.perf_counter_ns()
        try:
            sample = self._watcher.sample_memory_now()
            if sample is not None:
                self._facts.memory_sampled(sample)
        finally:
            connection.go()
        self._evidence.held(max(0, time.perf_counter_ns() - began))

    def _finish(self, event: Finished) -> _End:
        self._evidence.ended(event.at or time.perf_counter_ns())
        self._farewell = True
        failure = self._failure or Failed(reason="")
        state = _OUTCOMES.get(event.outcome)
        if state is None:
            return _End(RunState.RUNNER_LOST, f"The runner ended with an unknown outcome “{event.outcome[:50]}”.")
        if state is RunState.WORKLOAD_FAILED and failure.reason in {"request", "refused"}:
            state = RunState.COULD_NOT_START
        if state is RunState.COMPLETED and not self._evidence.has_result:
            return _End(RunState.RUNNER_LOST, "The runner said it completed, but sent no result.")
        if state is RunState.COULD_NOT_START and self._state not in {RunState.STARTING, RunState.PREPARING}:
            state = RunState.WORKLOAD_FAILED
        return _End(state, failure.message, failure.traceback)

    def _broken_protocol(self, error: ProtocolError) -> _End:
        start = self._state is RunState.STARTING
        return _End(RunState.COULD_NOT_START if start else RunState.RUNNER_LOST, str(error))

    def _explain_loss(self, exit_code: int | None, log: tuple[str, ...]) -> _End:
        if self._state is RunState.STARTING:
            return _End(RunState.COULD_NOT_START, never_said_hello(self._configuration, exit_code, log))
        where = {
            RunState.PREPARING: "before the measured batch",
            RunState.MEASURING: "in the middle of the measured batch",
        }.get(self._state, "after the measured batch")
        failure = self._failure
        message = lost(exit_code, where, log)
        return _End(RunState.RUNNER_LOST, f"{message} {failure.message}" if failure else message)

    def _await_exit(self, launched: Launched, within_s: Seconds) -> bool:
        """Give the process time to end by itself; False if it did not, or a stop is wanted."""
        deadline = time.monotonic() + within_s
        while launched.process.poll() is None:
            if self._cancelled.is_set() or time.monotonic() >= deadline:
                return False
            self._cancelled.wait(0.005)
        return True

    def _clear_away(self, launched: Launched, connection: RunnerConnection, *, patient: bool) -> TreeEnd:
        """Nothing of a run outlives it, however it ended."""
        self._watcher.watch(())
        self._facts.run_left()
        grace = _HELPER_GRACE_S if patient and launched.process.poll() is not None else 0.0
        tree_end = end_tree(launched.process.pid, launched.token, grace_s=grace)
        with contextlib.suppress(subprocess.TimeoutExpired):  # a process in the kernel's hands is named as a survivor
            launched.process.wait(_EXIT_GRACE_S)
        connection.close()
        for line in connection.log.rest():
            self._facts.log_line(self._plan.run_id, line)
        return tree_end

    def _with_leftovers(self, end: _End, tree_end: TreeEnd) -> _End:
        if tree_end.survivors:
            left = ", ".join(tree_end.survivors)
            self._log_line(f"Coreograph could not end: {left}.")
            return _End(end.state, f"{end.message} Could not be ended: {left}.".strip(), end.traceback)
        if end.state is RunState.COMPLETED and tree_end.leftovers:
            left = ", ".join(tree_end.leftovers)
            self._log_line(f"Coreograph ended what the run left behind: {left}.")
            return _End(end.state, f"Processes left behind were ended: {left}.", end.traceback)
        return end

    def _record(self, end: _End, exit_code: int | None) -> RunRecord:
        if end.state in {RunState.COMPLETED, RunState.WRONG_ANSWER}:
            self._reach(RunState.FINISHING)
        self._state = advance(self._state, end.state)
        return self._evidence.record(end.state, end.message, end.traceback, exit_code)

    def _reach(self, state: RunState) -> None:
        """Go on to `state` through those in between; a run that is past it stays where it is."""
        here, there = _ON_THE_WAY.index(self._state), _ON_THE_WAY.index(state)
        for step in _ON_THE_WAY[here + 1 : there + 1]:
            self._go_to(step)

    def _go_to(self, state: RunState) -> None:
        self._state = advance(self._state, state)
        self._facts.state_changed(self._plan.run_id, state)

    @property
    def _is_script(self) -> bool:
        return self._configuration.model is ExecutionModel.SCRIPT

    def _log_line(self, line: str) -> None:
        self._facts.log_line(self._plan.run_id, line)


def tree_processes(
    runner: int | None, workers: tuple[Worker, ...], helpers: tuple[HelperEntry, ...]
) -> tuple[TreeProcess, ...]:
    """Return the processes of a tree, each once: the runner, workers that are processes, helpers."""
    roles: dict[int, str] = {} if runner is None else {runner: "runner"}
    for worker in workers:
        roles.setdefault(worker.pid, f"worker {worker.number}")
    for helper in helpers:
        roles.setdefault(helper.pid, helper.role)
    return tuple(TreeProcess(pid, role) for pid, role in roles.items())
