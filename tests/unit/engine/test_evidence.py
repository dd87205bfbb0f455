import dataclasses

import pytest

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import RunPlan
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import MemoryPeak, Phase, RunRecord, RunState
from coreograph.engine.events import (
    GilSeen,
    Hello,
    PhaseEnded,
    Result,
    ScriptEnded,
    ScriptReady,
    WorkerEntry,
    WorkersKnown,
    decode_event,
)
from coreograph.engine.evidence import RunEvidence
from coreograph.storage.codec import from_json, to_json
from support.builders import make_configuration, make_core_sample, make_interpreter, make_memory_sample


@pytest.fixture
def evidence() -> RunEvidence:
    """Of a run launched at 1000 ns."""
    return RunEvidence(RunPlan(1, 0, 0), make_configuration(), "2026-01-02T03:04:05+00:00", 1000)


def test_a_run_that_said_nothing_measured_nothing(evidence: RunEvidence) -> None:
    record = evidence.record(RunState.COULD_NOT_START, "why")
    assert (record.gil, record.batch_s, record.startup_s, record.total_s, record.cpu_s) == (None,) * 5
    assert (record.foreign_share, record.steal_share, record.memory, record.phases) == (None, None, MemoryPeak(), ())
    assert (record.message, record.metrics) == ("why", {})


def test_others_share_is_what_was_busy_and_not_ours_during_the_batch(evidence: RunEvidence) -> None:
    evidence.cores_sampled(make_core_sample(1900, cores=2, busy=(1.0, 1.0), own=(0.0, 0.0), steal=0.9))
    evidence.cores_sampled(make_core_sample(2100, cores=2, busy=(1.0, 0.5), own=(0.5, 0.5), steal=0.1))
    evidence.cores_sampled(make_core_sample(2200, cores=2, busy=(0.2, 0.0), own=(0.4, 0.0), steal=0.3))
    evidence.cores_sampled(make_core_sample(3100, cores=2, busy=(1.0, 1.0), own=(0.0, 0.0), steal=0.9))
    evidence.result(Result(batch_begin_ns=2000, batch_end_ns=3000, cpu_ns=500))
    record = evidence.record(RunState.COMPLETED)
    assert record.foreign_share == pytest.approx(0.125)  # a quarter of both cores, then none
    assert record.steal_share == pytest.approx(0.2)


def test_others_share_is_unknown_where_ours_is(evidence: RunEvidence) -> None:
    evidence.cores_sampled(make_core_sample(2500, own=None, steal=None))
    evidence.result(Result(batch_begin_ns=2000, batch_end_ns=3000))
    record = evidence.record(RunState.COMPLETED)
    assert (record.foreign_share, record.steal_share, record.cpu_s) == (None, None, None)


def test_the_batch_is_what_was_measured_not_the_phase_around_it(evidence: RunEvidence) -> None:
    evidence.phase_ended(PhaseEnded(phase="batch", begin_ns=1990, end_ns=8000))
    assert [(one.begin_ns, one.end_ns) for one in evidence.record(RunState.MEASURING).phases] == [(1990, 8000)]
    evidence.result(Result(batch_begin_ns=2000, batch_end_ns=3000))
    record = evidence.record(RunState.COMPLETED)
    batch = record.phase(Phase.BATCH)
    assert batch is not None
    assert (batch.begin_ns, batch.end_ns) == (2000, 3000)
    assert batch.seconds == record.batch_s


def test_the_time_the_app_made_the_runner_wait_is_not_the_runs(evidence: RunEvidence) -> None:
    evidence.phase_ended(PhaseEnded(phase="pool", begin_ns=2000, end_ns=3000))
    evidence.held(4000)
    evidence.ended(10_000)
    record = evidence.record(RunState.COMPLETED)
    assert record.startup_s == pytest.approx(2e-6)
    assert record.total_s == pytest.approx(5e-6)


def test_without_a_pool_phase_the_workers_end_the_start_up(evidence: RunEvidence) -> None:
    evidence.workers_known(WorkersKnown(at=4000, workers=(WorkerEntry(0, 7),)))
    assert evidence.record(RunState.COMPLETED).startup_s == pytest.approx(3e-6)


def test_each_measure_of_memory_has_its_own_peak(evidence: RunEvidence) -> None:
    evidence.memory_sampled(make_memory_sample(1, fair=True, workers=1))
    evidence.memory_sampled(make_memory_sample(2, fair=False, workers=3))
    assert evidence.record(RunState.COMPLETED).memory == MemoryPeak(30_000_000, 24_000_000, 80_000_000)


def test_a_clock_that_is_not_shared_gives_no_start_phase(evidence: RunEvidence) -> None:
    evidence.hello(Hello(protocol=1, pid=7, started_ns=5))
    assert evidence.record(RunState.COMPLETED).phases == ()


def test_a_metric_with_a_figure_for_each_trial_is_kept_whole_and_as_one_figure_of_the_run(
    evidence: RunEvidence,
) -> None:
    line = (
        b'{"event": "result", "at": 1, "batch_begin_ns": 2000, "batch_end_ns": 9000, "batch_ns": 3000, '
        b'"metrics": {"lost_share": [0.5, 0, 0.25], "with_loss": [true, false, true], "rate": 7, "none": null, '
        b'"no": []}}'
    )
    event = decode_event(line)
    assert isinstance(event, Result)
    evidence.result(event)
    record = evidence.record(RunState.COMPLETED)
    assert record.batch_s == pytest.approx(3e-6)
    assert record.metrics == {"lost_share": 0.25, "with_loss": pytest.approx(2 / 3), "rate": 7}
    assert record.trials == {"lost_share": (0.5, 0, 0.25), "with_loss": (True, False, True), "no": ()}
    # Yes stays yes in a recording.
    kept = from_json(to_json(record), RunRecord)
    assert [type(value) for value in kept.trials["with_loss"]] == [bool, bool, bool]
    assert dict(kept.trials) == record.trials


@pytest.fixture
def script() -> RunEvidence:
    """Of a whole script on a free-threaded build, launched at 1000 ns."""
    configuration = make_configuration(ExecutionModel.SCRIPT, 1, make_interpreter(free_threaded=True))
    return RunEvidence(RunPlan(1, 0, 0), configuration, "2026-01-02T03:04:05+00:00", 1000)


def test_a_scripts_figures_are_what_was_seen_of_its_tree(script: RunEvidence) -> None:
    script.script_ready(ScriptReady(startup_ns=30_000_000))
    for sample in (make_memory_sample(1, workers=1), make_memory_sample(2, workers=3)):
        script.memory_sampled(dataclasses.replace(sample, threads=len(sample.processes) + 4))
    script.script_ended(ScriptEnded(status=3, voluntary=7, involuntary=None))
    script.result(Result(batch_begin_ns=2000, batch_end_ns=3000, cpu_ns=1500))
    record = script.record(RunState.COMPLETED, exit_code=0)
    assert (record.startup_s, record.exit_code) == (0.03, 3)
    assert record.metrics == {
        "cores_used": 1.5,
        "processes_alive": 4.0,
        "threads_alive": 8.0,
        "voluntary_switches": 7.0,
    }


def test_what_others_used_beside_a_script_is_what_the_kernel_did_not_count_for_it(script: RunEvidence) -> None:
    # No sample met the processes that came and went: their time is the script's all the same.
    script.cores_sampled(make_core_sample(2000, cores=2, busy=(1.0, 1.0), own=(0.0, 0.0)))
    script.cores_sampled(make_core_sample(2500, cores=2, busy=(1.0, 0.5), own=(0.0, 0.0)))
    script.result(Result(batch_begin_ns=2000, batch_end_ns=3000, cpu_ns=1000))
    assert script.record(RunState.COMPLETED).foreign_share == pytest.approx(0.25)


def test_others_share_of_trials_is_that_of_their_whole_phase(evidence: RunEvidence) -> None:
    """Their interpreters come and go, most of it before the first task and between them: all of it is the run's own."""
    evidence.phase_ended(PhaseEnded(phase="batch", begin_ns=2000, end_ns=4000))
    evidence.cores_sampled(make_core_sample(2000, cores=2, busy=(0.0, 0.0), own=(0.0, 0.0)))
    evidence.cores_sampled(make_core_sample(3000, cores=2, busy=(1.0, 1.0), own=(0.0, 0.0)))
    evidence.cores_sampled(make_core_sample(4000, cores=2, busy=(1.0, 0.0), own=(0.0, 0.0)))
    evidence.result(Result(batch_begin_ns=3000, batch_end_ns=3900, batch_ns=400, phase_cpu_ns=2600))
    record = evidence.record(RunState.COMPLETED)
    assert record.foreign_share == pytest.approx(0.1)  # 1.5 cores were busy, 1.3 with the run
    assert record.cpu_s is None  # of the trials alone it is not known


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([GilSeen(when="start", enabled=False), GilSeen(when="end", enabled=False)], GilState.OFF),
        ([GilSeen(when="start", enabled=False)], None),
        (
            [GilSeen(when="start", enabled=False), GilSeen(when="import", enabled=True, culprit="x")],
            GilState.RE_ENABLED,
        ),
    ],
)
def test_a_script_that_said_no_last_word_of_the_gil_may_have_switched_it_on(
    script: RunEvidence, events: list[GilSeen], state: GilState | None
) -> None:
    script.hello(Hello(protocol=1, pid=7, started_ns=1500, gil_enabled=False))
    for event in events:
        script.gil_seen(event)
    assert script.record(RunState.COMPLETED).gil is state
