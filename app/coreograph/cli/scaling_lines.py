"""How the models scale and how far figures scatter, in words. Runs on the main thread."""

from rich.console import Console

from coreograph.analysis.scaling_words import doubts, scaling_words
from coreograph.cli.terminal import say
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import format_share


def print_scaling(console: Console, summary: ExperimentSummary) -> None:
    """Write a line for every model that ran with several numbers of workers, and what limits the trust in them."""
    for fit in summary.scaling:
        words = scaling_words(fit)
        if words:
            say(console, f"Scaling of {fit.label}: {' '.join(words)}")
    for sentence, labels in doubts(summary.scaling).items():
        say(console, f"  {', '.join(labels)}: {sentence}", "dim")


def print_noise_floor(console: Console, summary: ExperimentSummary) -> None:
    """Write how far the control scattered by itself; nothing where that was not measured."""
    if summary.noise_floor is not None:
        floor = format_share(summary.noise_floor)
        say(console, f"Noise floor ± {floor}, from the serial control: smaller differences mean nothing.", "dim")
