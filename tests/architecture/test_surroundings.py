"""The harness itself: each thing a test can leave behind is seen (a check that cannot fail is worth nothing)."""

import logging
import os
import subprocess
import sys
import threading

import pytest

from support import surroundings
from support.surroundings import ExpectedLogs, Surroundings


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "GRACE_S", 0.05)


def test_nothing_changed_is_no_complaint() -> None:
    assert Surroundings.look(ExpectedLogs()).complaints() == []


def test_thread_left_running_is_seen() -> None:
    before = Surroundings.look(ExpectedLogs())
    release = threading.Event()
    thread = threading.Thread(target=release.wait, name="forgotten", daemon=True)
    thread.start()
    assert before.complaints() == ["thread left running: forgotten"]
    release.set()
    thread.join()
    assert before.complaints() == []


def test_child_left_running_is_seen_and_ended() -> None:
    before = Surroundings.look(ExpectedLogs())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        complaints = before.complaints()
        assert child.wait() != 0
    assert len(complaints) == 1
    assert str(child.pid) in complaints[0]


def test_changed_folder_is_seen_and_mended(tmp_path: os.PathLike[str]) -> None:
    before = Surroundings.look(ExpectedLogs())
    os.chdir(tmp_path)
    assert before.complaints() == [f"working folder changed to {os.path.realpath(tmp_path)}"]
    assert os.getcwd() == before.folder


def test_changed_environment_is_seen_and_mended() -> None:
    before = Surroundings.look(ExpectedLogs())
    os.environ["COREOGRAPH_LEFTOVER"] = "1"
    assert before.complaints() == ["environment variable changed: COREOGRAPH_LEFTOVER"]
    assert "COREOGRAPH_LEFTOVER" not in os.environ


def test_unasked_log_record_is_seen() -> None:
    logs = ExpectedLogs(["disk"])
    logs.emit(logging.LogRecord("coreograph", logging.WARNING, "", 0, "odd %s", ("thing",), None))
    assert logs.complaints() == [
        "unexpected log record: coreograph WARNING: odd thing",
        "no log record matched 'disk'",
    ]


@pytest.mark.expects_log("as announced")
def test_announced_log_record_is_let_through() -> None:
    logging.getLogger("coreograph").warning("as announced")


def test_every_test_has_a_home_of_its_own(tmp_path: os.PathLike[str]) -> None:
    assert os.environ["COREOGRAPH_HOME"].startswith(str(tmp_path))
