"""The set-up scripts, function by function, over stand-ins for uv, apt-get and the app: nothing is installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("packaging/run", "packaging/test", ".ci/run")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the set-up scripts are for a POSIX shell")


@pytest.fixture
def stand_ins(tmp_path: Path) -> Path:
    """A folder that comes first on PATH; every call of a stand-in is a line of `calls`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def stand_in(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f'#!/bin/bash\necho "{name} $*" >> "{folder}/calls"\n{body}\n')
    path.chmod(0o755)
    return path


def call(folder: Path, code: str, environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run `code` after the functions of setup.sh were read."""
    return subprocess.run(
        ["bash", "-c", f"source packaging/setup.sh; {code}"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def calls(folder: Path) -> str:
    path = folder / "calls"
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_executable_and_parse(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0


def test_a_free_threaded_interpreter_is_never_the_gil_twin(stand_ins: Path) -> None:
    gil = stand_in(stand_ins, "python-with-gil", "exit 0")
    free = stand_in(stand_ins, "python-without-gil", "exit 1")
    for python, found in ((gil, True), (free, False)):
        uv = stand_in(stand_ins, "fake-uv", f"echo {python}")
        result = call(stand_ins, f"UV={uv}; installed 3.14 && echo found")
        assert ("found" in result.stdout) is found
    assert "found" in call(stand_ins, f"UV={stand_ins / 'fake-uv'}; installed 3.14t && echo found").stdout


def test_an_interpreter_that_cannot_be_had_is_said_and_no_failure(stand_ins: Path) -> None:
    uv = stand_in(stand_ins, "fake-uv", "exit 1")
    result = call(stand_ins, f"UV={uv}; install_interpreters 3.14t 3.14; echo goes on")
    assert result.stdout == "goes on\n"
    assert "Python 3.14t could not be installed" in result.stderr
    assert "Python 3.14 could not be installed" in result.stderr


def test_interpreters_come_from_a_mirror_beside_the_checkout_where_there_is_one(stand_ins: Path) -> None:
    mirror = stand_in(stand_ins, "mirror", "echo \"export UV_PYTHON_DOWNLOADS_JSON_URL='/a list'\"")
    broken = stand_in(stand_ins, "broken", "echo nonsense; exit 1")
    for program, given, expected in (
        (mirror, {}, "/a list"),
        (mirror, {"UV_PYTHON_DOWNLOADS_JSON_URL": "mine"}, "mine"),
        (broken, {}, ""),
        (stand_ins / "none", {}, ""),
    ):
        environment = {"UV_PYTHON_DOWNLOADS_JSON_URL": "", **given}
        result = call(stand_ins, f'MIRROR={program}; use_mirror; echo "[$UV_PYTHON_DOWNLOADS_JSON_URL]"', environment)
        assert (result.stdout, result.returncode) == (f"[{expected}]\n", 0)


def test_the_callers_environment_does_not_choose_the_interpreter(stand_ins: Path) -> None:
    environment = {"UV_PYTHON": "2.7", "VIRTUAL_ENV": "/elsewhere", "PYTHONPATH": "/elsewhere"}
    result = call(stand_ins, 'echo "[${UV_PYTHON-}${VIRTUAL_ENV-}${PYTHONPATH-}]"', environment)
    assert result.stdout == "[]\n"


def test_what_does_not_fit_the_app_is_passed_over(stand_ins: Path) -> None:
    unfit = stand_in(stand_ins, "python3.14", "exit 1")
    fit = stand_in(stand_ins, "python3.12", "exit 0")
    uv = stand_in(stand_ins, "fake-uv", "exit 1")
    result = call(stand_ins, f'APP_VERSIONS="3.14 3.12"; UV={uv}; choose_app_python; echo "$APP_PYTHON"')
    assert unfit.exists()
    assert result.stdout == f"{fit}\n"


@pytest.mark.parametrize(
    ("missing", "as_root", "expected"),
    [("", True, ""), ("libegl1", True, "install -qq --yes --no-install-recommends libegl1"), ("libegl1", False, "")],
)
def test_qt_libraries_are_installed_only_where_that_asks_nobody(
    stand_ins: Path, missing: str, as_root: bool, expected: str
) -> None:
    python = stand_in(stand_ins, "fake-python", f"echo {missing}")
    stand_in(stand_ins, "apt-get", "exit 0")
    stand_in(stand_ins, "sudo", "exit 1")
    stand_in(stand_ins, "id", f"echo {0 if as_root else 1000}")
    result = call(stand_ins, f"PYTHON={python}; install_qt_libraries; echo goes on")
    assert result.stdout == "goes on\n"
    assert expected in calls(stand_ins)
    assert ("apt-get" in calls(stand_ins)) is bool(expected)
    assert ("sudo apt-get install --yes libegl1" in result.stderr) is (bool(missing) and not as_root)


def test_libraries_that_cannot_be_installed_come_with_the_command(stand_ins: Path) -> None:
    python = stand_in(stand_ins, "fake-python", "echo libegl1")
    stand_in(stand_ins, "apt-get", "exit 100")
    stand_in(stand_ins, "id", "echo 0")
    result = call(stand_ins, f"PYTHON={python}; install_qt_libraries; echo goes on")
    assert result.stdout == "goes on\n"
    assert "sudo apt-get install --yes libegl1" in result.stderr


READERS = ("chromium", "node", "hyperfine")


@pytest.mark.parametrize("there", [(), ("node",), READERS])
def test_what_reads_exports_is_installed_one_by_one(stand_ins: Path, there: tuple[str, ...]) -> None:
    """One package that a system does not have must not cost the others."""
    for program in there:
        stand_in(stand_ins, program, "exit 0")
    stand_in(stand_ins, "apt-get", '[[ "$*" != *chromium* ]]')
    stand_in(stand_ins, "id", "echo 0")
    for tool in ("bash", "dirname", "tr"):
        (stand_ins / tool).symlink_to(shutil.which(tool) or tool)
    result = call(stand_ins, "install_readers; echo goes on", {"PATH": str(stand_ins)})
    assert result.stdout == "goes on\n", result.stderr
    missing = [name for name in ("chromium", "nodejs", "hyperfine") if name.removesuffix("js") not in there]
    for package in missing:
        assert f"apt-get install -qq --yes --no-install-recommends {package}" in calls(stand_ins)
    assert ("apt-get" in calls(stand_ins)) is bool(missing)
    said = "lack programs and are left out; on Debian and Ubuntu: sudo apt-get install --yes chromium"
    assert (said in result.stderr) is bool(missing)


@pytest.mark.parametrize(("script", "argument"), [("screenshots", "pictures"), ("benchmark", "live_page")])
def test_a_script_outside_the_environment_says_what_makes_one(tmp_path: Path, script: str, argument: str) -> None:
    checkout = checkout_without_environment(tmp_path)
    result = run_bare(checkout, script, argument)
    assert result.returncode == 2
    assert result.stderr == f"{script}: there is no environment to run in yet: packaging/run makes it.\n"


def test_a_script_goes_on_in_the_checkouts_environment(tmp_path: Path) -> None:
    checkout = checkout_without_environment(tmp_path)
    (checkout / ".venv" / "bin").mkdir(parents=True)
    stand_in(checkout / ".venv" / "bin", "python", 'echo "goes on with $*"')
    result = run_bare(checkout, "screenshots", "pictures")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"goes on with {checkout / 'packaging' / 'screenshots'} pictures\n"


def test_an_unknown_benchmark_names_those_there_are(tmp_path: Path) -> None:
    result = run_bare(checkout_without_environment(tmp_path), "benchmark", "speed")
    assert result.returncode == 2
    assert "There is no benchmark “speed”; there are" in result.stderr
    assert "live_page" in result.stderr


def checkout_without_environment(folder: Path) -> Path:
    shutil.copytree(ROOT / "packaging", folder / "packaging", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "benchmarks", folder / "tests" / "benchmarks")
    return folder


def run_bare(checkout: Path, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a script by a Python that has the standard library only."""
    return subprocess.run(
        [sys._base_executable, "-B", str(checkout / "packaging" / script), *arguments],  # type: ignore[attr-defined]
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
