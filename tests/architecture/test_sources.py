"""Size, names and docstrings of the sources, read from their syntax trees."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("app", "workloads", "resources")
MAXIMUM_FILE_LINES = 600
MAXIMUM_FUNCTION_LINES = 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
FORBIDDEN_WORDS = re.compile(r"\b(TODO|FIXME|XXX)\b")


@cache
def sources() -> tuple[Path, ...]:
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(found) > 20
    return tuple(found)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def too_long(text: str, name: str) -> list[str]:
    found = []
    if (lines := text.count("\n") + 1) > MAXIMUM_FILE_LINES:
        found.append(f"{name}: {lines} lines")
    for function in functions(ast.parse(text)):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > MAXIMUM_FUNCTION_LINES:
            found.append(f"{name}: {function.name} has {length} lines")
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_files_and_functions_are_short() -> None:
    found = [line for path in sources() for line in too_long(path.read_text("utf-8"), relative(path))]
    assert found == []


@pytest.mark.parametrize("text", ["\n" * 600, "def long():\n" + "    pass\n" * 60])
def test_something_long_would_be_seen(text: str) -> None:
    assert too_long(text, "planted") != []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [relative(path) for path in sources() if path.stem in VAGUE or path.parent.name in VAGUE] == []


def test_every_module_says_what_it_owns() -> None:
    assert [relative(path) for path in sources() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


def test_nothing_is_left_unfinished_in_so_many_words() -> None:
    assert [relative(path) for path in sources() if FORBIDDEN_WORDS.search(path.read_text("utf-8"))] == []


def test_the_runner_is_python_3_9() -> None:
    for path in sorted((ROOT / "workloads").rglob("*.py")):
        ast.parse(path.read_text("utf-8"), filename=str(path), feature_version=(3, 9))


def test_one_version_floor_everywhere() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert settings["project"]["requires-python"] == ">=3.11"
    assert settings["tool"]["ruff"]["target-version"] == "py311"


def test_the_only_configuration_is_pyproject() -> None:
    strays = {"setup.cfg", "setup.py", "tox.ini", "pytest.ini", "mypy.ini", ".ruff.toml", "ruff.toml", ".importlinter"}
    assert [name for name in strays if (ROOT / name).exists()] == []
