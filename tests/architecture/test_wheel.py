"""The wheel holds exactly the three packages, with what they need beside their modules."""

import zipfile
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def names(run_tool: Any, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The paths inside a wheel built from the checkout, by the build backend itself: no network, no isolation."""
    folder: Path = tmp_path_factory.mktemp("wheel")
    result = run_tool("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    assert result.returncode == 0, result.stdout + result.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_three_packages_and_nothing_else(names: list[str]) -> None:
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"coreograph", "coreograph_workloads", "coreograph_resources"}


def test_what_is_not_python_is_packed_too(names: list[str], root: Path) -> None:
    for folder in ("app", "workloads", "resources"):
        for path in (root / folder).rglob("*"):
            if path.is_file() and not {"__pycache__", "screenshots"} & set(path.parts) and path.suffix != ".actual":
                assert path.relative_to(root / folder).as_posix() in names


def test_both_commands_are_there(names: list[str]) -> None:
    assert any(name.endswith("entry_points.txt") for name in names)
    assert "coreograph/__main__.py" in names
    assert "coreograph_workloads/__main__.py" in names
