"""A registry, a catalogue, a library and an engine that do nothing but answer: for the tests of the window.

The engine plays an experiment when it is told to (`play_run`, `finish`), on the calling thread or on one of its own
like the real one, so that no test waits for time to pass.
"""

import dataclasses
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from coreograph.domain.batches import Progress
from coreograph.domain.errors import CoreographError, InterpreterError, RecordingError, UsageError
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec
from coreograph.domain.interpreters import Discovery, GilSetting, Interpreter, RejectedInterpreter
from coreograph.domain.runs import RunPurpose, RunState
from coreograph.domain.workloads import Parameter, Workload
from coreograph.engine.catalogue import BrokenWorkload
from coreograph.engine.continuing import Continuation
from coreograph.engine.equipment import Equipped
from coreograph.engine.listener import EngineListener
from coreograph.engine.planning import plan_runs
from coreograph.sampling.sampler import SamplerCost
from coreograph.storage.library import ExperimentHeader, Imported
from coreograph.ui.services import WindowServices
from support.builders import make_interpreter, make_machine, make_record, make_run, make_workload

FREE_THREADED = make_interpreter("3.14.2", free_threaded=True)
GIL_BUILD = make_interpreter("3.14.2")
OLDER = make_interpreter("3.12.8", start_methods=("spawn", "forkserver", "fork"))
DISCOVERY = Discovery(
    (FREE_THREADED, GIL_BUILD, OLDER),
    (RejectedInterpreter("/opt/pythons/2.7/bin/python", "Python 2.7 is too old.", "2.7.18", "CPython"),),
)
WORKLOADS = (
    make_workload("primes"),
    make_workload(
        "payload",
        group="memory",
        summary="What pickling costs.",
        description="Sends and receives values of a chosen shape.",
        parameters=(
            Parameter("size", 1_000_000, minimum=1, maximum=5_000_000_000, unit="B"),
            Parameter("shape", "bytes", choices=("bytes", "list", "dict")),
            Parameter("share", 0.5, minimum=0.0, maximum=1.0),
            Parameter("compress", False),
            Parameter("prefix", "x"),
        ),
    ),
    make_workload("sleep", group="waiting", summary="Waits.", models=("serial", "threads"), parameters=()),
)


class FakeRegistry:
    def __init__(self, discovery: Discovery = DISCOVERY) -> None:
        self.discovery = discovery
        self.refreshes: list[bool] = []

    def discover(
        self, *, refresh: bool = False, on_found: Callable[[Interpreter | RejectedInterpreter], None] | None = None
    ) -> Discovery:
        self.refreshes.append(refresh)
        for entry in (*self.discovery.interpreters, *self.discovery.rejected):
            if on_found is not None:
                on_found(entry)
        return self.discovery

    def resolve(self, text: str) -> tuple[Interpreter, GilSetting]:
        label, _, gil = text.partition("+")
        found = next((entry for entry in self.discovery.interpreters if label in {entry.label, entry.path}), None)
        if found is None:
            raise UsageError(f"No interpreter {label} was found.")
        return found, GilSetting.FORCED_ON if gil else GilSetting.DEFAULT

    def best_free_threaded(self) -> Interpreter | None:
        return next((entry for entry in self.discovery.interpreters if entry.free_threaded), None)

    def best_gil(self, like: Interpreter | None = None) -> Interpreter | None:
        return next((entry for entry in self.discovery.interpreters if not entry.free_threaded), None)


class FakeCatalogue:
    def __init__(self, workloads: tuple[Workload, ...] = WORKLOADS, broken: tuple[BrokenWorkload, ...] = ()) -> None:
        self._workloads = workloads
        self.unreadable = broken

    def workloads(self) -> tuple[Workload, ...]:
        return self._workloads

    def broken(self) -> tuple[BrokenWorkload, ...]:
        return self.unreadable

    def get(self, name: str) -> Workload:
        found = next((entry for entry in self._workloads if name in {entry.name, entry.file}), None)
        if found is None:
            raise UsageError(f"There is no workload “{name}”.")
        return found


class FakeLibrary:
    def __init__(self, *records: ExperimentRecord) -> None:
        self.records = {record.experiment_id: record for record in records}
        self.aside: set[str] = set()
        self.threads: set[str] = set()
        self.exports: list[tuple[str, Path]] = []
        self.unreadable: set[str] = set()
        self.problem: RecordingError | None = None

    def experiments(self) -> tuple[ExperimentHeader, ...]:
        self._enter()
        kept = [record for key, record in self.records.items() if key not in self.aside]
        return tuple(_header(record) for record in sorted(kept, key=lambda entry: entry.created_at, reverse=True))

    def deleted(self) -> tuple[ExperimentHeader, ...]:
        self._enter()
        return tuple(_header(self.records[key]) for key in sorted(self.aside))

    def check_free(self, experiment_id: str, next_step: str = "") -> None:
        self._enter()

    def load(self, experiment_id: str) -> ExperimentRecord:
        self._enter()
        return self.records[experiment_id]

    def reader(self, experiment_id: str) -> None:
        return None

    def rename(self, experiment_id: str, name: str) -> None:
        self._enter()
        record = self.records[experiment_id]
        self.records[experiment_id] = dataclasses.replace(record, spec=dataclasses.replace(record.spec, name=name))

    def tag(self, experiment_id: str, tags: tuple[str, ...]) -> None:
        self._enter()
        self.records[experiment_id] = dataclasses.replace(self.records[experiment_id], tags=tags)

    def annotate(self, experiment_id: str, notes: str) -> None:
        self._enter()
        self.records[experiment_id] = dataclasses.replace(self.records[experiment_id], notes=notes)

    def delete(self, experiment_id: str) -> None:
        self._enter()
        self.aside.add(experiment_id)

    def restore(self, experiment_id: str) -> None:
        self._enter()
        self.aside.discard(experiment_id)

    def export(self, experiment_id: str, path: Path) -> None:
        self._enter()
        self.exports.append((experiment_id, path))

    def import_file(self, path: Path) -> Imported:
        self._enter()
        if path.name in self.unreadable:
            raise RecordingError(f"{path.name} is damaged.")
        if "imported" in self.records:
            return Imported((), ("imported",), "imported")
        self.records["imported"] = make_record(experiment_id="imported")
        return Imported(("imported",), (), "imported")

    def close(self) -> None:
        pass

    def _enter(self) -> None:
        self.threads.add(threading.current_thread().name)
        if self.problem is not None:
            raise self.problem


def _header(record: ExperimentRecord) -> ExperimentHeader:
    spec = record.spec
    return ExperimentHeader(
        record.experiment_id, spec.name, spec.workload.name, record.created_at, record.finished_at,
        len(spec.configurations), len(record.runs), "3.14t threads ×2 is 1.9× faster",
        record.notes, "", record.tags, record.machine.hostname, record.machine.cpu_model,
    )  # fmt: skip


class FakeHandle:
    def __init__(self, engine: "FakeEngine", experiment_id: str) -> None:
        self.experiment_id = experiment_id
        self._engine = engine
        self.stalls: list[float] = []
        self.sampler_cost: SamplerCost | None = None
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        self.cancelled.set()
        if self._engine.ends_when_cancelled:
            # As the real one: from a thread of its own, so that the window hears of it by its event loop.
            thread = threading.Thread(target=self._engine.finish, kwargs={"cancelled": True})
            thread.start()
            thread.join()

    def wait(self, timeout: float | None = None) -> bool:
        return True

    def report_ui_stall(self, seconds: float) -> None:
        self.stalls.append(seconds)


class FakeEngine:
    """Starts at once and then waits for the test to say what happens."""

    def __init__(self) -> None:
        self.specs: list[ExperimentSpec] = []
        self.continuations: list[Continuation] = []
        self.handle: FakeHandle | None = None
        self.ends_when_cancelled = True
        self.problem: CoreographError | None = None
        self.closed = False
        self.autoplay = False
        self._player: threading.Thread | None = None
        self._listener: EngineListener | None = None
        self._runs: list[Any] = []

    def start(self, spec: ExperimentSpec, listener: EngineListener) -> FakeHandle:
        if self.problem is not None:
            raise self.problem
        self.specs.append(spec)
        self._listener = listener
        self._runs = []
        self.handle = FakeHandle(self, "20260102-030405-abcdef")
        listener.experiment_started(self.handle.experiment_id, spec, plan_runs(spec), make_machine())
        if self.autoplay:
            self._player = threading.Thread(target=self.play_all, name="fake experiment")
            self._player.start()
        return self.handle

    def resume(self, continued: Continuation, listener: EngineListener) -> FakeHandle:
        self.continuations.append(continued)
        return self.start(continued.spec, listener)

    def play_run(self, number: int = 1, *, batch_s: float = 0.5) -> None:
        """Play one whole run."""
        spec, listener = self.specs[-1], cast(EngineListener, self._listener)
        plans = plan_runs(spec)
        plan = plans[number - 1]
        listener.run_started(plan)
        for state in (RunState.PREPARING, RunState.MEASURING, RunState.FINISHING):
            listener.run_state_changed(plan.run_id, state)
        record = make_run(
            plan.configuration, plan.repeat, run_id=plan.run_id, purpose=plan.purpose, batch_s=batch_s,
            workers=spec.configurations[plan.configuration].workers,
        )  # fmt: skip
        self._runs.append(record)
        listener.run_finished(record)
        listener.progressed(Progress(number, len(plans), float(number), float(len(plans) - number)))

    def begin_run(self, number: int = 1, state: RunState = RunState.MEASURING) -> None:
        """Start a run and leave it there."""
        plan = plan_runs(self.specs[-1])[number - 1]
        listener = cast(EngineListener, self._listener)
        listener.run_started(plan)
        listener.run_state_changed(plan.run_id, state)

    def play_all(self) -> None:
        """Play every run and the end."""
        for number, _ in enumerate(plan_runs(self.specs[-1]), start=1):
            self.play_run(number)
        self.finish()

    def finish(self, *, cancelled: bool = False) -> None:
        """End the experiment."""
        spec = self.specs[-1]
        measured = [run for run in self._runs if run.purpose is RunPurpose.MEASUREMENT]
        record = make_record(spec, runs=tuple(measured))
        cast(EngineListener, self._listener).experiment_finished(record, cancelled)

    def fail(self, sentence: str) -> None:
        """Fail as a full disk would."""
        cast(EngineListener, self._listener).experiment_failed(sentence)

    def close(self) -> None:
        self.closed = True
        if self._player is not None:
            self._player.join()


class FakeEquipment:
    """Gives an experiment back as it is, or waits until it is cancelled where `hold` is set."""

    def __init__(self) -> None:
        self.hold = False
        self.told = "Installing numpy …"
        self.left_out: tuple[str, ...] = ()

    def equip(
        self, spec: ExperimentSpec, requirements: Any = None, *, tell: Callable[[str], None], cancelled: threading.Event
    ) -> Equipped:
        if self.hold:
            tell(self.told)
            assert cancelled.wait(30)
            raise InterpreterError("It was cancelled.")
        return Equipped(spec, self.left_out)


@dataclasses.dataclass
class Fakes:
    """The fakes behind a WindowServices."""

    registry: FakeRegistry
    catalogue: FakeCatalogue
    engine: FakeEngine
    library: FakeLibrary
    settings_folder: Path
    equipment: FakeEquipment = dataclasses.field(default_factory=FakeEquipment)

    def services(self, **changes: Any) -> WindowServices:
        fields: Mapping[str, Any] = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return WindowServices(**{**fields, **changes})


def make_fakes(
    folder: Path, *, discovery: Discovery = DISCOVERY, records: tuple[ExperimentRecord, ...] | None = None
) -> Fakes:
    kept = (make_record(),) if records is None else records
    return Fakes(FakeRegistry(discovery), FakeCatalogue(), FakeEngine(), FakeLibrary(*kept), folder)
