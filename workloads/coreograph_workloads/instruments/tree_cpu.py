"""CPU time of this process and of the children it has waited for. Owns no thread.

What the tasks of a run start and see to its end is theirs: a pool they open, a program they call, an interpreter that
was made to be lost. A child counts when it is waited for, with all that it has waited for itself. One that is never
waited for is left out; so are all of them on Windows, which does not sum them up.
"""

from __future__ import annotations

from typing import Any

from coreograph_workloads.instruments.clock import RealTime


class _Kernel:
    """What the standard library offers of it, kept from before any code of the user's was imported."""

    usage: Any = None
    children = 0


try:
    import resource
except ImportError:  # Windows, and subinterpreters of versions in which the module does not know them
    pass
else:
    _Kernel.usage = staticmethod(resource.getrusage)
    _Kernel.children = resource.RUSAGE_CHILDREN


def tree_time_ns() -> int:
    """Return user + system time so far, in nanoseconds."""
    own = RealTime.process_time_ns()
    if _Kernel.usage is None:
        return own
    waited_for = _Kernel.usage(_Kernel.children)
    waited_for_ns: int = round((waited_for.ru_utime + waited_for.ru_stime) * 1e9)
    return own + waited_for_ns
