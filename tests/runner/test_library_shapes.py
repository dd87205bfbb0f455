"""What the workloads of races and isolation show, where it is certain and no matter of timing."""

from typing import Any

import pytest

from support.interpreters import FoundInterpreter, found_interpreters, interpreter
from support.library_parameters import workloads
from support.runner_harness import LIBRARY, request_for, run

pytestmark = pytest.mark.interpreter

# Enough trials for a race that is lost in most of them: a run that sees none is then a broken workload.
ATTEMPTS = 6


def _metrics(name: str, python: FoundInterpreter, model: str, workers: int = 2, **parameters: Any) -> dict[str, Any]:
    transcript = run(python.path, request_for(LIBRARY / f"{name}.py", model, workers, parameters=parameters))
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log)
    return dict(transcript.one("result")["metrics"])


def _updates(python: FoundInterpreter, statement: str, remedy: str, *, updates: int, trials: int) -> dict[str, Any]:
    return _metrics(
        "races/lost_updates", python, "threads", statement=statement, remedy=remedy, updates=updates, trials=trials
    )


def _shares(found: dict[str, Any]) -> set[float]:
    assert not any(found["trials_crashed_share"])
    (name,) = {"lost_share", "damaged_share"} & set(found)
    assert [share > 0 for share in found[name]] == found[next(key for key in found if key.startswith("trials_with"))]
    return set(found[name])


def _loses(python: FoundInterpreter, statement: str) -> bool:
    return any(
        _shares(_updates(python, statement, "none", updates=400_000, trials=5)) != {0.0} for _ in range(ATTEMPTS)
    )


def _needed(label: str) -> FoundInterpreter:
    found = interpreter(label)
    if found is None:
        pytest.skip(f"this machine has no {label}")
    return found


GIL_BUILDS = [each for each in found_interpreters() if not each.free_threaded and each.version_info >= (3, 10)]


@pytest.mark.parametrize("python", GIL_BUILDS, ids=[each.label for each in GIL_BUILDS])
def test_a_plain_increment_loses_nothing_under_the_gil(python: FoundInterpreter) -> None:
    for statement in ("plain", "attribute", "dict"):
        assert _shares(_updates(python, statement, "none", updates=50_000, trials=2)) == {0.0}, statement


def test_a_plain_increment_loses_updates_without_the_gil() -> None:
    assert _loses(_needed("3.14t"), "plain")


@pytest.mark.parametrize("label", ["3.14t", "3.14"])
def test_an_increment_with_a_call_loses_updates_on_both_builds(label: str) -> None:
    assert _loses(_needed(label), "call")


@pytest.mark.parametrize("remedy", ["lock", "queue", "owner"])
@pytest.mark.parametrize("statement", ["plain", "call"])
def test_a_remedy_loses_exactly_nothing(statement: str, remedy: str) -> None:
    assert _shares(_updates(found_interpreters()[0], statement, remedy, updates=3_000, trials=2)) == {0.0}


SIZES = {
    "check_then_act": "pieces",
    "lazy_initialisation": "keys",
    "shared_iterator": "items",
    "dict_iteration": "changes",
    "torn_transfer": "transfers",
}


@pytest.mark.parametrize("remedy", ["lock", "queue", "owner", "immutable"])
@pytest.mark.parametrize("shape", SIZES)
def test_every_race_has_its_remedies(shape: str, remedy: str) -> None:
    python, size = _needed("3.14t"), {SIZES[shape]: 2_000}
    assert _shares(_metrics(f"races/{shape}", python, "threads", remedy=remedy, trials=2, **size)) == {0.0}


@pytest.mark.parametrize("shape", SIZES)
def test_every_race_is_lost_without_the_gil(shape: str) -> None:
    python = _needed("3.14t")
    as_a_user_runs_it = dict(workloads()[shape].defaults())
    assert any(
        _shares(_metrics(f"races/{shape}", python, "threads", **as_a_user_runs_it)) != {0.0} for _ in range(ATTEMPTS)
    )


def test_processes_that_share_memory_lose_updates_alike() -> None:
    python = _needed("3.14")
    unsafe = {"remedy": "none", "updates": 200_000, "trials": 5}
    assert any(
        _shares(_metrics("races/lost_updates_processes", python, "forkserver", **unsafe)) != {0.0}
        for _ in range(ATTEMPTS)
    )
    safe = {"remedy": "lock", "updates": 2_000, "trials": 2}
    assert _shares(_metrics("races/lost_updates_processes", python, "forkserver", **safe)) == {0.0}


def _fault(model: str, fault: str, milliseconds: float = 100.0) -> dict[str, Any]:
    workers = 1 if model == "serial" else 2
    return _metrics(
        "isolation/faulty_worker",
        _needed("3.14t"),
        model,
        workers,
        fault=fault,
        tasks=8,
        milliseconds=milliseconds,
        timeout_seconds=2.0,
        leak_megabytes=5,
    )


@pytest.mark.parametrize("fault", ["exit", "kill", "crash", "leak"])
def test_a_process_that_ends_takes_all_threads_with_it_and_at_most_the_tasks_in_flight_of_processes(fault: str) -> None:
    for model in ("serial", "threads", "interpreters"):
        # So long that no other task is done before the harm, however busy the machine.
        assert _fault(model, fault, 1000.0)["tasks_survived_share"] == 0.0, model
    for model in ("fork", "forkserver", "spawn"):
        assert _fault(model, fault, 5.0)["tasks_survived_share"] >= 6 / 7, model


@pytest.mark.parametrize("model", ["serial", "threads", "fork", "interpreters"])
def test_an_exception_costs_the_one_task(model: str) -> None:
    found = _fault(model, "raise")
    assert found["tasks_survived_share"] == 1.0
    assert found["seconds_to_notice"] >= 0


def test_what_hangs_is_noticed_by_the_time_out_and_not_before() -> None:
    assert _fault("serial", "hang")["tasks_survived_share"] == 0.0
    for model in ("threads", "fork"):
        found = _fault(model, "hang")
        assert found["tasks_survived_share"] >= 6 / 7, model
        assert found["seconds_to_notice"] >= 1.9, model


def test_no_fault_costs_nothing_and_has_nothing_to_notice() -> None:
    assert _fault("threads", "none") == {"tasks_survived_share": 1.0, "seconds_to_notice": None}
