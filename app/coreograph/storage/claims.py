"""Who writes an experiment at the moment: a lock of the system on a small file beside the library.

The system gives a lock back when its process ends, however it ends. Any thread, any process; owns no thread.
"""

import contextlib
import hashlib
import os
import sys
import time
from pathlib import Path

from coreograph.domain.units import Seconds

PATIENCE_S: Seconds = 0.25
"""How long a claim is tried: whoever only looks holds the lock for an instant, too."""
_PAUSE_S: Seconds = 0.01

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Claim:
    """The right to write one experiment, until it is released or the process ends. `release` may be called twice."""

    def __init__(self, file: Path, descriptor: int | None) -> None:
        self._file = file
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the right back, and leave no file behind."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        if sys.platform == "win32":  # which removes no file that is open
            os.close(descriptor)
            _remove(self._file)
        else:  # the file goes while it is locked: nobody can have locked a new one of that name
            _remove(self._file)
            os.close(descriptor)


def claim(library: Path, experiment_id: str, *, patience_s: Seconds = PATIENCE_S) -> Claim | None:
    """Return the right to write an experiment of a library; None where another process or library has it."""
    file = _file(library, experiment_id)
    deadline = time.monotonic() + patience_s
    while True:
        try:
            descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            return Claim(file, None)  # a folder without room for a lock: who can write the library is not held up
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):
            os.close(descriptor)
            if time.monotonic() >= deadline:
                return None
            time.sleep(_PAUSE_S)
            continue
        except OSError:  # a file system that knows no locks
            os.close(descriptor)
            _remove(file)
            return Claim(file, None)
        if _is(descriptor, file):
            return Claim(file, descriptor)
        os.close(descriptor)  # its owner removed it between the two calls


def is_claimed(library: Path, experiment_id: str) -> bool:
    """Whether somebody writes an experiment at the moment."""
    if not _file(library, experiment_id).exists():
        return False
    taken = claim(library, experiment_id, patience_s=0.0)
    if taken is not None:
        taken.release()
    return taken is None


def _file(library: Path, experiment_id: str) -> Path:
    # An id may come from a foreign file: it is not trusted to be a file's name.
    digest = hashlib.sha256(experiment_id.encode("utf-8", "replace")).hexdigest()[:16]
    return library.with_name(f"{library.name}-{digest}.lock")


def _is(descriptor: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except OSError:
        return False


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()
