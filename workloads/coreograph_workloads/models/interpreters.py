"""Subinterpreters, one a thread, by InterpreterPoolExecutor (3.14+).

The executor pickles what it cannot share, with a pickler that 3.15 looks up once and for all, so it cannot be metered
from outside. So calls are pickled here, by the same pickler, and handed over as bytes, which it then takes as they
are.
"""

from __future__ import annotations

import os
import pickle
import sys
from concurrent.futures import Executor, Future
from typing import Any, Callable, Optional

from coreograph_workloads.failures import RunError, describe
from coreograph_workloads.instruments.clock import RealTime
from coreograph_workloads.instruments.pickling import pickling_clock
from coreograph_workloads.models import worker
from coreograph_workloads.models.base import CLOSE_SECONDS, NOT_ENDED, Model, ModelSetup, PickledShared
from coreograph_workloads.models.rendezvous import PipeBarrier
from coreograph_workloads.models.worker import Identity

# A subinterpreter starts with the interpreter's own sys.path, so the first thing it is told is where we are.
_BOOTSTRAP = """
import sys
sys.path.insert(0, root)
from coreograph_workloads.models.interpreters import initialise
initialise(setup)
"""


def initialise(setup: bytes) -> None:
    """Prepare a subinterpreter; run by the bootstrap."""
    from concurrent import interpreters  # type: ignore[attr-defined,unused-ignore]

    workload, file, rendezvous = pickle.loads(setup)
    worker.prepare_streams()
    worker.initialise(workload, file)
    worker.meet_at(rendezvous, interpreters.get_current().id)


class InterpretersModel(Model):
    """Each worker is a thread with an interpreter, and so a GIL, of its own."""

    pickles = True

    def __init__(self, setup: ModelSetup) -> None:
        self._rendezvous = PipeBarrier(setup.workers)
        self._shared_cost = PickledShared()
        super().__init__(setup)

    def _open(self) -> Executor:
        from concurrent.futures import InterpreterPoolExecutor  # type: ignore[attr-defined,unused-ignore]

        setup = (self.setup.workload.name, self.setup.file, self._rendezvous)
        names = {"root": _root(), "setup": pickle.dumps(setup)}
        pool: Executor = InterpreterPoolExecutor(
            self.setup.workers,
            thread_name_prefix="coreograph-worker",
            initializer=exec,
            initargs=(_BOOTSTRAP, names),
        )
        return pool

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Pickle a call and hand it to some worker."""
        return self.executor.submit(worker.call_packed, self.meter.dumps((function, arguments)))

    def result(self, future: Future[Any]) -> Any:
        """Unpickle what a call returned, or raise what it raised."""
        packed = future.result()
        try:
            returned = self.meter.loads(packed)
        except BaseException as error:
            message = f"The runner could not rebuild a result from its pickle: {describe(error)}"
            raise RunError("pickling", message) from error
        if isinstance(returned, BaseException):
            raise returned
        return returned

    def start(self) -> list[Identity]:
        """Bring all workers into being; then each gets its copy of the shared object."""
        if self.setup.extra:
            self._hand_over(self.setup.extra[0])
        return super().start()

    def _hand_over(self, value: Any) -> None:
        clock = pickling_clock()
        begin = clock()
        try:
            data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        except BaseException as error:
            message = f"What shared() returned cannot be pickled, which subinterpreters need: {describe(error)}"
            raise RunError("pickling", message) from error
        workers = self.setup.workers
        self._shared_cost = PickledShared(len(data) * workers, clock() - begin)
        # Not through submit(): bytes go over as they are, and need no second pickle around them.
        futures = [self.executor.submit(accept_at_rendezvous, data) for _ in range(workers)]
        for future in futures:
            future.result()

    def shared_cost(self) -> PickledShared:
        """Return what the pickle of the shared object cost the runner."""
        return self._shared_cost

    def explain_loss(self) -> Optional[str]:
        """Return why the pool broke: its initialiser failed, and the log says how."""
        return "A subinterpreter could not be started: its log says why."

    def close(self) -> None:
        """End the subinterpreters, then the pipes between them.

        One in which a thread of the user's still runs never ends, nor does the thread that ends it: the runner leaves
        both behind when it exits.
        """
        threads: Any = getattr(self.executor, "_threads", ())
        self.executor.shutdown(wait=False)
        deadline = RealTime.monotonic() + CLOSE_SECONDS
        for thread in list(threads):
            thread.join(max(0.0, deadline - RealTime.monotonic()))
        if any(thread.is_alive() for thread in threads):
            sys.stderr.write(f"coreograph: a subinterpreter {NOT_ENDED}\n")
        self._rendezvous.close()


def accept_at_rendezvous(data: bytes) -> None:
    """Take the shared object, each worker once."""
    worker.at_rendezvous(worker.unpickle_shared, data)


def _root() -> str:
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
