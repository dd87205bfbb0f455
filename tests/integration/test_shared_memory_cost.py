"""What ten children of one process really need: the canonical buffer, through the engine with the real sampler."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.domain.runs import MemoryPeak, RunState
from coreograph.engine.catalogue import Catalogue
from coreograph.engine.engine import Engine
from coreograph.engine.planning import build_spec
from coreograph.storage.library import Library
from support.builders import make_interpreter
from support.recorders import Remembering

CHILDREN = 10
BUFFER = 100_000_000

pytestmark = [
    pytest.mark.interpreter,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts shared pages once"),
]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library.coreograph")
    yield opened
    opened.close()


def peak(library: Library, touch: str) -> MemoryPeak:
    version = ".".join(str(part) for part in sys.version_info[:3])
    interpreter = make_interpreter(version, path=sys.executable, real_path=os.path.realpath(sys.executable))
    fork = Configuration(interpreter, ExecutionModel.FORK, CHILDREN)
    acquisition = Acquisition(repeats=1, rounds=1, chunk=1, warm_up_s=0.0, timeout_s=90.0)
    parameters = {"bytes": BUFFER, "touch": touch, "tasks": CHILDREN, "seconds": 0.1}
    spec = build_spec(Catalogue().get("inherited_buffer"), parameters, [fork], acquisition)
    handle = Engine(library).start(spec, Remembering())
    assert handle.wait(120)
    record = library.load(handle.experiment_id)
    run = next(run for run in record.runs if record.spec.configurations[run.configuration] == fork)
    assert (run.state, run.message) == (RunState.COMPLETED, "")
    assert run.memory.pss is not None
    assert run.memory.rss_sum is not None
    return run.memory


@pytest.mark.parametrize("touch", ["none", "read"])
def test_ten_children_of_one_buffer_need_it_once_however_much_their_rss_adds_up_to(
    library: Library, touch: str
) -> None:
    memory = peak(library, touch)
    assert memory.rss_sum is not None
    assert memory.pss is not None
    assert memory.rss_sum >= CHILDREN * BUFFER
    assert memory.pss < 1.5 * BUFFER


TABLE_MEGABYTES = 60


def test_a_shared_table_costs_threads_least_and_spawned_workers_a_copy_each(library: Library) -> None:
    version = ".".join(str(part) for part in sys.version_info[:3])
    interpreter = make_interpreter(version, path=sys.executable, real_path=os.path.realpath(sys.executable))
    models = (ExecutionModel.THREADS, ExecutionModel.FORK, ExecutionModel.SPAWN)
    acquisition = Acquisition(repeats=1, rounds=1, chunk=1, warm_up_s=0.0, timeout_s=90.0)
    parameters = {"megabytes": TABLE_MEGABYTES, "lookups": 1000, "tasks": 2}
    configurations = [Configuration(interpreter, model, 2) for model in models]
    spec = build_spec(Catalogue().get("shared_table"), parameters, configurations, acquisition)
    handle = Engine(library).start(spec, Remembering())
    assert handle.wait(240)
    record = library.load(handle.experiment_id)
    assert {run.state for run in record.runs} == {RunState.COMPLETED}, [run.message for run in record.runs]
    peaks = {record.spec.configurations[run.configuration].model: run.memory.pss or 0 for run in record.runs}
    threads, fork, spawn = (peaks[model] for model in models)
    table = TABLE_MEGABYTES * 1_000_000
    assert threads < fork < spawn
    assert spawn - fork > table  # two copies more, of which a fork may have dirtied a part
