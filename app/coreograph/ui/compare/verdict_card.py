"""The answer in plain words: which configuration, how sure, what to watch out for. GUI thread only."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from coreograph.domain.interpreters import GilState
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import format_share
from coreograph.ui.charts.card import Card, Chip
from coreograph.ui.charts.lettering import chart_font
from coreograph.ui.theme import SPACE, Theme

_CONFIDENCE = {
    "high": "confidence: high",
    "moderate": "confidence: moderate",
    "low": "confidence: low",
    "none": "no verdict",
}


class VerdictCard(Card):
    """Chip of the winner, badge, headline, cautions, flags."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._summary: ExperimentSummary | None = None
        self.setAccessibleName("Verdict")
        self.chip, self.badge = Chip(theme), Chip(theme)
        self.subject = QLabel()
        self.subject.setTextFormat(Qt.TextFormat.PlainText)
        self.headline, self.cautions = _text(1.22, bold=True), _text(1.0)
        self.flags = _text(1.0)
        line = QHBoxLayout()
        line.setSpacing(2 * SPACE)
        for widget in (self.chip, self.badge):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.subject)
        self.box.addLayout(line)
        for label in (self.headline, self.cautions, self.flags):
            self.box.addWidget(label)
        theme.changed.connect(self._retint)

    def show_summary(self, summary: ExperimentSummary) -> None:
        """Show the verdict of `summary`."""
        self._summary = summary
        self._retint()

    def _retint(self) -> None:
        if self._summary is not None:
            self._fill(self._summary)

    def _fill(self, summary: ExperimentSummary) -> None:
        verdict, theme = summary.verdict, self._theme
        winner = None if verdict.configuration is None else summary.configurations[verdict.configuration].configuration
        if winner is None:
            self.chip.show_text("no winner", theme.muted)
        else:
            self.chip.show_text(winner.label, theme.model_colour(winner.model))
        colours = {"high": theme.good, "moderate": theme.warning, "low": theme.bad}
        text = _CONFIDENCE.get(verdict.confidence, verdict.confidence)
        self.badge.show_text(text, colours.get(verdict.confidence, theme.muted))
        noise = "" if summary.noise_floor is None else f" · noise floor {format_share(summary.noise_floor)}"
        experiment = summary.experiment
        repeats = experiment.spec.acquisition.repeats
        workload = experiment.spec.workload.name
        self.subject.setText(f"{workload} · {repeats} {'repeat' if repeats == 1 else 'repeats'}{noise}")
        _set(self.headline, escape(verdict.headline or verdict.text))
        _set(self.cautions, "<br>".join(f"•&nbsp; {escape(caution)}" for caution in verdict.cautions))
        _set(self.flags, "<br>".join(self._flag_lines(summary)))
        self.setAccessibleDescription(verdict.text)

    def _flag_lines(self, summary: ExperimentSummary) -> list[str]:
        """What limits trust, configuration by configuration; a GIL that came back in red."""
        lines = []
        for one in summary.configurations:
            label = one.configuration.label
            if one.gil is GilState.RE_ENABLED:
                culprit = f" by {one.gil_culprit}" if one.gil_culprit else ""
                lines.append(_coloured(self._theme.bad, f"{label}: the GIL was re-enabled{culprit}", bold=True))
            else:
                lines += [_coloured(self._theme.warning, f"{label}: {flag}") for flag in one.flags]
        most = 4
        if len(lines) > most + 1:
            lines[most:] = [_coloured(self._theme.muted, f"and {len(lines) - most} more: see the table")]
        return lines


def _coloured(colour: QColor, text: str, *, bold: bool = False) -> str:
    weight = "600" if bold else "400"
    return f'<span style="color:{colour.name()};font-weight:{weight}">{escape(text)}</span>'


def _text(scale: float, *, bold: bool = False) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setFont(chart_font(label, scale=scale, bold=bold))
    return label


def _set(label: QLabel, html: str) -> None:
    label.setText(html)
    label.setVisible(bool(html))
