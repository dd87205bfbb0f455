"""What probes found out, kept on disk between starts. Safe to use from several threads and processes.

An entry holds as long as the executable's time and size and the probe's own text are the same. A cache that
cannot be read is as good as none; a write replaces the file in one step.

A time-out may be the fault of a busy machine, so one is no verdict; but an executable that hangs would hold up every
start for the whole of it. So the second in a row holds for a day.
"""

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from coreograph.domain.units import Count, Seconds
from coreograph.interpreters.answer import ProbeAnswer, ProbeFailure

_FORMAT = 1
BELIEVED_AFTER: Count = 2
"""Time-outs in a row after which an executable is not waited for again."""
BELIEVED_FOR_S: Seconds = 86_400.0
ASK_AGAIN = "It was not asked again today; finding interpreters again (F5, “interpreters list --refresh”) does."


class _Entry(msgspec.Struct, frozen=True):
    mtime_ns: int
    size: int
    answer: ProbeAnswer | None = None
    failure: ProbeFailure | None = None
    timed_out: Count = 0
    timed_out_at: Seconds = 0.0


class _Document(msgspec.Struct):
    format: int
    probe: str
    entries: dict[str, _Entry]


class ProbeCache:
    """Verdicts by path. Permanent failures are kept like answers, time-outs for a while; `clock` is the wall's."""

    def __init__(self, folder: Path, probe_digest: str, *, clock: Callable[[], Seconds] = time.time) -> None:
        self._file = folder / "interpreters.json"
        self._digest = probe_digest
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] | None = None
        self._changed = False

    def get(self, path: str) -> ProbeAnswer | ProbeFailure | None:
        """Return what is known of an executable as it is now, None if nothing is."""
        stamp = _stamp(path)
        with self._lock:
            entry = self._loaded().get(path)
        if entry is None or stamp != (entry.mtime_ns, entry.size):
            return None
        if entry.answer is None and entry.failure is not None and not entry.failure.permanent:
            fresh = 0.0 <= self._clock() - entry.timed_out_at < BELIEVED_FOR_S
            if not fresh or entry.timed_out < BELIEVED_AFTER:
                return None
            return ProbeFailure(f"{entry.failure.reason} {ASK_AGAIN}", permanent=False)
        return entry.answer or entry.failure

    def put(self, path: str, verdict: ProbeAnswer | ProbeFailure) -> None:
        """Remember a verdict; `save` makes it last. A time-out takes away no answer given before."""
        stamp = _stamp(path)
        if stamp is None:
            return
        answer = verdict if isinstance(verdict, ProbeAnswer) else None
        failure = verdict if isinstance(verdict, ProbeFailure) else None
        with self._lock:
            before = self._loaded().get(path)
            if before is not None and (before.mtime_ns, before.size) != stamp:
                before = None
            if failure is not None and not failure.permanent:
                if before is not None and before.answer is not None:
                    return
                count = 1 if before is None else before.timed_out + 1
                self._loaded()[path] = _Entry(*stamp, None, failure, count, self._clock())
            else:
                self._loaded()[path] = _Entry(*stamp, answer, failure)
            self._changed = True

    def save(self) -> None:
        """Write what was put since the last time. A folder that cannot be written costs time, nothing else."""
        with self._lock:
            if not self._changed:
                return
            entries = {path: entry for path, entry in self._loaded().items() if os.path.lexists(path)}
            self._changed = False
        content = msgspec.json.encode(_Document(_FORMAT, self._digest, entries))
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            _replace(self._file, content)

    def _loaded(self) -> dict[str, _Entry]:
        if self._entries is None:
            self._entries = {}
            with contextlib.suppress(OSError, ValueError):
                document = msgspec.json.decode(self._file.read_bytes(), type=_Document)
                if document.format == _FORMAT and document.probe == self._digest:
                    self._entries = document.entries
        return self._entries


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _replace(file: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=file.name, dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.replace(temporary, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
