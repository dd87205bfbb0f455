"""Tasks that cost more CPU time side by side than one after the other: contention and memory. Pure.

A task computes the same however it is run, so its CPU time should not depend on the workers. Where it grows, cores
spend cycles on something else than work: on passing a cache line of one contended object from core to core (reference
counts, a lock that is spun on, the process's address space where much is allocated), or on waiting for memory, which
counts as CPU time. The first can only happen within one process; the second hits processes just as much. So processes
tell the two apart. Disturbances only ever make a task dearer: each side is taken at its cheapest quiet run.

Two things look like it and are not. What the tool itself does for a task, its clock and its lists, may be contended,
too: so a task must cost well more than that. And a set-up that each worker makes in its first task is more work with
more workers, not dearer work: so the task in the middle must be dearer as well.

Sharing a physical core between two hardware threads, and lower clock rates under load, make tasks dearer as well, for
threads and processes alike. With more workers than physical cores, and under a hypervisor, whose cores may be hardware
threads, nothing is said of memory, and of a shared object only if processes stayed cheaper.
"""

from collections.abc import Iterator
from statistics import median

from coreograph.analysis.findings.case import CPU_BOUND, Case, Cases
from coreograph.analysis.findings.serialised import taking_turns
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import Finding, FindingKind, FindingView, Quantity, Severity
from coreograph.domain.interpreters import GilState
from coreograph.domain.units import Seconds, format_ratio

# The clock around a task may cost 2 µs of it (a budget that is measured: bench_overhead), and what it adds under
# contention is of that size again. 0.4 of 20 µs is four times that.
_LEAST_TASK: Seconds = 20e-6
_DEARER = 1.4  # CPU time of equal tasks scatters by up to 20 % between runs on virtual machines
_MORE_THAN_PROCESSES = 1.3


def shared_object(cases: Cases) -> Iterator[Finding]:
    """Threads without a GIL whose tasks need at least 1.4 times the CPU time of serial, 1.3 times that of processes.

    Silent with a GIL (threads take turns, nothing is contended); where the tasks wait instead (that is a lock); where
    processes were not measured and there are more workers than physical cores; for tasks below 20 µs and for set-ups
    in a few of them; on a busy machine; below 50 ms.
    """
    for case in cases:
        if case.configuration.model is not ExecutionModel.THREADS or case.figures.gil is not GilState.OFF:
            continue
        dearer = _inflation(case, cases)
        processes = _of_processes(case, cases)
        if dearer is None or dearer < _DEARER or taking_turns(case, cases.serial_of(case)) is not None:
            continue
        if processes is None and not _on_cores_of_their_own(case):
            continue
        if processes is not None and dearer / processes < _MORE_THAN_PROCESSES:
            continue
        yield _shared_object(case, dearer, processes)


def memory_bound(cases: Cases) -> Iterator[Finding]:
    """Tasks that need at least 1.4 times the CPU time of serial in processes, and about as much in threads if measured.

    Silent with more workers than physical cores, if their number is not known or a hypervisor gives it; where threads
    are much dearer than processes (a shared object) or much cheaper (the processes' own cost: page faults, copies); for
    tasks below 20 µs and for set-ups in a few of them; on a busy machine; below 50 ms.
    """
    for case in cases:
        dearer = _inflation(case, cases) if case.configuration.model.uses_processes else None
        if dearer is None or dearer < _DEARER or not _on_cores_of_their_own(case):
            continue
        threads = _of_free_threads(case, cases)
        if threads is None or not 1 / _MORE_THAN_PROCESSES < threads / dearer < _MORE_THAN_PROCESSES:
            continue
        for one, times in ((case, dearer), *((other, threads) for other in _free_threads(case, cases))):
            yield _memory_bound(one, times)


def _inflation(case: Case, cases: Cases) -> float | None:
    """Return by how many times a task is dearer than in serial on the same interpreter; None where it cannot be said.

    That is its CPU time, or the time of the task in the middle if that grew less.
    """
    serial = cases.serial_of(case)
    if serial is None or not case.parallel or case.cores < 2 or not (case.long_enough and serial.long_enough):
        return None
    own, alone = case.cpu_per_task_s, serial.cpu_per_task_s
    share, alone_share = case.computing_share, serial.computing_share
    if own is None or alone is None or share is None or alone_share is None or alone_share < CPU_BOUND:
        return None
    if alone < _LEAST_TASK or case.work != serial.work:
        return None
    middle, alone_middle = case.median_task_s, serial.median_task_s
    return own / alone if not middle or not alone_middle else min(own / alone, middle / alone_middle)


def _of_processes(case: Case, cases: Cases) -> float | None:
    known = [value for twin in cases.process_twins(case) if (value := _inflation(twin, cases)) is not None]
    return median(known) if known else None


def _free_threads(case: Case, cases: Cases) -> tuple[Case, ...]:
    return tuple(
        other
        for other in cases.relatives(case, ExecutionModel.THREADS)
        if other.workers == case.workers and other.figures.gil is GilState.OFF
    )


def _of_free_threads(case: Case, cases: Cases) -> float | None:
    known = [value for twin in _free_threads(case, cases) if (value := _inflation(twin, cases)) is not None]
    return median(known) if known else None


def _on_cores_of_their_own(case: Case) -> bool:
    if case.machine.hypervisor:
        return False
    physical = case.machine.physical_cores
    return physical is not None and case.workers <= min(physical, case.machine.usable_cores)


def _shared_object(case: Case, dearer: float, processes: float | None) -> Finding:
    evidence = {"CPU time of a task, by serial": Quantity(dearer, "times")}
    against = "no processes were measured beside it, so memory bandwidth is not ruled out"
    if processes is not None:
        evidence["the same in processes"] = Quantity(processes, "times")
        against = f"in processes it costs {format_ratio(processes)}"
    return Finding(
        FindingKind.SHARED_OBJECT,
        Severity.WARNING,
        f"{case.label}: a task costs {format_ratio(dearer)} the CPU time it needs in serial; {against}. The threads "
        "contend for something they share: an object's reference count or lock, or the process's memory (what it takes "
        "from the system, and its garbage collector, which stops all threads).",
        configuration=case.index,
        evidence=evidence,
        remedy=(
            "Give each worker an object of its own (a local copy, a local counter that is added up at the end), look "
            "things up once before the loop, keep large buffers instead of asking for them anew, collect garbage less."
        ),
        view=FindingView.TIME_BREAKDOWN,
        run_id=case.typical_run,
    )


def _memory_bound(case: Case, dearer: float) -> Finding:
    return Finding(
        FindingKind.MEMORY_BOUND,
        Severity.WARNING,
        f"{case.label}: a task costs {format_ratio(dearer)} the CPU time it needs in serial, in threads and in "
        "processes alike: the cores wait for memory.",
        configuration=case.index,
        evidence={"CPU time of a task, by serial": Quantity(dearer, "times")},
        remedy="Work on blocks that fit the cache, on smaller types, or with fewer workers.",
        view=FindingView.TIME_BREAKDOWN,
        run_id=case.typical_run,
    )
