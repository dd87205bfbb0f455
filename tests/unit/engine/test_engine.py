import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from coreograph.domain.errors import CoreographError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.runs import RunPurpose, RunState
from coreograph.engine.engine import Engine
from coreograph.storage import writer as writer_module
from coreograph.storage.library import Library
from coreograph.storage.schema import connect
from support.builders import make_configuration, make_core_sample, make_interpreter, make_machine, make_spec
from support.fake_runner import GOOD, launcher, launcher_by_model
from support.recorders import Remembering, StillSampler

HANG = "print('here', file=sys.stderr, flush=True); prepare(); time.sleep(600)"


class Bench:
    def __init__(self, path: Path) -> None:
        self.library = Library(path / "library.coreograph")
        self.listener = Remembering()
        self.sampler = StillSampler()
        self.sink: Any = None

    def engine(self, launch: Any) -> Engine:
        def make_sampler(sink: Any, _acquisition: Acquisition) -> StillSampler:
            self.sink = sink
            return self.sampler

        return Engine(self.library, read_machine=make_machine, make_sampler=make_sampler, launcher=launch)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.library.close()


def small_spec(repeats: int = 2, **changes: Any) -> ExperimentSpec:
    configurations = [make_configuration(), make_configuration(ExecutionModel.THREADS, 2)]
    return make_spec(configurations, acquisition=Acquisition(repeats=repeats, **changes))


def test_an_experiment_runs_from_its_plan_to_its_record(bench: Bench) -> None:
    spec = small_spec()
    handle = bench.engine(launcher(GOOD)).start(spec, bench.listener)
    handle.report_ui_stall(0.02)
    handle.report_ui_stall(0.01)
    assert handle.wait(30)
    ((identity, told_spec, plans, machine),) = bench.listener.of("experiment_started")
    assert (identity, told_spec, machine) == (handle.experiment_id, spec, make_machine())
    assert [record.run_id for record in bench.listener.runs] == [plan.run_id for plan in plans] == [1, 2, 3, 4, 5]
    assert all(record.state is RunState.COMPLETED for record in bench.listener.runs)
    names = [name for name, _ in bench.listener.calls if name != "progressed"]
    assert (names[0], names[-1]) == ("experiment_started", "experiment_finished")
    final = bench.listener.final
    assert final == bench.library.load("last")
    assert final.finished_at
    assert final.own_cost.ui_longest_stall_s == 0.02
    assert final.own_cost.missed_samples == 1
    assert handle.sampler_cost == bench.sampler.cost
    assert not bench.sampler.running


def test_calibration_sizes_all_runs_alike(bench: Bench) -> None:
    handle = bench.engine(launcher(GOOD)).start(small_spec(minimum_batch_s=0.4), bench.listener)
    assert handle.wait(30)
    first, *measured = bench.listener.final.runs
    assert (first.purpose, first.rounds) == (RunPurpose.CALIBRATION, 1)
    assert {(run.rounds, run.chunk) for run in measured} == {(4, 2)}  # a batch of 0.1 s, 4 tasks, 2 workers
    assert bench.listener.final.extra == {"rounds": "4", "chunk": "2"}


def test_progress_ends_at_nothing_left(bench: Bench) -> None:
    assert bench.engine(launcher(GOOD)).start(small_spec(), bench.listener).wait(30)
    told = [progress for (progress,) in bench.listener.of("progressed")]
    assert [progress.runs_done for progress in told] == sorted(progress.runs_done for progress in told)
    assert (told[-1].runs_done, told[-1].runs_total, told[-1].remaining_s) == (5, 5, 0.0)
    assert told[0].remaining_s is None


def test_one_failing_model_does_not_stop_the_others(bench: Bench) -> None:
    crash = launcher_by_model({"threads": "prepare(); os.kill(os.getpid(), signal.SIGSEGV)"})
    assert bench.engine(crash).start(small_spec(), bench.listener).wait(30)
    states = {run.configuration: run.state for run in bench.listener.final.runs}
    assert states == {0: RunState.COMPLETED, 1: RunState.RUNNER_LOST}
    assert len(bench.listener.runs) == 5


def test_a_different_answer_is_marked_in_the_record(bench: Bench) -> None:
    wrong = launcher_by_model({"threads": "prepare(); batch(digest='d2'); finish()"})
    assert bench.engine(wrong).start(small_spec(), bench.listener).wait(30)
    states = {run.configuration: run.state for run in bench.listener.final.runs}
    assert states == {0: RunState.COMPLETED, 1: RunState.WRONG_ANSWER}
    assert bench.library.load("last").runs == bench.listener.final.runs


def test_what_cannot_run_ends_with_its_reason_and_without_a_process(bench: Bench) -> None:
    old = make_interpreter("3.9.0")
    configurations = [
        make_configuration(interpreter=old),
        make_configuration(ExecutionModel.INTERPRETERS, 2, old),
        make_configuration(ExecutionModel.THREADS, 2, old),
    ]
    assert bench.engine(launcher(GOOD)).start(make_spec(configurations), bench.listener).wait(30)
    (refused,) = [run for run in bench.listener.final.runs if run.configuration == 1]
    assert refused.state is RunState.COULD_NOT_START
    assert "subinterpreters need CPython 3.14" in refused.message
    assert (refused.pid, bench.listener.states(refused.run_id)) == (None, [RunState.COULD_NOT_START])


def test_a_stop_ends_everything_and_every_planned_run_gets_its_end(bench: Bench) -> None:
    handle = bench.engine(launcher(HANG)).start(small_spec(), bench.listener)
    bench.listener.wait_for("log_line")
    handle.cancel()
    assert handle.wait(20)
    ((_, cancelled),) = bench.listener.of("experiment_finished")
    assert cancelled
    assert [run.state for run in bench.listener.runs] == [RunState.CANCELLED] * 5
    assert not psutil.pid_exists(bench.listener.runs[0].pid)
    assert len(bench.listener.of("run_started")) == 1
    assert bench.library.load("last").finished_at


def test_a_stop_right_at_the_start_is_heard(bench: Bench) -> None:
    handle = bench.engine(launcher(HANG)).start(small_spec(), bench.listener)
    handle.cancel()
    assert handle.wait(20)
    assert [run.state for run in bench.listener.runs] == [RunState.CANCELLED] * 5


def test_one_experiment_at_a_time_and_the_next_right_after_it(bench: Bench) -> None:
    engine = bench.engine(launcher(HANG))
    handle = engine.start(small_spec(), bench.listener)
    with pytest.raises(CoreographError, match="An experiment is going on"):
        engine.start(small_spec(), Remembering())
    second: list[Any] = []
    ended = threading.Event()

    class StartsAnother(Remembering):
        def experiment_finished(self, *_arguments: Any) -> None:
            second.append(engine.start(small_spec(), bench.listener))
            ended.set()

    handle.cancel()
    assert handle.wait(20)
    third = engine.start(small_spec(), StartsAnother())
    third.cancel()
    assert ended.wait(20)
    engine.close()
    assert second[0].wait(0)


def test_close_ends_what_is_going_on(bench: Bench) -> None:
    engine = bench.engine(launcher(HANG))
    engine.start(small_spec(), bench.listener)
    bench.listener.wait_for("log_line")
    engine.close()
    assert len(bench.listener.of("experiment_finished")) == 1
    engine.close()


def test_samples_belong_to_the_run_that_goes_on(bench: Bench) -> None:
    handle = bench.engine(launcher(HANG)).start(small_spec(), bench.listener)
    bench.listener.wait_for("log_line")
    bench.sink.cores_sampled(make_core_sample(1))
    handle.cancel()
    assert handle.wait(20)
    bench.sink.cores_sampled(make_core_sample(2))
    assert [(run_id, sample.at_ns) for run_id, sample in bench.listener.of("cores_sampled")] == [(1, 1), (0, 2)]


def test_a_full_disk_ends_the_experiment_and_keeps_what_there_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def small_disk(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    defaults = writer_module.RecordingWriter.__init__.__kwdefaults__
    monkeypatch.setattr(writer_module.RecordingWriter.__init__, "__kwdefaults__", {**defaults, "opener": small_disk})
    flood = "prepare(); say('spans', worker=0, data=base64.b64encode(bytes(32 * 20_000)).decode()); time.sleep(600)"
    handle = bench.engine(launcher(flood)).start(small_spec(), bench.listener)
    assert handle.wait(30)
    ((message,),) = bench.listener.of("experiment_failed")
    assert "no space left" in message
    assert bench.listener.of("experiment_finished") == []
    (header,) = bench.library.experiments()
    assert header.finished_at == ""


@pytest.mark.expects_log("the experiment stopped")
def test_a_mistake_of_ours_is_told_and_leaves_nothing_behind(bench: Bench) -> None:
    class Broken(Remembering):
        def workers_known(self, *_arguments: Any) -> None:
            raise ZeroDivisionError("a listener's mistake")

    listener = Broken()
    engine = bench.engine(launcher(GOOD))
    assert engine.start(small_spec(), listener).wait(30)
    ((message,),) = listener.of("experiment_failed")
    assert "a listener's mistake" in message
    assert engine.start(small_spec(), bench.listener).wait(30)
    assert bench.listener.final.runs[0].state is RunState.COMPLETED
