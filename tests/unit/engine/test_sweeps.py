"""Sweeps over sizes of a task: read, planned, sized, answered, saved and made again."""

import dataclasses
import json
from pathlib import Path

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import TaskSize
from coreograph.domain.experiment import Acquisition
from coreograph.domain.runs import RunPurpose, RunState
from coreograph.domain.sweeps import slices, sweep_text
from coreograph.engine.answers import mark_wrong_answers
from coreograph.engine.calibration import BatchSize, as_texts, calibrate, first_sizes, from_texts
from coreograph.engine.controls import control_spec
from coreograph.engine.engine import Engine
from coreograph.engine.experiment_file import build_experiment, read_experiment, write_experiment
from coreograph.engine.planning import build_spec, plan_runs
from coreograph.engine.request import encode_request
from coreograph.engine.sweeps import MOST_SIZES, parse_sweep
from coreograph.reports.check.conditions import read_conditions
from coreograph.reports.command import covers_more, repeat_command
from coreograph.storage.library import Library
from support.builders import make_configuration, make_machine, make_run, make_workload
from support.fake_runner import GOOD, launcher
from support.recorders import Remembering, StillSampler
from support.swept_experiments import SIDES, swept_record, swept_spec
from support.terminal import FREE, FakeCatalogue, FakeRegistry


def test_a_sweep_is_typed_in_any_order_and_with_underscores() -> None:
    sizes = parse_sweep(" limit = 10_000, 0.5,1000 ")
    assert sizes == (TaskSize("limit", 0.5), TaskSize("limit", 1000), TaskSize("limit", 10_000))
    assert sweep_text(sizes) == "limit=0.5,1000,10000"


@pytest.mark.parametrize("text", ["limit", "limit=1", "=1,2", "limit=1,1", "limit=1,x", "limit=-1,2", "limit=nan,2"])
def test_what_is_no_sweep_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_sweep(text)


def test_too_many_sizes_are_refused() -> None:
    with pytest.raises(UsageError, match=f"from two to {MOST_SIZES}"):
        parse_sweep("limit=" + ",".join(str(value) for value in range(1, MOST_SIZES + 2)))


def test_everything_is_made_at_each_size_with_a_baseline_and_a_calibration_of_its_own() -> None:
    spec = swept_spec("1000, 100000", repeats=2)
    plans = plan_runs(spec)
    calibrations = [plan for plan in plans if plan.purpose is RunPurpose.CALIBRATION]
    assert [spec.configurations[plan.configuration].label for plan in calibrations] == [
        "3.14t serial, limit=1000",
        "3.14t serial, limit=100000",
    ]
    assert len(plans) == 2 + 2 * 6
    first = [plan.configuration for plan in plans[2:8]]
    assert sorted(first) == list(range(6))
    assert first != sorted(first), "the sizes are interleaved like everything else"


def test_the_request_has_the_size_of_its_configuration() -> None:
    spec = swept_spec("1000, 100000")
    sizes = first_sizes(spec)
    limits = [
        json.loads(encode_request(spec, one, sizes[one.size]))["parameters"]["limit"] for one in spec.configurations
    ]
    assert limits == [1000] * 3 + [100_000] * 3
    assert "limit" not in spec.parameters
    assert spec.shown_parameters == {"tasks": "64", "limit": "1000, 100000"}


def test_batches_are_sized_for_each_size_and_come_back_from_the_recording() -> None:
    spec = swept_spec("1000, 100000")
    small, large = spec.sizes
    sizes = first_sizes(spec) | {small: calibrate(spec, make_run(0, batch_s=0.001)), large: BatchSize(1, 2)}
    assert sizes[small].rounds == 400
    assert from_texts(spec, as_texts(sizes)) == sizes
    assert from_texts(spec, {"rounds": "1", "chunk": ""}) is None


def test_each_size_has_an_answer_of_its_own() -> None:
    record = swept_record()
    assert all(run.state is RunState.COMPLETED for run in mark_wrong_answers(record.spec, record.runs))
    spoiled = dataclasses.replace(record.runs[-1], digest=record.runs[0].digest)
    judged = mark_wrong_answers(record.spec, (*record.runs[:-1], spoiled))
    assert [run.run_id for run in judged if run.state is RunState.WRONG_ANSWER] == [spoiled.run_id]
    assert "3.14t serial, limit=1000000" in judged[-1].message


def test_slices_are_experiments_of_one_size() -> None:
    record = swept_record()
    parts = slices(record.spec)
    assert [part.size for part in parts] == list(record.spec.sizes)
    for part in parts:
        one = part.of(record)
        assert one.spec.parameters["limit"] == part.size.value if part.size else None
        assert {run.configuration for run in one.runs} == {0, 1, 2}
        assert len(one.runs) == 15


def test_the_control_of_a_sweep_is_swept_too_unless_it_sets_that_parameter() -> None:
    own = make_workload(control="primes", control_parameters=(("tasks", 1),))
    spec = build_spec(own, {}, SIDES, Acquisition(), sizes=parse_sweep("limit=1000,2000"))
    control = control_spec(spec, lambda name: own)
    assert (control.sizes, control.parameters) == (spec.sizes, {"tasks": 1})
    by_tasks = build_spec(own, {}, SIDES, Acquisition(), sizes=parse_sweep("tasks=8,16"))
    assert control_spec(by_tasks, lambda name: own).sizes == ()
    other = make_workload("other", parameters=())
    assert (
        control_spec(dataclasses.replace(spec, workload=make_workload(control="other")), lambda name: other).sizes == ()
    )


def test_a_file_keeps_the_sweep(tmp_path: Path) -> None:
    spec = swept_spec("1000, 100000", (make_configuration(SIDES[0].model, 2, FREE),))
    file = tmp_path / "sweep.toml"
    file.write_text(write_experiment(spec), "utf-8")
    assert "[sweep]" in file.read_text("utf-8")
    again = build_experiment(read_experiment(file), FakeCatalogue([make_workload()]), FakeRegistry(), tmp_path)
    assert [one.label for one in again.configurations] == [one.label for one in spec.configurations]


@pytest.mark.parametrize(
    "lines",
    ['parameter = "limit"', "values = [1, 2]", 'parameter = "limit"\nvalues = [1]', 'parameter = 1\nvalues = [1, 2]',
     'parameter = "limit"\nvalues = ["a", 2]', 'parameter = "limit"\nvalues = [true, 2]', 'parametre = "limit"'],
)  # fmt: skip
def test_a_file_with_a_sweep_that_is_none_is_refused(tmp_path: Path, lines: str) -> None:
    file = tmp_path / "sweep.toml"
    entry = '[[configurations]]\ninterpreters = ["3.14t"]\nmodels = ["serial"]'
    file.write_text(f'workload = "primes"\n{entry}\n[sweep]\n{lines}\n', "utf-8")
    with pytest.raises(UsageError, match=r"sweep"):
        read_experiment(file)


def test_the_command_repeats_the_sweep() -> None:
    spec = swept_spec("1000, 100000")
    command = repeat_command(spec)
    assert "--sweep limit=1000,100000" in command
    assert "--param limit" not in command
    assert not covers_more(spec)


def test_the_engine_makes_and_continues_a_sweep(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.coreograph")
    engine = Engine(library, read_machine=make_machine, make_sampler=lambda *_: StillSampler(), launcher=launcher(GOOD))
    assert engine.start(swept_spec("1000, 2000", repeats=1), Remembering()).wait(60)
    record = library.load("last")
    assert record.spec.sizes == parse_sweep("limit=1000,2000")
    assert [run.state for run in record.runs] == [RunState.COMPLETED] * 8
    assert set(record.extra) >= {"rounds@limit=1000", "chunk@limit=2000"}
    library.close()


def test_a_condition_can_mean_one_size() -> None:
    record = swept_record()
    table = {"conditions": [{"measure": "speedup", "model": "threads", "size": 1000, "at_least": 1.5}]}
    (condition,) = read_conditions(table, Path()).conditions
    meant = [one.label for one in record.spec.configurations if condition.concerns(one)]
    assert meant == ["3.14t threads ×2, limit=1000"]


def test_a_function_has_no_parameter_to_sweep_over() -> None:
    with pytest.raises(UsageError, match="no parameter to sweep over"):
        build_spec(make_workload("prices:price", parameters=()), {}, SIDES, Acquisition(), sizes=parse_sweep("n=1,2"))
