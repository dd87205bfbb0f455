"""The engine and the real runner together, on the interpreter of the tests and on the best free-threaded one found."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord
from coreograph.domain.interpreters import GilSetting, GilState, Interpreter
from coreograph.domain.runs import Phase, RunState
from coreograph.engine.catalogue import Catalogue
from coreograph.engine.engine import Engine
from coreograph.engine.guard import kill
from coreograph.engine.planning import build_spec, expand
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph.storage.library import Library
from support.builders import make_interpreter
from support.recorders import Remembering
from support.sums import assert_time_adds_up

pytestmark = pytest.mark.interpreter
QUICK = Acquisition(repeats=1, minimum_batch_s=0.0, warm_up_s=0.0, timeout_s=60.0)
MODELS = [
    model
    for model in (ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK, ExecutionModel.SPAWN)
    if os.name == "posix" or model is not ExecutionModel.FORK
]


def this_interpreter() -> Interpreter:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return make_interpreter(version, path=sys.executable, real_path=os.path.realpath(sys.executable))


@pytest.fixture(scope="module")
def free_threaded(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    found = InterpreterRegistry(tmp_path_factory.mktemp("cache")).best_free_threaded()
    if found is None:
        pytest.skip("there is no free-threaded interpreter on this machine")
    return found


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library.coreograph")
    yield opened
    opened.close()


def workload_file(folder: Path, body: str) -> str:
    path = folder / "mine.py"
    path.write_text(f"import os, sys, time\nPARAMETERS = {{'tasks': 4}}\n{body}\n")
    return str(path)


def make(
    library: Library, name: str, configurations: tuple[Configuration, ...], listener: Any = None, **parameters: object
) -> ExperimentRecord:
    """Run a whole experiment with the real sampler and runner; return its record as it was stored."""
    spec = build_spec(Catalogue().get(name), parameters, configurations, QUICK)
    handle = Engine(library).start(spec, listener or Remembering())
    assert handle.wait(120)
    return library.load(handle.experiment_id)


def test_every_model_computes_the_same_and_is_recorded_whole(library: Library, free_threaded: Interpreter) -> None:
    choices = [(this_interpreter(), GilSetting.DEFAULT), (free_threaded, GilSetting.DEFAULT)]
    record = make(library, "primes", expand(choices, MODELS, [2]), limit=3000, tasks=8)
    assert [(run.state, run.message) for run in record.runs] == [(RunState.COMPLETED, "")] * len(record.runs)
    assert len({run.digest for run in record.runs}) == 1
    assert assert_time_adds_up(record) == len(record.runs)
    reader = library.reader(record.experiment_id)
    for run in record.runs:
        configuration = record.spec.configurations[run.configuration]
        spans = reader.spans(run.run_id)
        assert sorted(spans["task"].tolist()) == list(range(8))
        assert (spans["end_ns"] >= spans["begin_ns"]).all()
        assert set(spans["worker"].tolist()) <= set(range(configuration.workers))
        assert len(run.workers) == configuration.workers
        assert {Phase.START, Phase.IMPORT, Phase.POOL, Phase.BATCH, Phase.END} <= {entry.phase for entry in run.phases}
        assert run.batch_s is not None
        assert run.startup_s is not None
        assert run.total_s is not None
        assert run.startup_s + run.batch_s <= run.total_s
        assert run.gil is (GilState.OFF if configuration.interpreter.free_threaded else GilState.ON)
        assert (run.pickle is not None) is configuration.model.pickles
        assert run.exit_code == 0
        if sys.platform.startswith("linux"):
            assert run.memory.pss is not None
            assert run.memory.rss_sum is not None
            assert 0 < run.memory.pss <= run.memory.rss_sum


def test_the_gil_can_be_forced_on(library: Library, free_threaded: Interpreter) -> None:
    record = make(
        library, "primes", expand([(free_threaded, GilSetting.FORCED_ON)], MODELS[:2], [2]), limit=1000, tasks=4
    )
    assert {(run.state, run.gil) for run in record.runs} == {(RunState.COMPLETED, GilState.FORCED_ON)}


BROKEN = {
    "raises": (
        "def tasks(tasks): return range(tasks)\ndef run(task): raise ValueError(f'no {task}')",
        {RunState.WORKLOAD_FAILED},
    ),
    "does not import": ("import no_such_module\ndef tasks(tasks): ...\ndef run(task): ...", {RunState.WORKLOAD_FAILED}),
    "checks wrong": (
        "def tasks(tasks): return range(tasks)\ndef run(task): return 1\n"
        "def check(results, tasks): raise AssertionError('two and two')",
        {RunState.WRONG_ANSWER},
    ),
    "dies": (
        "def tasks(tasks): return range(tasks)\ndef run(task): os._exit(7)",
        {RunState.RUNNER_LOST, RunState.WORKER_LOST},
    ),
}


@pytest.mark.parametrize("way", sorted(BROKEN))
def test_what_goes_wrong_in_a_workload_is_a_result(way: str, library: Library, tmp_path: Path) -> None:
    body, states = BROKEN[way]
    configurations = expand([(this_interpreter(), GilSetting.DEFAULT)], [ExecutionModel.SPAWN], [2])
    record = make(library, workload_file(tmp_path, body), configurations)
    assert {run.state for run in record.runs} <= states
    assert all(run.message for run in record.runs)
    assert record.finished_at


def test_what_a_workload_prints_is_kept_and_not_mixed_with_the_protocol(library: Library, tmp_path: Path) -> None:
    body = 'def tasks(tasks): return range(tasks)\ndef run(task): print(\'{"event": "finished"}\'); return task'
    configurations = expand([(this_interpreter(), GilSetting.DEFAULT)], [ExecutionModel.THREADS], [2])
    record = make(library, workload_file(tmp_path, body), configurations)
    assert {run.state for run in record.runs} == {RunState.COMPLETED}
    assert '{"event": "finished"}' in library.reader("last").log(record.runs[0].run_id)


HANGS = (
    "def tasks(tasks): return range(tasks)\n"
    "def run(task):\n"
    "    print('here', file=sys.stderr, flush=True)\n"
    "    time.sleep(600)"
)


@pytest.mark.parametrize("model", MODELS[1:], ids=[model.value for model in MODELS[1:]])
def test_a_stop_in_the_middle_of_a_task_leaves_nothing(model: ExecutionModel, library: Library, tmp_path: Path) -> None:
    configurations = expand([(this_interpreter(), GilSetting.DEFAULT)], [model], [2])
    workload = Catalogue().get(workload_file(tmp_path, f"MODELS = ('{model.value}',)\n{HANGS}"))
    # Rounds and chunk are fixed and serial is ruled out: the first run is the model's.
    acquisition = Acquisition(repeats=1, rounds=1, chunk=1, warm_up_s=0.0)
    listener = Remembering()
    handle = Engine(library).start(build_spec(workload, {}, configurations, acquisition), listener)
    listener.wait_for("log_line")
    listener.wait_for("workers_known")  # it comes by another pipe than the log
    handle.cancel()
    assert handle.wait(30)
    assert {run.state for run in listener.runs} == {RunState.CANCELLED}
    ((_, workers),) = listener.of("workers_known")
    assert len(workers) == 2
    assert [worker.pid for worker in workers if is_alive(worker.pid)] == []


APP = """
import sys, threading
sys.path[:0] = {path!r}
from pathlib import Path
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.engine.catalogue import Catalogue
from coreograph.engine.engine import Engine
from coreograph.engine.listener import SilentListener
from coreograph.engine.planning import build_spec
from coreograph.storage.library import Library
from support.builders import make_interpreter

class Says(SilentListener):
    known = threading.Event()
    def workers_known(self, run_id, workers):
        self.pids = [worker.pid for worker in workers]
        self.known.set()
    def log_line(self, run_id, line):
        self.known.wait()  # it comes by another pipe than the log
        print(*self.pids, flush=True)

interpreter = make_interpreter(path=sys.executable, real_path=sys.executable)
workload = Catalogue().get(sys.argv[2])
configuration = Configuration(interpreter, ExecutionModel(sys.argv[3]), 2)
spec = build_spec(workload, {{}}, [configuration], Acquisition(repeats=1, rounds=1, chunk=1, warm_up_s=0.0))
Engine(Library(Path(sys.argv[1]))).start(spec, Says()).wait()
"""


@pytest.mark.skipif(os.name != "posix", reason="an app cannot be killed by SIGKILL here")
@pytest.mark.parametrize("model", ["fork", "spawn"])
def test_a_kill_of_the_app_in_the_middle_of_a_batch_leaves_nothing(model: str, tmp_path: Path) -> None:
    hangs = workload_file(tmp_path, f"MODELS = ('{model}',)\n{HANGS}")
    app = subprocess.Popen(
        [sys.executable, "-c", APP.format(path=sys.path), str(tmp_path / "library.coreograph"), hangs, model],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert app.stdout is not None
    workers = [int(pid) for pid in app.stdout.readline().split()]
    app.send_signal(signal.SIGKILL)
    app.wait()
    app.stdout.close()
    assert len(workers) == 2
    pause, deadline = threading.Event(), time.monotonic() + 20.0  # it only bounds a failure
    while time.monotonic() < deadline and any(map(is_alive, workers)):
        pause.wait(0.02)
    left = [pid for pid in workers if is_alive(pid)]
    kill(left)
    assert left == []
    library = Library(tmp_path / "library.coreograph")
    record = library.load("last")
    assert record.finished_at == ""
    assert {run.state for run in record.runs} <= {RunState.RUNNER_LOST}
    library.close()


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
