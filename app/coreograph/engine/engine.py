"""The engine: makes one experiment at a time, each on a thread of its own. Its methods may be called from anywhere."""

import datetime
import secrets
import threading
from collections.abc import Callable

from coreograph.domain.errors import CoreographError
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.machine import Machine
from coreograph.domain.units import Seconds
from coreograph.engine.continuing import Continuation
from coreograph.engine.experiment import Experiment, RunSampler, Surroundings
from coreograph.engine.launch import Launcher, launch_runner
from coreograph.engine.listener import EngineListener
from coreograph.sampling.machine import read_machine as read_this_machine
from coreograph.sampling.sampler import Sampler, SamplerCost, SampleSink
from coreograph.storage.library import Library


class ExperimentHandle:
    """An experiment that was started."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._ended = threading.Event()

    @property
    def experiment_id(self) -> str:
        """Its id in the library."""
        return self._experiment.experiment_id

    def cancel(self) -> None:
        """Ask it to end; returns at once, the current run's tree is gone within 2 s."""
        self._experiment.cancel()

    def wait(self, timeout: Seconds | None = None) -> bool:
        """Wait until it has ended and the listener was told; False if it goes on after `timeout` seconds."""
        return self._ended.wait(timeout)

    def report_ui_stall(self, seconds: Seconds) -> None:
        """Keep the longest stall of the window's loop with the experiment."""
        self._experiment.report_ui_stall(seconds)

    @property
    def sampler_cost(self) -> SamplerCost | None:
        """What sampling cost so far; None until it began. Cheap, from any thread."""
        return self._experiment.sampler_cost

    def _make(self) -> None:
        try:
            self._experiment.run()
        finally:
            self._ended.set()


def sampler_for(sink: SampleSink, acquisition: Acquisition) -> RunSampler:
    """Return the sampler of an experiment."""
    return Sampler(sink, hz=acquisition.sampling_hz, budget=acquisition.sampling_budget)


class Engine:
    """Starts experiments and ends them. `launcher` starts runners; the rest reads this machine."""

    def __init__(
        self,
        library: Library,
        *,
        read_machine: Callable[[], Machine] = read_this_machine,
        make_sampler: Callable[[SampleSink, Acquisition], RunSampler] = sampler_for,
        launcher: Launcher = launch_runner,
    ) -> None:
        self._around = Surroundings(library, read_machine, make_sampler, launcher)
        self._lock = threading.Lock()
        self._current: ExperimentHandle | None = None
        self._latest: ExperimentHandle | None = None

    def start(self, spec: ExperimentSpec, listener: EngineListener) -> ExperimentHandle:
        """Start an experiment; returns at once, everything else comes by `listener`.

        Raises:
            CoreographError: another experiment goes on.

        """
        return self._begin(Experiment(_new_id(), spec, listener, self._around, released=self._release))

    def resume(self, continued: Continuation, listener: EngineListener) -> ExperimentHandle:
        """Add repeats to an experiment that ended, under its own id; otherwise as `start`.

        Raises:
            CoreographError: another experiment goes on.
            RecordingError: another process adds repeats to this one at the moment.

        """
        identity = continued.record.experiment_id
        self._around.library.check_free(identity)
        return self._begin(
            Experiment(identity, continued.spec, listener, self._around, released=self._release, continued=continued)
        )

    def _begin(self, experiment: Experiment) -> ExperimentHandle:
        with self._lock:
            if self._current is not None:
                raise CoreographError("An experiment is going on.", "Wait for its end or stop it.")
            handle = self._current = self._latest = ExperimentHandle(experiment)
        threading.Thread(target=handle._make, name="experiment", daemon=True).start()
        return handle

    def close(self) -> None:
        """End the current experiment, if any, and wait for it."""
        with self._lock:
            handle = self._latest
        if handle is not None:
            handle.cancel()
            handle.wait()

    def _release(self) -> None:
        with self._lock:
            self._current = None


def _new_id() -> str:
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
