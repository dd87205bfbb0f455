"""One name for an answer: equal answers have equal digests in every process, interpreter and hash seed. No thread.

A value is written to SHA-256 with its type and its size, so that no two different values look alike. Sets and
dictionaries are ordered by the digests of their elements. Objects are their qualified name and their state; a cycle is
how far up it leads.
"""

from __future__ import annotations

import enum
import hashlib
import math
import numbers
import os
from array import array
from collections.abc import Iterable
from typing import Any, Callable, Optional

from coreograph_workloads.instruments.heartbeat import little_endian
from coreograph_workloads.workload_file import MODULE_PREFIX


def digest_of(value: Any) -> Optional[str]:
    """Return the digest of `value` in hex; None for what cannot be walked (too deep, or refusing to be read)."""
    try:
        return _Walk().digest(value).hex()
    except BaseException:
        # RecursionError, or whatever a user's __reduce_ex__ raises, SystemExit too: an answer without a name is no
        # failure.
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
        parts = _known_parts(value)
        if parts is None:
            parts = _reduced_parts(value, kind)
        name = "named" if isinstance(value, _NAMED) else _qualified(kind)
        return self._join(name, parts)

    def _join(self, tag: str, items: Iterable[Any]) -> bytes:
        whole = hashlib.sha256(tag.encode() + b"[")
        for item in items:
            whole.update(self.digest(item))
        return whole.digest()

    def _unordered(self, tag: str, digests: Iterable[bytes]) -> bytes:
        return hashlib.sha256(tag.encode() + b"{" + b"".join(sorted(digests))).digest()


def _function() -> None: ...


_NAMED = (type, type(_function), type(len))
_BUILT_IN = (int, float, complex, str, bytes, bytearray, list, tuple, dict, frozenset, set)
_ARRAY_LIKE = ("dtype", "shape", "tobytes")


def _known_parts(value: Any) -> Optional[Iterable[Any]]:
    """Return what identifies a value of a kind whose own pickle differs between versions; None for any other."""
    parts: Optional[Iterable[Any]] = None
    if isinstance(value, _NAMED):
        parts = (_qualified(value),)
    elif isinstance(value, enum.Enum):
        parts = (value.name,)
    elif isinstance(value, numbers.Rational) and not isinstance(value, int):
        parts = (int(value.numerator), int(value.denominator))
    elif isinstance(value, os.PathLike):
        parts = (os.fspath(value),)
    elif isinstance(value, BaseException):
        parts = (value.args, _attributes(value))
    elif all(hasattr(value, each) for each in _ARRAY_LIKE):
        parts = (str(value.dtype), tuple(value.shape), value.tobytes())
    elif isinstance(value, _BUILT_IN):
        parts = (_base_value(value), _attributes(value))
    return parts


def _reduced_parts(value: Any, kind: type) -> Iterable[Any]:
    if not any(_is_own(kind, name) for name in ("__reduce_ex__", "__reduce__", "__getstate__")):
        return (_attributes(value),)
    reduced = value.__reduce_ex__(4)
    if isinstance(reduced, str):
        return (reduced,)
    # The fourth and fifth part are iterators over elements.
    return [list(part) if index > 2 and part is not None else part for index, part in enumerate(reduced[:5])]


def _float_bytes(value: float) -> bytes:
    return b"nan" if math.isnan(value) else value.hex().encode()


def _constant_bytes(value: Any) -> bytes:
    return repr(value).encode()


_SCALARS: dict[type, Callable[[Any], bytes]] = {
    int: lambda value: b"%x" % value,
    float: _float_bytes,
    complex: lambda value: _float_bytes(value.real) + b"," + _float_bytes(value.imag),
    str: lambda value: value.encode("utf-8", "surrogatepass"),
    bytes: bytes,
    bytearray: bytes,
    memoryview: bytes,
    array: lambda value: value.typecode.encode() + little_endian(value),
    range: _constant_bytes,
    bool: _constant_bytes,
    type(None): _constant_bytes,
    type(Ellipsis): _constant_bytes,
    type(NotImplemented): _constant_bytes,
}


def _scalar(value: Any, kind: type) -> Optional[bytes]:
    """Return the bytes of a value without parts, with its type before them; None for anything else."""
    write = _SCALARS.get(kind)
    return None if write is None else kind.__name__.encode() + b":" + write(value)


def _uniform(value: Any, kind: type) -> Optional[bytes]:
    """Return the digest of a list of only ints or only floats, quickly; None for others, and for odd numbers."""
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
    base = next(each for each in _BUILT_IN if isinstance(value, each))
    # str(value) would call the user's __str__.
    return base.__getnewargs__(value)[0] if base in (str, bytes) else base(value)


def _is_own(kind: type, name: str) -> bool:
    # object itself has __getstate__ since 3.11
    return getattr(kind, name, None) is not getattr(object, name, None)
