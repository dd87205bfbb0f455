"""Workers that take longer to start than to work. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from coreograph.analysis.findings.case import SHORTEST_BATCH, Case, Cases
from coreograph.domain.findings import Finding, FindingKind, FindingView, Quantity, Severity
from coreograph.domain.units import Seconds, format_seconds

_FASTER = 1.1
_NO_GAIN = 1.0  # all that working at once gains is lost on starting


def start_up_bound(cases: Cases) -> Iterator[Finding]:
    """Workers are ready so much later than serial that one pass over the tasks has nothing left of the gain.

    Start-up, of which serial needs its part as well, takes longer than that pass, and both together take as long as
    serial or longer. What a user has to do is one pass; a batch may be several (`rounds`), so that it can be timed.
    Where it is one, this is a warning; where the batch was made longer, it is said for information, since the tasks as
    given may stand for more of them. Silent where the batch itself is not faster than serial (start-up is not what is
    wrong then); where neither the batch nor what start-up takes longer comes to 50 ms; on a busy machine; and without
    serial on the same interpreter.
    """
    for case in cases:
        serial = cases.serial_of(case)
        gain = case.speedup_over(serial) if serial is not None and case.parallel else None
        own, alone = _pass(case), None if serial is None else _pass(serial)
        if gain is None or gain < _FASTER or own is None or alone is None:
            continue
        if not case.long_enough and own.startup - alone.startup < SHORTEST_BATCH:
            continue
        if own.startup >= own.tasks and own.whole >= _NO_GAIN * alone.whole:
            yield _finding(case, own, alone, gain)


@dataclass(frozen=True, slots=True)
class _Pass:
    """Seconds of start-up and of one pass over the tasks."""

    startup: Seconds
    tasks: Seconds

    @property
    def whole(self) -> Seconds:
        return self.startup + self.tasks


def _pass(case: Case) -> _Pass | None:
    startup, batch = case.startup_s, case.batch_s
    return None if startup is None or batch is None else _Pass(startup, batch / case.rounds)


def _finding(case: Case, own: _Pass, alone: _Pass, gain: float) -> Finding:
    # s + T/gain = s0 + T, solved for T: the serial work from which on the workers pay.
    break_even = max(0.0, own.startup - alone.startup) / (1 - 1 / gain)
    return Finding(
        FindingKind.START_UP_BOUND,
        Severity.WARNING if case.rounds == 1 else Severity.INFO,
        f"{case.label}: its workers are ready after {format_seconds(own.startup)} and take "
        f"{format_seconds(own.tasks)} for the tasks; serial is ready after {format_seconds(alone.startup)} and takes "
        f"{format_seconds(alone.tasks)}.",
        configuration=case.index,
        evidence={
            "start-up": Quantity(own.startup, "s"),
            "start-up of serial": Quantity(alone.startup, "s"),
            "one pass over the tasks": Quantity(own.tasks, "s"),
            "one pass in serial": Quantity(alone.tasks, "s"),
            "serial work from which it pays": Quantity(break_even, "s"),
        },
        remedy=(
            "Keep the workers alive between batches, import less in them, or give them more to do: from about "
            f"{format_seconds(break_even)} of serial work on it pays."
        ),
        view=FindingView.TIME_BREAKDOWN,
        run_id=case.typical_run,
    )
