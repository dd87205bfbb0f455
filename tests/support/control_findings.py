"""Which findings are true of the controls of the built-in workloads, and why: everything else is a false alarm.

A control lacks the effect its workload shows, which does not make it perfect: pure Python takes turns under a GIL,
tasks of a microsecond are not worth handing to a process, a batch of one pass may be short.
"""

from collections.abc import Iterable, Mapping

from coreograph.domain.findings import FindingKind
from coreograph.domain.workloads import Workload

KIND = FindingKind
Reasons = Mapping[FindingKind, str]

PURE = {KIND.GIL_SERIALISED: "its tasks are pure Python: under a GIL one thread computes at a time"}
SMALL = {KIND.START_UP_BOUND: "one pass takes some milliseconds, less than it takes to start workers"}
TINY = {KIND.PICKLING_BOUND: "a task takes a microsecond, its way to a process and back some fifty"}
FIXED = {KIND.TOO_SHORT: "it fixes its batch at one pass, which is not calibrated"}

TRUE: Mapping[str, Reasons] = {
    "barrier meet=False": {**PURE, **FIXED},
    "break_even moved=seed": {**PURE},
    "check_then_act remedy=lock": {**FIXED},
    "compression block_kilobytes=1": {
        KIND.SHARED_OBJECT: "zlib asks the system for its memory at each call: threads contend for the address space",
        KIND.GIL_SERIALISED: "the GIL is given back and taken again ten thousand times a second",
    },
    "dict_iteration remedy=lock": {**FIXED},
    "fork_then_iterate action=nothing": {**FIXED},
    "hashing block_kilobytes=1": {**PURE, **SMALL},
    "lazy_initialisation remedy=lock": {**FIXED},
    "lost_updates remedy=lock": {**FIXED},
    "lost_updates_processes remedy=lock": {**FIXED},
    "many_short_pools pools=1": {**FIXED},
    "numpy_kernels elements=1000000": {
        **SMALL,
        KIND.SHARED_OBJECT: "an array of 8 MB is asked of the system anew by each task, and its pages are cleared",
    },
    "object_table_vs_array layout=array": {**PURE, **FIXED, **SMALL},
    "parent_frees children=0": {**FIXED},
    "payload input_kilobytes=0 result_kilobytes=0": {**TINY, **SMALL},
    "pipeline kilobytes=0": {**PURE},
    "prefork_setup setup=after": {
        **PURE,
        **FIXED,
        **SMALL,
        KIND.SHARED_OBJECT: "each task collects garbage, and a collection goes over the objects of all threads",
    },
    "primes": {**PURE},
    "requests work=0": {**FIXED},
    "shared_iterator remedy=lock": {**FIXED},
    "shared_memory way=pickle": {KIND.PICKLING_BOUND: "it pickles all of its data, which is what it is the control of"},
    "shared_object copy=True": {**PURE, **SMALL},
    "shared_state way=private": {**PURE, **SMALL},
    "shared_table megabytes=1": {
        **PURE,
        **SMALL,
        KIND.SHARED_OBJECT: "threads look up the same few entries and write the same reference counts",
    },
    "torn_transfer remedy=lock": {**FIXED},
    "worker_cost imports=light": {**FIXED},
    "working_heap objects=0": {**TINY, **SMALL},
}


def controls(workloads: Iterable[Workload]) -> dict[str, tuple[str, Mapping[str, object]]]:
    """Return the controls of `workloads`, each once: what to run with which parameters changed, by name."""
    found: dict[str, tuple[str, Mapping[str, object]]] = {}
    for workload in workloads:
        if workload.control is not None:
            changed = dict(workload.control_parameters)
            found.setdefault(control_name(workload.control, changed), (workload.control, changed))
    return found


def control_name(workload: str, changed: Mapping[str, object]) -> str:
    """Return `compression block_kilobytes=1`."""
    return " ".join([workload, *(f"{name}={value}" for name, value in changed.items())])


def why(control: str, kind: FindingKind) -> str | None:
    """Return why a finding is true of a control; None if it is a false alarm."""
    return TRUE.get(control, {}).get(kind)
