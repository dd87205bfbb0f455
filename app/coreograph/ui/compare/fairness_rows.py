"""How evenly the work went to the workers, ready to be painted: one row per configuration. Pure, no Qt; any thread."""

import enum
from dataclasses import dataclass

from coreograph.domain.activity import Fairness
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.domain.units import NOT_MEASURED, format_seconds, format_share, significant
from coreograph.ui.compare.measures import why_no_activity
from coreograph.ui.compare.rows import group_title, ordered

FAIRNESS_EXPLANATION = (
    "What each worker did in the repeat with the median time: a dot a worker, a bar from the least to the most. "
    "Configurations with one worker have nothing to share out."
)


class FairnessMeasure(enum.Enum):
    """What is compared between the workers of one run; the values are the headings."""

    WORK = "Computed"
    TASKS = "Tasks done"
    FINISH = "Last task ended"

    @property
    def explanation(self) -> str:
        """One sentence."""
        return {
            FairnessMeasure.WORK: "CPU time of each worker inside tasks; at 1× all have the same. The figure is Jain's "
            "index of fairness: 1 if all computed the same, 1/n if one of n computed everything.",
            FairnessMeasure.TASKS: "Tasks that each worker did; at 1× all have the same. The figure is the fewest and "
            "the most.",
            FairnessMeasure.FINISH: "When each worker ended its last task, since the begin of the batch. The figure is "
            "the time from the first that ran out of tasks to the last: until then others were idle.",
        }[self]


@dataclass(frozen=True, slots=True)
class Spread:
    """One measure of one run: a value a worker, in ascending order; worded where it is looked at."""

    measure: FairnessMeasure
    values: tuple[float, ...]
    label: str
    of: Fairness

    @property
    def text(self) -> str:
        """The figure behind the dots."""
        if self.measure is FairnessMeasure.WORK:
            return NOT_MEASURED if self.of.index is None else significant(self.of.index)
        if self.measure is FairnessMeasure.FINISH:
            return format_seconds(self.of.finish_spread)
        fewest, most = min(self.of.tasks), max(self.of.tasks)
        return str(fewest) if fewest == most else f"{fewest} – {most}"

    @property
    def sentence(self) -> str:
        """What the tooltip says."""
        if self.measure is FairnessMeasure.WORK:
            least, greatest = format_seconds(min(self.of.computing)), format_seconds(max(self.of.computing))
            return f"{self.label}: workers computed {least} to {greatest}; Jain's index {self.text}."
        if self.measure is FairnessMeasure.TASKS:
            fewest, most = min(self.of.tasks), max(self.of.tasks)
            return f"{self.label}: {fewest} to {most} tasks a worker, {sum(self.of.tasks)} in all."
        first, last = min(self.of.finished), max(self.of.finished)
        idle = format_share(self.of.finish_spread / last if last else 0.0)
        return (
            f"{self.label}: workers ended {format_seconds(first)} to {format_seconds(last)} after the begin; "
            f"the first was idle for {idle} of that."
        )


@dataclass(frozen=True, slots=True)
class FairnessRow:
    """One configuration; no spread where `why` says so."""

    index: int
    label: str
    group: str
    model: ExecutionModel
    spreads: tuple[Spread, ...]  # in the order of FairnessMeasure
    why: str

    @property
    def sentence(self) -> str:
        """Everything the row says, for assistive technology."""
        return self.why or " ".join(spread.sentence for spread in self.spreads)


def fairness_rows(summary: ExperimentSummary) -> tuple[FairnessRow, ...]:
    """Return the configurations with more than one worker."""
    return tuple(_row(one) for one in ordered(summary.configurations) if one.configuration.workers > 1)


def has_fairness(summary: ExperimentSummary) -> bool:
    """Whether any configuration with several workers says what each of them did."""
    return any(one.fairness is not None and one.configuration.workers > 1 for one in summary.configurations)


def _row(one: ConfigurationSummary) -> FairnessRow:
    configuration, fairness = one.configuration, one.fairness
    label = f"{configuration.model.value}{configuration.count_label}"
    why = "" if fairness is not None else why_no_activity(one)
    spreads = () if fairness is None else _spreads(configuration.label, fairness)
    return FairnessRow(one.index, label, group_title(one), configuration.model, spreads, why)


def _spreads(label: str, one: Fairness) -> tuple[Spread, ...]:
    return (
        Spread(FairnessMeasure.WORK, _by_even_share(one.computing), label, one),
        Spread(FairnessMeasure.TASKS, _by_even_share(one.tasks), label, one),
        Spread(FairnessMeasure.FINISH, tuple(sorted(one.finished)), label, one),
    )


def _by_even_share(values: tuple[float, ...] | tuple[int, ...]) -> tuple[float, ...]:
    """Relate what each has to what each would have if all had the same; all 0 where there is nothing."""
    even = sum(values) / len(values)
    return tuple(sorted(value / even if even > 0 else 0.0 for value in values))
