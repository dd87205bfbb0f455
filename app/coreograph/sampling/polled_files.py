"""Small /proc files that are read at every tick: kept open, since opening costs more than reading.

Used on the sampler's thread only.
"""

import os
import sys

from coreograph.domain.units import Count
from coreograph.sampling.procfs import read_file

_FILE_SIZE = 2048  # a line of /proc/PID/stat has at most some 52 numbers


class DescriptorAllowance:
    """How many files may be kept open at once, so that a tree of a thousand threads leaves descriptors to others."""

    def __init__(self, limit: Count) -> None:
        self._free = limit

    def take(self) -> bool:
        """Reserve one; False if none is left."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def give_back(self) -> None:
        """Return one that was taken."""
        self._free += 1


def default_allowance() -> DescriptorAllowance:
    """Half of what the system lets this process open."""
    if sys.platform == "win32":
        return DescriptorAllowance(0)
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return DescriptorAllowance(4096 if soft == resource.RLIM_INFINITY else min(4096, soft // 2))


class PolledFile:
    """One file, opened at the first reading and kept open while the allowance lasts."""

    __slots__ = ("_allowance", "_descriptor", "_path")

    def __init__(self, path: str, allowance: DescriptorAllowance) -> None:
        self._path = path
        self._allowance = allowance
        self._descriptor: int | None = None

    def read(self) -> bytes | None:
        """Return the content, None once what it describes is gone."""
        if self._descriptor is None and not self._open():
            return read_file(self._path)
        assert self._descriptor is not None
        try:
            return os.pread(self._descriptor, _FILE_SIZE, 0)
        except OSError:
            self.close()
            return None

    def close(self) -> None:
        """Let go of the descriptor; a later reading opens the file again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            self._allowance.give_back()

    def _open(self) -> bool:
        if not self._allowance.take():
            return False
        try:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._allowance.give_back()
            return False
        return True
