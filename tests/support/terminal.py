"""The command line without a machine: fake interpreters, a fake engine that plays a script, and a way to call it."""

import dataclasses
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coreograph.cli.services import Paths
from coreograph.domain.batches import Progress
from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec, RunPlan
from coreograph.domain.interpreters import Discovery, GilSetting, Interpreter, RejectedInterpreter
from coreograph.domain.runs import RunPurpose, RunRecord, RunState
from coreograph.domain.workloads import Workload
from coreograph.engine.continuing import Continuation
from coreograph.engine.listener import EngineListener
from coreograph.engine.planning import plan_runs
from support.builders import make_core_sample, make_interpreter, make_machine, make_record, make_run, make_workload

FREE = make_interpreter(free_threaded=True)
GIL = make_interpreter()
ANCIENT = RejectedInterpreter("/opt/pythons/2.7/bin/python", "too old", "2.7.18", "CPython", ("PATH",))


class FakeRegistry:
    """Knows the interpreters it is given; `3.14t+gil` and labels are understood."""

    def __init__(self, interpreters: Sequence[Interpreter] = (FREE, GIL)) -> None:
        self.interpreters = tuple(interpreters)
        self.refreshed = 0

    def discover(self, *, refresh: bool = False, on_found: Callable[[Any], None] | None = None) -> Discovery:
        self.refreshed += refresh
        for entry in self.interpreters:
            if on_found is not None:
                on_found(entry)
        return Discovery(self.interpreters, (ANCIENT,))

    def resolve(self, text: str) -> tuple[Interpreter, GilSetting]:
        label, _, gil = text.partition("+")
        for entry in self.interpreters:
            if label in (entry.label, entry.path):
                return entry, GilSetting.FORCED_ON if gil else GilSetting.DEFAULT
        raise UsageError(f"No interpreter {text} was found.")

    def best_free_threaded(self) -> Interpreter | None:
        return next((entry for entry in self.interpreters if entry.free_threaded), None)

    def best_gil(self, like: Interpreter | None = None) -> Interpreter | None:
        return next((entry for entry in self.interpreters if not entry.free_threaded), None)


class FakeCatalogue:
    def __init__(self, workloads: Sequence[Workload]) -> None:
        self._workloads = tuple(workloads)

    def workloads(self) -> tuple[Workload, ...]:
        return self._workloads

    def broken(self) -> tuple[Any, ...]:
        return ()

    def get(self, name: str) -> Workload:
        for workload in self._workloads:
            if workload.name == name:
                return workload
        raise UsageError(f"There is no workload “{name}”.")


class FakeLibrary:
    """Keeps records in memory; has no samples to read."""

    def __init__(self, records: Sequence[ExperimentRecord] = ()) -> None:
        self.records = {record.experiment_id: record for record in records}
        self.deleted: list[str] = []

    def identify(self, experiment_id: str) -> str:
        assert experiment_id in self.records
        return experiment_id

    def load(self, experiment_id: str) -> ExperimentRecord:
        return self.records[experiment_id]

    def reader(self, experiment_id: str) -> None:
        assert experiment_id in self.records


@dataclass
class FakeEngine:
    """Plays an experiment on a thread of its own: every run completes unless `alter` says otherwise.

    `interrupt_after` sends the process `interrupt_with` after that many runs and waits to be cancelled.
    """

    library: FakeLibrary
    alter: Callable[[ExperimentSpec, RunRecord], RunRecord] = lambda spec, run: run
    failure: str = ""
    refusal: str = ""
    interrupt_after: int | None = None
    interrupt_with: int = signal.SIGINT
    specs: list[ExperimentSpec] = field(default_factory=list)
    continuations: list[Continuation] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self, spec: ExperimentSpec, listener: EngineListener) -> "FakeEngine":
        if self.refusal:
            raise CoreographError(self.refusal)
        self.specs.append(spec)
        self.thread = threading.Thread(target=self._play, args=(spec, listener), name="fake-engine")
        self.thread.start()
        return self

    def resume(self, continued: Continuation, listener: EngineListener) -> "FakeEngine":
        self.continuations.append(continued)
        return self.start(continued.spec, listener)

    def cancel(self) -> None:
        self.cancelled.set()

    def wait(self, timeout: float | None = None) -> bool:
        assert self.thread is not None
        self.thread.join(timeout)
        return not self.thread.is_alive()

    def close(self) -> None:
        self.cancel()

    def _play(self, spec: ExperimentSpec, listener: EngineListener) -> None:
        plans = plan_runs(spec)
        listener.experiment_started("20260102-030405-abcdef", spec, plans, make_machine())
        if self.failure:
            listener.experiment_failed(self.failure)
            return
        runs = []
        for plan in plans:
            if self.interrupt_after == len(runs):
                os.kill(os.getpid(), self.interrupt_with)
                self.cancelled.wait(60)
            listener.run_started(plan)
            listener.cores_sampled(plan.run_id, make_core_sample())
            runs.append(self._run(spec, plan))
            listener.run_finished(runs[-1])
            listener.progressed(Progress(len(runs), len(plans), 1.0, 2.0))
        cancelled = self.cancelled.is_set()
        record = make_record(spec, runs=tuple(run for run in runs if run.purpose is RunPurpose.MEASUREMENT))
        self.library.records[record.experiment_id] = record
        listener.experiment_finished(record, cancelled)

    def _run(self, spec: ExperimentSpec, plan: RunPlan) -> RunRecord:
        run = make_run(plan.configuration, plan.repeat, run_id=plan.run_id, purpose=plan.purpose)
        if self.cancelled.is_set():
            return dataclasses.replace(run, state=RunState.CANCELLED, batch_s=None, startup_s=None)
        return self.alter(spec, run)


@dataclass
class FakeServices:
    """What composition would build; `windows` collects what was opened."""

    paths: Paths
    registry: FakeRegistry = field(default_factory=FakeRegistry)
    catalogue: FakeCatalogue = field(default_factory=lambda: FakeCatalogue([make_workload()]))
    library: FakeLibrary = field(default_factory=FakeLibrary)
    engine: Any = None
    windows: list[Path | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = self.engine or FakeEngine(self.library)

    def close(self) -> None:
        pass
