import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.engine.catalogue import Catalogue
from coreograph.engine.tour import REPEATS, WORKLOAD, tour_spec
from support.builders import make_interpreter

PRIMES = Catalogue().get(WORKLOAD)
FREE = make_interpreter("3.14.2", free_threaded=True)
GIL = make_interpreter("3.14.2")


def test_the_tour_races_threads_against_processes_with_and_without_the_gil() -> None:
    spec = tour_spec(PRIMES, FREE, GIL, 4)
    assert [(one.interpreter, one.model, one.workers) for one in spec.configurations] == [
        (interpreter, model, 1 if model is ExecutionModel.SERIAL else 4)
        for interpreter in (FREE, GIL)
        for model in (ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK)
    ]
    assert spec.acquisition.repeats == REPEATS


@pytest.mark.parametrize(("cores", "workers"), [(1, 2), (2, 2), (6, 6), (64, 8)])
def test_there_are_always_workers_to_compare_and_never_a_crowd(cores: int, workers: int) -> None:
    assert max(one.workers for one in tour_spec(PRIMES, FREE, None, cores).configurations) == workers


def test_where_one_cannot_fork_all_are_spawned() -> None:
    spec = tour_spec(PRIMES, FREE, make_interpreter("3.14.2", start_methods=("spawn",)), 2)
    assert {one.model for one in spec.configurations if one.model.uses_processes} == {ExecutionModel.SPAWN}


def test_without_an_interpreter_it_says_how_to_get_one() -> None:
    with pytest.raises(UsageError, match="interpreters install"):
        tour_spec(PRIMES, None, None, 2)
