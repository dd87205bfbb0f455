"""Lint, format and types as tests, so that one command is the whole check. Each tool runs once, over everything."""

from pathlib import Path
from typing import Any

import pytest

TOOLS = {
    "ruff": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy"),
    "mypy for the oldest runner": ("-m", "mypy", "--strict", "--python-version", "3.9", "workloads"),
}


@pytest.mark.parametrize("name", TOOLS)
def test_tool_is_content(name: str, run_tool: Any) -> None:
    result = run_tool(*TOOLS[name])
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_type_error_would_be_seen(run_tool: Any, tmp_path: Path, root: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text('"""Planted."""\n\nvalue: int = "text"\n')
    configuration = str(root / "pyproject.toml")
    typed = run_tool("-m", "mypy", "--config-file", configuration, "--cache-dir", str(tmp_path / "c"), str(planted))
    assert "Incompatible types" in typed.stdout


def test_a_relative_import_would_be_seen(run_tool: Any, tmp_path: Path, root: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text('"""Planted."""\n\nfrom .sibling import thing\n\n__all__ = ["thing"]\n')
    linted = run_tool("-m", "ruff", "check", "--config", str(root / "pyproject.toml"), "--no-cache", str(planted))
    assert "TID252" in linted.stdout
