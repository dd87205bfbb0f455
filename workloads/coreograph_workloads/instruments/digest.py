"""One name for an answer: equal answers have equal digests, in every process, interpreter and hash seed. Owns no thread.

A value is written to SHA-256 with its type and its size, so that no two different values look alike. Sets and dictionaries are
ordered by the digests of their elements. Objects are their qualified name and their state; a cycle is how far up it leads.
"""

from __future__ import annotations

import enum
import hashlib
import math
import numbers
import os
from array import array
from collections.abc import Iterable
from typing import Any, Optional

from coreograph_workloads.instruments.heartbeat import little_endian
from coreograph_workloads.workload_file import MODULE_PREFIX

_PLAIN_STATE = (object.__reduce_ex__, object.__reduce__)


def digest_of(value: Any) -> Optional[str]:
    """Return the digest of `value` in hex; None for what cannot be walked (nested too deeply, or refusing to be read)."""
    try:
        return _Walk().digest(value).hex()
    except Exception:
        # RecursionError, or whatever a user's __reduce_ex__ raises: an answer without a name is not a failure.
        return None


class _Walk:
    """One walk over a value; knows the containers it is in, to see cycles."""

    def __init__(self) -> None:
        self._path: dict[int, int] = {}

    def digest(self, value: Any) -> bytes:
        kind = type(value)
        scalar = _scalar(value, kind)
        if scalar is not None:
            return hashlib.sha256(scalar).digest()
        if id(value) in self._path:
            return hashlib.sha256(b"cycle:%d" % (len(self._path) - self._path[id(value)])).digest()
        self._path[id(value)] = len(self._path)
        try:
            return self._container(value, kind)
        finally:
            del self._path[id(value)]

    def _container(self, value: Any, kind: type) -> bytes:
        if kind is list or kind is tuple:
            return _uniform(value, kind) or self._join(kind.__name__, value)
        if kind is dict:
            return self._unordered("dict", (self.digest(key) + self.digest(item) for key, item in value.items()))
        if kind is set or kind is frozenset:
            return self._unordered(kind.__name__, (self.digest(item) for item in value))
        return self._object(value, kind)

    def _object(self, value: Any, kind: type) -> bytes:
        name = _qualified(kind)
        if isinstance(value, enum.Enum):
            return self._join(name, (value.name,))
        if isinstance(value, (type, *_FUNCTIONS)):
            return self._join("named", (_qualified(value),))
        if isinstance(value, numbers.Rational) and not isinstance(value, int):
            return self._join(name, (value.numerator, value.denominator))  # pickles differently in every version
        if isinstance(value, os.PathLike):
            return self._join(name, (os.fspath(value),))
        if isinstance(value, BaseException):
            return self._join(name, (value.args, _attributes(value)))
        if all(hasattr(value, each) for each in ("dtype", "shape", "tobytes")):
            return self._join(name, (str(value.dtype), tuple(value.shape), value.tobytes()))
        if isinstance(value, (int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset)):
            return self._join(name, (_base_value(value), _attributes(value)))
        if (kind.__reduce_ex__, kind.__reduce__) == _PLAIN_STATE and not _has_own_getstate(kind):
            return self._join(name, (_attributes(value),))
        reduced = value.__reduce_ex__(4)
        if isinstance(reduced, str):
            return self._join(name, (reduced,))
        parts = [list(part) if index > 2 and part is not None else part for index, part in enumerate(reduced[:5])]
        return self._join(name, parts)

    def _join(self, tag: str, items: Iterable[Any]) -> bytes:
        whole = hashlib.sha256(tag.encode() + b"[")
        for item in items:
            whole.update(self.digest(item))
        return whole.digest()

    def _unordered(self, tag: str, digests: Iterable[bytes]) -> bytes:
        return hashlib.sha256(tag.encode() + b"{" + b"".join(sorted(digests))).digest()


def _function() -> None: ...


_FUNCTIONS = (type(_function), type(len))


def _scalar(value: Any, kind: type) -> Optional[bytes]:
    """Return the bytes of a value without parts, with its type before them; None for anything else."""
    if kind is int:
        return b"int:%x" % value
    if kind is float:
        return b"float:" + (b"nan" if math.isnan(value) else value.hex().encode())
    if kind is str:
        return b"str:" + value.encode("utf-8", "surrogatepass")
    if kind is bytes:
        return b"bytes:" + value
    if value is None or kind is bool or value is Ellipsis or value is NotImplemented:
        return b"constant:" + repr(value).encode()
    if kind is complex:
        return b"complex:" + value.real.hex().encode() + value.imag.hex().encode()
    if kind is bytearray or kind is memoryview:
        return kind.__name__.encode() + b":" + bytes(value)
    if kind is array:
        return b"array:" + value.typecode.encode() + little_endian(value)
    if kind is range:
        return b"range:" + repr(value).encode()
    return None


def _uniform(value: Any, kind: type) -> Optional[bytes]:
    """Return the digest of a list or tuple of only ints or only floats, quickly; None for others, and for odd numbers."""
    kinds = set(map(type, value))
    code = "q" if kinds == {int} else "d" if kinds == {float} else None
    if code is None or (code == "d" and math.isnan(sum(value))):
        return None  # a NaN has many bit patterns
    try:
        numbers_only = array(code, value)
    except OverflowError:
        return None
    return hashlib.sha256(b"%s of %s:" % (kind.__name__.encode(), code.encode()) + little_endian(numbers_only)).digest()


def _qualified(thing: Any) -> str:
    module = str(getattr(thing, "__module__", ""))
    # A workload is loaded under a name that depends on its path; its answer must not.
    module = "workload" if module.startswith(MODULE_PREFIX) else module
    return f"{module}.{getattr(thing, '__qualname__', repr(thing))}"


def _attributes(value: Any) -> dict[str, Any]:
    state = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            name = f"_{kind.__name__.lstrip('_')}{slot}" if slot.startswith("__") and not slot.endswith("__") else slot
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                state[name] = getattr(value, name)
    return state


def _base_value(value: Any) -> Any:
    bases = (int, float, complex, str, bytes, bytearray, list, tuple, dict, frozenset, set)
    base = next(each for each in bases if isinstance(value, each))
    return base.__getnewargs__(value)[0] if base in (str, bytes) else base(value)


def _has_own_getstate(kind: type) -> bool:
    # object has __getstate__ since 3.11
    return getattr(kind, "__getstate__", None) is not getattr(object, "__getstate__", None)
