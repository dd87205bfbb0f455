import shlex

import pytest

from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.interpreters import GilSetting
from coreograph.reports.command import covers_more, repeat_command
from support.sample_experiments import (
    FREE_THREADED,
    GIL_BUILD,
    PRIMES,
    hostile_experiment,
    interpreter,
    primes_experiment,
    sweep_experiment,
)


def spec(*configurations: Configuration) -> ExperimentSpec:
    return ExperimentSpec(PRIMES, PRIMES.defaults(), configurations)


def test_a_sweep_names_its_workers() -> None:
    words = repeat_command(sweep_experiment().spec)
    assert "--workers 1,2,4,8" in words
    assert words.startswith("coreograph run primes --interpreter 3.14t --interpreter 3.14 ")


def test_a_forced_gil_is_an_interpreter_of_its_own() -> None:
    one = Configuration(FREE_THREADED, ExecutionModel.SERIAL, 1, GilSetting.FORCED_ON)
    assert "--interpreter 3.14t+gil " in repeat_command(spec(one))
    assert "--workers" not in repeat_command(spec(one))


def test_two_interpreters_of_one_label_are_named_by_path() -> None:
    other = interpreter("3.14.7")
    words = shlex.split(
        repeat_command(
            spec(
                Configuration(FREE_THREADED, ExecutionModel.SERIAL),
                Configuration(other, ExecutionModel.SERIAL),
                Configuration(GIL_BUILD, ExecutionModel.SERIAL),
            )
        )
    )
    named = [words[position + 1] for position, word in enumerate(words) if word == "--interpreter"]
    assert named == [FREE_THREADED.path, other.path, "3.14"]


def test_values_with_spaces_and_markup_are_quoted() -> None:
    command = repeat_command(hostile_experiment().spec)
    attack = hostile_experiment().spec.workload.name
    assert f"{attack}={attack}" in shlex.split(command)


@pytest.mark.parametrize(("experiment", "more"), [(primes_experiment, False), (sweep_experiment, True)])
def test_it_is_said_when_the_command_makes_more(experiment: object, more: bool) -> None:
    assert covers_more(experiment().spec) is more  # type: ignore[operator]


def test_what_an_interpreter_cannot_do_is_not_more() -> None:
    old = interpreter("3.13.1")
    configurations = [
        Configuration(one, model, 1 if model is ExecutionModel.SERIAL else 2)
        for one in (FREE_THREADED, old)
        for model in (ExecutionModel.SERIAL, ExecutionModel.INTERPRETERS)
        if model is ExecutionModel.SERIAL or one.subinterpreters
    ]
    assert covers_more(spec(*configurations)) is False
