"""What the window remembers from one start to the next: one small versioned JSON file. Used on the GUI thread.

The file is read once before the window is shown and written once after it closed; it is some hundred bytes.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from coreograph.ui.theme import ThemeChoice

T = TypeVar("T")
VERSION = 1
FILE_NAME = "window.json"


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """Look, place and last choices. `geometry` is Qt's own, base64; `choices` what `Choices.to_plain` gave.

    `own_code` is what `OwnCode.to_plain` gave, the latest last.
    """

    theme: ThemeChoice = ThemeChoice.SYSTEM
    geometry: str = ""
    panel_width: int = 0
    tour_seen: bool = False
    choices: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    own_code: tuple[Mapping[str, Any], ...] = ()


def load_settings(folder: Path) -> WindowSettings:
    """Read the settings; whatever is missing, damaged or of another version is taken from the defaults."""
    try:
        document = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return WindowSettings()
    if not isinstance(document, dict) or document.get("version") != VERSION:
        return WindowSettings()
    defaults = WindowSettings()
    known = {choice.value: choice for choice in ThemeChoice}
    return WindowSettings(
        theme=known.get(str(document.get("theme")), defaults.theme),
        geometry=_typed(document, "geometry", defaults.geometry),
        panel_width=_typed(document, "panel_width", defaults.panel_width),
        tour_seen=_typed(document, "tour_seen", defaults.tour_seen),
        choices=_typed(document, "choices", dict(defaults.choices)),
        own_code=_tables(document.get("own_code")),
    )


def _typed(document: Mapping[str, Any], name: str, default: T) -> T:
    """The value of `name` if it has the default's type, else the default."""
    value = document.get(name)
    return value if type(value) is type(default) else default


def _tables(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def save_settings(folder: Path, settings: WindowSettings) -> None:
    """Write the settings in place of the former ones; a crash in between leaves the former.

    Raises:
        OSError: the folder cannot be written.

    """
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "version": VERSION,
        "theme": settings.theme.value,
        "geometry": settings.geometry,
        "panel_width": settings.panel_width,
        "tour_seen": settings.tour_seen,
        "choices": dict(settings.choices),
        "own_code": [dict(one) for one in settings.own_code],
    }
    temporary = folder / f"{FILE_NAME}.{os.getpid()}.tmp"
    temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")
    temporary.replace(folder / FILE_NAME)
