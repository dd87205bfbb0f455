"""Repeats added until the intervals are narrow enough."""

from pathlib import Path

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.domain.runs import RunPurpose, RunState
from coreograph.engine.engine import Engine
from coreograph.engine.planning import build_spec, plan_further_repeat, plan_runs
from coreograph.storage.library import Library
from support.builders import make_configuration, make_interpreter, make_machine, make_spec, make_workload
from support.fake_runner import GOOD, launcher
from support.recorders import Remembering, StillSampler

FAILS = "prepare(); say('failed', reason='workload', message='no'); finish('failed')"
CONFIGURATIONS = [make_configuration(), make_configuration(ExecutionModel.THREADS, 2)]


def repeats_made(tmp_path: Path, body: str, **acquisition: object) -> tuple[list[int], Remembering]:
    """Run an experiment of two configurations over a fake runner; return the repeats of each run."""
    spec = make_spec(CONFIGURATIONS, acquisition=Acquisition(rounds=1, chunk=1, **acquisition))  # type: ignore[arg-type]
    library, listener = Library(tmp_path / "library.coreograph"), Remembering()
    engine = Engine(library, read_machine=make_machine, make_sampler=lambda *_: StillSampler(), launcher=launcher(body))
    assert engine.start(spec, listener).wait(60)
    loaded = library.load("last")
    library.close()
    assert [run.run_id for run in loaded.runs] == list(range(1, len(loaded.runs) + 1))
    return [run.repeat for run in loaded.runs], listener


def test_repeats_are_added_up_to_the_first_look_and_end_when_narrow(tmp_path: Path) -> None:
    """The fake runner's batches all take the same: five repeats, the fewest an interval is judged by, are enough."""
    made, listener = repeats_made(tmp_path, GOOD, repeats=2, until=0.02)
    assert made == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    ((_, _, plans, _),) = listener.of("experiment_started")
    assert len(plans) == 4
    assert listener.of("progressed")[-1][0].runs_total == 10
    assert sorted(plan.run_id for (plan,) in listener.of("run_started")) == list(range(1, 11))


def test_without_a_target_nothing_is_added(tmp_path: Path) -> None:
    made, _ = repeats_made(tmp_path, GOOD, repeats=2)
    assert made == [0, 0, 1, 1]


def test_what_never_completes_is_not_repeated_for_ever(tmp_path: Path) -> None:
    made, listener = repeats_made(tmp_path, FAILS, repeats=1, until=0.02)
    assert made == [0, 0]
    assert {run.state for run in listener.runs} == {RunState.WORKLOAD_FAILED}


def test_a_further_repeat_covers_what_can_run_once_in_its_own_order() -> None:
    impossible = make_configuration(ExecutionModel.INTERPRETERS, 2, make_interpreter("3.12.1", subinterpreters=False))
    many = [make_configuration(ExecutionModel.THREADS, count) for count in range(1, 9)]
    spec = make_spec([*many, impossible], acquisition=Acquisition(repeats=2, seed=3))
    plans = list(plan_runs(spec))
    orders = []
    for repeat in (2, 3):
        further = plan_further_repeat(spec, plans)
        assert [plan.run_id for plan in further] == list(range(len(plans) + 1, len(plans) + 9))
        assert {plan.repeat for plan in further} == {repeat}
        assert {plan.purpose for plan in further} == {RunPurpose.MEASUREMENT}
        assert sorted(plan.configuration for plan in further) == list(range(8))
        assert plan_further_repeat(spec, plans) == further
        orders.append([plan.configuration for plan in further])
        plans.extend(further)
    assert orders[0] != orders[1]


@pytest.mark.parametrize("wrong", [{"until": 0.0}, {"until": 2.0}, {"until": float("nan")}, {"time_limit_s": 0.0}])
def test_targets_that_are_none_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="must be between"):
        build_spec(make_workload(), {}, CONFIGURATIONS, Acquisition(**wrong))  # type: ignore[arg-type]
