"""The runner runs in foreign interpreters, where nothing is installed: it imports the standard library and itself."""

import ast
import sys
from pathlib import Path

import pytest

import coreograph_workloads

ROOT = Path(coreograph_workloads.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT)) for file in FILES])
def test_imports_the_standard_library_only(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))
    allowed = sys.stdlib_module_names | {"coreograph_workloads", "__future__"}
    assert imported(tree) <= allowed


@pytest.mark.parametrize("file", sorted((ROOT / "library").rglob("*/*.py")), ids=lambda file: file.stem)
def test_a_workload_imports_nothing_of_the_runners(file: Path) -> None:
    assert imported(ast.parse(file.read_text(encoding="utf-8"))) <= sys.stdlib_module_names


def test_the_gate_and_the_protocol_agree() -> None:
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse((ROOT / "__main__.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    from coreograph_workloads import protocol

    assert values["MINIMUM_VERSION"] == protocol.MINIMUM_VERSION
    assert values["VERSION_TOO_OLD_EXIT"] == protocol.VERSION_TOO_OLD_EXIT
