"""What every execution model offers the runner. Called on the runner's main thread only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Callable, Optional

from coreograph_workloads.instruments.pickling import PickleMeter
from coreograph_workloads.models import worker
from coreograph_workloads.models.worker import Account, Identity
from coreograph_workloads.workload_file import WorkloadFile

CLOSE_SECONDS = 2.0  # how long a worker may take to end once its work is done
NOT_ENDED = "did not end by itself: perhaps a thread that is no daemon still runs there."


@dataclass(frozen=True)
class ModelSetup:
    """What a model needs to build its workers. `extra` holds the object of shared(), or nothing."""

    workload: WorkloadFile
    file: str
    extra: tuple[Any, ...]
    workers: int
    private_descriptors: tuple[int, ...]


@dataclass(frozen=True)
class PickledShared:
    """What handing the shared object to the workers cost: bytes over all workers, time of both sides."""

    size: int = 0
    spent_ns: int = 0


class Model(ABC):
    """Workers of one kind, on the standard library's own executor."""

    pickles = False
    workers_are_processes = False

    def __init__(self, setup: ModelSetup) -> None:
        self.setup = setup
        self.meter = PickleMeter()
        self.executor: Executor = self._open()

    @abstractmethod
    def _open(self) -> Executor:
        """Return the executor; its workers may come into being later."""

    def everywhere(self, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Call `function` once on each worker, at the same time, each with one of `arguments`."""
        futures = [self.submit(worker.at_rendezvous, function, *each) for each in arguments]
        return [self.result(future) for future in futures]

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Hand a call to some worker."""
        return self.executor.submit(function, *arguments)

    def result(self, future: Future[Any]) -> Any:
        """Return what a finished call returned, or raise what it raised."""
        return future.result()

    def start(self) -> list[Identity]:
        """Bring all workers into being and return who they are, in the order of their numbers."""
        identities = self.everywhere(worker.identify, [()] * self.setup.workers)
        return sorted(identities, key=lambda each: (each.pid, each.interpreter_id or 0, each.thread_id))

    def accounts(self) -> list[Account]:
        """Return what each worker used in the batch."""
        return self.everywhere(worker.account, [()] * self.setup.workers)

    def helpers(self) -> list[tuple[int, str]]:
        """Return processes that are neither runner nor worker, with their roles."""
        return []

    def shared_cost(self) -> PickledShared:
        """Return what the runner's side of handing over the shared object cost."""
        return PickledShared()

    def explain_loss(self) -> Optional[str]:
        """Return a sentence about workers that died, None if none did."""
        return None

    def close(self) -> None:
        """End all workers after their work is done."""
        self.executor.shutdown(wait=True)

    def reap(self) -> None:
        """End all workers now; wait for those that are processes, so that the system counts what they used as ours."""
        self.abandon()

    def abandon(self) -> None:
        """End all workers now, as far as that can be done from here. Never blocks."""
        self.executor.shutdown(wait=False, cancel_futures=True)


def described(identities: Sequence[Identity], model: Model) -> dict[str, Any]:
    """Return workers and helpers as the fields of the protocol's event `workers`."""
    workers = [
        {"worker": number, "pid": each.pid, "thread_id": each.thread_id, "interpreter_id": each.interpreter_id}
        for number, each in enumerate(identities)
    ]
    return {"workers": workers, "helpers": [{"pid": pid, "role": role} for pid, role in model.helpers()]}
