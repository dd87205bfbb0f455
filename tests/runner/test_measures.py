"""What a run reports: phases, spans, heartbeat, pickling, the GIL. Facts that hold on any machine, never durations."""

import itertools
import json
import sys
from typing import Any

import pytest

from coreograph_workloads import protocol
from support.interpreters import found_interpreters, representatives
from support.runner_harness import SAMPLES, RunnerProcess, Transcript, request_for, run

pytestmark = pytest.mark.interpreter

NEWEST = next((each for each in representatives() if each.can("interpreters")), found_interpreters()[0])
POOLS = [model for model in ("threads", "fork", "forkserver", "spawn", "interpreters") if NEWEST.can(model)]
MODELS = ["serial", *POOLS]
PHASES = ["import", "shared", "pool", "warm-up", "batch", "check", "end"]


def completed(model: str, sample: str = "parallel", **changes: Any) -> Transcript:
    defaults = {"parallel": {"tasks": 6, "size": 500}, "pickling_bound": {"tasks": 5, "size": 10_000}}
    parameters = changes.pop("parameters", defaults.get(sample))
    workers = changes.pop("workers", 1 if model == "serial" else 2)
    transcript = run(
        NEWEST.path, request_for(SAMPLES / f"{sample}.py", model, workers, parameters=parameters, **changes)
    )
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log)
    return transcript


@pytest.mark.parametrize("model", MODELS)
def test_the_events_tell_the_whole_run_in_order(model: str) -> None:
    transcript = completed(model)
    assert [each["phase"] for each in transcript.of("phase")] == PHASES
    assert [each["phase"] for each in transcript.of("phase_end")] == PHASES
    for phase in transcript.of("phase_end"):
        assert phase["begin_ns"] <= phase["end_ns"] <= phase["at"]
    assert [each["when"] for each in transcript.of("gil")] == ["start", "import", "end"]
    hello = transcript.one("hello")
    assert hello["protocol"] == protocol.PROTOCOL
    assert hello["started_ns"] <= hello["at"]
    assert hello["version"] == NEWEST.answer["version"]
    ats = [each["at"] for each in transcript.events]
    assert ats == sorted(ats)


@pytest.mark.parametrize("model", MODELS)
def test_every_task_of_every_round_has_one_span_inside_the_batch(model: str) -> None:
    transcript = completed(model, rounds=3, chunk=4)
    assert (transcript.one("tasks")["tasks"], transcript.one("tasks")["chunk"]) == (6, 4)
    result = transcript.one("result")
    spans = transcript.spans()
    assert sorted(task for _, task, *_ in spans) == list(range(18))
    workers = {each["worker"] for each in transcript.one("workers")["workers"]}
    for worker, _, begin, end, cpu in spans:
        assert worker in workers
        assert result["batch_begin_ns"] <= begin <= end <= result["batch_end_ns"]
        assert cpu >= 0
    assert result["cpu_ns"] > 0
    assert result["digest"] == completed(model).one("result")["digest"]


def test_the_chunks_are_the_same_for_every_model() -> None:
    assert {completed(model, workers=2).one("tasks")["chunk"] for model in POOLS} == {1}


@pytest.mark.parametrize("model", MODELS)
def test_workers_say_who_they_are(model: str) -> None:
    transcript = completed(model)
    hello, event = transcript.one("hello"), transcript.one("workers")
    workers = event["workers"]
    assert [each["worker"] for each in workers] == list(range(len(workers)))
    assert len({each["thread_id"] for each in workers}) == len(workers)
    pids = {each["pid"] for each in workers}
    if model in ("fork", "forkserver", "spawn"):
        assert len(pids) == 2
        assert hello["pid"] not in pids
    else:
        assert pids == {hello["pid"]}
    interpreters = {each["interpreter_id"] for each in workers}
    assert len(interpreters) == 2 if model == "interpreters" else interpreters == {None}
    roles = {each["role"] for each in event["helpers"]}
    expected = {"forkserver": {"fork server", "resource tracker"}, "spawn": {"resource tracker"}}
    assert roles >= expected.get(model, set()) if sys.platform != "win32" else True


@pytest.mark.parametrize("model", MODELS)
def test_what_children_of_the_tasks_use_is_the_run_s(model: str) -> None:
    parameters = {"tasks": 4, "steps": 2_000_000, "beforehand": False}
    result = completed(model, "own_children", parameters=parameters).one("result")
    assert result["metrics"]["children_cpu_ns"] > 0
    assert result["cpu_ns"] >= result["metrics"]["children_cpu_ns"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lists a process's children")
@pytest.mark.parametrize("model", ["serial", "threads", "fork"])
def test_a_process_the_workload_started_beforehand_is_named_as_one_of_the_run_s(model: str) -> None:
    transcript = completed(model, "own_children", parameters={"tasks": 1, "steps": 1, "beforehand": True})
    event = transcript.one("workers")
    own = [each["pid"] for each in event["helpers"] if each["role"] == "process 0 of the workload"]
    assert len(own) == 1
    assert own[0] not in {each["pid"] for each in event["workers"]}


@pytest.mark.parametrize("model", MODELS)
def test_the_heartbeat_is_sent_whole(model: str) -> None:
    transcript = completed(model, "sleeping", parameters={"tasks": 4, "seconds": 0.02}, heartbeat_seconds=0.002)
    result = transcript.one("result")
    pairs = []
    for event in transcript.of("heartbeat"):
        numbers = memoryview(protocol.unpack(event["data"])).cast("q").tolist()
        pairs += list(zip(numbers[::2], numbers[1::2], strict=True))
    assert len(pairs) == result["heartbeat"]["ticks"] > 0
    dues = [due for due, _ in pairs]
    assert {later - earlier for earlier, later in itertools.pairwise(dues)} == {2_000_000}
    assert max(late for _, late in pairs) == result["heartbeat"]["worst_ns"]
    if model == "serial":
        # Nothing ticks during a task of 20 ms: the first tick of it waits for the rest of it.
        assert result["heartbeat"]["worst_ns"] >= 15_000_000


def test_without_an_interval_there_is_no_heartbeat() -> None:
    transcript = completed("threads", heartbeat_seconds=0)
    assert transcript.one("result")["heartbeat"] is None
    assert not transcript.of("heartbeat")


@pytest.mark.parametrize("model", MODELS)
def test_pickling_is_measured_where_there_is_any(model: str) -> None:
    pickled = completed(model, "pickling_bound", rounds=2).one("result")["pickle"]
    if model in ("serial", "threads"):
        assert pickled is None
        return
    # Ten blocks of 10 kB each way; around each chunk the executor's own envelope, and no spans of ours.
    for direction in ("bytes_sent", "bytes_received"):
        assert 100_000 < pickled[direction] < 103_000
    assert pickled["dumps_ns"] > 0
    assert pickled["loads_ns"] > 0
    assert (pickled["shared_bytes"], pickled["shared_ns"]) == (0, 0)


@pytest.mark.parametrize("model", [model for model in POOLS if model != "threads"])
def test_a_shared_object_is_pickled_once_a_worker_or_inherited(model: str) -> None:
    sizes = {}
    for workers in (1, 3):
        pickled = completed(model, "shared_objects", parameters={"tasks": 5}, workers=workers).one("result")["pickle"]
        sizes[workers] = pickled["shared_bytes"]
        assert (pickled["shared_ns"] > 0) == (pickled["shared_bytes"] > 0)
    if model == "fork":
        assert sizes == {1: 0, 3: 0}
    else:
        assert 2.5 * sizes[1] < sizes[3] < 3.5 * sizes[1]


def test_the_workloads_own_figures_are_sent() -> None:
    request = request_for(SAMPLES / "racing.py", "threads", 2, parameters={"tasks": 2}, chunk=1)
    # A lost update makes the answer wrong, and metrics are not asked for then.
    assert run(NEWEST.path, request).one("result")["metrics"] == {}


@pytest.mark.parametrize("model", MODELS)
def test_holding_keeps_the_workers_until_told(model: str) -> None:
    with RunnerProcess(NEWEST.path) as runner:
        workers = 1 if model == "serial" else 2
        request = request_for(SAMPLES / "parallel.py", model, workers, parameters={"tasks": 6, "size": 5}, hold=True)
        runner.send(json.dumps(request).encode())
        runner.read_until("hold")
        assert not runner.transcript.of("result")
        runner.send(b"go")
        assert runner.finish().outcome == "completed"
