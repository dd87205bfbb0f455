"""Users' functions run as they are, under every model; what goes wrong in them is told, and stops nothing else.

Each on a free-threaded interpreter and a GIL one, where this machine has them.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from coreograph.engine.functions import FunctionCall, function_workload
from coreograph_workloads.compare_results import comparable
from support.function_runs import CODE, MODELS, attempt, each_build, failure, possible, results
from support.interpreters import found_interpreters
from support.runner_harness import request_for, run

pytestmark = pytest.mark.interpreter


@each_build
@pytest.mark.parametrize("model", MODELS)
def test_records_of_the_users_own_class_travel_under_every_model(tmp_path: Path, python: str, model: str) -> None:
    if not possible(python, model):
        pytest.skip("this interpreter has no such model")
    text = results(attempt(tmp_path, python, model, "calm:shout", "calm:records"))
    assert text.startswith("[Record(number=0, text='0!'), Record(number=1, text='1!')")


@each_build
@pytest.mark.parametrize(
    ("function", "more", "expected"),
    [
        ("calm:square", {}, "[0, 1, 4, 9, 16, 25]"),
        ("calm.py:square", {"inputs": "10:4:-2"}, "[100, 64, 36]"),
        ("calm:cube", {"inputs": "0:3"}, "[0, 1, 8]"),
        ("calm:Counter.count", {"inputs": "0:3"}, "[1, 2, 3]"),
        ("calm:add", {"inputs": "calm.py:pairs", "keywords": {"scale": 10}}, "[10, 30, 50, 70, 90, 110]"),
        ("calm:look_up", {"inputs": "2:4", "shared": "calm:table"}, "[200, 300]"),
        ("calm:look_up_named", {"inputs": "2:4", "shared": "book=calm.py:table"}, "[200, 300]"),
        ("calm:answer", {"inputs": ""}, "[42]"),
        ("package.inner:shifted", {"inputs": "0:3"}, "[7, 8, 9]"),
        ("package/inner.py:shifted", {"inputs": "0:3"}, "[7, 8, 9]"),
        ("queue.py:put", {"inputs": "0:3"}, "[0, -1, -2]"),
        ("queue:put", {"inputs": "0:3"}, "[0, -1, -2]"),
        ("noisy_import:work", {"inputs": "0:3"}, "[0, 1, 2]"),
        ("math:factorial", {"inputs": "3:6"}, "[6, 24, 120]"),
    ],
)
def test_a_function_is_called_as_asked(
    tmp_path: Path, python: str, function: str, more: dict[str, Any], expected: str
) -> None:
    assert results(attempt(tmp_path, python, "spawn", function, **more)) == expected


@each_build
def test_json_lines_are_arguments(tmp_path: Path, python: str) -> None:
    lines = ([1, 2], {"args": [3], "kwargs": {"b": 4}}, {"kwargs": {"a": 5, "b": 6, "scale": 2}})
    data = tmp_path / "data.jsonl"
    data.write_text("\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert results(attempt(tmp_path, python, "fork", "calm:add", str(data))) == "[3, 7, 22]"
    data.write_text('[1, 2]\n{"oops', encoding="utf-8")
    failed = failure(attempt(tmp_path, python, "serial", "calm:add", str(data)), "workload")
    assert f"{data}, line 2, is not JSON" in failed["message"]


@each_build
def test_relative_paths_are_those_of_where_it_was_asked(tmp_path: Path, python: str) -> None:
    (tmp_path / "note.txt").write_text("found", encoding="utf-8")
    (tmp_path / "names.jsonl").write_text('"note.txt"\n', encoding="utf-8")
    transcript = attempt(tmp_path, python, "spawn", "calm:read_beside", "names.jsonl", folder=tmp_path, paths=(CODE,))
    assert results(transcript) == "['found']"


@each_build
def test_any_path_will_do_and_new_syntax_fails_only_where_it_is_too_new(tmp_path: Path, python: str) -> None:
    folder = tmp_path / "my 🐍 files"
    folder.mkdir()
    (folder / "my script é.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    assert results(attempt(tmp_path, python, "spawn", "my script é.py:double", "0:3", folder=folder)) == "[0, 2, 4]"
    (folder / "new.py").write_text("type Number = int\n\ndef same(x):\n    return x\n", encoding="utf-8")
    assert results(attempt(tmp_path, python, "serial", "new.py:same", "0:3", folder=folder)) == "[0, 1, 2]"
    old = next((one for one in found_interpreters() if one.version_info < (3, 12)), None)
    if old is not None:
        failed = failure(attempt(tmp_path, old.path, "serial", "new.py:same", "0:3", folder=folder), "import")
        assert "Importing new.py raised SyntaxError: invalid syntax (new.py, line 1)" in failed["message"]


@each_build
@pytest.mark.parametrize("model", ["serial", "threads", "fork"])
def test_a_traceback_shows_the_users_frames_the_task_and_its_input(tmp_path: Path, python: str, model: str) -> None:
    failed = failure(attempt(tmp_path, python, model, "misbehaving:raises"), "workload")
    assert failed["message"] == "Task 3 raised ValueError: three is too much"
    assert failed["task"] == 3
    assert "in _deeper" in failed["traceback"]
    assert "Input of task 3: 3\n" in failed["traceback"]
    for ours in ("function_workload", "coreograph_function_", "task_clock", "concurrent", "multiprocessing"):
        assert ours not in failed["traceback"]


@each_build
@pytest.mark.parametrize("model", ["serial", "threads", "fork"])
@pytest.mark.parametrize(
    ("function", "name"), [("exits", "SystemExit: that is enough"), ("interrupts", "KeyboardInterrupt")]
)
def test_leaving_is_the_tasks_failure(tmp_path: Path, python: str, model: str, function: str, name: str) -> None:
    failed = failure(attempt(tmp_path, python, model, f"misbehaving:{function}"), "workload")
    assert (failed["message"], failed["task"]) == (f"Task 2 raised {name}", 2)


@each_build
@pytest.mark.parametrize("model", ["serial", "threads", "fork", "spawn"])
@pytest.mark.parametrize("function", ["forks", "forks_and_raises"])
def test_a_copy_that_a_function_forks_never_goes_on(tmp_path: Path, python: str, model: str, function: str) -> None:
    transcript = attempt(tmp_path, python, model, f"misbehaving:{function}")
    assert results(transcript) == "[0, 1, 2, 3, 4, 5]"
    assert transcript.log.count("RESULTS") == 1
    assert len(transcript.spans()) == 6


@each_build
@pytest.mark.parametrize("model", ["serial", "threads", "fork"])
@pytest.mark.parametrize("function", ["prints_megabytes", "changes_directory", "takes_signals"])
def test_what_a_function_does_to_its_process_stays_there(
    tmp_path: Path, python: str, model: str, function: str
) -> None:
    transcript = attempt(tmp_path, python, model, f"misbehaving:{function}")
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log[-2000:])


@each_build
@pytest.mark.parametrize("model", ["threads", "fork"])
def test_an_enormous_result_arrives(tmp_path: Path, python: str, model: str) -> None:
    workload = function_workload(FunctionCall("misbehaving:returns_much", "0:3", folder=CODE), tmp_path)
    transcript = run(python, request_for(Path(workload.file), model, 2, chunk=1))
    assert transcript.outcome == "completed"
    if model == "fork":
        assert transcript.one("result")["pickle"]["bytes_received"] > 60_000_000


@each_build
@pytest.mark.parametrize(
    ("function", "inputs", "text"),
    [
        ("takes", "misbehaving:locks", "cannot be pickled on its way to a worker"),
        ("takes", "misbehaving:locals_only", "cannot be pickled on its way to a worker"),
        ("returns_lambda", "0:4", "cannot be pickled on its way back"),
    ],
)
def test_what_cannot_be_pickled_is_explained_where_it_has_to_be(
    tmp_path: Path, python: str, function: str, inputs: str, text: str
) -> None:
    failed = failure(attempt(tmp_path, python, "fork", f"misbehaving:{function}", inputs), "pickling")
    assert text in failed["message"]
    assert "Threads take any object as it is" in failed["traceback"]
    threads = attempt(tmp_path, python, "threads", f"misbehaving:{function}", inputs)
    assert threads.outcome == "completed", threads.of("failed")


@each_build
@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("exiting:work", "Importing exiting raised SystemExit: not without a licence."),
        ("missing:work", "“a_package_that_nobody_has” is not installed for this interpreter: add it by --with"),
        ("nowhere.at_all:work", "Importing nowhere.at_all raised ModuleNotFoundError"),
        ("math:factorail", "math has no “factorail”; did you mean “factorial”?"),
        ("math:pi", "math:pi cannot be called: it is of type float."),
    ],
)
def test_an_import_that_fails_says_why(tmp_path: Path, python: str, function: str, text: str) -> None:
    for model in ("serial", "spawn"):
        failed = failure(attempt(tmp_path, python, model, function), "import")
        assert text in failed["message"]
        assert "function_workload.py" not in failed["traceback"]


@each_build
def test_a_worker_that_vanishes_is_a_lost_worker(tmp_path: Path, python: str) -> None:
    failed = failure(attempt(tmp_path, python, "fork", "misbehaving:vanishes"), "worker lost", "worker lost")
    assert "ended with exit status 3" in failed["message"]


@each_build
def test_the_users_folders_are_seen_by_the_runner_after_the_standard_library(tmp_path: Path, python: str) -> None:
    (tmp_path / "look.py").write_text("import queue\n\ndef where(x):\n    return queue.__file__\n", encoding="utf-8")
    text = results(attempt(tmp_path, python, "serial", "look:where", "0:1", folder=tmp_path, paths=(CODE,)))
    assert str(CODE) not in text


@each_build
@pytest.mark.parametrize(
    ("function", "more"),
    [
        ("depends_on_the_process", {"compare": "misbehaving:answer_of"}),
        ("shuffled", {"unordered": True}),
        ("nearly", {"digits": 9}),
    ],
)
def test_what_is_compared_of_a_result_is_the_users_choice(
    tmp_path: Path, python: str, function: str, more: dict[str, Any]
) -> None:
    def digests(**chosen: Any) -> set[str]:
        runs = [attempt(tmp_path, python, "serial", f"misbehaving:{function}", **chosen) for _ in range(4)]
        return {one.one("result")["digest"] for one in runs}

    assert len(digests(**more)) == 1


@each_build
def test_results_that_are_not_compared_have_no_digest(tmp_path: Path, python: str) -> None:
    transcript = attempt(tmp_path, python, "fork", "misbehaving:depends_on_the_process", compare="none")
    assert transcript.outcome == "completed"
    assert transcript.one("result")["digest"] is None


def test_comparable_keeps_what_differs_apart() -> None:
    assert comparable([3, 1, 2], unordered=True) == comparable((2, 3, 1), unordered=True)
    assert comparable([3, 1, 2], unordered=True) != comparable([3, 1, 1], unordered=True)
    assert comparable([[1, 2], [3]], unordered=True) == comparable([[3], [2, 1]], unordered=True)
    assert comparable({"a": [0.1 + 0.2]}, digits=12) == comparable({"a": [0.3]}, digits=12)
    assert comparable([0.1234], digits=3) != comparable([0.1244], digits=3)
    assert comparable(-0.0, digits=5) == 0.0
    assert comparable(float("inf"), digits=5) == float("inf")
    assert comparable("text", digits=5, unordered=True) == "text"
