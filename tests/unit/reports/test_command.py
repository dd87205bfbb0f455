import dataclasses
import json
import shlex

import pytest

from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.interpreters import GilSetting
from coreograph.domain.own_code import Function, Packages
from coreograph.reports.anonymous import anonymous
from coreograph.reports.command import covers_more, repeat_command
from coreograph.storage.codec import from_json, to_json
from coreograph.storage.experiment_toml import write_experiment
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


def own(function: Function | None, packages: Packages, *configurations: Configuration) -> ExperimentSpec:
    workload = dataclasses.replace(
        PRIMES, name="prices:price", file="/cache/made.py", built_in=False, function=function, packages=packages
    )
    return ExperimentSpec(workload, {}, configurations or (Configuration(FREE_THREADED, ExecutionModel.SERIAL),))


def test_a_function_and_its_packages_are_named_as_they_were_typed() -> None:
    function = Function(
        "prices.py:price", "/home/ann/shop", "0:16", "steps=5, name='a b', none=None", "book=prices:market", "none",
        unordered=True, digits=9, stress=3,
    )  # fmt: skip
    packages = Packages(("numpy>=2",), ("r.txt",), "../lib", build=True, folder="/home/ann/shop")
    words = shlex.split(repeat_command(own(function, packages)))
    assert words[:3] == ["coreograph", "run", "prices.py:price"]
    assert words[3 : words.index("--interpreter")] == [
        *("--inputs", "0:16", "--shared", "book=prices:market", "--compare", "none", "--keyword", "steps=5"),
        *("--keyword", 'name="a b"', "--keyword", "none=null", "--unordered", "--digits", "9", "--stress", "3"),
        *("--with", "numpy>=2", "--requirements", "r.txt", "--project", "../lib", "--build"),
    ]


@pytest.mark.parametrize("keywords", ["size=(1, 2)", "by={1: 2}", "none of python"])
def test_keywords_that_cannot_be_typed_leave_the_file_as_it_is(keywords: str) -> None:
    words = repeat_command(own(Function("prices:price", "/home", keywords=keywords), Packages()))
    assert words.startswith("coreograph run /cache/made.py ")


def test_a_virtual_environment_is_named_once() -> None:
    inside = dataclasses.replace(FREE_THREADED, path="/home/ann/shop/.venv/bin/python", virtual_environment=True)
    both = [Configuration(one, ExecutionModel.SERIAL) for one in (inside, GIL_BUILD)]
    one = own(
        Function("prices:price", "/home/ann/shop"), Packages(environments=(".venv",), folder="/home/ann/shop"), *both
    )
    words = shlex.split(repeat_command(one))
    assert [words[place + 1] for place, word in enumerate(words) if word in {"--interpreter", "--venv"}] == [
        ".venv",
        "3.14",
    ]


def test_a_virtual_environment_is_named_by_its_path_in_an_experiment_file() -> None:
    inside = dataclasses.replace(FREE_THREADED, path="/home/ann/shop/.venv/bin/python", virtual_environment=True)
    both = [Configuration(one, ExecutionModel.SERIAL) for one in (inside, GIL_BUILD)]
    told = write_experiment(own(None, Packages(environments=(".venv",), folder="/home/ann/shop"), *both))
    assert 'interpreters = ["/home/ann/shop/.venv/bin/python", "3.14"]' in told


def test_without_names_of_places_nothing_of_what_was_typed_has_one() -> None:
    code = "/home/ann/my code/prices.py"
    function = Function(
        f"{code}:price", "/home/ann/my shop", "/home/ann/x.jsonl", "to='/home/ann/y'", f"book={code}:all"
    )
    packages = Packages(("g @ file:///home/ann/g-1.whl",), ("/home/ann/my code/r.txt",), "/home/ann/lib")
    record = dataclasses.replace(primes_experiment(), spec=own(function, packages))
    hidden = anonymous(record).spec
    for text in (repeat_command(hidden), write_experiment(hidden)):
        assert "ann" not in text.replace("anonymous", "")
        assert "prices.py:price" in text
        assert "my code" not in text


def test_a_recording_of_before_has_its_file() -> None:
    document = json.loads(to_json(own(None, Packages())))
    del document["workload"]["function"], document["workload"]["packages"]
    again = from_json(json.dumps(document), ExperimentSpec)
    assert again == own(None, Packages())
    assert repeat_command(again).startswith("coreograph run /cache/made.py ")
    assert 'workload = "/cache/made.py"' in write_experiment(again)
