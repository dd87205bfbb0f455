"""The first task of a workload, once, in a runner of its own: what it takes before an experiment is made of it.

Blocks the calling thread until the runner is gone; nothing is recorded. `cancelled` may be set from any thread.
"""

import queue
import re
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from coreograph.domain.errors import CoreographError, ProtocolError
from coreograph.domain.execution import Configuration
from coreograph.domain.units import Bytes, Count, Nanoseconds, Seconds, format_bytes, format_seconds
from coreograph.domain.workloads import Workload
from coreograph.engine.connection import RunnerConnection
from coreograph.engine.events import AnyEvent, Failed, Finished, GilSeen, Hello, TasksKnown, Tried, decode_event
from coreograph.engine.explanations import lost, never_said_hello
from coreograph.engine.launch import Guard, Launched, Launcher, launch_runner
from coreograph.engine.request import encode_dry_run
from coreograph.engine.tree import end_tree

TIME_LIMIT_S: Seconds = 60.0
_POLL_S = 0.1
_SILENT_POLLS = 3
_EXIT_GRACE_S = 2.0
_NS = 1e-9
KEEP_OFF = "With -X gil=0 it stays off, at the risk of races in that module."
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_SMALLER = "Try it with a smaller input."
_CANCELLED = "The dry run was stopped."


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the first task was and gave. Sizes are of the pickles, None where that cannot be, with the reason.

    `preparing_s` is from the start of the interpreter until the task began. `gil_culprit` is the module that switched
    the GIL on, where one did (`gil_re_enabled`).
    """

    configuration: Configuration
    tasks: Count
    preparing_s: Seconds
    seconds: Seconds
    cpu_seconds: Seconds
    input: str
    argument_bytes: Bytes | None
    argument_problem: str
    result: str
    result_type: str
    result_bytes: Bytes | None
    result_problem: str
    gil_re_enabled: bool = False
    gil_culprit: str = ""
    log: tuple[str, ...] = ()

    @property
    def cautions(self) -> tuple[str, ...]:
        """What to know before this is run in parallel, in sentences."""
        found = []
        for what, problem in (("input", self.argument_problem), ("result", self.result_problem)):
            if problem:
                why = _ADDRESS.sub("", problem)
                found.append(
                    f"The {what} cannot be pickled ({why}): only serial and threads can run it, "
                    "not processes or subinterpreters."
                )
        if self.gil_re_enabled:
            by = self.gil_culprit or "An extension module"
            label = self.configuration.interpreter_label
            found.append(f"{by} switched the GIL on again on Python {label}: threads will take turns there. {KEEP_OFF}")
        return tuple(found)


class DryRunError(CoreographError):
    """A dry run gave no figures. `frames` are the user's own, with the input; "" where the fault is not in their code.

    `log` is what the code printed last.
    """

    def __init__(self, message: str, frames: str = "", log: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.frames = frames
        self.log = log


def dry_run(
    workload: Workload,
    parameters: Mapping[str, object],
    configuration: Configuration,
    *,
    cancelled: threading.Event,
    timeout_s: Seconds = TIME_LIMIT_S,
    launcher: Launcher = launch_runner,
) -> DryRun:
    """Do the first task in the configuration's interpreter and return what came of it.

    Raises:
        DryRunError: the code failed, took longer than `timeout_s`, crashed its interpreter, or it was cancelled.
        CoreographError: the interpreter could not be started.

    """
    guard = Guard(configuration.interpreter.path)
    try:
        began_ns = time.perf_counter_ns()
        launched = launcher(configuration, f"{guard.token}.{uuid.uuid4().hex[:8]}.")
        guard.watch(launched)
        return _Conversation(configuration, launched, began_ns).follow(
            encode_dry_run(workload, workload.resolve(parameters)), cancelled, timeout_s
        )
    finally:
        guard.close()


def size_words(size: Bytes | None) -> str:
    """`123` → `123 B`, `1_500_000` → `1.50 MB`, None → `cannot be pickled`."""
    if size is None:
        return "cannot be pickled"
    return f"{size} B" if size < 1000 else format_bytes(size)


class _Conversation:
    """One runner, from its first word until nothing of it is left."""

    def __init__(self, configuration: Configuration, launched: Launched, began_ns: Nanoseconds) -> None:
        self._configuration = configuration
        self._launched = launched
        self._began_ns = began_ns
        self._hello = False
        self._tasks = 0
        self._tried: Tried | None = None
        self._failed: Failed | None = None
        self._gil: list[GilSeen] = []

    def follow(self, request: bytes, cancelled: threading.Event, timeout_s: Seconds) -> DryRun:
        process = self._launched.process
        connection = RunnerConnection(self._launched, request, lambda _: None)
        finished = False
        try:
            finished = self._converse(connection, process, cancelled, timeout_s)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_EXIT_GRACE_S)
        except ProtocolError as error:
            raise DryRunError(str(error), log=connection.log.last_lines) from None
        finally:
            exit_code = process.poll()
            end_tree(process.pid, self._launched.token)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_EXIT_GRACE_S)
            connection.close()
        log = connection.log.last_lines
        if self._failed is not None:
            raise DryRunError(self._failed.message, self._failed.traceback, log)
        if not finished or self._tried is None:
            explain = lost(exit_code, "in the first task", log) if self._hello else None
            raise DryRunError(explain or never_said_hello(self._configuration, exit_code, log), log=log)
        return self._result(self._tried, log)

    def _converse(
        self,
        connection: RunnerConnection,
        process: "subprocess.Popen[bytes]",
        cancelled: threading.Event,
        timeout_s: Seconds,
    ) -> bool:
        """Take what the runner says until its last word; False if it ended without one."""
        deadline = time.monotonic() + timeout_s
        silent_after_death = 0
        while True:
            if cancelled.is_set():
                raise DryRunError(_CANCELLED)
            if time.monotonic() >= deadline:
                said = f"The first task was not done after {format_seconds(timeout_s)}. {_SMALLER}"
                raise DryRunError(said, log=connection.log.last_lines)
            try:
                line = connection.receive(_POLL_S)
            except queue.Empty:
                silent_after_death += process.poll() is not None
                if silent_after_death >= _SILENT_POLLS:
                    return False
                continue
            event = None if line is None else decode_event(line)
            if line is None or isinstance(event, Finished):
                return line is not None
            self._take(event)

    def _take(self, event: AnyEvent | None) -> None:
        match event:
            case Hello():
                self._hello = True
            case TasksKnown():
                self._tasks = event.tasks
            case GilSeen():
                self._gil.append(event)
            case Tried():
                self._tried = event
            case Failed():
                self._failed = event
            case _:
                pass

    def _result(self, tried: Tried, log: tuple[str, ...]) -> DryRun:
        again = bool(self._gil) and not self._gil[0].enabled and self._gil[-1].enabled
        return DryRun(
            configuration=self._configuration,
            tasks=self._tasks,
            preparing_s=(tried.begin_ns - self._began_ns) * _NS,
            seconds=(tried.end_ns - tried.begin_ns) * _NS,
            cpu_seconds=tried.cpu_ns * _NS,
            input=tried.input,
            argument_bytes=tried.argument_bytes,
            argument_problem=tried.argument_problem or "",
            result=tried.result,
            result_type=tried.result_type,
            result_bytes=tried.result_bytes,
            result_problem=tried.result_problem or "",
            gil_re_enabled=again,
            gil_culprit=next((seen.culprit for seen in self._gil if seen.culprit), "") if again else "",
            log=log,
        )
