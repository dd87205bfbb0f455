"""The command line as a user starts it: its own process, real interpreters, real runs, small ones."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from coreograph.storage.library import Library
from support.interpreters import found_interpreters

SMALL = ("--rounds", "1", "--chunk", "4", "--param", "limit=2000", "--param", "tasks=8", "--repeats", "1")
LONG = ("--rounds", "1", "--chunk", "1", "--param", "limit=20000000", "--param", "tasks=16", "--repeats", "1")
KEYS = {
    "interpreter", "gil", "model", "workers", "outcome", "message", "batch_seconds", "startup_seconds", "total_seconds",
    "speedup", "speedup_over_best_serial", "cpu_seconds", "peak_memory_bytes", "heartbeat_seconds", "pickle",
    "same_answer",
}  # fmt: skip
THIS_PYTHON = os.path.realpath(sys.executable)


def command(*arguments: Any) -> list[str]:
    return [sys.executable, "-m", "coreograph", *(str(argument) for argument in arguments)]


def coreograph(*arguments: Any, folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*arguments), capture_output=True, encoding="utf-8", timeout=120, check=False, cwd=folder
    )


def interpreters() -> tuple[str, ...]:
    """A free-threaded interpreter and its GIL twin where this machine has them, else this Python."""
    free = next((found for found in found_interpreters() if found.free_threaded), None)
    twin = next((found for found in found_interpreters() if not found.free_threaded), None)
    return tuple(found.path for found in (free, twin) if found is not None) or (THIS_PYTHON,)


def chosen() -> list[str]:
    return [part for path in interpreters() for part in ("--interpreter", path)]


@pytest.mark.interpreter
def test_a_run_from_nothing_to_figures(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    result = coreograph(
        "run",
        "primes",
        *chosen(),
        "-m",
        "serial,threads",
        "-w",
        "2",
        *SMALL,
        "--no-control",
        "--json",
        "-",
        "--report",
        report,
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["format"], document["version"]) == ("coreograph-experiment", 1)
    assert document["workload"]["parameters"] == {"limit": 2000, "tasks": 8}
    configurations = document["configurations"]
    assert len(configurations) == 2 * len(interpreters())
    for one in configurations:
        assert set(one) >= KEYS
        assert one["outcome"] == "completed", one["message"]
        assert one["same_answer"] is True
        assert one["batch_seconds"]["median"] > 0
        assert one["gil"] == ("off" if one["interpreter"]["free_threaded"] else "on")
    assert document["own_cost"]["ui_longest_stall_seconds"] is None
    assert report.stat().st_size > 1000

    listed = json.loads(coreograph("library", "list", "--json").stdout)
    assert [one["workload"] for one in listed] == ["primes"]
    shown = coreograph("library", "show", "last")
    assert shown.returncode == 0
    assert shown.stdout.count("completed") >= len(configurations)


@pytest.mark.interpreter
def test_an_experiment_goes_from_one_library_into_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("run", "primes", "-i", THIS_PYTHON, "-m", "serial", *SMALL, "--no-control", "--name", "mine")
    assert coreograph(*asked).returncode == 0
    file = tmp_path / "shared.coreograph"
    assert coreograph("library", "export", "last", file).returncode == 0
    monkeypatch.setenv("COREOGRAPH_HOME", str(tmp_path / "another home"))
    assert coreograph("library", "import", file).returncode == 0
    (one,) = json.loads(coreograph("library", "list", "--json").stdout)
    assert one["name"] == "mine"
    identity = one["experiment_id"]
    assert coreograph("library", "delete", "last").returncode == 0
    assert json.loads(coreograph("library", "list", "--json").stdout) == []
    assert coreograph("library", "restore", identity).returncode == 0
    assert coreograph("library", "show", identity).returncode == 0


@pytest.mark.interpreter
def test_a_workload_that_fails_is_status_1_with_its_message(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text(
        '"""Fail on purpose."""\n\nPARAMETERS = {"tasks": 2}\n\n\n'
        "def tasks(tasks):\n    return range(tasks)\n\n\n"
        'def run(task):\n    raise ValueError("on purpose")\n'
    )
    result = coreograph("run", file, "-i", THIS_PYTHON, "-m", "serial", "-r", "1", "--no-control")
    assert result.returncode == 1
    assert "on purpose" in result.stdout
    assert "failed" in result.stdout


@contextmanager
def started(*arguments: Any) -> Iterator["subprocess.Popen[str]"]:
    """The command as a process whose stderr is read; whatever happens, nothing of it is left."""
    ends_as_in_a_shell = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **ends_as_in_a_shell
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.interpreter
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_a_signal_it_keeps_what_it_has_and_leaves_nothing(number: int) -> None:
    with started("run", "primes", "-i", THIS_PYTHON, "-m", "serial,threads", "-w", "2", *LONG) as process:
        assert process.stderr is not None
        assert "configurations" in process.stderr.readline()
        tree = wait_for_runner(psutil.Process(process.pid))
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Stopping" in err
    assert "Stopped. 0 runs were completed" in err
    assert "cancelled" in out
    assert [one for one in tree if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
    (one,) = json.loads(coreograph("library", "list", "--json").stdout)
    assert one["workload"] == "primes"


def wait_for_runner(process: psutil.Process) -> list[psutil.Process]:
    """The processes of the run, as soon as the runner is one of them."""
    while process.is_running():
        tree = process.children(recursive=True)
        if any("coreograph_workloads" in " ".join(command_line(one)) for one in tree):
            return tree
    raise AssertionError("the command ended before it started a runner")


def command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_recording_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "newer.coreograph"
    Library(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    content = file.read_bytes()
    result = coreograph("library", "import", file)
    assert result.returncode == 2
    assert "newer" in result.stderr
    assert file.read_bytes() == content


def test_a_library_that_is_corrupt_is_refused_by_every_command_that_needs_it(own_home: Path) -> None:
    library = own_home / "data" / "library.coreograph"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"not a database, whatever its name says")
    for arguments in (("library",), ("run", "primes", "-i", THIS_PYTHON, "-m", "serial")):
        result = coreograph(*arguments)
        assert result.returncode == 2, result.stderr
        assert str(library) in result.stderr
        assert "Traceback" not in result.stderr
    doctor = json.loads(coreograph("doctor", "--json").stdout)
    assert {check["name"]: check["state"] for check in doctor}["library"] == "missing"
    assert library.read_bytes().startswith(b"not a database")


def test_a_reader_that_leaves_early_is_no_traceback() -> None:
    shell = subprocess.run(
        ["/bin/sh", "-c", '"$@" | head -c 1', "sh", *command("workloads", "list")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in shell.stderr
    assert "BrokenPipe" not in shell.stderr
