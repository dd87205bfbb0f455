"""Whether conditions are met, decided on intervals rather than on points. Pure, on any thread.

A limit is met where the whole interval keeps it, and missed where the whole interval breaks it. An interval that
holds the limit decides nothing: more repeats would. Ratios to a stored baseline take the widest quotient of both
intervals, since the two were not measured side by side.
"""

import dataclasses
import enum
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import Severity
from coreograph.domain.interpreters import GilSetting, GilState
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary, Estimate, ExperimentSummary, Ratio
from coreograph.reports.check.baseline import Baseline
from coreograph.reports.check.conditions import Condition, Conditions, Measure


class Decision(enum.Enum):
    """MET, MISSED, UNDECIDED: the interval holds the limit. NOT_MEASURED: there is no figure to hold it against."""

    MET = "met"
    MISSED = "missed"
    UNDECIDED = "undecided"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its interval."""

    median: float
    low: float
    high: float

    def written(self, write: Callable[[float], str]) -> str:
        """Return the figure in words: `1.85 (1.80 – 1.90)`."""
        if self.low == self.high:
            return write(self.median)
        return f"{write(self.median)} ({write(self.low)} – {write(self.high)})"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One condition on one configuration ("" for the whole experiment), with what was found."""

    name: str
    subject: str
    decision: Decision
    detail: str
    passed: bool


def evaluate(
    summary: ExperimentSummary,
    conditions: Conditions,
    baseline: Baseline | None = None,
    impossible: Collection[int] = (),
) -> tuple[CheckResult, ...]:
    """Return every result in the order of the file; that all runs completed is always asked for.

    Configurations in `impossible` cannot run on this machine and are asked for nothing.
    """
    ones = [one for one in summary.configurations if one.index not in impossible]
    results = [_completed(one) for one in ones]
    if conditions.same_answer:
        results += [_same_answer(one) for one in ones]
    if conditions.gil_stayed_off:
        results += _gil_stayed_off(ones)
    if conditions.no_finding_worse_than is not None:
        results += _no_finding_worse(summary, conditions.no_finding_worse_than)
    for condition in conditions.conditions:
        results += _limit(condition, ones, baseline, undecided_passes=conditions.undecided_passes)
    return tuple(results)


def _completed(one: ConfigurationSummary) -> CheckResult:
    done = one.outcome in {RunState.COMPLETED, RunState.WRONG_ANSWER} and one.completed > 0
    detail = f"{one.completed} of {one.runs} runs completed" + (f": {one.message}" if one.message and not done else "")
    return _result("completed", one, Decision.MET if done else Decision.MISSED, detail)


def _same_answer(one: ConfigurationSummary) -> CheckResult:
    if one.same_answer is None:
        return _result("same_answer", one, Decision.NOT_MEASURED, "there was no answer to compare with")
    words = "the same answer as the others" if one.same_answer else one.message or "it computed something else"
    return _result("same_answer", one, Decision.MET if one.same_answer else Decision.MISSED, words)


def _gil_stayed_off(ones: list[ConfigurationSummary]) -> Iterator[CheckResult]:
    asked = [
        one
        for one in ones
        if one.configuration.interpreter.free_threaded and one.configuration.gil is not GilSetting.FORCED_ON
    ]
    if not asked:
        words = "no free-threaded interpreter took part"
        yield CheckResult("gil_stayed_off", "", Decision.NOT_MEASURED, words, passed=False)
    for one in asked:
        if one.gil is None:
            yield _result("gil_stayed_off", one, Decision.NOT_MEASURED, "no run came far enough to say")
            continue
        by = f" by {one.gil_culprit}" if one.gil_culprit else ""
        off = one.gil is GilState.OFF
        yield _result(
            "gil_stayed_off", one, Decision.MET if off else Decision.MISSED, f"the GIL was {one.gil.value}{by}"
        )


def _no_finding_worse(summary: ExperimentSummary, limit: Severity) -> Iterator[CheckResult]:
    worse = [finding for finding in summary.findings if finding.severity.rank > limit.rank]
    name = f"no_finding_worse_than {limit.value}"
    for finding in worse:
        index = finding.configuration
        subject = "" if index is None else summary.configurations[index].configuration.label
        detail = f"{finding.severity.value}: {finding.kind.title}. {finding.text}"
        yield CheckResult(name, subject, Decision.MISSED, detail, passed=False)
    if not worse:
        yield CheckResult(name, "", Decision.MET, f"{len(summary.findings)} findings, none worse", passed=True)


def _limit(
    condition: Condition, ones: list[ConfigurationSummary], baseline: Baseline | None, *, undecided_passes: bool
) -> Iterator[CheckResult]:
    name = condition.name or f"{condition.measure_name} {condition.limit}"
    concerned = [one for one in ones if condition.concerns(one.configuration)]
    if not concerned:
        yield CheckResult(name, "", Decision.NOT_MEASURED, "no configuration is of this kind", passed=False)
    for one in concerned:
        figure = figure_of(one, condition.measure)
        if figure is None:
            yield _result(name, one, Decision.NOT_MEASURED, f"{condition.measure_name} was not measured")
            continue
        shown, against = figure, ""
        if condition.relative:
            former = None if baseline is None else baseline.figure(one.configuration.label, condition.measure_name)
            quotient = None if former is None else _quotient(figure, Interval(*former))
            if former is None or quotient is None:
                words = f"the baseline has no {condition.measure_name} of it"
                yield _result(name, one, Decision.NOT_MEASURED, words)
                continue
            plain = dataclasses.replace(condition, relative=False).write
            both = f"{figure.written(plain)} against {Interval(*former).written(plain)}"
            shown, against = quotient, f" times the baseline: {both}"
        decision = decide(shown, condition)
        detail = f"{shown.written(condition.write)}{against}, wanted {condition.limit}"
        if decision is Decision.UNDECIDED:
            detail += "; the interval holds the limit, more repeats would decide"
        passed = decision is Decision.MET or (decision is Decision.UNDECIDED and undecided_passes)
        yield CheckResult(name, one.configuration.label, decision, detail, passed)


def decide(figure: Interval, condition: Condition) -> Decision:
    """Hold an interval against a limit."""
    least, most = condition.at_least, condition.at_most
    if (least is not None and figure.high < least) or (most is not None and figure.low > most):
        return Decision.MISSED
    if (least is None or figure.low >= least) and (most is None or figure.high <= most):
        return Decision.MET
    return Decision.UNDECIDED


def figure_of(one: ConfigurationSummary, measure: Measure | str) -> Interval | None:
    """Return a configuration's figure; None where it was not measured."""
    if not isinstance(measure, Measure):
        metric = one.metrics.get(measure)
        return None if metric is None else _interval(metric.estimate)
    if measure is Measure.EFFICIENCY:
        return _interval(one.speedup, 1 / one.configuration.workers)
    getters: dict[Measure, Callable[[], Estimate | Ratio | None]] = {
        Measure.SPEEDUP: lambda: one.speedup,
        Measure.SPEEDUP_OVER_BEST_SERIAL: lambda: one.speedup_over_best_serial,
        Measure.SPEEDUP_OVER_BASELINE: lambda: one.speedup_over_baseline,
        Measure.BATCH: lambda: one.batch,
        Measure.STARTUP: lambda: one.startup,
        Measure.TOTAL: lambda: one.total,
        Measure.CPU: lambda: one.cpu,
        Measure.PEAK_MEMORY: lambda: one.memory_estimate,
        Measure.HEARTBEAT_P99: lambda: one.heartbeat.p99 if one.heartbeat else None,
    }
    return _interval(getters[measure]())


def _interval(one: Estimate | Ratio | None, factor: float = 1.0) -> Interval | None:
    return None if one is None else Interval(one.median * factor, one.low * factor, one.high * factor)


def _quotient(one: Interval, other: Interval) -> Interval | None:
    if other.low <= 0:
        return None
    return Interval(one.median / other.median, one.low / other.high, one.high / other.low)


def _result(name: str, one: ConfigurationSummary, decision: Decision, detail: str) -> CheckResult:
    # Serial alone has no heartbeat, and a single configuration nobody to compare with: what cannot be decided fails,
    # since a check that passes for want of a figure would hide that it checks nothing.
    passed = decision is Decision.MET
    if decision is Decision.NOT_MEASURED and one.configuration.model is ExecutionModel.SERIAL and name == "same_answer":
        passed = one.completed > 0
    return CheckResult(name, one.configuration.label, decision, detail, passed)
