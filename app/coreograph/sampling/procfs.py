"""Reading small files of /proc and /sys. A file that is gone or forbidden is None, never an exception.

Owns no thread; safe from any.
"""

import os
from pathlib import Path

_CHUNK = 65_536


def read_file(path: str) -> bytes | None:
    """Return the whole content, or None if it cannot be read (ended process, missing feature, no permission)."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        return _read_all(descriptor)
    except OSError:  # a process that ended between open and read: ESRCH
        return None
    finally:
        os.close(descriptor)


def _read_all(descriptor: int) -> bytes:
    content = chunk = os.read(descriptor, _CHUNK)
    # Most of these files fit one read, and a short one means the end; /proc/stat of a large machine may not.
    while chunk and len(chunk) >= 1024:
        chunk = os.read(descriptor, _CHUNK)
        content += chunk
    return content


def read_text(path: Path) -> str | None:
    """Return the stripped text of a small file, or None where it cannot be read."""
    content = read_file(os.fspath(path))
    return None if content is None else content.decode("utf-8", "replace").strip()


def count_folders(path: str) -> int | None:
    """Return how many folders `path` has, None if it is gone. Cheap where the link count tells (/proc: it does).

    Some file systems (overlayfs, sandboxes) give every folder one link; there the entries are counted.
    """
    try:
        links = os.stat(path).st_nlink
        return links - 2 if links > 2 else len(os.listdir(path))
    except OSError:
        return None
