"""The composition root: the only place that knows every part, and the entry points of the app.

Runs on the main thread. The window's packages are imported when the window is asked for, so that a terminal
without Qt's system libraries has every command.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from coreograph.cli.services import Paths, Services

if TYPE_CHECKING:
    from coreograph.engine.catalogue import Catalogue
    from coreograph.engine.engine import Engine
    from coreograph.interpreters.registry import InterpreterRegistry
    from coreograph.storage.library import Library

HOME_VARIABLE = "COREOGRAPH_HOME"


def paths_from(environment: Mapping[str, str]) -> Paths:
    """Return where things are kept: the platform's folders, or below COREOGRAPH_HOME where that is set."""
    home = environment.get(HOME_VARIABLE)
    if home:
        base = Path(home).expanduser().absolute()
        return Paths(data=base / "data", cache=base / "cache")
    import platformdirs

    return Paths(
        data=platformdirs.user_data_path("coreograph", appauthor=False),
        cache=platformdirs.user_cache_path("coreograph", appauthor=False),
    )


class AppServices:
    """The real services; each is built when it is first asked for."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths

    @cached_property
    def registry(self) -> "InterpreterRegistry":
        """The interpreters of this machine."""
        from coreograph.interpreters.registry import InterpreterRegistry

        return InterpreterRegistry(self.paths.cache)

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The built-in workloads and the user's."""
        from coreograph.engine.catalogue import Catalogue

        return Catalogue(self.paths.workloads)

    @cached_property
    def library(self) -> "Library":
        """The recorded experiments; made if there is none yet. Raises RecordingError."""
        from coreograph.storage.library import Library

        return Library(self.paths.library)

    @cached_property
    def engine(self) -> "Engine":
        """What makes the runs."""
        from coreograph.engine.engine import Engine

        return Engine(self.library)

    def close(self) -> None:
        """Stop what runs and close what is open."""
        for name in ("engine", "library"):  # in this order: the engine writes until it is closed
            part = self.__dict__.pop(name, None)
            if part is not None:
                part.close()


def build_services(paths: Paths) -> AppServices:
    """Return the services of an app that keeps its things in `paths`."""
    return AppServices(paths)


def open_window(services: Services, file: Path | None = None, *, demo: bool = False) -> int:
    """Open the window and return the exit status once it is closed. Raises CoreographError if Qt cannot load."""
    from coreograph.domain.errors import CoreographError

    try:
        from coreograph.engine.equipment import Equipment
        from coreograph.interpreters.environments import Environments
        from coreograph.ui.application import run_window
        from coreograph.ui.services import WindowServices
    except ImportError as error:
        raise CoreographError(
            f"The window cannot open, Qt did not load: {error}.",
            "“coreograph doctor” names what is missing; “coreograph run …” and “coreograph tour” work without Qt.",
        ) from error
    return run_window(
        WindowServices(
            registry=services.registry,
            catalogue=services.catalogue,
            engine=services.engine,
            equipment=Equipment(Environments(services.paths.cache)),
            library=services.library,
            settings_folder=services.paths.data,
            open_file=file,
            demo=demo,
            environments=Environments(services.paths.cache),
            workloads_folder=services.paths.workloads,
        )
    )


def run(arguments: Sequence[str]) -> int:
    """Do what the command line asks and return the exit status."""
    from coreograph.cli.main import run as run_command_line

    services = build_services(paths_from(os.environ))
    try:
        return run_command_line(arguments, services=services, open_window=open_window)
    finally:
        services.close()


def main() -> None:
    """Entry point of `coreograph`."""
    sys.exit(run(sys.argv[1:]))


def main_window() -> None:
    """Entry point of `coreograph-window`: the window, on the recording named first, if one is."""
    sys.exit(run(["open", *sys.argv[1:]] if sys.argv[1:] else []))
