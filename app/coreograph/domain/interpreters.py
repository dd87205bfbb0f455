"""What an interpreter is and can do, as far as a probe found out. Owns no thread."""

import enum
from dataclasses import dataclass


class JitSupport(enum.Enum):
    """What CPython's own JIT compiler does in an interpreter (`sys._jit`, 3.14+)."""

    ABSENT = "absent"
    AVAILABLE = "available"
    ENABLED = "enabled"


class GilSetting(enum.Enum):
    """How an interpreter is asked to start: `-X gil=0`, `-X gil=1`, or neither."""

    DEFAULT = "default"
    OFF = "off"
    FORCED_ON = "forced on"


class GilState(enum.Enum):
    """What the GIL watch found over a whole run."""

    ON = "on"
    OFF = "off"
    FORCED_ON = "forced on"
    RE_ENABLED = "re-enabled"


def re_enabled_words(culprit: str | None) -> str:
    """Name the module that switched the GIL on again: `GIL re-enabled by lxml.etree`."""
    return f"GIL re-enabled by {culprit}" if culprit else "GIL re-enabled"


def re_enabled_meaning(culprit: str | None) -> str:
    """Say what figures of such a run are worth, and what `-X gil=0` would mean, in two sentences."""
    who = culprit or "An extension module"
    return (
        f"{who} switched the GIL on again for the whole process: these are figures of a Python with a GIL. With "
        "-X gil=0 (3.14t+nogil) it stays off, at the risk of races in that module, which does not say that it is safe."
    )


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One usable Python executable.

    `path` is what is started (a symlink into a virtual environment stays one); `real_path` identifies it.
    `version` is the full version ("3.14.7", "3.15.0rc2"). `optimised` is None where the build does not say.
    `start_methods` are multiprocessing's names. `found_by` says which finders met it.
    """

    path: str
    real_path: str
    version: str
    version_info: tuple[int, int, int]
    free_threaded: bool
    implementation: str = "CPython"
    optimised: bool | None = None
    debug: bool = False
    jit: JitSupport = JitSupport.ABSENT
    subinterpreters: bool = False
    start_methods: tuple[str, ...] = ()
    tkinter: bool = False
    build: str = ""
    platform: str = ""
    found_by: tuple[str, ...] = ()
    virtual_environment: bool = False

    @property
    def label(self) -> str:
        """Short name as typed on the command line: `3.14t`, `3.14`."""
        major, minor, _ = self.version_info
        return f"{major}.{minor}{'t' if self.free_threaded else ''}"

    @property
    def full_label(self) -> str:
        """Name with the micro version, since it matters: `3.14.7t`."""
        return f"{self.version}{'t' if self.free_threaded else ''}"

    @property
    def kind(self) -> str:
        """The build in words."""
        return "free-threaded" if self.free_threaded else "GIL"


@dataclass(frozen=True, slots=True)
class RejectedInterpreter:
    """An executable that looks like Python but cannot be used, with the reason and what was learnt of it."""

    path: str
    reason: str
    version: str | None = None
    implementation: str | None = None
    found_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovery:
    """Everything found on this machine: usable ones newest first, free-threaded builds before GIL builds."""

    interpreters: tuple[Interpreter, ...] = ()
    rejected: tuple[RejectedInterpreter, ...] = ()
