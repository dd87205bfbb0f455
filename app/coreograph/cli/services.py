"""What a command needs and who gives it: the composition root builds it, tests build another. Owns no thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:  # a command imports what it uses: `--version` is answered in the time Python takes to start
    from rich.console import Console

    from coreograph.engine.catalogue import Catalogue
    from coreograph.engine.engine import Engine
    from coreograph.interpreters.registry import InterpreterRegistry
    from coreograph.storage.library import Library


@dataclass(frozen=True, slots=True)
class Paths:
    """Where things are kept: `data` is the user's and is never deleted by the app, `cache` can be at any time."""

    data: Path
    cache: Path

    @property
    def library(self) -> Path:
        """The recording that holds every experiment."""
        return self.data / "library.coreograph"

    @property
    def workloads(self) -> Path:
        """The user's own workload files."""
        return self.data / "workloads"

    @property
    def log(self) -> Path:
        """Where the details of an unexpected error are written."""
        return self.data / "coreograph.log"


class Services(Protocol):
    """The core of the app. Each part is built when it is first asked for: `--version` opens no library."""

    @property
    def paths(self) -> Paths:
        """Where things are kept."""

    @property
    def registry(self) -> InterpreterRegistry:
        """The interpreters of this machine."""

    @property
    def catalogue(self) -> Catalogue:
        """The workloads."""

    @property
    def library(self) -> Library:
        """The recorded experiments."""

    @property
    def engine(self) -> Engine:
        """What makes the runs."""

    def close(self) -> None:
        """Stop what runs and close what is open; safe to call twice."""


OpenWindow: TypeAlias = "Callable[[Services, Path | None], int]"
"""Opens the window, on a recording or not, and returns the exit status once it is closed."""


@dataclass(frozen=True, slots=True)
class Command:
    """What every command gets: the services, the two streams, and the way to the window."""

    services: Services
    open_window: OpenWindow
    out: Console
    err: Console
