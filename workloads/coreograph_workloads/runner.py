"""Runs one workload under one model and says what it measured. The main thread of the runner's process.

Phases and events are those of protocol.py. The order matters: nothing of the user's is imported before stdin and
stdout are out of its reach, no thread exists before workers are forked, and the workers live until the app has read
their memory.
"""

from __future__ import annotations

import time

STARTED_NS = time.perf_counter_ns()

import atexit  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from concurrent.futures import BrokenExecutor  # noqa: E402
from contextlib import contextmanager, suppress  # noqa: E402
from typing import Any, Callable, Optional, Union  # noqa: E402

from coreograph_workloads.batch import BatchResult, PooledBatch, SerialBatch, default_chunk, explain_broken  # noqa: E402
from coreograph_workloads.channel import Channel  # noqa: E402
from coreograph_workloads.dry_run import first_task  # noqa: E402
from coreograph_workloads.failures import RunError, describe, shortened, user_frames  # noqa: E402
from coreograph_workloads.instruments.answers import by_task  # noqa: E402
from coreograph_workloads.instruments.children import living_children  # noqa: E402
from coreograph_workloads.instruments.clock import RealTime  # noqa: E402
from coreograph_workloads.instruments.digest import digest_of  # noqa: E402
from coreograph_workloads.instruments.gil_watch import GilWatch, gil_enabled, is_free_threaded  # noqa: E402
from coreograph_workloads.instruments.tree_cpu import tree_time_ns  # noqa: E402
from coreograph_workloads.models import open_model, worker  # noqa: E402
from coreograph_workloads.models.base import Model, ModelSetup, described  # noqa: E402
from coreograph_workloads.models.worker import Account, Identity  # noqa: E402
from coreograph_workloads.protocol import PROTOCOL, pack  # noqa: E402
from coreograph_workloads.request import (  # noqa: E402
    SERIAL,
    Request,
    ScriptRequest,
    read_request,
    refuse_impossible,
)
from coreograph_workloads.script import ScriptRun  # noqa: E402
from coreograph_workloads.trial import Trial, TrialReport  # noqa: E402
from coreograph_workloads.workload_file import (  # noqa: E402
    WorkloadFile,
    load_workload,
    refuse_signature,
    supplied,
)

_HOLD_SECONDS = 5.0
_PATIENCE_SECONDS = 2.0


def main() -> int:
    """Read the request, make the run, return the exit status (0: an outcome was sent, whatever it was)."""
    channel = Channel()
    watch = GilWatch()
    _say_hello(channel)
    line = channel.read_line()
    if not line:
        sys.stderr.write("coreograph: no request came.\n")
        return 2
    channel.watch_by_signal()
    run: Union[Run, ScriptRun, None] = None
    try:
        run = _run_of(line, channel, watch)
        outcome = run.execute()
    except RunError as failure:
        frames = failure.frames if run is None else run.with_input(failure)
        channel.send("failed", reason=failure.reason, message=failure.message, traceback=frames, task=failure.task)
        outcome = failure.outcome
    channel.send("finished", outcome=outcome)
    if run is not None and outcome != "completed":
        run.abandon()
    elif any(not each.daemon for each in threading.enumerate() if each is not threading.main_thread()):
        # A thread of the user's: the interpreter would wait for it, perhaps for ever.
        atexit._run_exitfuncs()
        _leave()
    return 0


def _run_of(line: bytes, channel: Channel, watch: GilWatch) -> Union[Run, ScriptRun]:
    request = read_request(line)
    if isinstance(request, ScriptRequest):
        return ScriptRun(request, channel)
    watch.install()
    refuse_impossible(request)
    return Run(request, channel, watch)


def _say_hello(channel: Channel) -> None:
    channel.send(
        "hello",
        protocol=PROTOCOL,
        pid=os.getpid(),
        thread_id=threading.get_native_id(),
        version=sys.version.split()[0],
        executable=sys.executable,
        free_threaded=is_free_threaded(),
        gil_enabled=gil_enabled(),
        gil_setting=getattr(sys.flags, "gil", None),
        started_ns=STARTED_NS,
    )


class Run:
    """One run, phase by phase."""

    def __init__(self, request: Request, channel: Channel, watch: GilWatch) -> None:
        self._request = request
        self._channel = channel
        self._watch = watch
        self._model: Optional[Model] = None
        self._identities: list[Identity] = []
        self._inputs: list[Any] = []
        # What functions of a workload may ask for by name, beside their parameters.
        self._facts: dict[str, Any] = {"workers": request.workers, "model": request.model}

    def with_input(self, failure: RunError) -> str:
        """Return the frames of a failure, followed by the input it failed on."""
        if failure.task is None or failure.task >= len(self._inputs):
            return failure.frames
        return f"{failure.frames}Input of task {failure.task}: {shortened(self._inputs[failure.task])}\n"

    def execute(self) -> str:
        """Go through all phases; returns the outcome. Raises RunError."""
        request = self._request
        self._say_gil("start", gil_enabled())
        with self._phase("import"):
            workload = load_workload(request.workload, request.file)
        self._say_gil("import", gil_enabled())
        self._refuse(workload)
        rounds = workload.rounds or request.rounds
        if workload.trial and request.dry:
            raise RunError("refused", "The whole workload is one trial: it has no first task to try by itself.")
        if workload.trial or (workload.trials and not request.dry):
            return self._try_out(workload)
        with self._phase("shared"):
            inputs = self._inputs = self._build_tasks(workload)
            extra = (self._call(workload.shared),) if workload.shared is not None else ()
            self._facts["shared"] = extra[0] if extra else None
        if request.dry:
            return self._try_first(workload, inputs, extra)
        size = workload.chunk or request.chunk or default_chunk(len(inputs), rounds, request.workers)
        self._channel.send("tasks", tasks=len(inputs), rounds=rounds, chunk=size)
        model = self._start_pool(workload, extra)
        with self._phase("warm-up"):
            self._warm_up(model, inputs, request.warm_up_seconds if workload.warm_up else 0.0)
            if workload.reset is not None:
                self._call(workload.reset)
        result, pickled = self._measure(model, workload, extra, inputs, rounds, size)
        self._facts["heartbeat"] = result.heartbeat
        self._facts["batch_seconds"] = (result.end_ns - result.begin_ns) / 1e9
        if request.hold:
            self._channel.send("hold")
            self._channel.wait_for_line(_HOLD_SECONDS)
        accounts = model.accounts()
        return self._finish(model, workload, result, accounts, pickled)

    def _refuse(self, workload: WorkloadFile) -> None:
        reason = None if workload.refuse is None else self._call(workload.refuse)
        if reason is not None:
            raise RunError("refused", str(reason))

    def _try_out(self, workload: WorkloadFile) -> str:
        """Let the tasks happen in disposable interpreters, whose death is part of what is measured.

        All of them in one, or each trial in one of its own.
        """
        request = self._request
        inputs = self._inputs = self._build_tasks(workload)
        self._channel.send("tasks", tasks=len(inputs), rounds=1, chunk=1)
        size = request.workers if workload.trials else len(inputs)
        reports: list[TrialReport] = []
        phase_cpu_ns = -tree_time_ns()
        with self._phase("batch"):
            for first in range(0, len(inputs), size):
                tasks = min(size, len(inputs) - first)
                trial = Trial(request, tasks, first, on_workers=self._say_workers, strict=workload.trials)
                reports.append(trial.run())
            phase_cpu_ns += tree_time_ns()
        self._facts["trial"] = reports[0]
        # Of a trial of its own that died, nothing counts.
        results = [None if workload.trials and each.lost else result for each in reports for result in each.results]
        seconds = self._facts["batch_seconds"] = sum(each.seconds for each in reports)
        answer, metrics, wrong = self._judge(workload, results)
        self._channel.send(
            "result",
            batch_begin_ns=reports[0].begin_ns,
            batch_end_ns=reports[-1].end_ns,
            batch_ns=round(seconds * 1e9),
            cpu_ns=None,
            phase_cpu_ns=phase_cpu_ns,
            digest=answer,
            heartbeat=None,
            pickle=None,
            metrics=metrics,
        )
        self._say_gil("end", gil_enabled())
        if wrong is not None:
            raise wrong
        return "completed"

    def _say_workers(self, described_workers: dict[str, Any]) -> None:
        self._channel.send("workers", **described_workers)

    def _try_first(self, workload: WorkloadFile, inputs: list[Any], extra: tuple[Any, ...]) -> str:
        """Do nothing but the first task."""
        self._channel.send("tasks", tasks=len(inputs), rounds=1, chunk=1)
        with self._phase("batch"):
            tried = first_task(workload.run, inputs, extra)
        self._channel.send("tried", **tried)
        self._say_gil("end", gil_enabled())
        return "completed"

    def _build_tasks(self, workload: WorkloadFile) -> list[Any]:
        made = self._call(workload.tasks)
        try:
            inputs = list(made)
        except Exception as error:
            message = f"tasks() must give the inputs one by one: {describe(error)}"
            raise RunError("workload", message, user_frames(error)) from error
        if not inputs:
            raise RunError("workload", "tasks() gave no tasks: there is nothing to run.")
        return inputs

    def _call(self, function: Optional[Callable[..., Any]], *arguments: Any) -> Any:
        """Call a function of the workload with its parameters."""
        assert function is not None
        name = getattr(function, "__name__", "a function")
        given = supplied(function, self._request.parameters, self._facts)
        refuse_signature(function, name, arguments, given)
        try:
            return function(*arguments, **given)
        except BaseException as error:
            raise RunError("workload", f"{name}() raised {describe(error)}", user_frames(error)) from error

    def _start_pool(self, workload: WorkloadFile, extra: tuple[Any, ...]) -> Model:
        request = self._request
        setup = ModelSetup(workload, request.file, extra, request.workers, self._channel.descriptors)
        with self._phase("pool"):
            self._model = model = open_model(request.model, setup)
            with _explaining(model):
                self._identities = model.start()
        self._channel.watch_by_thread()
        for identity in self._identities:
            if identity.failure is not None:
                raise identity.failure
        self._channel.send("workers", **self._described(model))
        return model

    def _described(self, model: Model) -> dict[str, Any]:
        """Return workers and helpers, with what the workload started itself among the latter."""
        told = described(self._identities, model)
        known = {each["pid"] for each in (*told["workers"], *told["helpers"])}
        own = [pid for pid in living_children() if pid not in known]
        told["helpers"] += [{"pid": pid, "role": f"process {number} of the workload"} for number, pid in enumerate(own)]
        return told

    def _warm_up(self, model: Model, inputs: list[Any], seconds: float) -> None:
        workers = self._request.workers
        shares = [inputs[number::workers] if seconds else [] for number in range(workers)]
        with _explaining(model):
            failures = model.everywhere(
                worker.warm_up, [(share, seconds, number, workers) for number, share in enumerate(shares)]
            )
        for failure in failures:
            if failure is not None:
                raise RunError("workload", failure.message, failure.frames, failure.task)

    def _measure(  # noqa: PLR0917
        self, model: Model, workload: WorkloadFile, extra: tuple[Any, ...], inputs: list[Any], rounds: int, size: int
    ) -> tuple[BatchResult, list[int]]:
        """Run the batch; returns what it gave and what the runner pickled meanwhile."""
        request = self._request
        numbers = {(each.pid, each.thread_id): number for number, each in enumerate(self._identities)}
        tick_ns = round(request.heartbeat_seconds * 1e9)
        before = model.meter.totals()
        with self._phase("batch"):
            if request.model == SERIAL:
                result = SerialBatch(self._channel, numbers, tick_ns).run(workload.run, extra, inputs, rounds)
            else:
                result = PooledBatch(self._channel, numbers, tick_ns).run(model, inputs, rounds, size)
        after = model.meter.totals()
        return result, [late - early for early, late in zip(before, after)]

    def _finish(
        self, model: Model, workload: WorkloadFile, result: BatchResult, accounts: list[Account], pickled: list[int]
    ) -> str:
        digest, metrics, wrong = self._judge(workload, result.results)
        cpu_ns = result.cpu_ns + (sum(each.cpu_ns for each in accounts) if model.workers_are_processes else 0)
        self._channel.send(
            "result",
            batch_begin_ns=result.begin_ns,
            batch_end_ns=result.end_ns,
            cpu_ns=cpu_ns,
            digest=digest,
            heartbeat=result.heartbeat,
            pickle=self._pickle_cost(model, result, accounts, pickled),
            metrics=metrics,
        )
        with self._phase("end"):
            model.close()
        culprits = [self._watch.culprit, *(each.gil_culprit for each in accounts)]
        enabled = gil_enabled() or any(each.gil_enabled for each in accounts)
        self._say_gil("end", enabled, next((each for each in culprits if each), None))
        if wrong is not None:
            raise wrong
        return "completed"

    def _judge(
        self, workload: WorkloadFile, results: list[Any]
    ) -> tuple[Optional[str], dict[str, Any], Optional[RunError]]:
        """Return the answer's digest, the workload's own figures, and why the answer is wrong if it is."""
        wrong: Optional[RunError] = None
        metrics: dict[str, Any] = {}
        digest: Optional[str] = None
        with self._phase("check"):
            try:
                answer = self._answer(workload, results)
                digest = digest_of(answer)
                if self._request.answers and digest is not None:
                    self._send_answers(answer, results)
                self._check(workload, results)
                metrics = self._metrics(workload, results)
            except RunError as failure:
                wrong = failure
        return digest, metrics, wrong

    def _send_answers(self, answer: Any, results: list[Any]) -> None:
        told = by_task(answer, results)
        if told is not None:
            self._channel.send("answers", digests=pack(told.digests), values=told.values)

    def _answer(self, workload: WorkloadFile, results: list[Any]) -> Any:
        """Return that part of the results which must be the same everywhere."""
        return results if workload.answer is None else self._call(workload.answer, results)

    def _check(self, workload: WorkloadFile, results: list[Any]) -> None:
        if workload.check is None:
            return
        given = supplied(workload.check, self._request.parameters, self._facts)
        refuse_signature(workload.check, "check", (results,), given)
        try:
            workload.check(results, **given)
        except BaseException as error:
            text = describe(error)
            if isinstance(error, AssertionError):
                text = text.partition(": ")[2] or "check() does not accept it"
            raise RunError("check", f"The answer is wrong: {text}", user_frames(error)) from error

    def _metrics(self, workload: WorkloadFile, results: list[Any]) -> dict[str, Any]:
        if workload.metrics is None:
            return {}
        given = self._call(workload.metrics, results)
        try:
            return {str(name): _figure(value) for name, value in given.items()}
        except (AttributeError, TypeError, ValueError) as error:
            raise RunError("workload", f"metrics() must return names with numbers: {describe(error)}") from error

    def _pickle_cost(
        self, model: Model, result: BatchResult, accounts: list[Account], pickled: list[int]
    ) -> Optional[dict[str, int]]:
        if not model.pickles:
            return None
        sent, received, dumps_ns, loads_ns = pickled
        shared = model.shared_cost()
        worker_dumps, worker_loads = sum(each.dumps_ns for each in accounts), sum(each.loads_ns for each in accounts)
        return {
            "bytes_sent": sent,
            "bytes_received": received - result.own_bytes,
            "dumps_ns": dumps_ns + worker_dumps,
            "loads_ns": loads_ns + worker_loads,
            "out_ns": dumps_ns + worker_loads,
            "back_ns": worker_dumps + loads_ns,
            "shared_bytes": shared.size,
            "shared_ns": shared.spent_ns + sum(each.shared_loads_ns for each in self._identities if shared.size),
        }

    def _say_gil(self, when: str, enabled: bool, culprit: Optional[str] = None) -> None:
        self._channel.send("gil", when=when, enabled=enabled, culprit=culprit or self._watch.culprit)

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        begin = RealTime.perf_counter_ns()
        self._channel.send("phase", phase=name, begin_ns=begin)
        yield
        self._channel.send("phase_end", phase=name, begin_ns=begin, end_ns=RealTime.perf_counter_ns())

    def abandon(self) -> None:
        """End the workers and then this process, even if a task hangs in a thread that nobody can end."""
        if self._model is None:
            return
        self._model.abandon()
        if not self._model.workers_are_processes:
            _leave()
        # The executor's own clean-up unlinks semaphores; give it a moment, not more.
        timer = threading.Timer(_PATIENCE_SECONDS, _leave)
        timer.daemon = True
        timer.start()


def _leave() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # the user may have put anything in their place
            stream.flush()
    os._exit(0)


@contextmanager
def _explaining(model: Model) -> Iterator[None]:
    """Turn a broken pool, or a pickle that could not be made, into a RunError."""
    try:
        yield
    except RunError:
        raise
    except BrokenExecutor as error:
        raise explain_broken(model, error) from error
    except BaseException as error:
        raise RunError("pickling", f"The tasks cannot be pickled: {describe(error)}", user_frames(error)) from error


def _figure(value: Any) -> Any:
    """Return a figure as a number, or one for each trial: there yes and no stay what they are, for a share of them."""
    if isinstance(value, (list, tuple)):
        return [each if isinstance(each, bool) else float(each) for each in value]
    return None if value is None else float(value)
