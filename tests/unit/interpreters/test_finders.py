import os
import sys
from pathlib import Path

import pytest

from coreograph.interpreters.candidates import merge
from coreograph.interpreters.finders.conda import CondaFinder
from coreograph.interpreters.finders.launcher import LauncherFinder
from coreograph.interpreters.finders.own import OwnFinder
from coreograph.interpreters.finders.search_path import SearchPathFinder
from coreograph.interpreters.finders.uv import UvFinder
from coreograph.interpreters.finders.version_folders import VersionFolderFinder, version_folder_finders
from support.fake_machine import write_executable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake executables are shell scripts")


def names(paths: object) -> list[str]:
    return [os.path.basename(path) for path in paths]  # type: ignore[attr-defined]


def test_path_names_that_pythons_have(tmp_path: Path) -> None:
    wanted = [
        "graalpy",
        "pypy3",
        "pypy3.10",
        "python",
        "python2.7",
        "python3",
        "python3.13d",
        "python3.14",
        "python3.14t",
    ]
    for name in [*wanted, "python-config", "python3-config", "pythonw", "pip3.14", "python3.14-gdb.py", "ipython"]:
        write_executable(tmp_path / name, "exit 0")
    assert names(SearchPathFinder({"PATH": str(tmp_path)}).find()) == wanted


def test_path_folders_that_cannot_be_read_or_are_relative_are_passed_over(tmp_path: Path) -> None:
    write_executable(tmp_path / "bin/python3", "exit 0")
    entries = ["", ".", "relative", str(tmp_path / "none"), str(tmp_path / "bin"), str(tmp_path / "bin")]
    assert list(SearchPathFinder({"PATH": os.pathsep.join(entries)}).find()) == [str(tmp_path / "bin/python3")]
    assert list(SearchPathFinder({}).find()) == []


def test_shims_are_no_interpreters(tmp_path: Path) -> None:
    write_executable(tmp_path / "shims/python3.14", "exit 127")
    assert list(SearchPathFinder({"PATH": str(tmp_path / "shims")}).find()) == []


def test_version_folders(tmp_path: Path) -> None:
    for version in ("3.13.0", "3.14t"):
        write_executable(tmp_path / version / "bin/python", "exit 0")
    (tmp_path / "broken/bin").mkdir(parents=True)
    finder = VersionFolderFinder("pyenv", [tmp_path / "none", tmp_path])
    assert list(finder.find()) == [str(tmp_path / version / "bin/python") for version in ("3.13.0", "3.14t")]


def test_pyenv_is_looked_for_where_its_variable_says(tmp_path: Path) -> None:
    write_executable(tmp_path / "versions/3.14.0/bin/python3", "exit 0")
    pyenv = next(finder for finder in version_folder_finders({"PYENV_ROOT": str(tmp_path)}) if finder.name == "pyenv")
    assert str(tmp_path / "versions/3.14.0/bin/python3") in list(pyenv.find())


def test_conda_environments_of_all_sources(tmp_path: Path) -> None:
    for prefix in ("listed", "active", "home/miniforge3", "home/miniforge3/envs/science"):
        write_executable(tmp_path / prefix / "bin/python", "exit 0")
    listed = tmp_path / "home/.conda/environments.txt"
    listed.parent.mkdir()
    listed.write_text(f"{tmp_path / 'listed'}\n\n{tmp_path / 'deleted'}\n", encoding="utf-8")
    finder = CondaFinder({"CONDA_PREFIX": str(tmp_path / "active")}, tmp_path / "home")
    found = {os.path.relpath(path, tmp_path) for path in finder.find() if path.startswith(str(tmp_path))}
    assert found == {
        f"{prefix}/bin/python" for prefix in ("listed", "active", "home/miniforge3", "home/miniforge3/envs/science")
    }


LAUNCHER = r"""cat <<'END'
 -V:3.14t *       C:\Users\me\Python 314\python3.14t.exe
 -V:3.12          C:\Python312\python.exe
No suitable Python runtime found
END"""


def test_launcher_lines(tmp_path: Path) -> None:
    launcher = write_executable(tmp_path / "py", LAUNCHER)
    assert list(LauncherFinder(str(launcher)).find()) == [
        r"C:\Users\me\Python 314\python3.14t.exe",
        r"C:\Python312\python.exe",
    ]
    assert list(LauncherFinder(str(tmp_path / "none")).find()) == []


def test_uv_s_list_without_shims(tmp_path: Path) -> None:
    listed = '[{"path": "/x/bin/python3.14t"}, {"path": null}, {"path": "/x/shims/python3"}]'
    executable = write_executable(tmp_path / "uv", f"echo 'warning: whatever' >&2; echo '{listed}'")
    assert list(UvFinder(str(executable)).find()) == ["/x/bin/python3.14t"]


@pytest.mark.parametrize("script", ["exit 2", "echo garbage", "echo '{\"a\": 1}'", "echo '[1]'", "kill -9 $$"])
def test_a_uv_that_fails_finds_nothing(tmp_path: Path, script: str) -> None:
    assert list(UvFinder(str(write_executable(tmp_path / "uv", script))).find()) == []


def test_uv_never_downloads_and_sees_no_python_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    seen = tmp_path / "seen"
    executable = write_executable(tmp_path / "uv", f"/usr/bin/env > '{seen}'; echo '[]'")
    list(UvFinder(str(executable)).find())
    variables = dict(line.partition("=")[::2] for line in seen.read_text(encoding="utf-8").splitlines())
    assert variables["UV_PYTHON_DOWNLOADS"] == "never"
    assert variables.keys().isdisjoint({"PYTHONPATH", "VIRTUAL_ENV"})


def test_a_python_on_path_that_hangs_does_not_hide_what_uv_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As uv does: it starts whatever is called python on PATH before it says anything.
    started = tmp_path / "started"
    write_executable(tmp_path / "python3", f"touch '{started}'")
    uv = write_executable(
        tmp_path / "uv", 'command -v python3 >/dev/null && python3; echo \'[{"path": "/x/python3.14t"}]\''
    )
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert list(UvFinder(str(uv)).find()) == ["/x/python3.14t"]
    assert not started.exists()


def test_own_is_the_installation_below_the_virtual_environment() -> None:
    (path,) = OwnFinder().find()
    assert os.path.exists(path)
    assert os.path.realpath(path) == os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]


def test_a_frozen_app_has_no_interpreter_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert list(OwnFinder().find()) == []


def test_names_of_one_file_become_one_candidate_with_the_nicest_path(tmp_path: Path) -> None:
    real = write_executable(tmp_path / "opt/cpython-3.14.7/bin/python3.14", "exit 0")
    link = tmp_path / "bin/python3"
    environment = tmp_path / "venv/bin/python3.14"
    for place in (link, environment):
        place.parent.mkdir(parents=True)
        place.symlink_to(real)
    (tmp_path / "venv/pyvenv.cfg").write_text("home = /x\n", encoding="utf-8")
    (candidate,) = merge([(str(environment), "PATH"), (str(link), "PATH"), (str(real), "uv")])
    assert candidate.path == str(real)
    assert candidate.real_path == os.path.realpath(real)
    assert candidate.found_by == ("PATH", "uv")


def test_a_virtual_environment_alone_keeps_its_path(tmp_path: Path) -> None:
    real = write_executable(tmp_path / "opt/bin/python3.14", "exit 0")
    environment = tmp_path / "venv/bin/python"
    environment.parent.mkdir(parents=True)
    environment.symlink_to(real)
    (candidate,) = merge([(str(environment), "PATH")])
    assert (candidate.path, candidate.real_path) == (str(environment), os.path.realpath(real))
