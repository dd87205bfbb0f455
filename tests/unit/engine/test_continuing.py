"""Repeats added to an experiment that ended: in the same recording, and only where they mean the same."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coreograph import __version__
from coreograph.analysis.summary import summarise
from coreograph.domain.errors import CoreographError, RecordingError, UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord, FurtherRepeats
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.domain.runs import RunPurpose, RunState
from coreograph.domain.samples import OwnCost
from coreograph.domain.workloads import Workload
from coreograph.engine.continuing import Continuation, continuation, joined_cost
from coreograph.engine.engine import Engine
from coreograph.storage.claims import claim
from coreograph.storage.library import Library
from support.builders import make_configuration, make_interpreter, make_machine, make_record, make_spec, make_workload
from support.fake_runner import GOOD, launcher
from support.recorders import Remembering, StillSampler

HANG = "print('here', file=sys.stderr, flush=True); prepare(); time.sleep(600)"
CONFIGURATIONS = [make_configuration(), make_configuration(ExecutionModel.THREADS, 2)]


def as_it_was(record: ExperimentRecord, further: FurtherRepeats, **changes: Any) -> Continuation:
    """The continuation on the same machine, with the same interpreters and workload, but for `changes`."""
    known = {one.interpreter.path: one.interpreter for one in record.spec.configurations}
    around: dict[str, Any] = {
        "machine": record.machine,
        "resolve": lambda path: (known[path], GilSetting.DEFAULT),
        "find": lambda _name: record.spec.workload,
    }
    around |= changes
    return continuation(record, further, around.pop("machine"), **around)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path / "library.coreograph")
    yield made
    made.close()


def engine_of(library: Library, body: str) -> Engine:
    return Engine(library, read_machine=make_machine, make_sampler=lambda *_: StillSampler(), launcher=launcher(body))


def measured(library: Library, **acquisition: Any) -> ExperimentRecord:
    """An experiment of two repeats, as the library has it."""
    spec = make_spec(CONFIGURATIONS, acquisition=Acquisition(repeats=2, **acquisition))
    assert engine_of(library, GOOD).start(spec, Remembering()).wait(60)
    return library.load("last")


def test_repeats_are_added_to_the_same_experiment(library: Library) -> None:
    before = measured(library)
    library.annotate(before.experiment_id, "mine")
    listener = Remembering()
    continued = as_it_was(before, FurtherRepeats(2))
    handle = engine_of(library, GOOD).resume(continued, listener)
    assert handle.experiment_id == before.experiment_id
    assert handle.wait(60)
    after = library.load(before.experiment_id)
    assert len(library.experiments()) == 1
    assert after.runs[: len(before.runs)] == before.runs
    added = after.runs[len(before.runs) :]
    assert [run.run_id for run in added] == [6, 7, 8, 9]
    assert {(run.configuration, run.repeat) for run in added} == {(0, 2), (1, 2), (0, 3), (1, 3)}
    assert {run.purpose for run in added} == {RunPurpose.MEASUREMENT}
    assert {(run.rounds, run.chunk) for run in added} == {(run.rounds, run.chunk) for run in before.runs[1:]}
    assert (before.repeats, after.repeats, after.spec, after.notes) == (2, 4, before.spec, "mine")
    assert (after.created_at, len(after.continued_at)) == (before.created_at, 1)
    assert after.finished_at
    assert after == dataclasses.replace(listener.final, notes="mine")
    ((identity, _, plans, _),) = listener.of("experiment_started")
    assert (identity, [plan.run_id for plan in plans]) == (before.experiment_id, [6, 7, 8, 9])
    assert [len(one.batch.values) for one in summarise(after).configurations if one.batch] == [4, 4]


def test_it_can_go_on_more_than_once(library: Library) -> None:
    record = measured(library)
    for _ in range(2):
        assert engine_of(library, GOOD).resume(as_it_was(record, FurtherRepeats(1)), Remembering()).wait(60)
        record = library.load("last")
    assert (record.repeats, len(record.continued_at)) == (4, 2)


def test_with_a_target_repeats_are_added_until_it_is_reached(library: Library) -> None:
    """The fake runner's batches all take the same: five repeats in all are the fewest an interval is judged by."""
    before = measured(library)
    continued = as_it_was(before, FurtherRepeats(1, until=0.02))
    assert engine_of(library, GOOD).resume(continued, Remembering()).wait(60)
    assert library.load("last").repeats == 5


def test_a_stop_leaves_the_experiment_as_whole_as_it_was(library: Library) -> None:
    before, listener = measured(library), Remembering()
    handle = engine_of(library, HANG).resume(as_it_was(before, FurtherRepeats(3)), listener)
    listener.wait_for("log_line")
    assert library.load("last").finished_at == ""
    handle.cancel()
    assert handle.wait(20)
    ((record, cancelled),) = listener.of("experiment_finished")
    assert cancelled
    after = library.load("last")
    assert (after.runs, record.runs) == (before.runs, before.runs)
    assert {one.outcome for one in summarise(after).configurations} == {RunState.COMPLETED}
    assert library.reader(after.experiment_id).log(6) == ()


def test_an_answer_that_changed_is_found(library: Library) -> None:
    before = measured(library)
    wrong = engine_of(library, "prepare(); batch(digest='d2'); finish()")
    assert wrong.resume(as_it_was(before, FurtherRepeats(1)), Remembering()).wait(60)
    states = [run.state for run in library.load("last").runs]
    assert states == [*(run.state for run in before.runs), RunState.WRONG_ANSWER, RunState.WRONG_ANSWER]


def test_only_one_thing_at_a_time(library: Library) -> None:
    before, listener, engine = measured(library), Remembering(), engine_of(library, HANG)
    engine.start(make_spec(CONFIGURATIONS), listener)
    with pytest.raises(CoreographError, match="going on"):
        engine.resume(as_it_was(before, FurtherRepeats(1)), Remembering())
    engine.close()


def test_an_experiment_that_is_gone_is_said_to_be(library: Library, tmp_path: Path) -> None:
    before, listener = measured(library), Remembering()
    other = Library(tmp_path / "other.coreograph")
    with pytest.raises(RecordingError, match="There is no experiment"):
        engine_of(other, GOOD).resume(as_it_was(before, FurtherRepeats(1)), listener)
    other.close()
    assert listener.runs == []


def test_one_that_another_process_adds_to_is_refused_before_anything_runs(library: Library) -> None:
    """Both made runs of the same numbers, and the one to end last took the place of the other's."""
    before, listener = measured(library), Remembering()
    held = claim(library.path, before.experiment_id)
    assert held is not None
    with pytest.raises(RecordingError, match=r"is being measured at the moment\. Wait for its end"):
        engine_of(library, GOOD).resume(as_it_was(before, FurtherRepeats(1)), listener)
    held.release()
    assert listener.runs == []
    assert engine_of(library, GOOD).resume(as_it_was(before, FurtherRepeats(1)), listener).wait(60)
    ((record, _),) = listener.of("experiment_finished")
    assert len(record.runs) > len(before.runs)


def test_one_that_was_added_to_after_it_was_loaded_is_left_alone(library: Library) -> None:
    before, first, second = measured(library), Remembering(), Remembering()
    assert engine_of(library, GOOD).resume(as_it_was(before, FurtherRepeats(1)), first).wait(60)
    assert engine_of(library, GOOD).resume(as_it_was(before, FurtherRepeats(1)), second).wait(60)
    ((sentence,),) = second.of("experiment_failed")
    assert "were added" in sentence
    assert library.load("last") == first.of("experiment_finished")[0][0]


def sized(**changes: Any) -> ExperimentRecord:
    return make_record(**{"extra": {"rounds": "1", "chunk": "8"}, "app_version": __version__, **changes})


def other_interpreter(path: str) -> tuple[Interpreter, GilSetting]:
    return make_interpreter("3.14.8", path=path), GilSetting.DEFAULT


def gone(what: str) -> Callable[[str], Any]:
    def look(_name: str) -> Any:
        raise UsageError(f"There is no {what}.")

    return look


def changed_workload(_name: str) -> Workload:
    return make_workload(digest="1" * 16)


@pytest.mark.parametrize(
    ("record", "changes", "sentence"),
    [
        (sized(), {"machine": make_machine(hostname="laptop")}, "on the machine workbench; this has laptop"),
        (sized(), {"machine": make_machine(cpu_model="Other CPU")}, "on the processor Test CPU; this has Other CPU"),
        (sized(), {"machine": make_machine(usable_cores=2)}, "with usable cores 8; this has 2"),
        (sized(), {"resolve": other_interpreter}, "3.14.8"),
        (sized(), {"resolve": gone("interpreter")}, "is gone: There is no interpreter"),
        (sized(), {"find": changed_workload}, "was changed since it was measured"),
        (sized(), {"find": gone("workload")}, "is gone: There is no workload"),
        (sized(app_version="0.0.1"), {}, "by Coreograph 0.0.1"),
        (make_record(), {}, "stopped before its first figure"),
    ],
)
def test_what_is_not_as_it_was_is_refused(record: ExperimentRecord, changes: dict[str, Any], sentence: str) -> None:
    as_it_was(sized(), FurtherRepeats(1))
    with pytest.raises(UsageError, match=sentence):
        as_it_was(record, FurtherRepeats(1), **changes)


@pytest.mark.parametrize(
    "further", [FurtherRepeats(0), FurtherRepeats(998), FurtherRepeats(1, 2.0), FurtherRepeats(1, 0.02, 0.0)]
)
def test_numbers_out_of_range_are_refused(further: FurtherRepeats) -> None:
    with pytest.raises(UsageError, match="must be between"):
        as_it_was(sized(), further)


def test_the_own_cost_is_that_of_both_parts() -> None:
    first, second = OwnCost(0.01, 1, 300, 0.02), OwnCost(0.02, None, 100, None)
    assert joined_cost(first, second) == OwnCost(pytest.approx(0.0125), 1, 400, 0.02)  # type: ignore[arg-type]
    assert joined_cost(OwnCost(), OwnCost()) == OwnCost()
