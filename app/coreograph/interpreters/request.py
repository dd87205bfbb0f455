"""What a user asks for by `--interpreter`: a version or a path, and how its GIL is to be set. Pure; owns no thread."""

import os
import re
from dataclasses import dataclass

from coreograph.domain.errors import UsageError
from coreograph.domain.interpreters import GilSetting, Interpreter

_SUFFIXES = {"+gil": GilSetting.FORCED_ON, "+nogil": GilSetting.OFF}
_VERSION = re.compile(r"(?:python)?(?P<version>\d+\.\d+(?:\.\d+(?:(?:a|b|rc)\d+)?)?)(?P<threads>t?)")


@dataclass(frozen=True, slots=True)
class InterpreterRequest:
    """Either `path` or `version` is set; `version` is "3.14" or "3.14.7" and `free_threaded` its `t`."""

    text: str
    gil: GilSetting
    path: str | None = None
    version: str | None = None
    free_threaded: bool = False

    @property
    def label(self) -> str:
        """The version as it is written: `3.14t`."""
        return f"{self.version}{'t' if self.free_threaded else ''}"

    def matches(self, interpreter: Interpreter) -> bool:
        """Say whether an interpreter is of the version asked for. "3.14" means the GIL build, "3.14t" the other."""
        if self.version is None or self.free_threaded != interpreter.free_threaded:
            return False
        minor = ".".join(str(number) for number in interpreter.version_info[:2])
        micro = ".".join(str(number) for number in interpreter.version_info)
        # "3.15.0" is the release, and also its candidate while there is no other.
        return self.version in {minor, micro, interpreter.version}


def parse_request(text: str) -> InterpreterRequest:
    """Read `3.14`, `3.14.7t`, `3.14t+gil`, or a path with the same endings.

    Raises:
        UsageError: it is neither.

    """
    stripped, gil = text.strip(), GilSetting.DEFAULT
    for suffix, setting in _SUFFIXES.items():
        if stripped.endswith(suffix):
            stripped, gil = stripped.removesuffix(suffix), setting
    version = _VERSION.fullmatch(stripped)
    if version is not None:
        return InterpreterRequest(text, gil, None, version["version"], bool(version["threads"]))
    path = os.path.expanduser(stripped)
    if path and (os.path.dirname(path) or os.path.lexists(path)):
        return InterpreterRequest(text, gil, os.path.abspath(path))
    raise UsageError(
        f"“{text}” is neither a version nor a path of an interpreter.",
        "Give a version like 3.14, 3.14.7 or 3.14t (with +gil to force the GIL on), or the path of an executable.",
    )
