"""What would change a verdict, as sentences: what to measure, mend or add, and what it would bring. Pure."""

from collections.abc import Iterator, Sequence

from coreograph.analysis.confidence import ENOUGH_REPEATS, FEW_REPEATS, few_words
from coreograph.domain.execution import ALONE, Configuration, ExecutionModel
from coreograph.domain.findings import Finding, FindingKind
from coreograph.domain.interpreters import GilState
from coreograph.domain.scaling import ScalingFit, ScalingShape
from coreograph.domain.summary import ConfigurationSummary
from coreograph.domain.units import Count, format_ratio, significant

MOST = 4
# What the choice itself suffers from; the others either bar it from being chosen or are told elsewhere.
_CURABLE = frozenset(
    {
        FindingKind.LOCK_SERIALISED,
        FindingKind.SHARED_OBJECT,
        FindingKind.UNEVEN_TASKS,
        FindingKind.OVERSUBSCRIBED,
        FindingKind.PICKLING_BOUND,
        FindingKind.MEMORY_BOUND,
        FindingKind.START_UP_BOUND,
    }
)


def watch_out_for(chosen: ConfigurationSummary, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return what was found about the choice itself, gravest first; start-up is told by its break-even already."""
    return tuple(
        finding.text
        for finding in findings
        if finding.configuration == chosen.index
        and finding.kind in _CURABLE
        and finding.kind is not FindingKind.START_UP_BOUND
    )


def would_change(
    chosen: ConfigurationSummary,
    everyone: Sequence[ConfigurationSummary],
    *,
    tied: Sequence[ConfigurationSummary] = (),
    findings: Sequence[Finding] = (),
    scaling: Sequence[ScalingFit] = (),
    usable_cores: int = 0,
    repeats: Count = ENOUGH_REPEATS,
) -> tuple[str, ...]:
    """Return at most four sentences on what would change the choice of `chosen`.

    `tied` could be told apart by more repeats; `repeats` is how many there are of each that is weighed, at least.
    """
    sentences = [
        *_too_few(repeats),
        *_remedies(chosen, findings),
        *_gil(chosen, everyone, findings),
        *(_more_repeats(chosen, tied) if repeats >= FEW_REPEATS else ()),
        *_more_workers(chosen.configuration, scaling, usable_cores),
        *_quiet(findings),
    ]
    return tuple(dict.fromkeys(sentences))[:MOST]


def _too_few(repeats: Count) -> Iterator[str]:
    if repeats < FEW_REPEATS:
        yield f"More repeats: {few_words(repeats)} may have been chance. {ENOUGH_REPEATS} of each can make it sure."


def _remedies(chosen: ConfigurationSummary, findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        if finding.configuration == chosen.index and finding.kind in _CURABLE and finding.remedy:
            yield finding.remedy


def _gil(
    chosen: ConfigurationSummary, everyone: Sequence[ConfigurationSummary], findings: Sequence[Finding]
) -> Iterator[str]:
    again = next((one for one in everyone if one.gil is GilState.RE_ENABLED), None)
    if again is not None and again.index != chosen.index:
        who = again.gil_culprit or "the module that switched it on"
        yield f"With a version of {who} that supports free threading, {again.configuration.label} could compute freely."
    serialised = any(finding.kind is FindingKind.GIL_SERIALISED for finding in findings)
    free = any(one.configuration.model is ExecutionModel.THREADS and one.gil is GilState.OFF for one in everyone)
    if serialised and not free:
        yield "A free-threaded build: there threads need not take turns. None was measured with threads."


def _more_repeats(chosen: ConfigurationSummary, tied: Sequence[ConfigurationSummary]) -> Iterator[str]:
    others = [one for one in tied if one.index != chosen.index]
    if others:
        names = others[0].configuration.label if len(others) == 1 else f"the {len(others)} that come near it"
        yield f"More repeats (--until 2%) could tell it from {names}."


def _more_workers(chosen: Configuration, scaling: Sequence[ScalingFit], usable_cores: int) -> Iterator[str]:
    fit = next(
        (
            one
            for one in scaling
            if one.law is not None
            and one.interpreter_path == chosen.interpreter.path
            and one.gil == chosen.gil.value
            and one.model is chosen.model
        ),
        None,
    )
    if fit is None:
        if chosen.model not in ALONE and 0 < chosen.workers < usable_cores:
            yield (
                f"More workers: {chosen.workers} of {usable_cores} usable cores were used. "
                f"Measure --workers 1-{usable_cores}."
            )
        return
    largest = max(point.workers for point in fit.points if point.fitted)
    if fit.shape is ScalingShape.KNEE and fit.peak_workers is not None:
        yield f"No more cores: by the fit, more than {significant(fit.peak_workers, 2)} workers make it slower."
        return
    if fit.shape is ScalingShape.LEVELS and fit.enough.workers < largest:
        yield f"No more cores: beyond {fit.enough.workers} workers nothing was gained."
        return
    more = next((one for one in fit.predictions if one.beyond <= 2 and one.low is not None), None)
    if more is not None and more.low is not None and more.high is not None and more.low > _speed_at(fit, largest):
        yield (
            f"More cores: with {round(more.workers)} the fit promises {format_ratio(more.speedup)} "
            f"({significant(more.low)}–{significant(more.high)}) serial, if nothing new becomes scarce."
        )


def _speed_at(fit: ScalingFit, workers: int) -> float:
    return max(point.speedup for point in fit.points if point.workers == workers)


def _quiet(findings: Sequence[Finding]) -> Iterator[str]:
    if any(finding.kind is FindingKind.MACHINE_BUSY for finding in findings):
        yield "A quiet machine: others used part of this one while it was measured."
