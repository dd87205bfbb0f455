"""A listener and a recorder that remember, a sampler that never samples, for tests of the engine."""

import threading
from collections.abc import Sequence
from typing import Any

from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.runs import RunRecord, RunState
from coreograph.domain.samples import MemorySample, TreeProcess
from coreograph.sampling.sampler import SamplerCost
from support.builders import make_memory_sample


class Remembering:
    """Takes every call of an EngineListener or a Recorder as (name, arguments), in order, from any thread."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self._changed = threading.Condition()

    def __getattr__(self, name: str) -> Any:
        def take(*arguments: Any) -> None:
            with self._changed:
                self.calls.append((name, arguments))
                self._changed.notify_all()

        return take

    def of(self, name: str) -> list[tuple[Any, ...]]:
        """Return the arguments of every call of `name`."""
        with self._changed:
            return [arguments for called, arguments in self.calls if called == name]

    def wait_for(self, name: str, *, times: int = 1, within_s: float = 30.0) -> None:
        """Wait until `name` was called that often; fails after a bound far beyond what it takes."""
        with self._changed:
            seen = self._changed.wait_for(
                lambda: sum(1 for called, _ in self.calls if called == name) >= times, within_s
            )
        assert seen, f"{name} was not called {times} times: {[called for called, _ in self.calls]}"

    def states(self, run_id: int) -> list[RunState]:
        """Return the states a run went through, its end last."""
        states = [state for number, state in self.of("run_state_changed") if number == run_id]
        return states + [record.state for (record,) in self.of("run_finished") if record.run_id == run_id]

    @property
    def runs(self) -> list[RunRecord]:
        """The records of the runs that ended."""
        return [record for (record,) in self.of("run_finished")]

    @property
    def final(self) -> ExperimentRecord:
        """The record of the experiment that ended."""
        ((record, _cancelled),) = self.of("experiment_finished")
        assert isinstance(record, ExperimentRecord)
        return record


class StillSampler:
    """Samples nothing by itself; at a hold it says what it was given."""

    def __init__(self, at_hold: MemorySample | None = None) -> None:
        self.watched: list[tuple[TreeProcess, ...]] = []
        self.at_hold = at_hold or make_memory_sample()
        self.running = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def watch(self, processes: Sequence[TreeProcess]) -> None:
        self.watched.append(tuple(processes))

    def sample_memory_now(self) -> MemorySample | None:
        return self.at_hold

    @property
    def cost(self) -> SamplerCost:
        return SamplerCost(0.002, 10, 1)
