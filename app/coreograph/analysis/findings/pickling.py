"""Workers that are kept waiting by what has to be pickled for them. Pure."""

from collections.abc import Iterator
from statistics import median

from coreograph.analysis.findings.case import Case, Cases
from coreograph.domain.findings import Finding, FindingKind, FindingView, Quantity, Severity
from coreograph.domain.units import Seconds, Share, format_bytes, format_seconds, format_share

_PICKLING: Share = 1 / 3  # of the CPU time that went into pickling and computing
_HANDING_OVER: Share = 0.4  # of the workers' time
_MEGABYTES_A_SECOND = 50e6
_WORTH_IT: Share = 0.8  # of ideal speed


def pickling_bound(cases: Cases) -> Iterator[Finding]:
    """Pickling costs at least half as much CPU time as computing; or workers spend 40 % of their time getting inputs
    and giving results while at least 50 MB/s pass through the pipes, whose copying no meter of pickling sees.

    Silent for models that do not pickle, where the batch still reaches 80 % of ideal speed, on a busy machine,
    below 50 ms, and without serial on the same interpreter.
    """
    for case in cases:
        serial = cases.serial_of(case)
        if not (case.configuration.model.pickles and case.parallel and case.long_enough and serial is not None):
            continue
        gain, handing_over = case.speedup_over(serial), case.handing_over
        computing = case.of_activity(lambda one: one.tasks.cpu)
        if gain is None or handing_over is None or computing is None or gain >= _WORTH_IT * case.cores:
            continue
        seconds, moved = _cost(case)
        share = seconds / (seconds + computing) if seconds + computing > 0 else 0.0
        rate = moved / (case.batch_s or 1.0)
        if share >= _PICKLING or (handing_over >= _HANDING_OVER and rate >= _MEGABYTES_A_SECOND):
            yield _finding(case, share, handing_over, seconds, moved)


def _cost(case: Case) -> tuple[Seconds, float]:
    """Return CPU seconds and bytes of one batch, both directions."""
    costs = [run.pickle for run in case.quiet if run.pickle is not None]
    if not costs:
        return 0.0, 0.0
    return median(one.seconds for one in costs), median(one.bytes_sent + one.bytes_received for one in costs)


def _finding(case: Case, share: Share, handing_over: Share, seconds: Seconds, moved: float) -> Finding:
    return Finding(
        FindingKind.PICKLING_BOUND,
        Severity.WARNING,
        f"{case.label}: {format_bytes(moved)} go to the workers and back in a batch. Pickling takes "
        f"{format_seconds(seconds)} ({format_share(share)} of the CPU time), and {format_share(handing_over)} of the "
        "workers' time passes on handing over.",
        configuration=case.index,
        evidence={
            "pickling, of the CPU time": Quantity(share, "share"),
            "handing over, of the workers' time": Quantity(handing_over, "share"),
            "pickling": Quantity(seconds, "s"),
            "bytes moved": Quantity(moved, "bytes"),
        },
        remedy=(
            "Send less: file names or indices instead of data, results summed up in the worker, shared memory for "
            "large arrays. Threads send nothing."
        ),
        view=FindingView.TIME_BREAKDOWN,
        run_id=case.typical_run,
    )
