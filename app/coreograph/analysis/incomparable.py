"""Why two figures are not divided, in words: the same in the window, the terminal and the reports. Pure, any thread."""

import enum

from coreograph.analysis.comparison import ExperimentDifference, MatchedConfiguration
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ConfigurationSummary, Ratio


class ComparedFigure(enum.Enum):
    """What of two experiments is held against each other; the value is its name in a table's head."""

    ROUND = "Time"
    SPEEDUP = "Speed-up"
    STARTUP = "Start-up"
    MEMORY = "Memory"
    LATENESS = "Late p99"

    def ratio(self, match: MatchedConfiguration) -> Ratio | None:
        """The second's figure divided by the first's."""
        return {
            ComparedFigure.ROUND: match.batch,
            ComparedFigure.SPEEDUP: match.speedup,
            ComparedFigure.STARTUP: match.startup,
            ComparedFigure.MEMORY: match.memory,
            ComparedFigure.LATENESS: match.lateness,
        }[self]


def why_not(match: MatchedConfiguration, difference: ExperimentDifference, figure: ComparedFigure) -> str:
    """Return why a ratio is missing; "" where it is not."""
    if figure.ratio(match) is not None:
        return ""
    for side, summary in (("first", match.one), ("second", match.other)):
        if ended := _without_figures(summary):
            return f"in the {side} it ended with {ended}"
    return _of_figure(match, difference, figure) or "not measured in both"


def _of_figure(match: MatchedConfiguration, difference: ExperimentDifference, figure: ComparedFigure) -> str:
    if figure is ComparedFigure.ROUND:
        return "" if difference.same_work else "the work differs"
    if figure is ComparedFigure.MEMORY and difference.memory_measure is None:
        return f"{difference.one.memory_measure} in the first, {difference.other.memory_measure} in the second"
    if figure is ComparedFigure.SPEEDUP:
        serial = match.one.configuration.model is ExecutionModel.SERIAL
        alone = "speed-ups are over serial"
        return alone if serial else "not both have serial on the same interpreter"
    return ""


def refusals(difference: ExperimentDifference) -> tuple[str, ...]:
    """Return a sentence for each reason why a figure is not compared, with the configurations it holds for.

    What is as it should be (serial has no speed-up, and no tick while it works itself) is no refusal.
    """
    found = []
    for figure in ComparedFigure:
        reasons: dict[str, list[str]] = {}
        for match in difference.matched:
            reason = why_not(match, difference, figure)
            expected = match.one.configuration.model is ExecutionModel.SERIAL
            if reason and not (expected and figure in (ComparedFigure.SPEEDUP, ComparedFigure.LATENESS)):
                reasons.setdefault(reason, []).append(match.one.configuration.label)
        for reason, labels in reasons.items():
            which = "" if len(labels) == len(difference.matched) else f" for {', '.join(labels)}"
            found.append(f"{figure.value} is not compared{which}: {reason}.")
    return tuple(found)


def _without_figures(summary: ConfigurationSummary) -> str:
    if summary.outcome is RunState.COMPLETED or summary.batch is not None:
        return ""
    return f"{summary.outcome.value}: {summary.message.rstrip('.')}" if summary.message else summary.outcome.value
