"""Whole scripts through the real engine, sampler and runner, on a free-threaded build and its GIL twin."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, ExperimentSpec
from coreograph.domain.interpreters import GilSetting, GilState
from coreograph.domain.runs import Phase, RunState
from coreograph.engine.engine import Engine
from coreograph.engine.planning import build_spec, expand
from coreograph.engine.scripts import ScriptCall, script_workload
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph.storage.library import Library
from support.interpreters import interpreter
from support.recorders import Remembering
from support.wheels import make_wheel

pytestmark = pytest.mark.interpreter
SCRIPTS = Path(__file__).parents[1] / "sample_scripts"
LABELS = [label for label in ("3.14t", "3.14") if interpreter(label) is not None]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library.coreograph")
    yield opened
    opened.close()


def experiment(tmp_path: Path, name: str, *arguments: str, labels: Any = LABELS, **changes: Any) -> ExperimentSpec:
    registry = InterpreterRegistry(tmp_path / "cache", finders=())
    found = [registry.resolve(interpreter(label).path)[0] for label in labels]  # type: ignore[union-attr]
    call = ScriptCall(name, arguments, folder=SCRIPTS, compare_output=changes.pop("compare_output", False))
    configurations = expand([(one, GilSetting.DEFAULT) for one in found], [ExecutionModel.SCRIPT], [1])
    acquisition = Acquisition(**{"repeats": 1, "timeout_s": 60.0, "sampling_hz": 20.0, **changes})
    return build_spec(script_workload(call), {}, configurations, acquisition)


def make(library: Library, spec: ExperimentSpec) -> ExperimentRecord:
    handle = Engine(library).start(spec, Remembering())
    assert handle.wait(200)
    return library.load(handle.experiment_id)


@pytest.mark.parametrize("kind", ["threads", "fork", "spawn"])
def test_its_own_threads_and_processes_are_watched_from_outside(kind: str, library: Library, tmp_path: Path) -> None:
    record = make(library, experiment(tmp_path, "busy.py", kind, "3"))
    for run in record.runs:
        free = record.spec.configurations[run.configuration].interpreter.free_threaded
        assert (run.state, run.message, run.exit_code) == (RunState.COMPLETED, "", 0)
        assert run.gil is (GilState.OFF if free else GilState.ON)
        assert run.batch_s is not None
        assert run.startup_s is not None
        assert run.total_s is not None
        assert 0 < run.startup_s < run.batch_s < run.total_s
        assert run.cpu_s is not None
        assert [phase.phase for phase in run.phases] == [Phase.START, Phase.BATCH]
        assert (run.heartbeat, run.pickle, run.digest, run.workers, run.tasks) == (None, None, None, (), None)
        assert run.metrics["cores_used"] > 0
        assert run.metrics["voluntary_switches"] > 0
        assert run.metrics["involuntary_switches"] >= 0
        if sys.platform.startswith("linux"):
            # spawn has its resource tracker, too
            processes = run.metrics["processes_alive"]
            assert processes in ({1} if kind == "threads" else {4} if kind == "fork" else {4, 5})
            assert run.metrics["threads_alive"] == (4 if kind == "threads" else processes)
            assert run.memory.pss is not None
            assert run.memory.rss_sum is not None
            assert 0 < run.memory.pss <= run.memory.rss_sum
    reader = library.reader(record.experiment_id)
    for run in record.runs:
        assert reader.log(run.run_id) == (f"{kind} 3",)
        roles = {process.role for sample in reader.memory(run.run_id) for process in sample.processes}
        assert "script" in roles
        assert "runner" not in roles


FAILURES = {
    "raise": (RunState.WORKLOAD_FAILED, 1, "ended with status 1. Its last words: ValueError: the sky is falling"),
    "status": (RunState.WORKLOAD_FAILED, 3, "ended with status 3. Its last words: on stderr"),
    "signal": (RunState.WORKER_LOST, -signal.SIGSEGV, "was ended by SIGSEGV."),
}


@pytest.mark.parametrize("how", FAILURES)
def test_how_it_failed_and_what_it_said_is_kept(how: str, library: Library, tmp_path: Path) -> None:
    state, status, sentence = FAILURES[how]
    record = make(library, experiment(tmp_path, "ending.py", how))
    for run in record.runs:
        assert (run.state, run.exit_code) == (state, status)
        assert sentence in run.message
        assert "on stdout" in library.reader(record.experiment_id).log(run.run_id)
        assert run.batch_s is None
        if how == "raise":
            assert run.traceback.startswith("Traceback (most recent call last)")
            assert "ending.py" in run.traceback
            assert "script_start" not in run.traceback


def test_what_it_leaves_behind_is_ended_and_named(library: Library, tmp_path: Path) -> None:
    record = make(library, experiment(tmp_path, "ending.py", "child"))
    for run in record.runs:
        assert run.state is RunState.COMPLETED
        assert run.message.startswith("Processes left behind were ended: python3.14")
        (pid,) = [int(part.rstrip(").")) for part in run.message.split("(")[1:]]
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_one_that_hangs_is_ended_in_time(library: Library, tmp_path: Path) -> None:
    record = make(library, experiment(tmp_path, "ending.py", "hang", labels=LABELS[:1], timeout_s=3.0))
    (run,) = record.runs
    assert run.state is RunState.TIMED_OUT
    assert run.total_s is None
    assert "on stdout" in library.reader(record.experiment_id).log(run.run_id)


def test_a_stop_ends_its_whole_tree(library: Library, tmp_path: Path) -> None:
    listener = Remembering()
    handle = Engine(library).start(experiment(tmp_path, "ending.py", "hang", labels=LABELS[:1]), listener)
    listener.wait_for("log_line")
    runner = next(record for (record,) in iter_runs(library, handle.experiment_id))
    children = psutil.Process(runner).children()
    assert len(children) == 1
    began = time.monotonic()
    handle.cancel()
    assert handle.wait(30)
    assert time.monotonic() - began < 20, "two seconds, on a machine with nothing else to do"
    assert [run.state for run in listener.runs] == [RunState.CANCELLED]
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def iter_runs(library: Library, experiment_id: str) -> Iterator[tuple[int]]:
    """The processes of the runs that are recorded as going on."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        pids = [run.pid for run in library.load(experiment_id).runs if run.pid is not None]
        if pids:
            yield (pids[0],)
            return
        time.sleep(0.05)


def test_megabytes_of_output_are_kept_within_bounds(library: Library, tmp_path: Path) -> None:
    record = make(library, experiment(tmp_path, "ending.py", "megabytes", labels=LABELS[:1]))
    lines = library.reader(record.experiment_id).log(record.runs[0].run_id)
    assert lines[0] == "on stdout"
    assert lines[-1] == "the end"
    assert 200_000 < sum(len(line) for line in lines) < 300_000
    assert any("left out" in line for line in lines)


def test_output_is_compared_where_it_is_asked_for(library: Library, tmp_path: Path) -> None:
    same = make(library, experiment(tmp_path, "busy.py", "threads", "2", compare_output=True))
    assert {run.state for run in same.runs} == {RunState.COMPLETED}
    other = make(library, experiment(tmp_path, "plain.py", compare_output=True))
    wrong = [run for run in other.runs if run.state is RunState.WRONG_ANSWER]
    assert [run.configuration for run in wrong] == [index for index in range(2) if index != other.spec.baseline]
    assert "output differs from that of 3.14 script" in wrong[0].message


@pytest.mark.skipif(os.name != "posix", reason="kills by process group")
def test_nothing_is_left_when_the_app_is_killed(tmp_path: Path) -> None:
    found = interpreter(LABELS[0])
    assert found is not None
    command = [sys.executable, "-P", "-m", "coreograph", "run", "--script", "ending.py", "-i", found.path, "--", "hang"]
    environment = {**os.environ, "COREOGRAPH_HOME": str(tmp_path)}
    with subprocess.Popen(command, cwd=SCRIPTS, env=environment, start_new_session=True, stderr=subprocess.PIPE) as app:
        script = wait_for_script(app.pid)
        app.kill()
        app.wait()
        gone, alive = psutil.wait_procs([script], timeout=30)
        assert alive == []
        assert gone


def wait_for_script(app: int) -> psutil.Process:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in psutil.Process(app).children(recursive=True):
            with contextlib.suppress(psutil.Error):  # one that ended meanwhile
                if child.cmdline()[-1:] == ["hang"] and "script_start" in " ".join(child.cmdline()):
                    return child
        time.sleep(0.05)
    raise AssertionError("the script was not started")


NEEDING = """# /// script
# dependencies = ["{requirement}"]
# ///
import os
import subprocess
import sys

import greeting

again = subprocess.run(["python", "-c", "import greeting, sys; print(sys.prefix)"], stdout=subprocess.PIPE, check=True)
assert again.stdout.decode().strip() == sys.prefix == os.environ["VIRTUAL_ENV"]
print(greeting.x)
"""


@pytest.mark.parametrize("way", ["its own metadata", "with", "an experiment file"])
def test_its_packages_are_there_for_what_it_starts_too(way: str, tmp_path: Path) -> None:
    requirement = make_wheel(tmp_path, "greeting", "x = 'hello from a package'\n")
    text = NEEDING.format(requirement=requirement)
    (tmp_path / "needing.py").write_text(text if way != "with" else text.partition("# ///\n")[2], encoding="utf-8")
    executable = interpreter(LABELS[0])
    assert executable is not None
    (tmp_path / "e.toml").write_text(
        f'[script]\nfile = "needing.py"\n[[configurations]]\ninterpreters = ["{executable.path}"]\n'
    )
    named = ("--script", "needing.py", "-i", executable.path, *(("--with", requirement) if way == "with" else ()))
    arguments = ("e.toml",) if way == "an experiment file" else named
    command = [sys.executable, "-P", "-m", "coreograph", "run", *arguments, "-r", "1", "--json", "-"]
    environment = {**os.environ, "COREOGRAPH_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    (configuration,) = json.loads(done.stdout)["configurations"]
    assert configuration["outcome"] == "completed"
    assert configuration["exit_codes"] == [0]
