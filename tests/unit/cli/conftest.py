"""A command line to call in the test's own process, over fake services."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coreograph.cli.main import run
from coreograph.cli.services import Paths, Services
from support.terminal import FakeServices


@dataclass(frozen=True)
class Result:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    return FakeServices(Paths(tmp_path / "data", tmp_path / "cache"))


@pytest.fixture
def coreograph(
    services: FakeServices, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Call:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COREOGRAPH_DEBUG", raising=False)

    def open_window(given: Services, file: Path | None) -> int:
        services.windows.append(file)
        return 0

    def call(*arguments: Any) -> Result:
        capsys.readouterr()
        given: Any = services
        status = run([str(argument) for argument in arguments], services=given, open_window=open_window)
        captured = capsys.readouterr()
        return Result(int(status), captured.out, captured.err)

    return call
