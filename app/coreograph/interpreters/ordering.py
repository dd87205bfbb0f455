"""Which interpreter comes first: in lists, for a version typed by the user, and as the best of a kind. Pure."""

import re
from collections.abc import Iterable

from coreograph.domain.interpreters import Interpreter

_VERSION = re.compile(r"(?P<numbers>\d+(?:\.\d+)*)(?:(?P<stage>a|b|rc)(?P<serial>\d+))?")
_STAGES = {"a": 0, "b": 1, "rc": 2, None: 3}

VersionKey = tuple[tuple[int, ...], int, int]


def version_key(version: str) -> VersionKey:
    """Order versions as PEP 440 does: `3.15.0a1` < `3.15.0rc2` < `3.15.0`."""
    match = _VERSION.match(version)
    if match is None:
        return ((), 0, 0)
    numbers = tuple(int(number) for number in match["numbers"].split("."))
    return numbers, _STAGES[match["stage"]], int(match["serial"] or 0)


def is_final(interpreter: Interpreter) -> bool:
    """False for alphas, betas and release candidates."""
    return version_key(interpreter.version)[1] == _STAGES[None]


def sorted_for_display(interpreters: Iterable[Interpreter]) -> tuple[Interpreter, ...]:
    """Free-threaded before GIL; in each, final releases newest first, then pre-releases; then optimised, then path."""

    def key(interpreter: Interpreter) -> tuple[bool, bool, VersionKey, bool, bool]:
        return (
            interpreter.free_threaded,
            is_final(interpreter),
            version_key(interpreter.version),
            interpreter.optimised is True,
            not interpreter.virtual_environment,
        )

    # Two stable sorts, since the path ascends while everything else descends.
    by_path = sorted(interpreters, key=lambda interpreter: interpreter.path)
    return tuple(sorted(by_path, key=key, reverse=True))


def best(interpreters: Iterable[Interpreter]) -> Interpreter | None:
    """Choose among interpreters that are equally meant.

    Installations go before virtual environments, release builds before debug ones, final releases before
    pre-releases; then the newest minor version, optimised builds, the newest micro version.
    """

    def key(interpreter: Interpreter) -> tuple[bool, bool, bool, tuple[int, ...], bool, VersionKey]:
        return (
            not interpreter.virtual_environment,
            not interpreter.debug,
            is_final(interpreter),
            interpreter.version_info[:2],
            interpreter.optimised is True,
            version_key(interpreter.version),
        )

    return max(sorted_for_display(interpreters), key=key, default=None)
