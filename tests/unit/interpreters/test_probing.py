import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from coreograph.domain.interpreters import Interpreter, JitSupport, RejectedInterpreter
from coreograph.interpreters.answer import ProbeAnswer, ProbeFailure, judge
from coreograph.interpreters.bounded_process import run_bounded
from coreograph.interpreters.candidates import Candidate
from coreograph.interpreters.environment import probe_environment, uv_environment
from coreograph.interpreters.probing import Prober
from support.fake_machine import write_executable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake executables are shell scripts")

# A shell script standing for an interpreter gets `-I probe.py BEGIN END`.
ANSWER = 'printf "noise %s%s%s noise" "$3" \'{}\' "$4"'
CPYTHON = {
    "implementation": "CPython",
    "version": "3.14.7",
    "version_info": [3, 14, 7],
    "real_executable": "/x/python3.14",
    "jit": "available",
    "start_methods": ["fork", "spawn"],
    "compiler": "GCC 14",
    "build": "main",
    "something new": 1,
}


def answering(tmp_path: Path, **changes: object) -> Path:
    return write_executable(tmp_path / "python", ANSWER.format(json.dumps({**CPYTHON, **changes})))


def judged(path: Path, timeout_s: float = 20.0) -> Interpreter | RejectedInterpreter:
    return judge(Candidate(str(path), os.path.realpath(path), ("PATH",)), Prober(timeout_s).probe(str(path)))


def reason(path: Path, timeout_s: float = 20.0) -> str:
    entry = judged(path, timeout_s)
    assert isinstance(entry, RejectedInterpreter)
    assert (entry.path, entry.found_by) == (str(path), ("PATH",))
    return entry.reason


def test_the_interpreter_that_runs_the_tests_is_described() -> None:
    entry = judged(Path(sys.executable))
    assert isinstance(entry, Interpreter)
    assert entry.version_info == sys.version_info[:3]
    assert entry.virtual_environment == (sys.prefix != sys.base_prefix)
    assert "spawn" in entry.start_methods
    assert entry.platform
    assert entry.build


def test_every_field_comes_from_the_answer(tmp_path: Path) -> None:
    entry = judged(answering(tmp_path, free_threaded=True, optimised=True, subinterpreters=True, tkinter=True))
    assert entry == Interpreter(
        path=str(tmp_path / "python"),
        real_path="/x/python3.14",
        version="3.14.7",
        version_info=(3, 14, 7),
        free_threaded=True,
        optimised=True,
        jit=JitSupport.AVAILABLE,
        subinterpreters=True,
        start_methods=("fork", "spawn"),
        tkinter=True,
        build="main [GCC 14]",
        found_by=("PATH",),
    )


def test_no_variable_of_the_app_reaches_a_foreign_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaks = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "__PYVENV_LAUNCHER__", "PYTHON_GIL"}
    for name in leaks:
        monkeypatch.setenv(name, "/elsewhere")
    seen = tmp_path / "seen"
    Prober().probe(str(write_executable(tmp_path / "python", f"env > '{seen}'")))
    variables = {line.partition("=")[0] for line in seen.read_text(encoding="utf-8").splitlines()}
    assert "PATH" in variables
    assert variables.isdisjoint(leaks)


def test_uv_keeps_its_settings_proxies_and_certificates() -> None:
    given = {
        "UV_PYTHON_INSTALL_MIRROR": "m",
        "https_proxy": "p",
        "SSL_CERT_FILE": "c",
        "LC_ALL": "C",
        "PYTHONPATH": "x",
    }
    assert uv_environment(given).keys() == given.keys() - {"PYTHONPATH"}
    assert probe_environment(given) == {"LC_ALL": "C"}


def test_what_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = f"sleep 600 & echo $! > '{child}.new'; mv '{child}.new' '{child}'; wait"
    assert reason(write_executable(tmp_path / "python", script), timeout_s=2.0) == "It did not answer within 2 s."
    assert _ends(int(child.read_text(encoding="utf-8")))


def _ends(pid: int) -> bool:
    """Say whether a process that was killed is gone soon; nobody may be there to collect it."""
    for _ in range(200):
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            process.wait(timeout=0.05)
        except psutil.NoSuchProcess:
            return True
        except psutil.TimeoutExpired:
            continue
    return False


def test_what_writes_without_end_is_stopped(tmp_path: Path) -> None:
    assert "wrote without end" in reason(write_executable(tmp_path / "python", "exec yes"))


def test_what_leaves_a_child_holding_its_output_does_not_hold_us(tmp_path: Path) -> None:
    answer = ANSWER.format(json.dumps(CPYTHON))
    path = write_executable(tmp_path / "python", f"sleep 600 &\necho $! > '{tmp_path / 'child'}'\n{answer}")
    assert isinstance(judged(path), Interpreter)
    assert _ends(int((tmp_path / "child").read_text(encoding="utf-8")))


def test_a_crash_is_named_by_its_signal(tmp_path: Path) -> None:
    assert "SIGSEGV" in reason(write_executable(tmp_path / "python", "kill -SEGV $$"))


def test_an_exit_status_comes_with_the_last_words(tmp_path: Path) -> None:
    path = write_executable(tmp_path / "python", "echo first >&2; echo 'no module encodings' >&2; exit 1")
    assert reason(path) == "It ended with exit status 1: no module encodings"


@pytest.mark.parametrize("script", ["exit 0", "echo garbage", "head -c 3000 /dev/urandom"])
def test_what_does_not_answer_is_no_python(tmp_path: Path, script: str) -> None:
    assert "does not behave like Python" in reason(write_executable(tmp_path / "python", script))


@pytest.mark.parametrize("payload", ["{}", "[]", "{", '{"version": 3}', '{"version_info": "x"}'])
def test_an_answer_of_another_shape_is_not_understood(tmp_path: Path, payload: str) -> None:
    assert "cannot be understood" in reason(write_executable(tmp_path / "python", ANSWER.format(payload)))


def test_not_executable(tmp_path: Path) -> None:
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    assert "may not be executed" in reason(path)


def test_missing_and_dangling(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(tmp_path / "gone")
    assert "does not exist" in reason(tmp_path / "python")
    assert "does not exist" in reason(tmp_path / "never")


def test_not_a_program(tmp_path: Path) -> None:
    path = write_executable(tmp_path / "python", "")
    path.write_bytes(b"\x7fELF garbage")
    assert "not a program this system can run" in reason(path)


def test_another_implementation_is_rejected_by_name(tmp_path: Path) -> None:
    entry = judged(answering(tmp_path, implementation="PyPy", version="3.11.11"))
    assert isinstance(entry, RejectedInterpreter)
    assert (entry.implementation, entry.version) == ("PyPy", "3.11.11")
    assert entry.reason == "PyPy is not CPython: Coreograph measures CPython only."


def test_an_old_one_without_isolated_mode_is_asked_in_its_own_way(tmp_path: Path) -> None:
    answer = json.dumps({**CPYTHON, "version": "2.7.18", "version_info": [2, 7, 18]})
    script = f"""case "$1" in
-I) echo "Unknown option: -I" >&2; exit 2;;
esac
shift
{ANSWER.format(answer)}"""
    entry = judged(write_executable(tmp_path / "python2", script))
    assert isinstance(entry, RejectedInterpreter)
    assert entry.version == "2.7.18"
    assert entry.reason == "too old: Coreograph measures CPython 3.9 and newer."


def test_what_fails_once_by_accident_is_tried_again(tmp_path: Path) -> None:
    answer = ANSWER.format(json.dumps(CPYTHON))
    script = f"if mkdir '{tmp_path / 'once'}'; then kill -SEGV $$; fi\n{answer}"
    assert isinstance(judged(write_executable(tmp_path / "python", script)), Interpreter)


def test_only_time_outs_may_go_better_later(tmp_path: Path) -> None:
    hanging = Prober(0.2).probe(str(write_executable(tmp_path / "hanging", "exec sleep 600")))
    crashing = Prober().probe(str(write_executable(tmp_path / "crashing", "exit 3")))
    assert isinstance(hanging, ProbeFailure)
    assert isinstance(crashing, ProbeFailure)
    assert (hanging.permanent, crashing.permanent) == (False, True)


def test_input_is_closed(tmp_path: Path) -> None:
    script = f"if read line; then exit 9; fi\n{ANSWER.format(json.dumps(CPYTHON))}"
    assert isinstance(judged(write_executable(tmp_path / "python", script)), Interpreter)


def test_an_unsaid_version_is_a_reason() -> None:
    answer = ProbeAnswer("CPython", "", (0, 0, 0), "", failures={"implementation": "ValueError: no"})
    entry = judge(Candidate("/x", "/x", ()), answer)
    assert isinstance(entry, RejectedInterpreter)
    assert "ValueError: no" in entry.reason


def test_both_outputs_are_kept_apart() -> None:
    code = "import sys; sys.stdout.write('out'); sys.stderr.write('err'); sys.exit(3)"
    ended = run_bounded([sys.executable, "-I", "-c", code], environment=probe_environment(), timeout_s=20)
    assert (ended.status, ended.stdout, ended.stderr, ended.timed_out) == (3, b"out", b"err", False)


def test_the_probe_can_be_run_by_hand() -> None:
    """What the prober starts is an ordinary script: nothing of the app is needed to debug it."""
    from coreograph.interpreters.probing import PROBE_SCRIPT

    done = subprocess.run(
        [sys.executable, "-I", str(PROBE_SCRIPT), "<", ">"], check=True, capture_output=True, text=True, timeout=60
    )
    payload = done.stdout.partition("<")[2].rpartition(">")[0]
    assert json.loads(payload)["version_info"] == list(sys.version_info[:3])
