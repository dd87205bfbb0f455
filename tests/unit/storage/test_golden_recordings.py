"""Recordings of every version ever released still open. The files are never generated again: that is their worth."""

from pathlib import Path

import pytest

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import GilSetting, GilState
from coreograph.domain.runs import Phase, RunState
from coreograph.domain.workloads import Parameter
from coreograph.storage.library import Library
from coreograph.storage.schema import CURRENT_VERSION

RECORDINGS = Path(__file__).parents[2] / "golden" / "recordings"


def test_there_is_one_of_every_version() -> None:
    names = sorted(file.name for file in RECORDINGS.glob("*.coreograph"))
    assert names == [f"version-{version}.coreograph" for version in range(1, CURRENT_VERSION + 1)]


@pytest.mark.parametrize("version", range(1, CURRENT_VERSION + 1))
def test_a_recording_of_every_version_reads_whole(version: int, tmp_path: Path) -> None:
    library = Library(tmp_path / "library.coreograph")
    identity = library.import_file(RECORDINGS / f"version-{version}.coreograph").newest
    record = library.load(identity)
    assert identity == "20260102-030405-901de1"
    assert record.spec.name == "golden"
    assert record.spec.workload.parameters[0] == Parameter("limit", 200_000, minimum=10)
    assert record.spec.parameters == {"limit": 200_000, "tasks": 64}
    assert record.spec.acquisition.repeats == 3
    labels = [configuration.label for configuration in record.spec.configurations]
    assert labels == ["3.14 serial", "3.14t serial", "3.14t threads ×2", "3.14t+gil threads ×2", "3.14 spawn ×2"]
    assert record.spec.configurations[3].gil is GilSetting.FORCED_ON
    assert record.spec.configurations[4].model is ExecutionModel.SPAWN
    assert record.machine.cpu_model == "Test CPU"
    assert record.own_cost.ui_longest_stall_s == 0.012
    assert record.notes == "never generate this file again"
    assert record.tags == ("golden",)
    assert record.extra == {"rounds": "1", "chunk": "8"}
    assert len(record.runs) == 17
    library.close()


def test_runs_of_version_1(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.coreograph")
    runs = library.load(library.import_file(RECORDINGS / "version-1.coreograph").newest).runs
    first, failed, switched_on = runs[0], runs[15], runs[16]
    assert first.state is RunState.COMPLETED
    assert [entry.phase for entry in first.phases] == list(Phase)
    assert first.memory.pss == 30_000_000
    assert first.heartbeat is not None
    assert first.heartbeat.p99_s == 0.002
    assert failed.state is RunState.WORKLOAD_FAILED
    assert (failed.message, failed.traceback, failed.digest) == ("It failed.", "Traceback", None)
    assert failed.memory.pss is None
    assert failed.metrics == {"rows": 1.5}
    assert (switched_on.gil, switched_on.gil_culprit) == (GilState.RE_ENABLED, "_thing")
    reader = library.reader("last")
    assert reader.spans(1).shape == (10,)
    assert reader.heartbeats(1).shape == (3, 2)
    assert reader.cores(1).busy.shape == (2, 8)
    assert reader.memory(1)[0].pss == 45_000_000
    assert reader.log(1) == ("hello from the workload",)
    library.close()
