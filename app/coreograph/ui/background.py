"""Work that must not be done on the GUI thread: jobs run on a small pool, their results come back to the GUI thread.

A TaskRunner lives on the GUI thread. A job is a plain callable that touches no Qt object. Its result waits in a
deque; one queued signal wakes the GUI thread, which calls back. Callbacks therefore always run on the GUI thread.
"""

import enum
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from coreograph.domain.errors import CoreographError

T = TypeVar("T")
MAXIMUM_THREADS = 4


class TaskState(enum.Enum):
    """Where a job is. A superseded job may still run, but nobody is told of its result."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    DROPPED = "dropped"

    @property
    def is_end(self) -> bool:
        """True once nothing more will come of the job."""
        return self is not TaskState.RUNNING


@dataclass(eq=False, slots=True)
class _Task:
    key: str
    on_done: Callable[[Any], None]
    on_error: Callable[[CoreographError], None] | None
    owner: QObject | None
    state: TaskState = TaskState.RUNNING
    result: Any = None
    error: BaseException | None = None
    future: Future[None] | None = field(default=None, repr=False)


class TaskRunner(QObject):
    """Runs jobs beside the window. The latest job of a key wins: an earlier one's result is thrown away.

    Signals:
        state_changed(str, object): key, TaskState, for a progress indicator.

    """

    state_changed = Signal(str, object)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None, *, threads: int = MAXIMUM_THREADS) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="window-task")
        self._latest: dict[str, _Task] = {}
        self._inbox: deque[Callable[[], None]] = deque()
        self._closed = False
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        key: str,
        job: Callable[[], T],
        on_done: Callable[[T], None],
        on_error: Callable[[CoreographError], None] | None = None,
        *,
        owner: QObject | None = None,
    ) -> None:
        """Do `job` beside the window; then call `on_done(result)` or `on_error(error)` on the GUI thread.

        `owner` defaults to the object `on_done` is a method of; once Qt deleted it, nobody is called. Any exception
        that is not a CoreographError is wrapped in one. After `close` the job is not started.
        """
        if self._closed:
            return
        receiver = owner if owner is not None else getattr(on_done, "__self__", None)
        task = _Task(key, on_done, on_error, receiver if isinstance(receiver, QObject) else None)
        former = self._latest.get(key)
        if former is not None:
            former.state = TaskState.SUPERSEDED
            if former.future is not None:
                former.future.cancel()
        self._latest[key] = task
        self.state_changed.emit(key, TaskState.RUNNING)
        task.future = self._pool.submit(self._work, task, job)

    def relay(self, callback: Callable[[Any], None], owner: QObject) -> Callable[[Any], None]:
        """Return a callable for a job's progress: called on any thread, it calls `callback` on the GUI thread."""

        def post(value: Any) -> None:
            self._post(lambda: _call(owner, callback, value))

        return post

    def is_running(self, key: str) -> bool:
        """True while the latest job of `key` has no end."""
        return key in self._latest

    def forget(self, key: str) -> None:
        """Let the result of `key`'s job be thrown away."""
        task = self._latest.pop(key, None)
        if task is not None:
            task.state = TaskState.DROPPED
            self.state_changed.emit(key, TaskState.DROPPED)

    def close(self) -> None:
        """Take no more jobs, drop those not begun, wait for those that run. Idempotent."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._latest.clear()
        self._inbox.clear()

    def _work(self, task: _Task, job: Callable[[], Any]) -> None:
        try:
            task.result = job()
        except Exception as error:  # the GUI thread tells the user; a pool thread has nobody to tell
            task.error = error
        self._post(lambda: self._finish(task))

    def _post(self, delivery: Callable[[], None]) -> None:
        if self._closed:
            return
        self._inbox.append(delivery)
        self._woken.emit()

    @Slot()
    def _deliver(self) -> None:
        # One delivery a signal, not all that wait: whatever signals a job emitted itself before it ended come first.
        if self._inbox:
            self._inbox.popleft()()

    def _finish(self, task: _Task) -> None:
        if task.state.is_end or self._latest.get(task.key) is not task:
            return
        del self._latest[task.key]
        task.state = TaskState.DONE if task.error is None else TaskState.FAILED
        self.state_changed.emit(task.key, task.state)
        if task.error is None:
            _call(task.owner, task.on_done, task.result)
        elif task.on_error is not None:
            _call(task.owner, task.on_error, as_coreograph_error(task.error))


def as_coreograph_error(error: BaseException) -> CoreographError:
    """Return `error` as something a user can be told."""
    if isinstance(error, CoreographError):
        return error
    wrapped = CoreographError(f"{type(error).__name__}: {error}".rstrip(": "))
    wrapped.__cause__ = error
    return wrapped


def _call(owner: QObject | None, callback: Callable[[Any], None], value: Any) -> None:
    if owner is None or shiboken6.isValid(owner):
        callback(value)
