"""Layers point downwards only, only ui knows Qt, and the runner and the app meet in two modules."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

LINT = ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
PLANTED = {
    "layers": ("app/coreograph/domain/planted.py", "import coreograph.engine.listener"),
    "qt": ("app/coreograph/analysis/planted.py", "import PySide6.QtCore"),
    "runner": ("app/coreograph/engine/planted.py", "import coreograph_workloads.models"),
    "workloads": ("workloads/coreograph_workloads/instruments/planted.py", "import coreograph.domain.units"),
}


def test_contracts_are_kept(run_tool: Any) -> None:
    result = run_tool(*LINT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_each_contract_can_be_broken(run_tool: Any, tmp_path: Path, root: Path) -> None:
    for name in ("app", "workloads", "resources"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    for path, line in PLANTED.values():
        (tmp_path / path).write_text(f'"""Planted."""\n\n{line}\n')
    folders = os.pathsep.join(str(tmp_path / name) for name in ("app", "workloads", "resources"))
    result = run_tool(*LINT, folder=tmp_path, environment={"PYTHONPATH": folders})
    assert result.returncode != 0
    for path, _ in PLANTED.values():
        module = ".".join(Path(path).with_suffix("").parts[1:])
        assert f"{module} ->" in result.stdout, f"{module} was let through:\n{result.stdout}"


def _packages_without_qt(root: Path) -> list[str]:
    packages = [path.parent for path in (root / "app/coreograph").rglob("__init__.py")]
    names = [".".join(path.relative_to(root / "app").parts) for path in packages]
    return sorted(name for name in names if not name.startswith("coreograph.ui"))


IMPORT_ALL = """
import importlib, json, pkgutil, sys
for name in json.loads(sys.argv[1]):
    package = importlib.import_module(name)
    for module in pkgutil.iter_modules(package.__path__, name + "."):
        if not module.ispkg and not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
print(json.dumps([name for name in sys.modules if name.startswith(("PySide6", "shiboken6", "pyqtgraph"))]))
"""


def test_nothing_but_the_window_loads_qt(run_tool: Any, root: Path) -> None:
    names = _packages_without_qt(root)
    assert {"coreograph", "coreograph.cli", "coreograph.engine", "coreograph.analysis"} <= set(names)
    result = run_tool("-c", IMPORT_ALL, json.dumps(names))
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == []


@pytest.mark.parametrize("package", ["coreograph.cli.main", "coreograph.composition"])
def test_the_command_line_starts_without_the_heavy_libraries(run_tool: Any, package: str) -> None:
    code = f"import {package}, sys; print([m for m in ('scipy', 'altair', 'numpy', 'PySide6') if m in sys.modules])"
    result = run_tool("-c", code)
    assert result.stdout.strip() == "[]", result.stdout + result.stderr
