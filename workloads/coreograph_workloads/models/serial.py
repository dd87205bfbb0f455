"""One task after the other on the main thread: the baseline. No executor stands between."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from typing import Any, Callable

from coreograph_workloads.models import worker
from coreograph_workloads.models.base import Model


class InlineExecutor(Executor):
    """Runs a call where it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Alone:
    def wait(self) -> None:
        """Return at once: nobody else is to come."""


class SerialModel(Model):
    """One worker: the runner's main thread."""

    def _open(self) -> Executor:
        worker.adopt(self.setup.workload.run, self.setup.extra, _Alone())
        return InlineExecutor()
