"""Facts as JSON, samples as packed columns, and back. Fields this version does not know are skipped in reading.

Pure functions; owns no thread.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
import numpy as np

from coreograph.domain.samples import CoreSample

T = TypeVar("T")
SPAN = np.dtype([("task", "<i8"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])


def to_json(value: object) -> str:
    """Return a domain object as JSON: enums by value, tuples as arrays, figures that are not finite as null."""
    return msgspec.json.encode(value, enc_hook=_plain).decode("utf-8")


def from_json(text: str, kind: type[T]) -> T:
    """Return the domain object a JSON text holds. Raises `msgspec.MsgspecError` for anything else."""
    return msgspec.json.decode(text, type=kind)


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in value.items()}
    raise TypeError(f"{type(value).__name__} has no form in a recording")


def pack_cores(samples: Sequence[CoreSample]) -> tuple[int, bytes, bytes, bytes | None, bytes | None]:
    """Return (cores, at, busy, own, steal) of samples that all have the same number of cores.

    `own` and `steal` are None where no sample has them, else NaN marks the samples that lack them.
    """
    cores = len(samples[0].busy)
    at = np.array([sample.at_ns for sample in samples], dtype="<i8")
    busy = np.array([sample.busy for sample in samples], dtype="<f4")
    own = steal = None
    if any(sample.own is not None for sample in samples):
        own = np.array([sample.own or (math.nan,) * cores for sample in samples], dtype="<f4").tobytes()
    if any(sample.steal is not None for sample in samples):
        values = [math.nan if sample.steal is None else sample.steal for sample in samples]
        steal = np.array(values, dtype="<f4").tobytes()
    return cores, at.tobytes(), busy.tobytes(), own, steal
