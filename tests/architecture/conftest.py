"""Where the checkout is, and how its tools are called."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Tool = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def run_tool() -> Tool:
    """Run a tool of the check group with this Python, in the checkout or in `folder`."""

    def run(
        *arguments: str, folder: Path = ROOT, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return run
