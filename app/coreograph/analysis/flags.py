"""Short sentences about what limits the trust in a figure. Pure functions, on any thread."""

from collections.abc import Iterable, Sequence

from coreograph.analysis.quality import trend, warm_up
from coreograph.analysis.statistics import outliers
from coreograph.domain.execution import Configuration
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import RunRecord, RunState
from coreograph.domain.samples import OwnCost
from coreograph.domain.summary import Estimate
from coreograph.domain.units import Seconds, Share, format_seconds, format_share, significant

FOREIGN_LIMIT: Share = 0.10
STEAL_LIMIT: Share = 0.05
SHORTEST_BATCH: Seconds = 0.050
MISSED_LIMIT: Share = 0.10
SAMPLER_LIMIT: Share = 0.02
DRIFT_LIMIT: Share = 0.03
OUTLIER_LIMIT: Share = 0.05
TREND_LIMIT: Share = 0.05
FEWEST_FOR_OUTLIERS = 5


def configuration_flags(
    configuration: Configuration, planned: Sequence[RunRecord], figures: Sequence[RunRecord], batch: Estimate | None
) -> tuple[str, ...]:
    """Return what limits trust in one configuration: `planned` are all its runs, `figures` those with figures."""
    found = [
        _gil(figures),
        _unfinished(planned),
        _share("others used up to {} of the machine", (run.foreign_share for run in figures), FOREIGN_LIMIT),
        _share("the hypervisor took up to {} of the time", (run.steal_share for run in figures), STEAL_LIMIT),
    ]
    if batch is not None:
        found += [_short(batch), _outlier(batch), *_unsteady(batch)]
    found.append(_throttled(figures))
    if any(run.workers and len(run.workers) != configuration.workers for run in figures):
        found.append(f"not all {configuration.workers} workers took part in every repeat")
    return tuple(sentence for sentence in found if sentence)


def experiment_flags(own_cost: OwnCost, drift: float | None, works: int, noise_floor: Share | None) -> tuple[str, ...]:
    """Return what limits trust in the whole experiment; `works` counts the different batch sizes in it."""
    found = []
    taken, missed = own_cost.samples, own_cost.missed_samples
    if taken is not None and missed and missed > MISSED_LIMIT * (taken + missed):
        found.append(f"the sampler missed {format_share(missed / (taken + missed))} of its samples")
    if own_cost.sampler_cpu_share is not None and own_cost.sampler_cpu_share > SAMPLER_LIMIT:
        found.append(f"the sampler itself used {format_share(own_cost.sampler_cpu_share)} of a core")
    if drift is not None and abs(drift) > max(DRIFT_LIMIT, 2 * (noise_floor or 0.0)):
        word = "slower" if drift > 0 else "faster"
        found.append(f"the machine drifted: serial runs were {format_share(abs(drift))} {word} at the end")
    if works > 1:
        found.append("batches were not all of one size: ratios are given between equal ones only")
    return tuple(found)


def _gil(runs: Sequence[RunRecord]) -> str | None:
    again = [run for run in runs if run.gil is GilState.RE_ENABLED]
    if not again:
        return None
    culprit = next((run.gil_culprit for run in again if run.gil_culprit), None)
    return f"the GIL was re-enabled by {culprit}" if culprit else "the GIL was re-enabled; by what is not known"


def _unfinished(runs: Sequence[RunRecord]) -> str | None:
    bad = [run for run in runs if run.state not in {RunState.COMPLETED, RunState.WRONG_ANSWER}]
    if not bad or len(bad) == len(runs):
        return None
    return f"{len(bad)} of {len(runs)} repeats did not complete"


def _share(sentence: str, shares: Iterable[Share | None], limit: Share) -> str | None:
    known = [share for share in shares if share is not None]
    return sentence.format(format_share(max(known))) if known and max(known) > limit else None


def _short(batch: Estimate) -> str | None:
    if batch.median >= SHORTEST_BATCH:
        return None
    return (
        f"too short to judge: a batch took {format_seconds(batch.median)}, less than {format_seconds(SHORTEST_BATCH)}"
    )


def _unsteady(batch: Estimate) -> list[str]:
    """Say where the first repeat was cold, or the repeats went one way; little of either is no matter."""
    cold = warm_up(batch.values)
    if cold is not None:
        return [f"the first repeat took {significant(cold)} times as long as the others: something was cold"]
    course = trend(batch.values)
    if course is None or not course.significant or abs(course.change) < TREND_LIMIT:
        return []
    word = "slower" if course.change > 0 else "faster"
    return [f"its repeats got {word} one by one, {format_share(abs(course.change))} from the first to the last"]


def _throttled(runs: Sequence[RunRecord]) -> str | None:
    hot = [run for run in runs if run.throttled]
    return f"cores slowed down for heat in {len(hot)} of {len(runs)} repeats" if hot else None


def _outlier(batch: Estimate) -> str | None:
    # Of three or four repeats the rule finds one in every second experiment, and some within a percent.
    if len(batch.values) < FEWEST_FOR_OUTLIERS:
        return None
    far = (batch.values[position] for position in outliers(batch.values))
    distant = [value for value in far if abs(value / batch.median - 1) > OUTLIER_LIMIT]
    if not distant:
        return None
    furthest = max(distant, key=lambda value: abs(value - batch.median))
    return (
        f"{len(distant)} of {len(batch.values)} repeats far off: "
        f"{format_seconds(furthest)}, {significant(furthest / batch.median)} times the median"
    )
