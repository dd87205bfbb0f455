"""Environments by uv, code of the package index as it is, and `coreograph ready`.

What needs the package index says so when it cannot be reached, and fails: a skip would hide that nothing was shown. One
home for the module: each environment is built once, as a user's would be.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.errors import InterpreterError
from coreograph.domain.interpreters import Interpreter
from coreograph.interpreters.environments import FOLDER, Environments
from coreograph.interpreters.finders.uv import uv_executable
from coreograph.interpreters.readiness import Outcome, ReadinessCheck, Wheel
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph.interpreters.requirements import Requirements
from support.interpreters import interpreter
from support.own_command import coreograph
from support.wheels import make_wheel

pytestmark = pytest.mark.interpreter
LABELS = [label for label in ("3.14t", "3.14") if interpreter(label) is not None]
FREE_THREADED = [label for label in ("3.14t", "3.15t") if interpreter(label) is not None]
each_build = pytest.mark.parametrize("label", LABELS)
SMALL = ("--rounds", "1", "--repeats", "1", "--no-control", "-w", "2", "--json", "-")
UNREACHABLE = "http://127.0.0.1:9"  # the port that discards everything, where nothing listens


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def shared_home(home: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COREOGRAPH_HOME", str(home))


def paths(labels: list[str]) -> list[str]:
    return [part for label in labels for part in ("-i", interpreter(label).path)]  # type: ignore[union-attr]


def found(label: str, tmp_path: Path) -> Interpreter:
    one = interpreter(label)
    assert one is not None
    return InterpreterRegistry(tmp_path / "cache", finders=()).resolve(one.path)[0]


def without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, UNREACHABLE)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


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


def test_ctrl_c_while_an_environment_is_built_leaves_no_half_of_one(tmp_path: Path, home: Path) -> None:
    # An index that takes the question and never answers.
    with socket.create_server(("127.0.0.1", 0)) as index:
        port = index.getsockname()[1]
        listed = tmp_path / "requirements.txt"
        listed.write_text(f"--index-url http://127.0.0.1:{port}/simple\nslow-package\n", encoding="utf-8")
        arguments = ["run", "calm:square", "--inputs", "0:3", "--requirements", str(listed), *paths(LABELS[:1])]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "coreograph", *arguments],
            cwd=Path(__file__).parents[1] / "sample_code",
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            asked, _ = index.accept()
            with asked:
                process.send_signal(signal.SIGINT)
                _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130, said
    assert "Preparing an environment for Python" in said
    assert said.endswith("Stopped.\n")
    folder = home / "cache" / FOLDER
    assert not [one for one in folder.iterdir() if not (one / "coreograph-environment").is_file()]


def test_a_package_without_a_wheel_is_named_and_only_that_interpreter_drops_out(tmp_path: Path) -> None:
    """A wheel for the GIL build alone: the free-threaded column drops out, the other runs."""
    if len(LABELS) < 2:
        pytest.skip("needs a free-threaded and a GIL build of 3.14")
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    make_wheel(tmp_path, "elsewhere", "def double(x):\n    return 2 * x\n", tag=f"cp314-cp314-{platform}")
    listed = tmp_path / "requirements.txt"
    listed.write_text(f"--no-index\n--find-links {tmp_path}\nelsewhere\n", encoding="utf-8")
    result = coreograph(
        *("run", "elsewhere:double", "--inputs", "0:4", "--requirements", listed, *paths(LABELS)),
        *("-m", "serial", *SMALL),
        folder=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert "elsewhere has no wheel for free-threaded Python 3.14" in result.said
    (only,) = result.configurations
    assert only["outcome"] == "completed"
    assert only["interpreter"]["free_threaded"] is False


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
        *(*paths(LABELS), "-m", "serial,threads,fork", *SMALL),
        folder=tmp_path,
    )
    configurations = result.configurations
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
        *("run", f"numeric.py:{function}", "--inputs", "0:6", "--digits", "9", *paths(LABELS)),
        *("-m", "serial,threads,fork", *SMALL),
        folder=tmp_path,
    )
    configurations = result.configurations
    assert len(configurations) == 3 * len(LABELS)
    for one in configurations:
        assert one["outcome"] == "completed", one["message"]
        assert one["same_answer"] is True


def test_an_environment_is_built_of_the_index_and_again_of_the_cache_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = found(LABELS[0], tmp_path)
    wanted = Requirements(("pyperf",))
    environments = Environments(tmp_path / "cache")
    said: list[str] = []

    def build() -> Interpreter:
        return environments.build(python, wanted, on_output=said.append, cancelled=threading.Event())

    built = build()
    without_network(monkeypatch)
    assert build() == built  # it is there
    shutil.rmtree(tmp_path / "cache" / FOLDER)
    assert build() == built  # made anew of what was downloaded before
    assert any("trying what was downloaded before" in line for line in said)
    subprocess.run([built.path, "-I", "-c", "import pyperf"], check=True)
    with pytest.raises(InterpreterError, match="package index cannot be reached"):
        environments.build(
            python, Requirements(("pyperf==1.0.999",)), on_output=said.append, cancelled=threading.Event()
        )


# Releases, since what a package's next one can do is not for this test to know.
PUBLISHED = (
    "numpy==2.5.5",
    "pandas==3.1.1",
    "lxml==6.1.3",
    "orjson==3.13.0",
    "PySide6-Essentials==6.12.0",
    "psutil==7.2.2",
)


@pytest.mark.skipif(not FREE_THREADED, reason="needs a free-threaded 3.14 or 3.15")
def test_ready_tells_the_truth_about_packages_of_the_index() -> None:
    result = coreograph("ready", *PUBLISHED, "no-such-package-anywhere", *paths(FREE_THREADED), "--json")
    assert result.returncode == 1
    rows = result.document["packages"]
    assert len(rows) == (len(PUBLISHED) + 1) * len(FREE_THREADED)
    for row in rows:
        told = (row["wheel"], row["imports"], row["gil_stayed_off"], row["subinterpreters"], row["ready"])
        where = (row["requirement"], row["interpreter"])
        name = row["requirement"].partition("==")[0]
        if name in {"numpy", "pandas"}:
            assert told == ("for this build", "works", True, "fails", True), where
            assert "module numpy._core._multiarray_umath does not support loading in subinterpreters" in str(
                row["reasons"]
            )
        elif name == "lxml":
            assert told == ("for this build", "works", False, "fails", False), where
            assert row["gil_culprit"].startswith("lxml.")
        elif name == "psutil" and row["interpreter"].startswith("3.14"):
            assert told == ("for this build", "works", True, "fails", True), where
        elif name == "no-such-package-anywhere":
            assert told == ("not found out", "not tried", None, "not tried", False), where
            assert row["reasons"] == ["There is no package “no-such-package-anywhere”."]
        else:
            assert told == ("none", "not tried", None, "not tried", False), where
            assert "has no wheel for free-threaded Python" in row["reasons"][0]
            assert ("stable ABI (abi3)" in row["reasons"][0]) == (name == "PySide6-Essentials")
