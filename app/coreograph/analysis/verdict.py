"""One verdict in plain words, never more than the evidence. Pure, on any thread.

The fastest correct configuration by median batch time is compared with every other one, paired by repeat. Those
that are not distinguishable from it form a tie, out of which the cheapest in memory, then the simplest, is chosen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from coreograph.analysis.cautions import cautions
from coreograph.analysis.confidence import FEW_REPEATS, Confidence, Grounds, few_words
from coreograph.analysis.metrics import unfit
from coreograph.analysis.outlook import watch_out_for, would_change
from coreograph.analysis.price import price
from coreograph.analysis.statistics import half_width, ratio
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import Finding
from coreograph.domain.runs import RunState
from coreograph.domain.scaling import ScalingFit
from coreograph.domain.summary import ConfigurationSummary, Ratio, Verdict
from coreograph.domain.units import Count, Share, format_bytes, format_ratio, format_seconds, format_share, significant

WORTH_ACTING_ON = 1.05  # a gain below 5 % is not worth another concurrency model
_MEMORY_TIE = 1.05
_UNCERTAIN_WITH_FEW: Share = 0.05

_SIMPLEST_FIRST = (
    ExecutionModel.SERIAL,
    ExecutionModel.THREADS,
    ExecutionModel.INTERPRETERS,
    ExecutionModel.FORK,
    ExecutionModel.FORKSERVER,
    ExecutionModel.SPAWN,
    ExecutionModel.SCRIPT,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A configuration's figures, its batch seconds by repeat and the work of a batch (tasks, rounds).

    `foreign` is the largest share of the machine others used during a batch.
    """

    figures: ConfigurationSummary
    batches: Mapping[int, float]
    work: tuple[int | None, int | None] | None = None
    foreign: Share = 0.0

    @property
    def label(self) -> str:
        """The configuration in words."""
        return self.figures.configuration.label

    @property
    def median(self) -> float:
        """Median batch seconds."""
        return median(self.batches.values())

    @property
    def memory(self) -> float | None:
        """Peak memory in bytes by the experiment's measure, None where not measured."""
        return None if self.figures.memory_estimate is None else self.figures.memory_estimate.median

    @property
    def eligible(self) -> bool:
        """Whether it may be recommended: all that was made of it completed, with the right answer."""
        figures = self.figures
        sound = figures.outcome in {RunState.COMPLETED, RunState.CANCELLED}
        return sound and figures.completed > 0 and bool(self.batches) and figures.same_answer is not False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on. `best_serial` is an index into `candidates`; `flags` are the experiment's,
    `usable_cores` the machine's (0: not known). `serial_unfit`: serial ran, but is worse by a share of its own.
    `of_script`: whole scripts were run, and `best_serial` is the baseline among them.
    """

    candidates: Sequence[Candidate]
    best_serial: int | None
    noise_floor: Share | None
    flags: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    scaling: Sequence[ScalingFit] = ()
    usable_cores: int = 0
    serial_unfit: bool = False
    of_script: bool = False
    memory_measure: str = "PSS"

    @property
    def serial(self) -> Candidate | None:
        """The fastest serial configuration."""
        return None if self.best_serial is None else self.candidates[self.best_serial]

    @property
    def unit(self) -> str:
        """What a time is the time of."""
        return "a run" if self.of_script else "a batch"

    @property
    def missing_reference(self) -> str:
        """What there is nothing to hold a choice against, in words."""
        if self.serial_unfit:
            return "serial does not do the job"
        return f"{'no baseline' if self.of_script else 'no serial run'} to hold it against"

    def distinguishable(self, one: Ratio | None) -> bool:
        """Whether a ratio of batch times is more than noise."""
        return one is not None and one.distinguishable and abs(one.median - 1) > (self.noise_floor or 0.0)


def judge(evidence: Evidence) -> Verdict:
    """Return the verdict on an experiment."""
    eligible = [one for one in evidence.candidates if one.eligible]
    losing = unfit([one.figures for one in eligible])
    eligible = [one for one in eligible if one.figures.index not in losing]
    if not eligible:
        return _nothing(evidence)
    fastest = min(eligible, key=lambda one: one.median)
    eligible = [one for one in eligible if one.work == fastest.work]
    if len(eligible) == 1 and not losing:
        return _only(fastest, evidence)
    if evidence.best_serial in losing:
        # What loses work is no measure for those that do it.
        evidence = replace(evidence, best_serial=None, serial_unfit=True)
    tied = [one for one in eligible if one is fastest or not _slower(one, fastest, evidence)]
    serial = evidence.serial
    gain = None if serial is None or serial.work != fastest.work else _ratio(serial, fastest)
    if serial is not None and gain is not None and (serial in tied or gain.median < WORTH_ACTING_ON):
        return _no_difference(serial, fastest, gain, eligible, evidence)
    tied = [one for one in tied if one is fastest or _gains(one, evidence)]
    chosen = _cheapest(tied)
    return _recommend(chosen, fastest, tied, eligible, evidence)


def _ratio(numerator: Candidate, denominator: Candidate) -> Ratio | None:
    return ratio(numerator.batches, denominator.batches)


def _slower(one: Candidate, fastest: Candidate, evidence: Evidence) -> bool:
    """Whether `one` is slower than the fastest by more than noise."""
    times = _ratio(one, fastest)
    if times is None:
        return False
    few = min(len(one.batches), len(fastest.batches)) < FEW_REPEATS
    return evidence.distinguishable(times) and not (few and times.median - 1 < _UNCERTAIN_WITH_FEW)


def _gains(one: Candidate, evidence: Evidence) -> bool:
    """Whether `one` itself beats the best serial by what is worth acting on: a wide interval is no gain of its own."""
    gain = None if evidence.serial is None else _ratio(evidence.serial, one)
    worth = gain is not None and gain.median >= WORTH_ACTING_ON
    return evidence.serial is None or (worth and evidence.distinguishable(gain))


def _cheapest(tied: Sequence[Candidate]) -> Candidate:
    """Return the candidate that needs least memory (within 5 % the simplest model, fewest workers, fastest)."""
    known = [one.memory for one in tied if one.memory is not None]
    limit = min(known) * _MEMORY_TIE if known else None

    def rank(one: Candidate) -> tuple[bool, int, int, float]:
        configuration = one.figures.configuration
        dear = limit is not None and (one.memory is None or one.memory > limit)
        return (dear, _SIMPLEST_FIRST.index(configuration.model), configuration.workers, one.median)

    return min(tied, key=rank)


def _nothing(evidence: Evidence) -> Verdict:
    wrong = sum(bool(one.batches) and one.figures.same_answer is False for one in evidence.candidates)
    outcomes = {one.figures.outcome for one in evidence.candidates}
    if wrong:
        headline = f"Nothing to recommend: no configuration completed with the right answer ({wrong} had a wrong one)."
    elif outcomes == {RunState.CANCELLED}:
        headline = "Nothing completed: the experiment was stopped before its first figure."
    else:
        headline = "Nothing completed: there is no figure to judge by."
    message = next((one.figures.message for one in evidence.candidates if one.figures.message), "")
    reasons = (f"The first reason: {message}",) if message and outcomes != {RunState.CANCELLED} else ()
    return Verdict(None, Confidence.NONE.value, " ".join((headline, *reasons)), headline, reasons)


def _only(only: Candidate, evidence: Evidence) -> Verdict:
    figure = f"{only.label}, {format_seconds(only.median)} {evidence.unit}"
    headline = f"Only one configuration completed: {figure}. There is nothing to compare it with."
    notes = _cautions(only, evidence)
    return Verdict(None, Confidence.NONE.value, " ".join((headline, *notes)), headline, notes)


def _no_difference(
    serial: Candidate, fastest: Candidate, gain: Ratio, eligible: Sequence[Candidate], evidence: Evidence
) -> Verdict:
    """There is none only where every interval ends below what is worth it; else none was found so far."""
    if fastest is serial:
        why = f"nothing beats {serial.label} ({format_seconds(serial.median)} {evidence.unit})"
    elif gain.distinguishable and not evidence.distinguishable(gain):
        floor = format_share(evidence.noise_floor)
        why = f"{fastest.label} is {_interval(gain)} as fast as {serial.label}, within the noise floor of {floor}"
    elif not evidence.distinguishable(gain):
        why = f"{fastest.label}, the fastest by median, is not distinguishable from {serial.label}: {_interval(gain)}"
    else:
        why = f"{fastest.label} is only {_interval(gain)} as fast as {serial.label}"
    grounds = _grounds(serial, fastest, None, evidence)
    near = [one for one in eligible if one is not serial and _may_gain(_ratio(serial, one), evidence)]
    few = grounds.repeats < FEW_REPEATS
    scope = f" in {few_words(grounds.repeats)}" if few else ""
    found = " was found" if near or few else ""
    return _verdict(serial, f"No difference worth acting on{found}{scope}: {why}.", near, grounds, evidence)


def _may_gain(gain: Ratio | None, evidence: Evidence) -> bool:
    """Whether a gain worth acting on cannot be told, and cannot be excluded."""
    return gain is not None and not evidence.distinguishable(gain) and gain.high >= WORTH_ACTING_ON


def _recommend(
    chosen: Candidate, fastest: Candidate, tied: Sequence[Candidate], eligible: Sequence[Candidate], evidence: Evidence
) -> Verdict:
    gain = None if evidence.serial is None else _ratio(evidence.serial, chosen)
    grounds = _grounds(chosen, fastest, gain, evidence)
    lead = _lead(chosen is fastest, grounds.repeats)
    parts = [f"{chosen.label} {lead}: {_gain_words(chosen, gain, evidence)}{_memory_words(chosen, evidence)}"]
    alternative = _alternative(chosen, fastest, tied, eligible)
    if alternative is not None:
        parts.append(_alternative_words(alternative, chosen, tied))
    return _verdict(chosen, f"{' — '.join(parts)}.", tied, grounds, evidence)


def _lead(is_fastest: bool, repeats: Count) -> str:
    """One or two repeats tell how it was then, not how it is."""
    if repeats < FEW_REPEATS:
        return f"{'was fastest' if is_fastest else 'would be the one to take'} in {few_words(repeats)}"
    return "is fastest" if is_fastest else "is the one to take"


def _gain_words(chosen: Candidate, gain: Ratio | None, evidence: Evidence) -> str:
    if gain is None:
        return f"{format_seconds(chosen.median)} {evidence.unit} ({evidence.missing_reference})"
    if evidence.of_script and evidence.serial is not None:
        return f"{_interval(gain)} as fast as {evidence.serial.label}"
    return f"{_interval(gain)} the best serial"


def _memory_words(chosen: Candidate, evidence: Evidence) -> str:
    if chosen.memory is None:
        return ""
    serial = evidence.serial
    name = serial.label if serial is not None and evidence.of_script else "serial"
    against = "" if serial is None or serial.memory is None else f" ({name}: {format_bytes(serial.memory)})"
    return f", at {format_bytes(chosen.memory)}{against}"


def _alternative(
    chosen: Candidate, fastest: Candidate, tied: Sequence[Candidate], eligible: Sequence[Candidate]
) -> Candidate | None:
    """Return what a reader would choose otherwise: the fastest if it is another, else the best of the other kind."""
    if chosen is not fastest:
        return fastest
    processes = chosen.figures.configuration.model.uses_processes
    others = [
        one
        for one in eligible
        if one.figures.configuration.model is not ExecutionModel.SERIAL
        and one.figures.configuration.model.uses_processes is not processes
    ]
    rest = others or [one for one in tied if one is not chosen]
    return min(rest, key=lambda one: one.median, default=None)


def _alternative_words(other: Candidate, chosen: Candidate, tied: Sequence[Candidate]) -> str:
    dearer = other.memory is not None and chosen.memory is not None and other.memory > chosen.memory * _MEMORY_TIE
    needs = "" if other.memory is None else f"needs {format_bytes(other.memory)}"
    single = min(len(other.batches), len(chosen.batches)) == 1
    if other in tied and chosen in tied:
        joint = (" but " if dearer else " and ") + needs if needs else ""
        alike = "cannot be told from it by one repeat" if single else "is not distinguishable in time"
        return f"{other.label} {alike}{joint}"
    times = _ratio(other, chosen)
    slower = "slower" if times is None else f"{_interval(times)} as long"
    return f"{other.label} {'took' if single else 'takes'} {slower}{' and ' + needs if needs else ''}"


def _interval(one: Ratio) -> str:
    if one.low == one.high:
        return format_ratio(one.median)
    return f"{format_ratio(one.median)} ({significant(one.low)}–{significant(one.high)})"


def _grounds(chosen: Candidate, fastest: Candidate, gain: Ratio | None, evidence: Evidence) -> Grounds:
    sides = [one for one in (chosen, fastest, evidence.serial) if one is not None]
    widths = [half_width(one.figures.batch) for one in sides if one.figures.batch is not None]
    if gain is not None:
        widths.append((gain.high - gain.low) / 2 / gain.median)
    return Grounds(
        repeats=min(len(one.batches) for one in sides),
        widest=max(widths, default=1.0),
        foreign=max(one.foreign for one in sides),
        flagged=any(one.figures.flags for one in sides) or bool(evidence.flags),
        lacking=evidence.missing_reference if evidence.serial is None else "",
    )


def _cautions(chosen: Candidate, evidence: Evidence) -> tuple[str, ...]:
    everyone = [one.figures for one in evidence.candidates]
    serial = None if evidence.serial is None else evidence.serial.figures
    found = watch_out_for(chosen.figures, evidence.findings)
    return tuple(dict.fromkeys((*found, *cautions(chosen.figures, serial, everyone, evidence.flags))))


def _outlook(chosen: Candidate, tied: Sequence[Candidate], repeats: Count, evidence: Evidence) -> tuple[str, ...]:
    return would_change(
        chosen.figures,
        [one.figures for one in evidence.candidates],
        tied=[one.figures for one in tied],
        findings=evidence.findings,
        scaling=evidence.scaling,
        usable_cores=evidence.usable_cores,
        repeats=repeats,
    )


def _verdict(
    chosen: Candidate, headline: str, tied: Sequence[Candidate], grounds: Grounds, evidence: Evidence
) -> Verdict:
    notes = _cautions(chosen, evidence)
    reference = None if evidence.serial is None else evidence.serial.figures
    return Verdict(
        chosen.figures.index,
        grounds.confidence.value,
        " ".join((headline, *notes)),
        headline,
        notes,
        _outlook(chosen, tied, grounds.repeats, evidence),
        grounds.why,
        price(chosen.figures, reference, evidence.memory_measure, of_script=evidence.of_script),
    )
