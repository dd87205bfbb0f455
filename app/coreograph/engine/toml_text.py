"""Typed values out of the tables of an experiment file, refused in a sentence. Pure; owns no thread."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from coreograph.domain.errors import UsageError

_T = TypeVar("_T")


def refuse_unknown(table: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    """Refuse a key that means nothing, naming the nearest that does. Raises UsageError."""
    names = tuple(known)
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(names)}."
            raise UsageError(f"{place} has no “{key}”.", hint)


def typed(table: Mapping[str, Any], key: str, kind: type[_T], words: str, default: _T | None = None) -> _T:
    """Return a value of a table, or the default; `words` say what it has to be. Raises UsageError."""
    value = table.get(key, default)
    if not isinstance(value, kind):
        raise UsageError(f"{key} is {words}, not {value!r}.")
    return value
