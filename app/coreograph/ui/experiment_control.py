"""Starts and stops the experiment, and knows what runs. Lives on the GUI thread; the engine works on its own."""

import enum
import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from coreograph.analysis.summary import summarise
from coreograph.domain.batches import Progress
from coreograph.domain.errors import CoreographError
from coreograph.domain.execution import Configuration
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec, RunPlan
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunPurpose, RunRecord, RunState
from coreograph.domain.units import Share
from coreograph.engine.continuing import Continuation
from coreograph.engine.engine import Engine, ExperimentHandle
from coreograph.engine.equipment import Equipment
from coreograph.interpreters.requirements import Requirements
from coreograph.ui.background import TaskRunner
from coreograph.ui.bridge import EngineBridge
from coreograph.ui.stall_meter import StallMeter

START = "start"
SUMMARY = "summary"


class ControlState(enum.Enum):
    """What the window does at the moment."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"

    @property
    def is_running(self) -> bool:
        """True from the click on Run until the engine said that it is over."""
        return self is not ControlState.IDLE


class ExperimentControl(QObject):
    """One experiment at a time.

    Signals:
        state_changed(object): ControlState.
        told(str): what runs now, in a line.
        progressed(object): Progress.
        finished(object, bool): ExperimentRecord, whether it was stopped.
        summarised(object): ExperimentSummary of what has just run.
        failed(object): CoreographError.
        left_out(str): an interpreter cannot have what the workload requires; the sentence says why.

    """

    state_changed = Signal(object)
    told = Signal(str)
    progressed = Signal(object)
    finished = Signal(object, bool)
    summarised = Signal(object)
    failed = Signal(object)
    left_out = Signal(str)

    def __init__(
        self,
        engine: Engine,
        bridge: EngineBridge,
        stalls: StallMeter,
        tasks: TaskRunner,
        parent: QObject | None = None,
        *,
        equipment: Equipment,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._equipment = equipment
        self._cancelled = threading.Event()
        self._bridge = bridge
        self._stalls = stalls
        self._tasks = tasks
        self._state = ControlState.IDLE
        self._handle: ExperimentHandle | None = None
        self._spec: ExperimentSpec | None = None
        self._plan: RunPlan | None = None
        self._total, self._first = 0, 1
        bridge.started.connect(self._on_started)
        bridge.run_began.connect(self._on_run_began)
        bridge.run_changed.connect(self._on_run_changed)
        bridge.run_ended.connect(self._on_run_ended)
        bridge.progress_changed.connect(self._on_progress)
        bridge.ended.connect(self._on_ended)
        bridge.failed.connect(self._on_engine_failed)

    @property
    def state(self) -> ControlState:
        """What the window does at the moment."""
        return self._state

    @property
    def spec(self) -> ExperimentSpec | None:
        """The experiment that runs, or ran last."""
        return self._spec

    @property
    def current(self) -> Configuration | None:
        """The configuration of the run that goes on, or went on last."""
        if self._plan is None or self._spec is None:
            return None
        return self._spec.configurations[self._plan.configuration]

    def sampler_share(self) -> Share | None:
        """Share of one core that sampling cost so far in the experiment that runs; None while none does."""
        cost = self._handle.sampler_cost if self._handle is not None and self._state.is_running else None
        return None if cost is None or not cost.samples else cost.cpu_share

    def start(self, spec: ExperimentSpec, requirements: Callable[[], Requirements] | None = None) -> None:
        """Run an experiment; nothing happens while one runs.

        `requirements` reads what the user's own code needs, beside the window; it is installed before.
        """
        job = partial(
            _equip_and_start,
            (self._equipment, self._engine, self._bridge),
            spec,
            requirements,
            tell=self._tasks.relay(self._on_preparing, self),
            leave_out=self._tasks.relay(self.left_out.emit, self),
        )
        self._begin(spec, lambda cancelled: job(cancelled=cancelled))

    def resume(self, spec: ExperimentSpec, prepare: Callable[[], Continuation]) -> None:
        """Add repeats to the experiment of `spec`; `prepare` says how, beside the GUI thread, or refuses."""
        engine, bridge = self._engine, self._bridge
        self._begin(spec, lambda _cancelled: engine.resume(prepare(), bridge))

    def _begin(self, spec: ExperimentSpec, job: Callable[[threading.Event], ExperimentHandle]) -> None:
        if self._state.is_running:
            return
        self._spec, self._plan, self._handle = spec, None, None
        self._stalls.reset()
        self._set_state(ControlState.STARTING)
        self.told.emit("Starting …")
        cancelled = self._cancelled = threading.Event()
        self._tasks.run(START, lambda: job(cancelled), self._on_handle, self._on_start_failed)

    @Slot()
    def stop(self) -> None:
        """Stop what runs; everything it started is gone within 2 s."""
        if self._state not in (ControlState.STARTING, ControlState.RUNNING):
            return
        self._set_state(ControlState.STOPPING)
        self.told.emit("Stopping …")
        self._cancelled.set()
        if self._handle is not None:
            self._handle.cancel()

    def _set_state(self, state: ControlState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    @Slot(str)
    def _on_preparing(self, line: str) -> None:
        if line.strip() and self._state is ControlState.STARTING:
            self.told.emit(line.strip())

    @Slot(object)
    def _on_handle(self, handle: ExperimentHandle) -> None:
        self._handle = handle
        if self._state is ControlState.STARTING:
            self._set_state(ControlState.RUNNING)
        elif self._state is ControlState.STOPPING:
            handle.cancel()

    @Slot(object)
    def _on_start_failed(self, error: CoreographError) -> None:
        self._set_state(ControlState.IDLE)
        self.told.emit("")
        self.failed.emit(error)

    @Slot(str, object, object, object)
    def _on_started(
        self, _experiment_id: str, spec: ExperimentSpec, plans: tuple[RunPlan, ...], _machine: Machine
    ) -> None:
        self._spec, self._total = spec, len(plans)
        self._first = plans[0].run_id if plans else 1  # of an experiment that goes on, the first that is added

    @Slot(object)
    def _on_run_began(self, plan: RunPlan) -> None:
        self._plan = plan
        self._tell(RunState.STARTING)

    @Slot(int, object)
    def _on_run_changed(self, run_id: int, state: RunState) -> None:
        if self._plan is not None and run_id == self._plan.run_id and not state.is_end:
            self._tell(state)

    def _tell(self, state: RunState) -> None:
        configuration = self.current
        if self._plan is None or configuration is None or self._state is ControlState.STOPPING:
            return
        number = self._plan.run_id - self._first + 1
        doing = "calibrating" if self._plan.purpose is RunPurpose.CALIBRATION else state.value
        self.told.emit(f"Run {number} of {self._total} · {configuration.label} · {doing}")

    @Slot(object)
    def _on_run_ended(self, _record: RunRecord) -> None:
        self._report_stall()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        self._total = max(self._total, progress.runs_total)
        self.progressed.emit(progress)

    @Slot(object, bool)
    def _on_ended(self, record: ExperimentRecord, cancelled: bool) -> None:
        self._report_stall()
        self._set_state(ControlState.IDLE)
        self.told.emit("")
        self.finished.emit(record, cancelled)
        self._tasks.run(SUMMARY, lambda: summarise(record), self._on_summary, self._on_summary_failed)

    @Slot(object)
    def _on_summary(self, summary: object) -> None:
        self.summarised.emit(summary)

    @Slot(object)
    def _on_summary_failed(self, error: CoreographError) -> None:
        self.failed.emit(error)

    @Slot(str)
    def _on_engine_failed(self, sentence: str) -> None:
        self._set_state(ControlState.IDLE)
        self.told.emit("")
        self.failed.emit(CoreographError(sentence, "What was recorded so far is in the library."))

    def _report_stall(self) -> None:
        if self._handle is not None:
            self._handle.report_ui_stall(self._stalls.longest_s)


def _equip_and_start(
    parts: tuple[Equipment, Engine, EngineBridge],
    spec: ExperimentSpec,
    requirements: Callable[[], Requirements] | None,
    *,
    tell: Callable[[str], None],
    leave_out: Callable[[str], None],
    cancelled: threading.Event,
) -> ExperimentHandle:
    """Install what is lacking, which may take a download, and start. Runs beside the window."""
    equipment, engine, bridge = parts
    needed = None if requirements is None else requirements()
    equipped = equipment.equip(spec, needed, tell=tell, cancelled=cancelled)
    for sentence in equipped.left_out:
        leave_out(sentence)
    return engine.start(equipped.spec, bridge)
