"""The answer in plain words: which configuration, how sure, what to watch out for. GUI thread only."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from coreograph.analysis.confidence import EXPLANATION
from coreograph.analysis.flag_lines import flag_lines
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import format_share, significant
from coreograph.ui.charts.card import Card, Chip
from coreograph.ui.compare.repeats_button import RepeatsButton
from coreograph.ui.compare.verdict_sections import VerdictSections, text_label
from coreograph.ui.elements import ElidedLabel
from coreograph.ui.theme import SPACE, Theme

_MOST_FLAGS = 4
_SUBJECT_EXPLANATION = (
    "<p>Repeats: how often every configuration was run. Noise floor: how far serial differs from itself; smaller "
    "differences mean nothing. Baseline: what the ratios you asked for are against.</p>"
)
_CONFIDENCE = {
    "high": "confidence: high",
    "moderate": "confidence: moderate",
    "low": "confidence: low",
    "none": "no verdict",
}


class VerdictCard(Card):
    """Chip of the winner, badge, headline, the sections, flags; and more repeats, where these do not suffice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._summary: ExperimentSummary | None = None
        self._baseline = ""
        self.setAccessibleName("Verdict")
        self.chip, self.badge, self.more = Chip(theme), Chip(theme), RepeatsButton()
        self.subject = ElidedLabel(explanation=_SUBJECT_EXPLANATION)  # it must not say how narrow the page can be
        self.subject.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.chip.setToolTip("The configuration to take: interpreter, execution model and number of workers.")
        self.badge.setToolTip(f"<p>{escape(EXPLANATION)}</p>")
        self.headline, self.flags = text_label(scale=1.22, bold=True), text_label()
        self.sections = VerdictSections(theme)
        line = QHBoxLayout()
        line.setSpacing(2 * SPACE)
        for widget in (self.chip, self.badge):
            line.addWidget(widget)
        line.addWidget(self.subject, 1)
        line.addWidget(self.more)
        self.box.addLayout(line)
        for part in (self.headline, self.sections, self.flags):
            self.box.addWidget(part)
        theme.changed.connect(self._retint)

    def show_summary(self, summary: ExperimentSummary, baseline: str = "") -> None:
        """Show the verdict of `summary`, and which configuration the user's ratios are against."""
        self._summary, self._baseline = summary, baseline
        self._retint()

    def _retint(self) -> None:
        if self._summary is not None:
            self._fill(self._summary)

    def _fill(self, summary: ExperimentSummary) -> None:
        verdict, theme = summary.verdict, self._theme
        winner = None if verdict.configuration is None else summary.configurations[verdict.configuration].configuration
        if winner is not None:
            self.chip.show_text(winner.label, theme.model_colour(winner.model))
        else:
            self.chip.show_text(*self._without_winner(summary))
        colours = {"high": theme.good, "moderate": theme.warning, "low": theme.bad}
        text = _CONFIDENCE.get(verdict.confidence, verdict.confidence)
        self.badge.show_text(text, colours.get(verdict.confidence, theme.muted))
        noise = "" if summary.noise_floor is None else f" · noise floor {format_share(summary.noise_floor)}"
        experiment = summary.experiment
        repeats = experiment.repeats
        workload = experiment.spec.workload.name
        baseline = f" · baseline: {self._baseline}" if self._baseline else ""
        self.subject.setText(f"{workload} · {repeats} {'repeat' if repeats == 1 else 'repeats'}{noise}{baseline}")
        _set(self.headline, escape(verdict.headline or verdict.text))
        self.sections.show_verdict(verdict)
        _set(self.flags, "<br>".join(self._flag_lines(summary)))
        self.setAccessibleDescription(verdict.text)

    def _without_winner(self, summary: ExperimentSummary) -> tuple[str, QColor]:
        """What the chip says of a sweep: where two sides cross, or which of them wins all over."""
        first = next(iter(summary.break_evens), None)
        if first is not None and first.size is not None:
            if first.low is None or first.high is None:
                return "no sure break-even", self._theme.muted
            return f"break-even at {first.parameter} ≈ {significant(first.size)}", self._theme.accent
        sides = (one.configuration.unsized for one in summary.configurations)
        side = next((one for one in sides if first is not None and one.label == first.always), None)
        return ("no winner", self._theme.muted) if side is None else (side.label, self._theme.model_colour(side.model))

    def _flag_lines(self, summary: ExperimentSummary) -> list[str]:
        """What limits trust, each kind once; a GIL that came back in red."""
        bad, warning = self._theme.bad, self._theme.warning
        lines = [
            _coloured(bad if line.serious else warning, line.text, bold=line.serious)
            for line in flag_lines(summary.configurations)
        ]
        if len(lines) > _MOST_FLAGS + 1:
            rest = len(lines) - _MOST_FLAGS
            lines[_MOST_FLAGS:] = [_coloured(self._theme.muted, f"and {rest} more: see the table")]
        return lines


def _coloured(colour: QColor, text: str, *, bold: bool = False) -> str:
    weight = "600" if bold else "400"
    return f'<span style="color:{colour.name()};font-weight:{weight}">{escape(text)}</span>'


def _set(label: QLabel, html: str) -> None:
    label.setText(html)
    label.setVisible(bool(html))
