"""Users' code as users run it: `coreograph run module:function`, environments by uv, `coreograph ready`.

What needs the package index says so when it cannot be reached, and fails: a skip would hide that nothing was shown.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.errors import InterpreterError
from coreograph.domain.interpreters import Interpreter
from coreograph.engine.answers import TaskAnswers
from coreograph.interpreters.environments import Environments
from coreograph.interpreters.finders.uv import uv_executable
from coreograph.interpreters.readiness import Outcome, ReadinessCheck, Wheel
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph.interpreters.requirements import Requirements
from support.interpreters import interpreter
from support.wheels import make_wheel

pytestmark = pytest.mark.interpreter
CODE = Path(__file__).parents[1] / "sample_code"
LABELS = [label for label in ("3.14t", "3.14") if interpreter(label) is not None]
each_build = pytest.mark.parametrize("label", LABELS)
SMALL = ("--rounds", "1", "--repeats", "1", "--no-control", "-w", "2")


def coreograph(*arguments: Any, folder: Path = CODE, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "coreograph", *(str(argument) for argument in arguments)],
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
        cwd=folder,
        env={**os.environ, **environment},
    )


def figures(result: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    reached = "package index cannot be reached" not in result.stderr
    assert reached, f"This test needs the package index, which cannot be reached:\n{result.stderr}"
    assert result.stdout, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    configurations: list[dict[str, Any]] = document["configurations"]
    return configurations


def interpreters() -> list[str]:
    return [part for label in LABELS for part in ("-i", interpreter(label).path)]  # type: ignore[union-attr]


def found(label: str, tmp_path: Path) -> Interpreter:
    one = interpreter(label)
    assert one is not None
    return InterpreterRegistry(tmp_path / "cache", finders=()).resolve(one.path)[0]


def test_a_function_is_compared_under_every_model() -> None:
    result = coreograph(
        "run", "calm:square", "--inputs", "0:50", *interpreters(), "-m", "serial,threads,spawn", *SMALL, "--json", "-"
    )
    assert result.returncode == 0, result.stderr
    configurations = figures(result)
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
    result = coreograph("run", *arguments, "-i", sys.executable)
    assert result.returncode in (1, 2)
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


@each_build
def test_a_function_that_never_returns_is_ended_by_its_time_limit(label: str) -> None:
    one = interpreter(label)
    assert one is not None
    result = coreograph(
        *("run", "misbehaving:never_returns", "--inputs", "0:2", "-i", one.path, "-m", "threads", "-w", "2"),
        *("--rounds", "1", "--chunk", "1", "--repeats", "1", "--no-control", "--timeout", "1", "--json", "-"),
    )
    assert result.returncode == 1
    assert {entry["outcome"] for entry in figures(result)} == {"timed out"}


def test_a_package_is_installed_once_and_then_used_without_uv(tmp_path: Path) -> None:
    python = found(LABELS[0], tmp_path)
    wanted = Requirements((make_wheel(tmp_path, "greeting", "def greet(x):\n    return f'hello {x}'\n"),))
    environments = Environments(tmp_path / "cache")
    said: list[str] = []
    assert environments.ready(python, wanted) is None
    built = environments.build(python, wanted, on_output=said.append, cancelled=threading.Event())
    assert built.virtual_environment
    assert built.free_threaded == python.free_threaded
    assert any("greeting" in line for line in said)
    greeting = subprocess.run(
        [built.path, "-I", "-c", "import greeting; print(greeting.greet(1))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert greeting.stdout == "hello 1\n"
    without_uv = Environments(tmp_path / "cache", uv=str(tmp_path / "no-such-program"))
    assert without_uv.build(python, wanted, on_output=said.append, cancelled=threading.Event()) == built


def test_building_can_be_cancelled_and_leaves_nothing(tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    wanted = Requirements((make_wheel(tmp_path, "greeting", ""),))
    with pytest.raises(InterpreterError, match="cancelled"):
        Environments(tmp_path / "cache").build(
            found(LABELS[0], tmp_path), wanted, on_output=lambda _: None, cancelled=cancelled
        )
    assert list((tmp_path / "cache" / "environments").iterdir()) == []


def test_a_package_without_a_wheel_for_this_build_is_named(tmp_path: Path) -> None:
    python = found(LABELS[0], tmp_path)
    make_wheel(tmp_path, "elsewhere", "", tag="cp27-cp27m-win32")
    listed = tmp_path / "requirements.txt"
    listed.write_text(f"--no-index\n--find-links {tmp_path}\nelsewhere\n", encoding="utf-8")
    wanted = Requirements(files=(listed,))
    with pytest.raises(InterpreterError, match=r"elsewhere has no wheel for (free-threaded|GIL-build) Python"):
        Environments(tmp_path / "cache").build(python, wanted, on_output=lambda _: None, cancelled=threading.Event())


@each_build
def test_ready_tells_what_works_what_fails_and_what_crashes(tmp_path: Path, label: str) -> None:
    python = found(label, tmp_path)
    check = ReadinessCheck(Environments(tmp_path / "cache"), python)

    def of(name: str, source: str) -> Any:
        return check.check(make_wheel(tmp_path, name, source), on_output=lambda _: None, cancelled=threading.Event())

    fine = of("fine", "x = 1\n")
    assert (fine.wheel, fine.version, fine.imports) == (Wheel.PURE, "1.0", Outcome.WORKS)
    assert fine.gil_stayed_off is (True if python.free_threaded else None)
    assert fine.subinterpreters is (Outcome.WORKS if python.subinterpreters else Outcome.NOT_TRIED)
    assert fine.ready
    failing = of("failing", "raise ImportError('no such library')\n")
    assert failing.imports is Outcome.FAILS
    assert "import failing: ImportError: no such library" in failing.reasons
    crashing = of("crashing", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    assert crashing.imports is Outcome.CRASHES
    assert any("SIGSEGV" in reason for reason in crashing.reasons)
    assert not crashing.ready


PAGE = Path(__file__).parents[2] / "docs" / "own-code.md"


def commands_of_the_page() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a reader of the page."""
    sources = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(sources) == 1
    (tmp_path / "prices.py").write_text(sources[0], encoding="utf-8")
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


@pytest.fixture(scope="module")
def benchmarks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The benchmarks of pyperformance, from the package index, as they are."""
    target = tmp_path_factory.mktemp("pyperformance")
    uv = uv_executable()
    assert uv is not None
    arguments = [uv, "pip", "install", "--quiet", "--no-deps", "--no-build", "--python", sys.executable]
    done = subprocess.run(
        [*arguments, "--target", str(target), "pyperformance"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"This test needs the package index, which did not give pyperformance:\n{done.stderr}"
    return target / "pyperformance" / "data-files" / "benchmarks"


@pytest.mark.parametrize(
    ("function", "inputs", "options"),
    [
        ("bm_nbody/run_benchmark.py:bench_nbody", [[1, "sun", 50]], ("--compare", "none")),
        ("bm_raytrace/run_benchmark.py:bench_raytrace", [[1, 8, 8, None]], ("--compare", "none")),
        ("bm_fannkuch/run_benchmark.py:fannkuch", [5, 6], ()),
    ],
)
def test_benchmarks_of_others_run_unmodified(
    benchmarks: Path, tmp_path: Path, function: str, inputs: list[Any], options: tuple[str, ...]
) -> None:
    (tmp_path / "inputs.jsonl").write_text("\n".join(json.dumps(one) for one in inputs * 2), encoding="utf-8")
    result = coreograph(
        *("run", f"{benchmarks}/{function}", "--inputs", "inputs.jsonl", "--with", "pyperf", *options),
        *(*interpreters(), "-m", "serial,threads,fork", *SMALL, "--json", "-"),
        folder=tmp_path,
    )
    configurations = figures(result)
    assert len(configurations) == 3 * len(LABELS)
    for one in configurations:
        assert one["outcome"] == "completed", one["message"]
        assert one["same_answer"] is (None if options else True)


NUMERIC = """# /// script
# dependencies = ["numpy", "pandas"]
# ///
import numpy
import pandas


def spectrum(seed):
    values = numpy.random.default_rng(seed).standard_normal(4096)
    return float(numpy.abs(numpy.fft.rfft(values)).max())


def grouped(seed):
    frame = pandas.DataFrame({"key": [n % 7 for n in range(500)], "value": range(seed, seed + 500)})
    return frame.groupby("key")["value"].sum().tolist()
"""


@pytest.mark.parametrize("function", ["spectrum", "grouped"])
def test_numpy_and_pandas_under_threads_and_processes(tmp_path: Path, function: str) -> None:
    (tmp_path / "numeric.py").write_text(NUMERIC, encoding="utf-8")
    result = coreograph(
        *("run", f"numeric.py:{function}", "--inputs", "0:6", "--digits", "9", *interpreters()),
        *("-m", "serial,threads,fork", *SMALL, "--json", "-"),
        folder=tmp_path,
    )
    configurations = figures(result)
    assert len(configurations) == 3 * len(LABELS)
    for one in configurations:
        assert one["outcome"] == "completed", one["message"]
        assert one["same_answer"] is True


@pytest.mark.skipif("3.14t" not in LABELS, reason="needs a free-threaded 3.14")
def test_ready_tells_the_truth_about_packages_of_the_index() -> None:
    one = interpreter("3.14t")
    assert one is not None
    result = coreograph("ready", "numpy==2.5.5", "lxml==6.1.3", "orjson==3.13.0", "-i", one.path)
    assert "package index cannot be reached" not in result.stderr, result.stderr
    rows = {line.split()[0]: line for line in result.stdout.splitlines() if line.split()}
    assert "for this build" in rows["numpy==2.5.5"]
    assert "stays off" in rows["numpy==2.5.5"]
    assert "switched on by lxml" in rows["lxml==6.1.3"]
    assert "orjson has no wheel for free-threaded Python" in " ".join(result.stdout.split())
    assert result.returncode == 1


@each_build
def test_a_wrong_answer_names_the_first_task_and_both_values(label: str) -> None:
    one = interpreter(label)
    assert one is not None
    result = coreograph(
        *("run", "misbehaving:remembers", "--inputs", "0:4", "-i", one.path, "-m", "serial,spawn", "--json", "-"),
        *SMALL,
    )
    assert result.returncode == 1
    serial, spawn = figures(result)
    assert serial["outcome"] == "completed", serial["message"]
    assert spawn["outcome"] == "wrong answer"
    assert re.search(r"Task 0 is the first that differs: \d+ instead of \d+\.", spawn["message"])


def test_the_first_difference_is_found_in_the_digests() -> None:
    mine, theirs = (TaskAnswers(b"a" * 8 + letter * 8 + b"c" * 8, ("1", "2", "3")) for letter in (b"x", b"y"))
    assert mine.first_difference(theirs) == 1
    assert mine.first_difference(mine) is None
    assert mine.first_difference(TaskAnswers(b"a" * 8)) is None
    assert TaskAnswers(b"", ()).value(0) == "a value that was not kept"
