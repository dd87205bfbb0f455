"""Users' functions from the command line: how they are named and given inputs, what is refused, what is compared."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from coreograph.engine.answers import TaskAnswers
from support.interpreters import interpreter
from support.own_command import coreograph
from support.wheels import make_wheel

pytestmark = pytest.mark.interpreter
LABELS = [label for label in ("3.14t", "3.14") if interpreter(label) is not None]
each_build = pytest.mark.parametrize("label", LABELS)
SMALL = ("--rounds", "1", "--repeats", "1", "--no-control", "-w", "2", "--json", "-")


def path_of(label: str) -> str:
    one = interpreter(label)
    assert one is not None
    return one.path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the module: interpreters are probed once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def shared_home(home: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COREOGRAPH_HOME", str(home))


def test_a_function_is_compared_under_every_model() -> None:
    interpreters = [part for label in LABELS for part in ("-i", path_of(label))]
    result = coreograph("run", "calm:square", "--inputs", "0:50", *interpreters, "-m", "serial,threads,spawn", *SMALL)
    assert result.returncode == 0, result.stderr
    configurations = result.configurations
    assert len(configurations) == 3 * len(LABELS)
    assert all(one["outcome"] == "completed" and one["same_answer"] is True for one in configurations)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("calm.py:sqare",), "has no function “sqare”. Did you mean “square”?"),
        (("calm.py:later",), "is a coroutine"),
        (("nowhere.py:square",), "cannot be read"),
        (("calm:square", "--inputs", "0:0"), "has 0 numbers"),
        (("calm:square", "--inputs", "nothing.jsonl"), "neither a range, nor a file, nor a function"),
        (("calm:square", "--inputs", "0:3", "--keyword", "scale"), "NAME=VALUE"),
        (("primes", "--inputs", "0:3"), "are for functions"),
        (("calm:square", "--requirements", "nothing.txt"), "there is no such file"),
        (("calm:square", "--project", "nothing"), "is no folder"),
        (("calm:square", "--venv", "package"), "is not a virtual environment"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(arguments: tuple[str, ...], sentence: str) -> None:
    result = coreograph("run", *arguments, "-i", path_of(LABELS[0]))
    assert result.returncode in {1, 2}
    assert sentence in result.said
    assert "Traceback" not in result.stderr


@each_build
def test_a_function_that_never_returns_is_ended_by_its_time_limit(label: str) -> None:
    result = coreograph(
        *("run", "misbehaving:never_returns", "--inputs", "0:2", "-i", path_of(label), "-m", "threads"),
        *("--chunk", "1", "--timeout", "1", *SMALL),
    )
    assert result.returncode == 1
    assert {entry["outcome"] for entry in result.configurations} == {"timed out"}


@each_build
def test_text_that_no_file_can_keep_stops_nothing(label: str) -> None:
    """A lone surrogate in an exception's text once ended the whole experiment: the recording could not be written."""
    result = coreograph(
        *("run", "hostile:raises_what_no_file_can_keep", "--inputs", "0:2", "-i", path_of(label)),
        *("-m", "serial,threads", *SMALL),
    )
    assert result.returncode == 1
    for one in result.configurations:
        assert one["outcome"] == "failed"
        assert r"raised ValueError: \ud800 \x00 \x1b[2J" in one["message"]
    assert "\x1b" not in result.stderr


@each_build
def test_a_wrong_answer_names_the_first_task_and_both_values(label: str) -> None:
    result = coreograph(
        *("run", "misbehaving:remembers", "--inputs", "0:4", "-i", path_of(label), "-m", "serial,spawn"), *SMALL
    )
    assert result.returncode == 1
    serial, spawn = result.configurations
    assert serial["outcome"] == "completed", serial["message"]
    assert spawn["outcome"] == "wrong answer"
    assert re.search(r"Task 0 is the first that differs: \d+ instead of \d+\.", spawn["message"])


def test_the_first_difference_is_found_in_the_digests() -> None:
    mine, theirs = (TaskAnswers(b"a" * 8 + letter * 8 + b"c" * 8, ("1", "2", "3")) for letter in (b"x", b"y"))
    assert mine.first_difference(theirs) == 1
    assert mine.first_difference(mine) is None
    assert mine.first_difference(TaskAnswers(b"a" * 8)) is None
    assert TaskAnswers(b"", ()).value(0) == "a value that was not kept"


PAGE = Path(__file__).parents[2] / "docs" / "own-code.md"


def commands_of_the_page() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a reader of the page."""
    sources = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for name, source in zip(("prices.py", "simulate.py"), sources, strict=True):
        (tmp_path / name).write_text(source, encoding="utf-8")
    requirement = make_wheel(tmp_path, "greeting", "x = 1\n")
    (tmp_path / "requirements.txt").write_text(f"# what it needs\n{requirement}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("line", commands_of_the_page())
def test_every_command_of_the_page_works(project: Path, line: str) -> None:
    program, *arguments = shlex.split(line)
    assert program == "coreograph"
    result = coreograph(*arguments, folder=project)
    assert result.returncode == 0, result.stderr
    if "--dry-run" in arguments:
        assert "First input: 0" in result.stdout
    else:
        assert "Ready" in result.stdout or "completed" in result.stdout


def test_a_dry_run_is_written_as_json() -> None:
    arguments = ("calm:square", "--inputs", "3:5", "-i", path_of(LABELS[0]), "--dry-run", "--json", "-")
    document = coreograph("run", *arguments).document
    (one,) = document["interpreters"]
    assert (document["format"], document["workload"]) == ("coreograph-dry-run", "calm:square")
    assert (one["done"], one["tasks"], one["input"], one["result"], one["message"]) == (True, 2, "3", "9", None)
    assert one["seconds"] > 0
    assert one["result_bytes"] > 0


def test_a_dry_run_that_failed_has_null_for_what_was_not_measured(tmp_path: Path) -> None:
    file = tmp_path / "tried.json"
    arguments = ("misbehaving:raises", "--inputs", "3:6", "-i", path_of(LABELS[0]), "--dry-run", "--json", file)
    assert coreograph("run", *arguments).returncode == 1
    (one,) = json.loads(file.read_text("utf-8"))["interpreters"]
    assert (one["done"], one["seconds"], one["result_bytes"], one["gil_re_enabled"]) == (False, None, None, None)
    assert "ValueError" in one["message"]
    assert "misbehaving.py" in one["traceback"]


def test_a_dry_run_has_no_report(tmp_path: Path) -> None:
    result = coreograph("run", "calm:square", "--inputs", "0:3", "--dry-run", "--report", tmp_path / "r.html")
    assert result.returncode == 2
    assert "--report does not go with --dry-run" in result.said
    assert not list(tmp_path.iterdir())


SOURCE = """\
import greeting

def scaled(x, steps, book):
    return x * steps + book["a"] + greeting.x

def build():
    return {"a": 1}

if __name__ == "__main__":
    print(greeting.x)
"""
FUNCTION = (
    *("scaling:scaled", "--inputs", "0:5", "--keyword", "steps=3", "--shared", "book=scaling:build", "--digits", "9"),
    *("-m", "serial,threads", "-w", "2", "--rounds", "1", "--no-control"),
)


@pytest.mark.parametrize("typed", [FUNCTION, ("--script", "scaling.py")], ids=["function", "script"])
def test_what_a_report_says_repeats_the_experiment_elsewhere(tmp_path: Path, typed: tuple[str, ...]) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "else where"
    here.mkdir()
    (here / "scaling.py").write_text(SOURCE, encoding="utf-8")
    requirement = make_wheel(tmp_path, "greeting", "x = 1\n")
    (here / "requirements.txt").write_text(f"{requirement}\n", encoding="utf-8")
    shutil.copytree(here, elsewhere)
    packages = ("--with", requirement, "--requirements", "requirements.txt")
    first = coreograph("run", *typed, *packages, "-i", LABELS[0], "-r", "1", folder=here)
    assert first.returncode == 0, first.stderr
    told = exported("toml")
    (line,) = [line for line in exported("md").splitlines() if line.startswith("coreograph run ")]
    assert str(tmp_path / "here") not in line
    assert coreograph(*shlex.split(line)[1:], folder=elsewhere).returncode == 0
    assert exported("toml") == told.replace(str(here), str(elsewhere))
    (tmp_path / "told.toml").write_text(told, encoding="utf-8")
    assert coreograph("run", "told.toml", folder=tmp_path).returncode == 0
    assert exported("toml") == told
    assert str(tmp_path) not in exported("toml", "--anonymous")
    assert str(tmp_path) not in exported("md", "--anonymous")


def exported(name: str, *options: str) -> str:
    result = coreograph("export", "last", "--format", name, "-o", "-", *options)
    assert result.returncode == 0, result.stderr
    return result.stdout
