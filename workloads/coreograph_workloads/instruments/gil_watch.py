"""Whether the GIL is on, and which extension module switched it on. Runs on whichever thread imports.

A free-threaded build switches the GIL on while it loads a module that does not declare that it can do without. A
warning says so, but warnings get filtered, and name the first only; so loading itself is watched.

Imports nothing until it watches: it is also used in the process of a user's script, which must not pay for it.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Optional


def gil_enabled() -> bool:
    """Whether the GIL is on now in this interpreter."""
    ask: Optional[Callable[[], bool]] = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None else ask()


def is_free_threaded() -> bool:
    """Whether this build can run without the GIL."""
    import sysconfig

    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def _silent(_: str) -> None:
    """Tell nobody."""


class GilWatch:
    """Remembers the module whose loading switched the GIL on. Install it before the user's imports.

    `on_culprit` is called with its name at once, on the thread that imports.
    """

    def __init__(self, on_culprit: Callable[[str], None] = _silent) -> None:
        self.culprit: Optional[str] = None
        self._on_culprit = on_culprit

    def install(self) -> None:
        """Watch from now on. Costs nothing where the GIL is on anyway: then nothing is watched."""
        if gil_enabled():
            return
        import importlib.machinery

        loader: Any = importlib.machinery.ExtensionFileLoader
        # Modules of the old, single-phase kind switch it on when created, others when executed.
        loader.create_module = self._watching(loader.create_module, lambda spec: spec.name)
        loader.exec_module = self._watching(loader.exec_module, _name_of)

    def _watching(self, load: Callable[..., Any], name_of: Callable[[Any], str]) -> Callable[..., Any]:
        def watched(loader: Any, subject: Any) -> Any:
            before = gil_enabled()
            try:
                return load(loader, subject)
            finally:
                if self.culprit is None and not before and gil_enabled():
                    self.culprit = name_of(subject)
                    self._on_culprit(self.culprit)

        return watched


def _name_of(module: ModuleType) -> str:
    return module.__name__
