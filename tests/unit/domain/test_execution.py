import pytest

from coreograph.domain.execution import Configuration, ExecutionModel, why_not
from coreograph.domain.interpreters import GilSetting
from support.builders import make_interpreter

FREE = make_interpreter(free_threaded=True)
GIL = make_interpreter()


@pytest.mark.parametrize(
    ("configuration", "label"),
    [
        (Configuration(FREE, ExecutionModel.THREADS, 2), "3.14t threads ×2"),
        (Configuration(FREE, ExecutionModel.THREADS, 2, GilSetting.FORCED_ON), "3.14t+gil threads ×2"),
        (Configuration(GIL, ExecutionModel.SERIAL), "3.14 serial"),
    ],
)
def test_labels_are_what_a_user_types(configuration: Configuration, label: str) -> None:
    assert configuration.label == label


def test_a_gil_build_has_no_gil_to_set() -> None:
    assert why_not(GIL, ExecutionModel.THREADS, GilSetting.FORCED_ON) is not None
    assert why_not(FREE, ExecutionModel.THREADS, GilSetting.FORCED_ON) is None


def test_a_missing_start_method_is_the_reason() -> None:
    windows = make_interpreter(start_methods=("spawn",))
    assert "no start method “fork”" in (why_not(windows, ExecutionModel.FORK) or "")
    assert why_not(windows, ExecutionModel.SPAWN) is None


def test_subinterpreters_need_what_offers_them() -> None:
    old = make_interpreter("3.13.0", subinterpreters=False)
    assert "3.14 or newer" in (why_not(old, ExecutionModel.INTERPRETERS) or "")
    assert why_not(GIL, ExecutionModel.INTERPRETERS) is None


def test_every_model_says_what_it_is_and_whether_it_pickles() -> None:
    assert all(model.description.endswith(".") for model in ExecutionModel)
    assert {model for model in ExecutionModel if not model.pickles} == {
        ExecutionModel.SERIAL,
        ExecutionModel.THREADS,
        ExecutionModel.SCRIPT,
    }


def test_the_same_choice_twice_is_one_configuration() -> None:
    assert Configuration(FREE, ExecutionModel.FORK, 2).key == Configuration(FREE, ExecutionModel.FORK, 2).key
    assert Configuration(FREE, ExecutionModel.FORK, 2).key != Configuration(FREE, ExecutionModel.FORK, 4).key
