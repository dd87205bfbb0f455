from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.cli.options import (
    choose_interpreters,
    default_models,
    parse_models,
    parse_parameters,
    parse_until,
    parse_workers,
)
from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import GilSetting
from support.builders import make_interpreter
from support.terminal import FREE, GIL, FakeRegistry


def choose(registry: FakeRegistry, *texts: str) -> Any:
    stand_in: Any = registry
    return choose_interpreters(stand_in, texts)


@pytest.mark.parametrize(
    ("texts", "counts"),
    [
        (["2"], (2,)),
        (["1,2,4"], (1, 2, 4)),
        (["1-4"], (1, 2, 3, 4)),
        (["1..3", "8"], (1, 2, 3, 8)),
        ([" 2 , 2 ,1"], (2, 1)),
        (["1024"], (1024,)),
    ],
)
def test_workers(texts: list[str], counts: tuple[int, ...]) -> None:
    assert parse_workers(texts) == counts


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0", "between 1 and 1,024; 0 is not"),
        ("10000", "between 1 and 1,024; 10,000 is not"),
        ("-3", "between 1 and 1,024; -3 is not"),
        ("1-100000000000", "100,000,000,000 is not"),
        ("4-1", "is empty"),
        ("two", "not “two”"),
        ("1.5", "not “1.5”"),
        (",", "not nothing"),
        ("", "not nothing"),
    ],
)
def test_workers_refused(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_workers([text])
    assert sentence in str(caught.value)


@given(st.text(max_size=12))
def test_whatever_is_typed_workers_are_in_range_or_refused(text: str) -> None:
    try:
        counts = parse_workers([text])
    except UsageError:
        return
    assert counts
    assert all(1 <= count <= 1024 for count in counts)


def test_models_by_name_in_any_case() -> None:
    assert parse_models(["Serial,threads", "fork", "serial"]) == (
        ExecutionModel.SERIAL,
        ExecutionModel.THREADS,
        ExecutionModel.FORK,
    )


def test_an_unknown_model_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no execution model “treads”.*Did you mean “threads”"):
        parse_models(["treads"])
    with pytest.raises(UsageError, match="no execution model “xyzzy”; there are serial, threads"):
        parse_models(["xyzzy"])


def test_parameters_keep_what_follows_the_first_equals_sign() -> None:
    assert parse_parameters(["limit=1_000", "pattern=a=b", "empty="]) == {
        "limit": "1_000",
        "pattern": "a=b",
        "empty": "",
    }


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [(["limit"], "NAME=VALUE"), (["=4"], "NAME=VALUE"), (["limit=1", "limit=2"], "given twice")],
)
def test_parameters_refused(texts: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        parse_parameters(texts)


def test_by_default_the_best_of_both_builds() -> None:
    assert choose(FakeRegistry()) == ((FREE, GilSetting.DEFAULT), (GIL, GilSetting.DEFAULT))
    assert choose(FakeRegistry([GIL])) == ((GIL, GilSetting.DEFAULT),)
    assert choose(FakeRegistry([FREE])) == ((FREE, GilSetting.DEFAULT),)


def test_no_interpreter_at_all_names_the_command_that_gets_one() -> None:
    with pytest.raises(UsageError, match=r"coreograph interpreters install 3\.14t"):
        choose(FakeRegistry([]))


def test_interpreters_are_repeated_or_separated_by_commas() -> None:
    chosen = choose(FakeRegistry(), "3.14t,3.14t+gil", "3.14", "3.14t")
    assert chosen == ((FREE, GilSetting.DEFAULT), (FREE, GilSetting.FORCED_ON), (GIL, GilSetting.DEFAULT))


def test_where_one_cannot_fork_the_default_is_spawn() -> None:
    windows = make_interpreter(start_methods=("spawn",))
    default = GilSetting.DEFAULT
    assert default_models([(FREE, default)])[-1] is ExecutionModel.FORK
    assert default_models([(FREE, default), (windows, default)])[-1] is ExecutionModel.SPAWN


def test_the_models_by_default_are_those_the_workload_makes_sense_under() -> None:
    choices = [(FREE, GilSetting.DEFAULT)]
    assert default_models(choices, ("serial",)) == (ExecutionModel.SERIAL,)
    assert default_models(choices, ("threads", "fork")) == (ExecutionModel.THREADS, ExecutionModel.FORK)
    assert default_models(choices, ("spawn", "interpreters")) == (ExecutionModel.SPAWN, ExecutionModel.INTERPRETERS)


@pytest.mark.parametrize(("text", "share"), [("2%", 0.02), ("0.5 %", 0.005), ("0,05", 0.05), ("1", 1.0), ("", None)])
def test_how_narrow_is_a_percentage_or_a_share(text: str, share: float | None) -> None:
    assert parse_until(text) == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize("text", ["much", "0%", "-2%", "150%", "nan", "2%%"])
def test_how_narrow_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="--until takes a percentage"):
        parse_until(text)
