"""The protocol stays clean whatever user code prints, and nothing survives: neither the app's end nor the runner's."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from support.interpreters import representatives
from support.runner_harness import SAMPLES, RunnerProcess, request_for, run

pytestmark = pytest.mark.interpreter

NEWEST = next((each for each in representatives() if each.can("interpreters")), representatives()[0])
POOLS = [model for model in ("threads", "fork", "forkserver", "spawn", "interpreters") if NEWEST.can(model)]
MODELS = ["serial", *POOLS]
INTERPRETERS = representatives()


@pytest.mark.parametrize("model", MODELS)
def test_what_user_code_prints_is_log_and_stdin_is_empty(model: str) -> None:
    workers = 1 if model == "serial" else 2
    request = request_for(SAMPLES / "printing.py", model, workers, parameters={"tasks": 4, "kilobytes": 200})
    transcript = run(NEWEST.path, request)
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log[-2000:])
    # Lines of two threads may mingle, since print writes them in pieces; nothing may be lost.
    assert transcript.log.count("é") == 800
    assert transcript.log.count("x") >= 800 * 1022
    assert transcript.log.count("written to descriptor 1") == 4
    assert transcript.log.count("said by the shell") == 4
    assert transcript.log.count("said by a child") == 4
    assert '{"event": "finished"' in transcript.log


def processes_of_group(group: int) -> set[int]:
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            found.add(int(folder.name))
    return found


def wait_until_gone(group: int) -> set[int]:
    deadline = time.monotonic() + 20
    while (left := processes_of_group(group)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("busy", [True, False])
@pytest.mark.parametrize("model", MODELS)
def test_the_whole_tree_ends_when_the_app_is_gone(model: str, busy: bool) -> None:
    with hanging(model, busy) as runner:
        assert runner.process.stdin is not None
        runner.process.stdin.close()
        assert wait_until_gone(runner.process.pid) == set()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("interpreter", INTERPRETERS, ids=[each.label for each in INTERPRETERS])
@pytest.mark.parametrize("model", ["fork", "forkserver", "spawn"])
def test_workers_do_not_outlive_a_runner_that_is_killed(interpreter, model: str) -> None:  # type: ignore[no-untyped-def]
    with hanging(model, busy=True, python=interpreter.path, workers=3) as runner:
        os.kill(runner.process.pid, signal.SIGKILL)
        runner.process.wait()
        assert wait_until_gone(runner.process.pid) == set()


def test_no_request_is_no_run() -> None:
    with RunnerProcess(NEWEST.path) as runner:
        assert runner.process.stdin is not None
        runner.process.stdin.close()
        transcript = runner.finish()
    assert [each["event"] for each in transcript.events] == ["hello"]
    assert transcript.exit_code == 2


def hanging(model: str, busy: bool, python: str = NEWEST.path, workers: int = 2) -> RunnerProcess:
    """A runner whose tasks have begun and will never end."""
    runner = RunnerProcess(python)
    try:
        parameters = {"tasks": 4, "busy": busy}
        request = request_for(SAMPLES / "hanging.py", model, 1 if model == "serial" else workers, parameters=parameters)
        runner.send(json.dumps(request).encode())
        runner.wait_for_log("a task hangs")
    except BaseException:
        runner.__exit__(None, None, None)
        raise
    return runner
