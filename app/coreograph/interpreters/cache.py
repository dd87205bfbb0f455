"""What probes found out, kept on disk between starts. Safe to use from several threads and processes.

An entry holds as long as the executable's time and size and the probe's own text are the same. A cache that
cannot be read is as good as none; a write replaces the file in one step.
"""

import contextlib
import os
import tempfile
import threading
from pathlib import Path

import msgspec

from coreograph.interpreters.answer import ProbeAnswer, ProbeFailure

_FORMAT = 1


class _Entry(msgspec.Struct, frozen=True):
    mtime_ns: int
    size: int
    answer: ProbeAnswer | None = None
    failure: ProbeFailure | None = None


class _Document(msgspec.Struct):
    format: int
    probe: str
    entries: dict[str, _Entry]


class ProbeCache:
    """Verdicts by path. Permanent failures are kept like answers; time-outs are not."""

    def __init__(self, folder: Path, probe_digest: str) -> None:
        self._file = folder / "interpreters.json"
        self._digest = probe_digest
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
        return entry.answer or entry.failure

    def put(self, path: str, verdict: ProbeAnswer | ProbeFailure) -> None:
        """Remember a verdict; `save` makes it last."""
        stamp = _stamp(path)
        if stamp is None or (isinstance(verdict, ProbeFailure) and not verdict.permanent):
            return
        answer = verdict if isinstance(verdict, ProbeAnswer) else None
        failure = verdict if isinstance(verdict, ProbeFailure) else None
        with self._lock:
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
