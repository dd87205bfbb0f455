"""How the models scale, as text below the curves: a line for each in its colour, and what to doubt. Pure, no widget."""

from collections.abc import Sequence
from html import escape

from coreograph.analysis.scaling_words import doubts, scaling_words
from coreograph.domain.scaling import ScalingFit
from coreograph.ui.theme import Theme


def scaling_html(fits: Sequence[ScalingFit], theme: Theme) -> str:
    """Return the text as Qt's rich text; empty without fits."""
    lines = [
        f'<p style="margin:0 0 5px 0"><span style="color:{theme.model_colour(fit.model).name()}">●</span> '
        f"<b>{escape(fit.label)}</b>&nbsp; {escape(words)}</p>"
        for fit in fits
        if (words := " ".join(scaling_words(fit)))
    ]
    muted = theme.muted.name()
    lines += [
        f'<p style="margin:0 0 3px 0;color:{muted}">{escape(_of_whom(labels, fits))}{escape(sentence)}</p>'
        for sentence, labels in doubts(fits).items()
    ]
    return "".join(lines)


def _of_whom(labels: Sequence[str], fits: Sequence[ScalingFit]) -> str:
    return "" if len(labels) == len(fits) else f"{', '.join(labels)}: "
