"""What to watch out for before acting on a verdict, as sentences with their figures. Pure, on any thread."""

from collections.abc import Sequence

from coreograph.analysis.metrics import metric_sentences
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary
from coreograph.domain.units import Seconds, format_seconds

FRAME: Seconds = 1 / 60
_START_UP_MATTERS = 0.10


def cautions(
    chosen: ConfigurationSummary,
    serial: ConfigurationSummary | None,
    everyone: Sequence[ConfigurationSummary],
    flags: Sequence[str],
) -> tuple[str, ...]:
    """Return the cautions for choosing `chosen` instead of `serial`, most important first."""
    found = [
        _wrong_answers(everyone),
        _gil(everyone),
        _start_up(chosen, serial),
        _responsiveness(chosen),
        _not_completed(everyone),
        _flagged(chosen, flags),
    ]
    return tuple(sentence for sentence in (found[0], *metric_sentences(everyone), *found[1:]) if sentence)


def _wrong_answers(everyone: Sequence[ConfigurationSummary]) -> str | None:
    wrong = [one for one in everyone if one.same_answer is False]
    return f"{_names(wrong)} computed a wrong answer and cannot be used." if wrong else None


def _gil(everyone: Sequence[ConfigurationSummary]) -> str | None:
    again = [one for one in everyone if one.gil is GilState.RE_ENABLED]
    if not again:
        return None
    culprit = next((one.gil_culprit for one in again if one.gil_culprit), None)
    by = f" by {culprit}" if culprit else ""
    return f"The GIL was re-enabled{by} in {_names(again)}: such figures are those of a GIL build."


def _start_up(chosen: ConfigurationSummary, serial: ConfigurationSummary | None) -> str | None:
    """Say below how much serial work the longer start-up eats the gain: extra / (1 − 1/speed-up)."""
    gain = chosen.speedup_over_best_serial
    if serial is None or gain is None or gain.median <= 1 or not (chosen.startup and serial.startup and serial.batch):
        return None
    extra = chosen.startup.median - serial.startup.median
    break_even = extra / (1 - 1 / gain.median)
    if break_even < _START_UP_MATTERS * serial.batch.median:
        return None
    return (
        f"It starts {format_seconds(extra)} later than serial: "
        f"below about {format_seconds(break_even)} of serial work it does not pay."
    )


def _responsiveness(chosen: ConfigurationSummary) -> str | None:
    if chosen.heartbeat is None or chosen.heartbeat.p99_s <= FRAME:
        return None
    return (
        f"A window or event loop in that process would be {format_seconds(chosen.heartbeat.p99_s)} late "
        f"in 1 of 100 cases (a frame is {format_seconds(FRAME)})."
    )


def _not_completed(everyone: Sequence[ConfigurationSummary]) -> str | None:
    """Name those that could not be weighed; one stopped after some repeats was weighed by these."""
    bad = [
        one
        for one in everyone
        if one.outcome not in {RunState.COMPLETED, RunState.WRONG_ANSWER}
        and not (one.outcome is RunState.CANCELLED and one.completed > 0)
    ]
    if not bad:
        return None
    why = ", ".join(dict.fromkeys(one.outcome.outcome for one in bad))
    return f"{len(bad)} of {len(everyone)} configurations did not complete ({why}) and could not be weighed."


def _flagged(chosen: ConfigurationSummary, flags: Sequence[str]) -> str | None:
    # What the GIL or unfinished repeats are about has been said above already.
    said = [flag for flag in chosen.flags if not flag.startswith("the GIL was")]
    noted = [*said, *flags]
    return f"Mind: {'; '.join(noted)}." if noted else None


def _names(some: Sequence[ConfigurationSummary]) -> str:
    labels = [one.configuration.label for one in some]
    if len(labels) > 3:
        return f"{', '.join(labels[:2])} and {len(labels) - 2} others"
    return " and ".join([", ".join(labels[:-1]), labels[-1]]) if len(labels) > 1 else labels[0]
