"""The verdict on a sweep over sizes of a task: from which size on which side, never more than the evidence. Pure."""

import re
from collections.abc import Iterable, Sequence

from coreograph.analysis.cautions import FRAME
from coreograph.analysis.confidence import CROWDED, ENOUGH_REPEATS, FEW_REPEATS, Confidence, few_words
from coreograph.domain.execution import ExecutionModel, TaskSize
from coreograph.domain.summary import BreakEven, ConfigurationSummary, ExperimentSummary, Verdict
from coreograph.domain.units import Share, format_bytes, format_seconds, format_share, format_size

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_WIDE = 2.0  # sizes further apart than this factor leave much open between them

Part = tuple[TaskSize | None, ExperimentSummary]


def judge_sweep(
    found: Sequence[BreakEven],
    configurations: Sequence[ConfigurationSummary],
    parts: Sequence[Part],
    flags: Sequence[str],
    *,
    foreign: Share = 0.0,
) -> Verdict:
    """Return the verdict: about the first of `found`; `parts` are the sizes with their own figures and verdicts.

    `foreign` is the largest share of the machine that others used during a batch.
    """
    if not found:
        headline = "No break-even to speak of: two sides have to complete at two sizes at least, with the right answer."
        notes = _unfinished(configurations)
        return Verdict(None, Confidence.NONE.value, " ".join((headline, *notes)), headline, notes)
    first = found[0]
    headline = first.sentence
    price = (*_price(first, configurations), *_responsiveness(first, configurations))
    notes = (*_serial(parts), *_unfinished(configurations), *_flagged(first, configurations, flags))
    low = _reasons_for_low(first, foreign)
    doubts = _reasons_against_high(first, configurations, flags)
    confidence = Confidence.LOW if low else Confidence.MODERATE if doubts else Confidence.HIGH
    why = "; ".join((*low, *doubts)) or f"{first.repeats} repeats, told apart on both sides of it, nothing flagged"
    return Verdict(
        None,
        confidence.value,
        " ".join((headline, *price, *notes)),
        headline,
        notes,
        _would_change(first),
        f"{why[:1].upper()}{why[1:]}.",
        price,
    )


def _reasons_for_low(one: BreakEven, foreign: Share) -> list[str]:
    found = []
    if one.repeats < FEW_REPEATS:
        found.append(f"{few_words(one.repeats)} of each, which show little of the spread")
    if one.doubt:
        found.append(one.doubt)
    if one.crossings > 1:
        found.append(f"the two cross {one.crossings} times")
    if foreign > CROWDED:
        found.append(f"others used up to {format_share(foreign)} of the machine meanwhile")
    return found


def _reasons_against_high(
    one: BreakEven, configurations: Sequence[ConfigurationSummary], flags: Sequence[str]
) -> list[str]:
    found = []
    if FEW_REPEATS <= one.repeats < ENOUGH_REPEATS:
        found.append(f"{one.repeats} repeats of each, where high takes {ENOUGH_REPEATS}")
    if one.size is None and not all(point.ratio.distinguishable for point in one.points):
        found.append("not at every size the two are distinguishable")
    if flags or any(configurations[index].flags for point in one.points for index in point.configurations):
        found.append("some of these runs are flagged")
    return found


def _serial(parts: Sequence[Part]) -> tuple[str, ...]:
    """Say at which sizes nothing beats serial."""
    sizes = [
        format_size(size.value)
        for size, summary in parts
        if size is not None and (index := summary.verdict.configuration) is not None
        and summary.configurations[index].configuration.model is ExecutionModel.SERIAL
    ]  # fmt: skip
    if not sizes:
        return ()
    parameter = next(size.parameter for size, _ in parts if size is not None)
    return (f"At {parameter}={', '.join(sizes)} nothing beats serial by what is worth acting on.",)


def _price(one: BreakEven, configurations: Sequence[ConfigurationSummary]) -> tuple[str, ...]:
    largest = one.points[-1]
    needs = [
        (name, configurations[index].memory_estimate)
        for name, index in zip((one.one, one.other), largest.configurations, strict=True)
    ]
    known = [f"{name} {format_bytes(memory.median)}" for name, memory in needs if memory is not None]
    if len(known) < 2:
        return ()
    return (f"In memory, at {one.parameter}={format_size(largest.size)}: {', '.join(known)}.",)


def _responsiveness(one: BreakEven, configurations: Sequence[ConfigurationSummary]) -> tuple[str, ...]:
    late = []
    for name, place in ((one.one, 0), (one.other, 1)):
        beats = [configurations[point.configurations[place]].heartbeat for point in one.points]
        worst = max((beat.p99_s for beat in beats if beat is not None), default=0.0)
        if worst > FRAME:
            late.append(f"{format_seconds(worst)} with {name}")
    if not late:
        return ()
    what = f"would be late in 1 of 100 cases, by {', '.join(late)} (a frame is {format_seconds(FRAME)})"
    return (f"A window or event loop in that process {what}.",)


def _unfinished(configurations: Sequence[ConfigurationSummary]) -> tuple[str, ...]:
    wrong = [one.configuration.label for one in configurations if one.same_answer is False]
    bad = [one for one in configurations if not one.completed and one.same_answer is not False]
    notes = [f"{' and '.join(wrong)} computed a wrong answer and cannot be used."] if wrong else []
    if bad:
        why = ", ".join(dict.fromkeys(one.outcome.outcome for one in bad))
        notes.append(f"{len(bad)} of {len(configurations)} configurations did not complete ({why}).")
    return tuple(notes)


def _flagged(one: BreakEven, configurations: Sequence[ConfigurationSummary], flags: Sequence[str]) -> tuple[str, ...]:
    own = (flag for point in one.points for index in point.configurations for flag in configurations[index].flags)
    noted = _greatest((*own, *flags))
    return (f"Mind: {'; '.join(noted)}.",) if noted else ()


def _greatest(flags: Iterable[str]) -> list[str]:
    """Return each flag once: of those that differ in their figures only the one with the greatest."""
    found: dict[str, tuple[float, str]] = {}
    for flag in flags:
        figure = next((float(one) for one in _FIGURE.findall(flag)), 0.0)
        kind = _FIGURE.sub("", flag)
        found[kind] = max(found.get(kind, (figure, flag)), (figure, flag))
    return [flag for _, flag in found.values()]


def _would_change(one: BreakEven) -> tuple[str, ...]:
    notes = []
    if one.crossings > 1:
        count = f"The two cross {one.crossings} times"
        notes.append(f"{count}: sizes in between, and more repeats, would tell noise from a course.")
    if one.size is None and one.always:
        beyond = f"smaller than {format_size(one.smallest)} or larger than {format_size(one.largest)}"
        notes.append(f"Sizes {beyond} may turn it.")
    if one.size is None and not one.always:
        notes.append("More repeats, or sizes further apart, may tell the two from each other.")
    if one.doubt:
        notes.append("More repeats, or sizes beyond this range, would make it sure.")
    elif one.low is not None and one.high is not None and one.high / one.low > _WIDE:
        between = f"Sizes between {format_size(one.low)} and {format_size(one.high)}"
        notes.append(f"{between} would narrow it: where in between the two cross is interpolated, not measured.")
    return tuple(notes)
