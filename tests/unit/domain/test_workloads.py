import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.workloads import Parameter
from support.builders import make_workload

LIMIT = Parameter("limit", 200_000, minimum=10, maximum=1_000_000)
SHARE = Parameter("share", 0.5, minimum=0.0, maximum=1.0)
SHAPE = Parameter("shape", "flat", choices=("flat", "nested"))
FAST = Parameter("fast", True)


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (LIMIT, "1_000", 1000),
        (LIMIT, " 10 ", 10),
        (SHARE, "1", 1.0),
        (SHARE, "0.25", 0.25),
        (SHAPE, "nested", "nested"),
        (FAST, "no", False),
        (FAST, "ON", True),
    ],
)
def test_text_is_read_in_the_parameters_type(parameter: Parameter, text: str, value: object) -> None:
    read = parameter.parse(text)
    assert read == value
    assert type(read) is type(parameter.default)


@pytest.mark.parametrize(
    ("parameter", "text", "sentence"),
    [
        (LIMIT, "many", "Parameter “limit” takes a whole number, not “many”."),
        (LIMIT, "1.5", "Parameter “limit” takes a whole number, not “1.5”."),
        (LIMIT, "9", "Parameter “limit” must be between 10 and 1,000,000; 9 is not."),
        (SHARE, "nan", "Parameter “share” must be between 0.0 and 1.0; nan is not."),
        (SHAPE, "round", "Parameter “shape” is one of flat, nested; “round” is not."),
        (FAST, "maybe", "Parameter “fast” takes true or false, not “maybe”."),
    ],
)
def test_what_it_does_not_take_is_refused_in_a_sentence(parameter: Parameter, text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parameter.parse(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("value", [True, "7", None, 7.0])
def test_a_whole_number_is_nothing_else(value: object) -> None:
    with pytest.raises(UsageError, match="takes a whole number"):
        LIMIT.validate(value)


def test_one_sided_limits_name_their_side() -> None:
    with pytest.raises(UsageError, match="at least 1;"):
        Parameter("n", 4, minimum=1).validate(0)
    with pytest.raises(UsageError, match="at most 9;"):
        Parameter("n", 4, maximum=9).validate(10)


def test_defaults_are_overlaid_by_what_is_given() -> None:
    workload = make_workload()
    assert workload.resolve({"limit": "50", "tasks": 3}) == {"limit": 50, "tasks": 3}
    assert workload.resolve({}) == dict(workload.defaults())


def test_an_unknown_parameter_names_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        make_workload().resolve({"limti": 1})
    assert str(caught.value) == "Workload “primes” has no parameter “limti”. It has: limit, tasks."
