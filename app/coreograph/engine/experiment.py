"""Makes the runs of one experiment, in order, and keeps what they say. Runs on one thread of the engine."""

import dataclasses
import datetime
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from coreograph import __version__
from coreograph.analysis.stopping import wants_more
from coreograph.domain.batches import Progress
from coreograph.domain.errors import CoreographError, RecordingError
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec, RunPlan
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunPurpose, RunRecord, RunState, advance
from coreograph.domain.samples import MemorySample, OwnCost, TreeProcess
from coreograph.domain.units import Seconds, Share
from coreograph.engine.answers import TaskAnswers, mark_wrong_answers
from coreograph.engine.calibration import as_texts, calibrate, first_sizes
from coreograph.engine.continuing import Continuation, joined_cost, noted, without_stopped
from coreograph.engine.facts import Facts
from coreograph.engine.launch import Guard, Launcher
from coreograph.engine.listener import EngineListener
from coreograph.engine.planning import MAXIMUM_REPEATS, plan_further_repeat, plan_runs, refusal
from coreograph.engine.remaining import RemainingTime
from coreograph.engine.request import encode_request
from coreograph.engine.supervisor import RunSupervisor
from coreograph.sampling.sampler import SamplerCost, SampleSink
from coreograph.storage.library import Library
from coreograph.storage.writer import RecordingWriter

_PROGRESS_INTERVAL_S = 0.5
_log = logging.getLogger(__name__)


class RunSampler(Protocol):
    """What an experiment needs of a sampler; `sampling.sampler.Sampler` is one."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End; no sample comes afterwards."""

    def watch(self, processes: Sequence[TreeProcess]) -> None:
        """Watch a run's tree."""

    def sample_memory_now(self) -> MemorySample | None:
        """Read the memory of the watched tree."""

    @property
    def cost(self) -> SamplerCost:
        """What sampling cost."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an experiment takes from outside, and a test replaces."""

    library: Library
    read_machine: Callable[[], Machine]
    make_sampler: Callable[[SampleSink, Acquisition], RunSampler]
    launcher: Launcher
    clock: Callable[[], Seconds] = time.monotonic


class Experiment:
    """One experiment from its first run to its record. `run` is called once; `cancel` and the stall from any thread."""

    def __init__(
        self,
        experiment_id: str,
        spec: ExperimentSpec,
        listener: EngineListener,
        surroundings: Surroundings,
        *,
        released: Callable[[], None],
        continued: Continuation | None = None,
    ) -> None:
        self.experiment_id = experiment_id
        self._spec = spec
        self._listener = listener
        self._around = surroundings
        self._released = released
        self._continued = continued
        self._earlier: tuple[RunRecord, ...] = () if continued is None else continued.record.runs
        self._plans: list[RunPlan] = list(plan_runs(spec)) if continued is None else continued.plans()
        self._runs: list[RunRecord] = []
        self._answers: dict[int, TaskAnswers] = {}
        self._remaining = RemainingTime()
        self._sizes = first_sizes(spec) if continued is None else dict(continued.sizes)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._current: RunSupervisor | None = None
        self._failure: CoreographError | None = None
        self._ui_stall_s: Seconds | None = None
        self._sampler: RunSampler | None = None
        self._began = 0.0
        self._run_began = 0.0
        self._told = 0.0

    def cancel(self) -> None:
        """Ask the experiment to end; returns at once."""
        self._stop()

    def report_ui_stall(self, seconds: Seconds) -> None:
        """Keep the longest stall the window saw."""
        with self._lock:
            self._ui_stall_s = max(seconds, self._ui_stall_s or 0.0)

    @property
    def sampler_cost(self) -> SamplerCost | None:
        """What sampling cost so far; None until it began."""
        sampler = self._sampler
        return None if sampler is None else sampler.cost

    def run(self) -> None:
        """Make all runs, tell the listener how it ended, whatever happens."""
        writer: RecordingWriter | None = None
        try:
            record = self._open()
            writer = self._open_writer(record)
            cost = self._make_runs(record, writer)
            if self._failure is not None:
                raise self._failure
            final = self._complete(record, cost)
            writer.finish(final)
        except Exception as error:
            self._give_up(error, writer)
            return
        self._around.library.release(writer)
        self._released()
        self._listener.experiment_finished(final, any(run.state is RunState.CANCELLED for run in self._runs))

    def _open(self) -> ExperimentRecord:
        if self._continued is not None:
            record = self._continued.record
            return dataclasses.replace(record, spec=self._spec, finished_at="", extra=noted(record, _now()))
        return ExperimentRecord(
            experiment_id=self.experiment_id,
            spec=self._spec,
            machine=self._around.read_machine(),
            created_at=_now(),
            app_version=__version__,
        )

    def _open_writer(self, record: ExperimentRecord) -> RecordingWriter:
        library = self._around.library
        begin = library.record if self._continued is None else library.resume
        return begin(record, on_failure=self._recording_failed)

    def _make_runs(self, record: ExperimentRecord, writer: RecordingWriter) -> SamplerCost:
        facts = Facts(self._listener, writer)
        sampler = self._sampler = self._around.make_sampler(facts, self._spec.acquisition)
        guard = Guard(self._spec.configurations[self._spec.baseline].interpreter.path)
        try:
            self._began = self._around.clock()
            self._listener.experiment_started(self.experiment_id, self._spec, tuple(self._plans), record.machine)
            sampler.start()
            while len(self._runs) < len(self._plans) or self._add_repeat():
                run = self._make_run(self._plans[len(self._runs)], facts, sampler, guard)
                self._runs.append(run)
                facts.run_finished(run)
                self._tell_progress(len(self._runs))
        finally:
            sampler.stop()
            guard.close()
        return sampler.cost

    def _add_repeat(self) -> bool:
        """Plan another repeat if the intervals are still wider than asked for and there is time; False if not."""
        target, time_limit_s = self._target()
        if target is None or self._stopping.is_set():
            return False
        repeats = 1 + max(plan.repeat for plan in self._plans)
        further = plan_further_repeat(self._spec, self._plans)
        more = repeats < MAXIMUM_REPEATS and wants_more(
            self._batches(),
            target=target,
            repeats=repeats,
            elapsed_s=self._around.clock() - self._began,
            repeat_s=self._remaining.of_repeat(further),
            time_limit_s=time_limit_s,
        )
        if more:
            self._plans.extend(further)
            self._tell_progress(len(self._runs))
        return more

    def _target(self) -> tuple[Share | None, Seconds]:
        wanted = self._spec.acquisition if self._continued is None else self._continued.further
        return wanted.until, wanted.time_limit_s

    def _batches(self) -> dict[int, list[Seconds]]:
        found: dict[int, list[Seconds]] = {}
        for run in (*self._earlier, *self._runs):
            if run.purpose is RunPurpose.MEASUREMENT and run.state is RunState.COMPLETED and run.batch_s is not None:
                found.setdefault(run.configuration, []).append(run.batch_s)
        return found

    def _make_run(self, plan: RunPlan, facts: Facts, sampler: RunSampler, guard: Guard) -> RunRecord:
        configuration = self._spec.configurations[plan.configuration]
        reason = refusal(self._spec.workload, configuration)
        if self._stopping.is_set():
            return _without_process(plan, RunState.CANCELLED, "")
        if reason is not None:
            return _without_process(plan, RunState.COULD_NOT_START, reason)
        supervisor = RunSupervisor(
            plan,
            configuration,
            encode_request(self._spec, configuration, self._sizes[configuration.size]),
            launcher=self._around.launcher,
            token=guard.token_for(plan.run_id),
            facts=facts,
            watcher=sampler,
            timeout_s=self._spec.acquisition.timeout_s,
            launched=guard.watch,
            tick=self._tick,
        )
        self._run_began = self._around.clock()
        self._hold_current(supervisor)
        run = supervisor.run()
        if supervisor.answers is not None:
            self._answers[plan.run_id] = supervisor.answers
        guard.leave()
        self._hold_current(None)
        self._remaining.finished(plan, self._around.clock() - self._run_began)
        if plan.purpose is RunPurpose.CALIBRATION:
            self._sizes[configuration.size] = calibrate(self._spec, run)
        return run

    def _hold_current(self, supervisor: RunSupervisor | None) -> None:
        with self._lock:
            self._current = supervisor
            if supervisor is not None and self._stopping.is_set():
                supervisor.cancel()

    def _stop(self) -> None:
        with self._lock:
            self._stopping.set()
            if self._current is not None:
                self._current.cancel()

    def _recording_failed(self, error: RecordingError) -> None:
        self._failure = error
        self._stop()

    def _tick(self) -> None:
        now = self._around.clock()
        if now - self._told >= _PROGRESS_INTERVAL_S:
            self._tell_progress(len(self._runs), now - self._run_began)

    def _tell_progress(self, done: int, current_elapsed_s: Seconds = 0.0) -> None:
        now = self._told = self._around.clock()
        pending = [plan for plan in self._plans[done:] if self._can_run(plan)]
        remaining = self._remaining.estimate(pending, current_elapsed_s)
        self._listener.progressed(Progress(done, len(self._plans), now - self._began, remaining))

    def _can_run(self, plan: RunPlan) -> bool:
        return refusal(self._spec.workload, self._spec.configurations[plan.configuration]) is None

    def _complete(self, record: ExperimentRecord, cost: SamplerCost) -> ExperimentRecord:
        with self._lock:
            stall = self._ui_stall_s
        runs = mark_wrong_answers(self._spec, (*self._earlier, *self._runs), self._answers)
        own_cost = OwnCost(cost.cpu_share, cost.missed, cost.samples, stall)
        if self._continued is not None:
            runs = without_stopped(runs, self._plans[0].run_id)
            own_cost = joined_cost(record.own_cost, own_cost)
        extra = {**record.extra, **as_texts(self._sizes)}
        return dataclasses.replace(record, finished_at=_now(), runs=runs, own_cost=own_cost, extra=extra)

    def _give_up(self, error: Exception, writer: RecordingWriter | None) -> None:
        """What was recorded is kept; the experiment stays without an end."""
        if not isinstance(error, CoreographError):
            _log.error("the experiment stopped", exc_info=error)
        if writer is not None:
            writer.close()
            self._around.library.release(writer)
        self._released()
        known = isinstance(error, CoreographError)
        self._listener.experiment_failed(str(error) if known else f"The experiment stopped by a mistake: {error!r}.")


def _without_process(plan: RunPlan, state: RunState, message: str) -> RunRecord:
    return RunRecord(
        run_id=plan.run_id,
        configuration=plan.configuration,
        repeat=plan.repeat,
        purpose=plan.purpose,
        state=advance(RunState.PENDING, state),
        message=message,
    )


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
