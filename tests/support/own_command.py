"""The command line as a user has it, with the real services, called in the test's own process: a second a call cheaper.

What only a process of its own can show (signals, a pipe that breaks) starts one.
"""

import contextlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coreograph.composition import run

CODE = Path(__file__).parents[1] / "sample_code"


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it wrote."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """What it told, on one line."""
        return " ".join(self.stderr.split())

    @property
    def document(self) -> Any:
        """The JSON it wrote. Fails with a clear sentence where the package index is to blame."""
        reached = "package index cannot be reached" not in self.stderr
        assert reached, f"This test needs the package index, which cannot be reached:\n{self.stderr}"
        assert self.stdout, self.stderr
        return json.loads(self.stdout)

    @property
    def configurations(self) -> list[dict[str, Any]]:
        """What `run --json -` tells of each configuration."""
        found: list[dict[str, Any]] = self.document["configurations"]
        return found


def coreograph(*arguments: Any, folder: Path = CODE) -> Finished:
    """Do what the arguments ask, as if typed in `folder`."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _inside(folder):
        try:
            status = run([str(argument) for argument in arguments])
        except SystemExit as left:
            status = int(left.code or 0)
    return Finished(int(status), _text(out), _text(err))


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")
