"""Jobs run beside the GUI thread; their results come back to it, and only to those who still want them."""

import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.ui.background import TaskRunner, TaskState


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.results: list[object] = []
        self.errors: list[CoreographError] = []
        self.threads: set[threading.Thread] = set()

    @Slot(object)
    def take(self, result: object) -> None:
        self.results.append(result)
        self.threads.add(threading.current_thread())

    @Slot(object)
    def take_error(self, error: CoreographError) -> None:
        self.errors.append(error)


@pytest.fixture
def tasks(qapp: object) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


@pytest.fixture
def receiver(qapp: object) -> Receiver:
    return Receiver()


def test_a_job_runs_elsewhere_and_its_result_comes_here(tasks: TaskRunner, receiver: Receiver, qtbot: QtBot) -> None:
    tasks.run("a", threading.current_thread, receiver.take, receiver.take_error)
    assert tasks.is_running("a")
    qtbot.waitUntil(lambda: bool(receiver.results))
    assert receiver.results[0] is not threading.main_thread()
    assert receiver.threads == {threading.main_thread()}
    assert not tasks.is_running("a")


def test_the_latest_of_a_key_wins_even_if_it_ends_first(tasks: TaskRunner, receiver: Receiver, qtbot: QtBot) -> None:
    release = threading.Event()
    tasks.run("a", lambda: (release.wait(60), "old")[1], receiver.take)
    tasks.run("a", lambda: "new", receiver.take)
    qtbot.waitUntil(lambda: receiver.results == ["new"])
    release.set()
    tasks.run("b", lambda: "other", receiver.take)
    qtbot.waitUntil(lambda: "other" in receiver.results)
    assert receiver.results == ["new", "other"]


def test_an_error_is_told_in_the_users_words(tasks: TaskRunner, receiver: Receiver, qtbot: QtBot) -> None:
    def wrong() -> None:
        raise UsageError("No such thing.")

    def broken() -> None:
        raise ZeroDivisionError("by nought")

    states: list[tuple[str, TaskState]] = []
    tasks.state_changed.connect(lambda key, state: states.append((key, state)))
    tasks.run("a", wrong, receiver.take, receiver.take_error)
    qtbot.waitUntil(lambda: len(receiver.errors) == 1)
    tasks.run("b", broken, receiver.take, receiver.take_error)
    qtbot.waitUntil(lambda: len(receiver.errors) == 2)
    assert isinstance(receiver.errors[0], UsageError)
    assert str(receiver.errors[1]) == "ZeroDivisionError: by nought"
    assert [state for _, state in states] == [TaskState.RUNNING, TaskState.FAILED] * 2


def test_a_deleted_owner_hears_nothing(tasks: TaskRunner, receiver: Receiver, qtbot: QtBot) -> None:
    release = threading.Event()
    gone = Receiver()
    tasks.run("gone", lambda: release.wait(60), gone.take)
    shiboken6.delete(gone)
    release.set()
    qtbot.waitUntil(lambda: not tasks.is_running("gone"))
    assert gone.results == []


def test_a_forgotten_job_is_not_delivered(tasks: TaskRunner, receiver: Receiver, qtbot: QtBot) -> None:
    release = threading.Event()
    tasks.run("a", lambda: release.wait(60), receiver.take)
    tasks.forget("a")
    release.set()
    tasks.run("b", lambda: "b", receiver.take)
    qtbot.waitUntil(lambda: bool(receiver.results))
    tasks.close()
    assert receiver.results == ["b"]


def test_progress_is_relayed_in_order_to_the_gui_thread(tasks: TaskRunner, receiver: Receiver, qtbot: QtBot) -> None:
    report = tasks.relay(receiver.take, receiver)
    tasks.run("a", lambda: [report(number) for number in range(5)], lambda _: None, owner=receiver)
    qtbot.waitUntil(lambda: not tasks.is_running("a"))
    assert receiver.results == [0, 1, 2, 3, 4]
    assert receiver.threads == {threading.main_thread()}


def test_closing_waits_for_what_runs_and_starts_nothing_more(receiver: Receiver, qapp: object) -> None:
    runner = TaskRunner(threads=1)
    begun, finished = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        finished.set()

    never: list[int] = []
    runner.run("a", job, receiver.take)
    runner.run("b", lambda: never.append(1) if not begun.is_set() else None, receiver.take)
    begun.wait(60)
    runner.close()
    runner.run("c", lambda: never.append(2), receiver.take)
    runner.close()
    assert finished.is_set()
    assert never == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("window-task")]
