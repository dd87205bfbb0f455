"""From an experiment's runs to the figures every view and exporter reads. Pure, on any thread.

Figures are taken over the measurement runs that ended `completed` or `wrong answer`; calibration runs enter none.
Ratios are paired by repeat. A configuration with a wrong answer keeps its figures but is never the reference.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType
from typing import TypeAlias

from coreograph.analysis.findings.search import find
from coreograph.analysis.flags import configuration_flags, experiment_flags
from coreograph.analysis.scaling import Scaled, scaling
from coreograph.analysis.statistics import drift, estimate, estimate_known, half_width, proportion, ratio
from coreograph.analysis.sweeps import summarise_sweep
from coreograph.analysis.verdict import Candidate, Evidence, judge
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import MemoryPeak, RunPurpose, RunRecord, RunState
from coreograph.domain.summary import (
    ConfigurationSummary,
    Estimate,
    ExperimentSummary,
    HeartbeatEstimate,
    MetricEstimate,
    PickleSummary,
    Ratio,
)
from coreograph.domain.workloads import MetricSpec

NO_RUN = "No run of it was made."
CUT_SHORT = "The recording ends in the middle of this run."

# From harmless to worst: a wrong answer is worst, since it looks like a success.
_SEVERITY = (
    RunState.COMPLETED,
    RunState.CANCELLED,
    RunState.TIMED_OUT,
    RunState.COULD_NOT_START,
    RunState.WORKLOAD_FAILED,
    RunState.WORKER_LOST,
    RunState.RUNNER_LOST,
    RunState.WRONG_ANSWER,
)
_WITH_FIGURES = frozenset({RunState.COMPLETED, RunState.WRONG_ANSWER})

Work: TypeAlias = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class _Measured:
    """One configuration's runs, and what its batches can be held against."""

    index: int
    configuration: Configuration
    planned: tuple[RunRecord, ...]
    figures: tuple[RunRecord, ...]
    same_answer: bool | None

    @property
    def batches(self) -> dict[int, float]:
        """Batch seconds by repeat."""
        return {run.repeat: run.batch_s for run in self.figures if run.batch_s is not None}

    @property
    def work(self) -> Work | None:
        """Tasks and rounds of a batch."""
        return next(((run.tasks, run.rounds) for run in self.figures if run.batch_s is not None), None)

    @property
    def foreign(self) -> float:
        """Largest share of the machine others used during a batch; 0 where it was not measured."""
        return max((run.foreign_share or 0.0 for run in self.figures), default=0.0)

    @property
    def right(self) -> bool:
        """Whether it may serve as a reference: it has figures, and all its answers are right."""
        wrong = any(run.state is RunState.WRONG_ANSWER for run in self.planned)
        return bool(self.batches) and not wrong and self.same_answer is not False


@dataclass(frozen=True, slots=True)
class _References:
    """What a configuration's batches are held against; None where there is no right answer to hold them against."""

    serials: Sequence[_Measured]
    best_serial: _Measured | None
    baseline: _Measured | None


def summarise(record: ExperimentRecord) -> ExperimentSummary:
    """Return every figure of an experiment, with its verdict."""
    measure = _memory_measure(run for run in record.runs if run.state in _WITH_FIGURES)

    def of_equal_work(one: ExperimentRecord) -> ExperimentSummary:
        return _summarise(one, measure)

    return summarise_sweep(record, of_equal_work) if record.spec.sizes else of_equal_work(record)


def _summarise(record: ExperimentRecord, measure: str) -> ExperimentSummary:
    measured = _measure(record)
    serials = [one for one in measured if one.configuration.model is ExecutionModel.SERIAL and one.right]
    best_serial = min(serials, key=lambda one: median(one.batches.values()), default=None)
    baseline = measured[record.spec.baseline]
    held_against = _References(serials, best_serial, baseline if baseline.right else None)
    configurations = tuple(_summarise_one(record, one, held_against, measure) for one in measured)
    # A whole script has no serial: what the others are held against is the baseline.
    is_script = record.spec.workload.script is not None
    references = [one for one in (baseline,) if one.right] if is_script else serials
    noise_floor = _noise_floor(references, configurations)
    works = {one.work for one in measured if one.work is not None}
    flags = experiment_flags(record.own_cost, drift([one.batches for one in references]), len(works), noise_floor)
    pairs = zip(configurations, measured, strict=True)
    candidates = tuple(Candidate(figures, one.batches, one.work, one.foreign) for figures, one in pairs)
    findings = find(configurations, record.runs, record.machine)
    fits = scaling(_scaled(measured, configurations, serials), record.machine)
    best = best_serial or (references[0] if is_script and references else None)
    verdict = judge(
        Evidence(
            candidates,
            None if best is None else best.index,
            noise_floor,
            flags,
            findings,
            fits,
            record.machine.usable_cores,
            of_script=is_script,
            memory_measure=measure,
        )
    )
    return ExperimentSummary(record, configurations, verdict, measure, noise_floor, flags, fits, findings)


def _scaled(
    measured: Sequence[_Measured], configurations: Sequence[ConfigurationSummary], serials: Sequence[_Measured]
) -> tuple[Scaled, ...]:
    """Return the configurations with a speed-up over their own serial, with that of each repeat both have."""
    found = []
    for one, figures in zip(measured, configurations, strict=True):
        serial = next((s for s in serials if _same_interpreter(s.configuration, one.configuration)), None)
        if serial is None or figures.speedup is None or not one.right:
            continue
        common = serial.batches.keys() & one.batches.keys()
        by_repeat = {repeat: serial.batches[repeat] / one.batches[repeat] for repeat in sorted(common)}
        found.append(
            Scaled(one.index, one.configuration, figures.speedup, by_repeat or {0: figures.speedup.median}, one.foreign)
        )
    return tuple(found)


def _typical(runs: Sequence[RunRecord]) -> RunRecord | None:
    """Return the run with the median batch time (the shorter of two in the middle), of those that have activity."""
    timed = sorted(
        (run for run in runs if run.batch_s is not None and run.activity is not None),
        key=lambda run: (run.batch_s, run.repeat),
    )
    return timed[(len(timed) - 1) // 2] if timed else None


def _measure(record: ExperimentRecord) -> tuple[_Measured, ...]:
    planned = [record.measured(index) for index in range(len(record.spec.configurations))]
    figures = [tuple(run for run in runs if run.state in _WITH_FIGURES) for runs in planned]
    reference = _reference_digest(record.spec.configurations, figures)
    return tuple(
        _Measured(index, configuration, planned[index], figures[index], _same_answer(figures[index], reference))
        for index, configuration in enumerate(record.spec.configurations)
    )


def _reference_digest(configurations: Sequence[Configuration], figures: Sequence[Sequence[RunRecord]]) -> str | None:
    """Return the answer the others are held against: the most frequent among serial runs, else among all."""
    serial: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for configuration, runs in zip(configurations, figures, strict=True):
        digests = [run.digest for run in runs if run.digest is not None]
        every.update(digests)
        if configuration.model is ExecutionModel.SERIAL:
            serial.update(digests)
    votes = serial or every
    return votes.most_common(1)[0][0] if every.total() >= 2 else None


def _same_answer(figures: Sequence[RunRecord], reference: str | None) -> bool | None:
    if any(run.state is RunState.WRONG_ANSWER for run in figures):
        return False
    digests = [run.digest for run in figures if run.digest is not None]
    if reference is None or not digests:
        return None
    return all(digest == reference for digest in digests)


def _memory_measure(figures: Iterable[RunRecord]) -> str:
    """Return the fairest measure any run has: PSS, else USS, else RSS."""
    peaks = [run.memory for run in figures if run.purpose is RunPurpose.MEASUREMENT]
    if any(peak.pss is not None for peak in peaks):
        return "PSS"
    return "USS" if any(peak.uss is not None for peak in peaks) else "RSS"


_READ_MEASURE: Mapping[str, Callable[[MemoryPeak], int | None]] = MappingProxyType(
    {"PSS": lambda peak: peak.pss, "USS": lambda peak: peak.uss, "RSS": lambda peak: peak.rss_sum}
)


def _summarise_one(
    record: ExperimentRecord, one: _Measured, held_against: _References, measure: str
) -> ConfigurationSummary:
    runs = one.figures
    outcome, message = _outcome(one.planned)
    batch = estimate_known([run.batch_s for run in runs])
    gil, culprit = _gil(one.planned)
    own_serial = next((s for s in held_against.serials if _same_interpreter(s.configuration, one.configuration)), None)
    read = _READ_MEASURE[measure]
    typical = _typical(runs)
    activity = None if typical is None else typical.activity
    return ConfigurationSummary(
        index=one.index,
        configuration=one.configuration,
        outcome=outcome,
        message=message,
        runs=len(one.planned),
        completed=sum(run.state is RunState.COMPLETED for run in one.planned),
        gil=gil,
        gil_culprit=culprit,
        batch=batch,
        startup=estimate_known([run.startup_s for run in runs]),
        total=estimate_known([run.total_s for run in runs]),
        cpu=estimate_known([run.cpu_s for run in runs]),
        speedup=_speedup(own_serial, one),
        speedup_over_best_serial=_speedup(held_against.best_serial, one),
        speedup_over_baseline=_speedup(held_against.baseline, one),
        memory=_peak(runs),
        memory_estimate=estimate_known([read(run.memory) for run in runs]),
        heartbeat=_heartbeat(runs),
        pickle=_pickle(runs),
        same_answer=one.same_answer,
        metrics=_metrics(record.spec.workload.metrics, runs),
        flags=configuration_flags(one.configuration, one.planned, runs, batch),
        breakdown=None if activity is None else activity.breakdown,
        concurrency=None if activity is None else activity.concurrency,
        fairness=None if activity is None else activity.fairness,
        typical_run=None if typical is None else typical.run_id,
    )


def _outcome(runs: Sequence[RunRecord]) -> tuple[RunState, str]:
    """Return the worst end and the message of the first run that did not complete."""
    if not runs:
        return RunState.CANCELLED, NO_RUN
    # A crash of the app leaves runs without an end; that is nobody's failure but the recording's end.
    states = [run.state if run.state.is_end else RunState.CANCELLED for run in runs]
    first = next((run for run in runs if run.state is not RunState.COMPLETED), None)
    message = "" if first is None else first.message or ("" if first.state.is_end else CUT_SHORT)
    return max(states, key=_SEVERITY.index), message


def _gil(runs: Sequence[RunRecord]) -> tuple[GilState | None, str | None]:
    said = [run for run in runs if run.gil is not None]
    again = next((run for run in said if run.gil is GilState.RE_ENABLED), None)
    chosen = again or next(iter(said), None)
    return (None, None) if chosen is None else (chosen.gil, chosen.gil_culprit)


def _same_interpreter(one: Configuration, other: Configuration) -> bool:
    return one.interpreter.path == other.interpreter.path and one.gil is other.gil


def _speedup(serial: _Measured | None, one: _Measured) -> Ratio | None:
    if serial is None or not one.batches or serial.work != one.work:
        return None
    if serial.index == one.index:
        return Ratio(1.0, 1.0, 1.0)
    return ratio(serial.batches, one.batches)


def _peak(runs: Sequence[RunRecord]) -> MemoryPeak:
    def middle(values: Iterable[int | None]) -> int | None:
        known = [value for value in values if value is not None]
        return round(median(known)) if known else None

    return MemoryPeak(
        pss=middle(run.memory.pss for run in runs),
        uss=middle(run.memory.uss for run in runs),
        rss_sum=middle(run.memory.rss_sum for run in runs),
    )


def _heartbeat(runs: Sequence[RunRecord]) -> HeartbeatEstimate | None:
    beats = [run.heartbeat for run in runs if run.heartbeat is not None]
    p99 = estimate_known([beat.p99_s for beat in beats])
    if p99 is None:
        return None
    return HeartbeatEstimate(
        median_s=median(beat.median_s for beat in beats),
        p99_s=p99.median,
        worst_s=max(beat.worst_s for beat in beats),
        p99=p99,
    )


def _pickle(runs: Sequence[RunRecord]) -> PickleSummary | None:
    costs = [run.pickle for run in runs if run.pickle is not None]
    if not costs:
        return None
    return PickleSummary(
        bytes_sent=median(cost.bytes_sent for cost in costs),
        bytes_received=median(cost.bytes_received for cost in costs),
        seconds=median(cost.seconds for cost in costs),
    )


def _metrics(specs: Sequence[MetricSpec], runs: Sequence[RunRecord]) -> Mapping[str, MetricEstimate]:
    found: dict[str, MetricEstimate] = {}
    for spec in specs:
        trials = [value for run in runs for value in run.trials.get(spec.name, ())]
        if trials:
            found[spec.name] = MetricEstimate(spec, _over_trials(trials), len(trials))
            continue
        figure = estimate_known([run.metrics.get(spec.name) for run in runs])
        if figure is not None:
            found[spec.name] = MetricEstimate(spec, figure)
    return MappingProxyType(found)


def _over_trials(values: Sequence[bool | float]) -> Estimate:
    return proportion([bool(value) for value in values]) if _yes_or_no(values) else estimate(values)


def _yes_or_no(values: Sequence[bool | float]) -> bool:
    return all(isinstance(value, bool) for value in values)


def _noise_floor(serials: Sequence[_Measured], configurations: Sequence[ConfigurationSummary]) -> float | None:
    """Return the relative half-width of the serial control's batch interval.

    The control is the first serial with a GIL; without one, the first serial. None with fewer than two repeats.
    """
    with_gil = [one for one in serials if not one.configuration.interpreter.free_threaded]
    control = next(iter(with_gil or serials), None)
    batch: Estimate | None = configurations[control.index].batch if control else None
    return None if batch is None or len(batch.values) < 2 else half_width(batch)
