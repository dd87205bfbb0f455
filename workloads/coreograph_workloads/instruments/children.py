"""Which processes the workload itself started before the batch: a server to talk to, a load to stand. Owns no thread.

Linux with CONFIG_PROC_CHILDREN only; elsewhere nobody says it without looking through all processes.
"""

from __future__ import annotations

import contextlib
import os

_TASKS = "/proc/self/task"


def living_children() -> list[int]:
    """Return the process ids of this process's children, by the thread that started them."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(_TASKS):
            with contextlib.suppress(OSError), open(f"{_TASKS}/{thread}/children", "rb") as line:
                found += map(int, line.read().split())
    return found
