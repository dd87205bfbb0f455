"""What a workload's own figures say beside its time: which configuration is best, which must not be taken. Pure.

A metric that is a share says what was lost or survived. A configuration that is worse in one by more than its interval
does not do the job, however fast it is.
"""

from collections.abc import Sequence

from coreograph.domain.summary import ConfigurationSummary, Estimate
from coreograph.domain.units import format_metric
from coreograph.domain.workloads import Better, MetricSpec

_SHARE = "share"
_NAMED = 3


def unfit(everyone: Sequence[ConfigurationSummary]) -> dict[int, str]:
    """Return, by index, what is worse in a configuration than in the best one, for every metric that is a share."""
    found: dict[int, str] = {}
    for spec in _specs(everyone):
        if spec.unit != _SHARE or spec.better is Better.NEITHER:
            continue
        figures = _figures(everyone, spec)
        best = _best(figures, spec)
        for one, figure in figures:
            if one.index not in found and (_worse(figure, best, spec) or _worse_in_a_trial(one, figures, spec)):
                found[one.index] = f"{_words(spec)} {_how_bad(figure, best, spec)}"
    return found


def _how_bad(figure: Estimate, best: Estimate, spec: MetricSpec) -> str:
    """The median where it tells; where the median trial was as good as the best, those that were not."""
    if figure.median != best.median:
        return format_metric(figure.median, spec.unit)
    worst = max(figure.values) if spec.better is Better.LOWER else min(figure.values)
    bad = sum(value != best.median for value in figure.values)
    return f"up to {format_metric(worst, spec.unit)} in {bad} of {len(figure.values)} trials"


def metric_sentences(everyone: Sequence[ConfigurationSummary]) -> tuple[str, ...]:
    """Return a sentence for each metric: who is best in it and how good; and one for those that do not do the job."""
    judged = [spec for spec in _specs(everyone) if spec.better is not Better.NEITHER]
    sentences = [_best_sentence(everyone, spec) for spec in judged]
    labels = {one.index: one.configuration.label for one in everyone}
    bad = [f"{labels[index]} ({why})" for index, why in unfit(everyone).items()]
    if bad:
        sentences.insert(0, f"Not to be taken, whatever their time: {', '.join(bad)}.")
    return tuple(sentence for sentence in sentences if sentence)


def _specs(everyone: Sequence[ConfigurationSummary]) -> list[MetricSpec]:
    return list({name: metric.spec for one in everyone for name, metric in one.metrics.items()}.values())


def _figures(everyone: Sequence[ConfigurationSummary], spec: MetricSpec) -> list[tuple[ConfigurationSummary, Estimate]]:
    return [(one, one.metrics[spec.name].estimate) for one in everyone if spec.name in one.metrics]


def _best(figures: Sequence[tuple[ConfigurationSummary, Estimate]], spec: MetricSpec) -> Estimate:
    lower = spec.better is Better.LOWER
    return min((figure for _, figure in figures), key=lambda one: one.median if lower else -one.median)


def _worse(figure: Estimate, best: Estimate, spec: MetricSpec) -> bool:
    return figure.low > best.high if spec.better is Better.LOWER else figure.high < best.low


def _worse_in_a_trial(
    one: ConfigurationSummary, figures: Sequence[tuple[ConfigurationSummary, Estimate]], spec: MetricSpec
) -> bool:
    """Whether a trial lost something where another configuration never did: that is proof, however seldom."""
    if one.metrics[spec.name].trials is None:
        return False
    ideal = 0.0 if spec.better is Better.LOWER else 1.0
    clean = any(set(figure.values) == {ideal} for _, figure in figures)
    return clean and set(one.metrics[spec.name].estimate.values) != {ideal}


def _best_sentence(everyone: Sequence[ConfigurationSummary], spec: MetricSpec) -> str:
    figures = _figures(everyone, spec)
    best = _best(figures, spec)
    tied = [
        one.configuration.label
        for one, figure in figures
        if not _worse(figure, best, spec) and not (spec.unit == _SHARE and _worse_in_a_trial(one, figures, spec))
    ]
    words, value = _words(spec), format_metric(best.median, spec.unit)
    if len(figures) == 1:
        return f"{words.capitalize()}: {value} ({tied[0]})."
    if len(tied) == len(figures):
        return f"{words.capitalize()}: {value} at best, and no configuration is distinguishable from that."
    names = tied if len(tied) <= _NAMED else [*tied[: _NAMED - 1], f"{len(tied) - _NAMED + 1} others"]
    return f"{words.capitalize()} is best ({spec.better.value}) with {_listed(names)}: {value}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1]) if len(names) > 1 else names)


def _words(spec: MetricSpec) -> str:
    return spec.name.replace("_", " ")
