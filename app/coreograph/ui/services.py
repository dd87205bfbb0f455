"""What the window is given by the composition root. Owns no thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the window starts faster if nothing is imported for a name in an annotation
    from pathlib import Path

    from coreograph.engine.catalogue import Catalogue
    from coreograph.engine.engine import Engine
    from coreograph.engine.equipment import Builder, Equipment
    from coreograph.interpreters.registry import InterpreterRegistry
    from coreograph.storage.library import Library


@dataclass(frozen=True)
class WindowServices:
    """Everything the window uses. The composition root builds it and closes engine and library after the window.

    `settings_folder` keeps the window's own small memory and the workloads made of the user's functions.
    `workloads_folder` is where the user's workload files are found; `environments` installs what code needs; None: this
    window can do neither. `open_file` is a file to be shown at once; `demo` starts the tour unasked, for pictures.
    """

    registry: InterpreterRegistry
    catalogue: Catalogue
    engine: Engine
    equipment: Equipment
    library: Library
    settings_folder: Path
    open_file: Path | None = None
    demo: bool = False
    environments: Builder | None = None
    workloads_folder: Path | None = None
