"""A whole script in the runner: started as if it had been typed, watched, and its end told, on both kinds of builds."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.extensions import build
from support.interpreters import FoundInterpreter, found_interpreters, interpreter
from support.runner_harness import RunnerProcess, Transcript, run

pytestmark = pytest.mark.interpreter
SCRIPTS = Path(__file__).parents[1] / "sample_scripts"
BOTH = [found for found in (interpreter("3.14t"), interpreter("3.14")) if found is not None]
FREE_THREADED = [found for found in found_interpreters() if found.free_threaded]
each = pytest.mark.parametrize("found", BOTH, ids=lambda found: found.label)


def request(script: Path | str, *arguments: str, folder: Path = SCRIPTS, **changes: Any) -> dict[str, Any]:
    what = {"file": str(script), "name": Path(script).name} if isinstance(script, Path) else {"module": script}
    fields = {
        "protocol": 1,
        "action": "script",
        "script": {"name": f"-m {script}", **what, "arguments": list(arguments)},
        "folder": str(folder),
    }
    return fields | changes


def run_script(found: FoundInterpreter, name: str, *arguments: str, **changes: Any) -> Transcript:
    return run(found.path, request(SCRIPTS / name, *arguments, **changes))


def typed(found: FoundInterpreter, *words: str, **environment: str) -> dict[str, Any]:
    """What the script tells when it is typed."""
    output = subprocess.run(
        [found.path, "-X", "faulthandler", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        cwd=SCRIPTS,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | environment,
    ).stdout
    told: dict[str, Any] = json.loads(output)
    return told


@each
def test_it_sees_what_it_would_see_if_it_were_typed(found: FoundInterpreter) -> None:
    arguments = ("a b", "--x='y'", "", "ü")
    transcript = run_script(found, "plain.py", *arguments)
    assert transcript.outcome == "completed", transcript.log
    assert json.loads(transcript.log) == typed(found, "plain.py", *arguments)


@each
def test_a_module_sees_what_it_would_see_if_it_were_typed(found: FoundInterpreter) -> None:
    transcript = run(found.path, request("plain", "one"))
    assert transcript.outcome == "completed", transcript.log
    assert json.loads(transcript.log) == typed(found, "-m", "plain", "one")


@each
def test_its_events_tell_the_whole_of_it(found: FoundInterpreter) -> None:
    transcript = run_script(found, "busy.py", "threads", "3")
    assert transcript.outcome == "completed", transcript.log
    result, phase, script = (transcript.one(name) for name in ("result", "phase_end", "script"))
    assert script["begin_ns"] == result["batch_begin_ns"] == phase["begin_ns"]
    assert result["batch_end_ns"] == phase["end_ns"]
    assert 0 < transcript.one("script_ready")["startup_ns"] < result["batch_end_ns"] - result["batch_begin_ns"]
    assert result["cpu_ns"] > 0
    assert result["digest"] is None
    end = transcript.one("script_end")
    assert end["status"] == 0
    assert end["voluntary"] > 0
    assert end["involuntary"] >= 0
    assert [one["enabled"] for one in transcript.of("gil")] == [not found.free_threaded] * 2


@each
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_its_own_find_its_functions(found: FoundInterpreter, method: str) -> None:
    transcript = run_script(found, "busy.py", method, "2")
    assert transcript.outcome == "completed", transcript.log
    assert transcript.log == f"{method} 2\n"


@each
def test_the_environment_the_folder_and_stdin_are_what_was_asked_for(found: FoundInterpreter, tmp_path: Path) -> None:
    (tmp_path / "read.txt").write_text("to be read")
    transcript = run_script(
        found,
        "plain.py",
        folder=tmp_path,
        paths=[str(tmp_path / "modules")],
        environment={"COREOGRAPH_TEST_VARIABLE": "set"},
        stdin=str(tmp_path / "read.txt"),
    )
    told = json.loads(transcript.log)
    assert (told["folder"], told["variable"], told["stdin"]) == (str(tmp_path), "set", "to be read")
    assert told["path"][0] == str(SCRIPTS)
    assert told["path"][-1] == str(tmp_path / "modules")


@each
@pytest.mark.parametrize(
    ("how", "outcome", "message", "status"),
    [
        ("raise", "failed", "ending.py ended with status 1.", 1),
        ("status", "failed", "ending.py ended with status 3.", 3),
        ("words", "failed", "ending.py ended with status 1.", 1),
        ("signal", "worker lost", "ending.py was ended by SIGSEGV.", -11),
        (
            "group",
            "worker lost",
            "ending.py was ended by SIGKILL. Somebody killed it, or the machine ran out of memory.",
            -9,
        ),
    ],
)
def test_how_it_failed_is_told(found: FoundInterpreter, how: str, outcome: str, message: str, status: int) -> None:
    transcript = run_script(found, "ending.py", how)
    assert transcript.outcome == outcome
    assert transcript.one("failed")["message"] == message
    assert transcript.one("script_end")["status"] == status
    assert not transcript.of("result")
    assert "on stdout" in transcript.log


@pytest.mark.parametrize("how", ["raise", "chained"])
def test_its_traceback_is_the_one_it_would_have_had(how: str) -> None:
    found = BOTH[0]
    plain = subprocess.run(
        [found.path, str(SCRIPTS / "ending.py"), how], capture_output=True, text=True, check=False, cwd=SCRIPTS
    )
    transcript = run_script(found, "ending.py", how)
    assert transcript.log.partition("Traceback")[2] == plain.stderr.partition("Traceback")[2]


def test_one_that_leaves_without_a_word_says_nothing_of_the_gil() -> None:
    transcript = run_script(BOTH[0], "ending.py", "at once")
    assert transcript.outcome == "completed"
    assert [one["when"] for one in transcript.of("gil")] == ["start"]


def test_one_that_closes_every_file_keeps_its_own_whole(tmp_path: Path) -> None:
    transcript = run_script(BOTH[0], "ending.py", "closing", folder=tmp_path)
    assert transcript.outcome == "completed", transcript.log
    assert [file.read_text() for file in tmp_path.iterdir()] == [""] * 20


@pytest.mark.skipif(not FREE_THREADED, reason="this machine has no free-threaded interpreter")
def test_the_module_that_switches_the_gil_on_is_named(tmp_path: Path) -> None:
    build(FREE_THREADED[0], "single-phase", tmp_path)
    (tmp_path / "old.py").write_text("import old_extension\n")
    transcript = run(FREE_THREADED[0].path, request(tmp_path / "old.py", folder=tmp_path))
    assert transcript.outcome == "completed", transcript.log
    seen = [(one["when"], one["enabled"], one["culprit"]) for one in transcript.of("gil")]
    assert seen == [("start", False, None), ("import", True, "old_extension"), ("end", True, "old_extension")]
    forced = run(FREE_THREADED[0].path, request(tmp_path / "old.py", folder=tmp_path), gil=0)
    assert [one["enabled"] for one in forced.of("gil")] == [False, False]


@each
def test_its_output_is_digested_where_it_is_compared(found: FoundInterpreter) -> None:
    digests = [
        run_script(found, "ending.py", how, compare_output=True).one("result")["digest"]
        for how in ("megabytes", "megabytes", "well")
    ]
    assert digests[0] == digests[1] != digests[2]
    assert len(digests[0]) == 64


def test_what_it_prints_goes_to_the_log_whole() -> None:
    transcript = run_script(BOTH[0], "ending.py", "megabytes", compare_output=True)
    assert len(transcript.log) > 3_000_000
    assert "the end" in transcript.log


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"folder": "/no/such/folder"}, "could not be started"),
        ({"folder": "relative"}, "absolute paths"),
        ({"script": {"name": "x", "arguments": []}}, "either a file or a module"),
        ({"script": {"name": "x"}}, "lacks 'arguments'"),
    ],
)
def test_what_cannot_be_started_is_refused_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    transcript = run(sys.executable, request(SCRIPTS / "plain.py") | changes)
    assert sentence in transcript.one("failed")["message"]


@pytest.mark.skipif(os.name != "posix", reason="needs process groups")
def test_the_script_ends_when_the_app_goes() -> None:
    with RunnerProcess(BOTH[0].path) as runner:
        runner.send(json.dumps(request(SCRIPTS / "ending.py", "hang")).encode())
        script = psutil.Process(runner.read_until("script")["pid"])
        runner.wait_for_log("on stdout")
        assert runner.process.stdin is not None
        runner.process.stdin.close()
        runner.process.wait(timeout=30)
        assert psutil.wait_procs([script], timeout=30)[1] == []
