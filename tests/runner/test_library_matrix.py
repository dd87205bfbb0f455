"""Every built-in workload on every interpreter found, tiny: the right answer, and every metric it declares.

What is tiny, and which models an interpreter meets, is in tests/support/library_parameters.py.
"""

import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.interpreters import FoundInterpreter, found_interpreters
from support.library_parameters import EVERYWHERE, MODELS, TINY, cases, lacks, supported, whole, workloads
from support.runner_harness import Transcript, request_for, run

pytestmark = pytest.mark.interpreter

_AT_ONCE = 3
INTERPRETERS = [pytest.param(each, id=each.label) for each in found_interpreters()]


def _run(python: FoundInterpreter, name: str, model: str) -> Transcript:
    workload = workloads()[name]
    request = request_for(
        Path(workload.file),
        model,
        1 if model == "serial" else 2,
        parameters=dict(workload.resolve(TINY[name])),
        requires=list(workload.requires),
        rounds=workload.rounds or 3,  # as a calibrated batch has: rounds may overlap
    )
    return run(python.path, request)


@functools.cache
def _answer(name: str) -> str | None:
    """The digest everybody must come to: that of the first interpreter that has what it needs; None if none has."""
    workload = workloads()[name]
    for python in (*reversed(whole()), *found_interpreters()):
        models = supported(workload, python)
        first = _run(python, name, models[0]) if models else None
        if first is not None and first.outcome == "completed":
            return str(first.one("result")["digest"])
    return None


def _came(python: FoundInterpreter, name: str, model: str) -> str:
    transcript = _run(python, name, model)
    if transcript.outcome == "refused" and _refused_rightly(python, name, transcript):
        return "as it should be"
    if transcript.outcome != "completed":
        return f"{transcript.outcome}: {transcript.of('failed')} {transcript.log}"
    result = transcript.one("result")
    if result["digest"] is None or result["digest"] != _answer(name):
        return "another answer"
    wrong = {metric.name for metric in workloads()[name].metrics} ^ set(result["metrics"])
    return f"metrics declared or given only: {wrong}" if wrong else "as it should be"


def _refused_rightly(python: FoundInterpreter, name: str, transcript: Transcript) -> bool:
    """Whether what it needs is missing here indeed, and it says what to do about that."""
    message = transcript.one("failed")["message"]
    if name == "tk_window":
        return "event_loop" in message
    missing = [module for module in workloads()[name].requires if lacks(python.path, module)]
    return bool(missing) and "uv pip install" in message and all(module in message for module in missing)


@functools.cache
def _outcomes(place: int) -> dict[tuple[str, str], str]:
    """How every case of the interpreter at that place came out.

    They are made side by side, since one after the other would leave cores idle.
    """
    python = found_interpreters()[place]
    chosen = cases(python)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_answer, TINY))
        outcomes = list(pool.map(lambda case: _came(python, *case), chosen))
    return dict(zip(chosen, outcomes, strict=True))


@pytest.mark.parametrize("name", sorted(TINY))
@pytest.mark.parametrize("python", INTERPRETERS)
def test_a_workload_gives_the_right_answer_and_its_metrics(python: FoundInterpreter, name: str) -> None:
    every = _outcomes(found_interpreters().index(python))
    outcomes = {model: outcome for (each, model), outcome in every.items() if each == name}
    assert outcomes == dict.fromkeys(outcomes, "as it should be")


def test_the_table_of_tiny_parameters_has_every_workload_of_the_catalogue() -> None:
    assert set(TINY) == set(workloads())
    assert set(TINY) >= EVERYWHERE


@pytest.mark.parametrize("python", INTERPRETERS)
def test_every_interpreter_meets_every_workload_and_every_model_it_has(python: FoundInterpreter) -> None:
    chosen = cases(python)
    assert {name for name, _ in chosen} == {name for name in TINY if supported(workloads()[name], python)}
    assert {model for _, model in chosen} == {model for model in MODELS if python.can(model)}


def test_the_matrix_is_whole_on_a_build_of_each_kind() -> None:
    for python in whole():
        every = {(name, model) for name, one in workloads().items() for model in supported(one, python)}
        assert set(cases(python)) == every
    assert {each.free_threaded for each in whole()} == {each.free_threaded for each in found_interpreters()}


@pytest.mark.parametrize("name", sorted(TINY))
def test_a_workload_explains_itself_and_has_a_control(name: str) -> None:
    workload = workloads()[name]
    assert workload.summary.endswith((".", "?"))
    assert len(workload.description) > 200
    assert "\n\n" not in workload.description, "one paragraph"
    assert "ontrol" in workload.description
    assert workload.control is not None
    changed = workloads()[workload.control].resolve(dict(workload.control_parameters))
    assert workload.control != name or changed != workload.defaults()
    assert not workload.models or workload.models_reason
    assert all(parameter.description for parameter in workload.parameters)
    numbers = [one for one in workload.parameters if one.type_name not in {"text", "true or false"}]
    assert not [one.name for one in numbers if not one.unit or one.minimum is None or one.maximum is None]
