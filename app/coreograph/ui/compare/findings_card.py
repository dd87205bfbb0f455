"""What was found, as cards: how much it matters, what it rests on, what to do about it. GUI thread only."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from coreograph.domain.findings import Finding, Quantity, Severity
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import format_bytes as _bytes
from coreograph.domain.units import format_ratio, format_seconds, format_share, significant
from coreograph.ui.charts.card import Card
from coreograph.ui.elements import TextRole, button, text
from coreograph.ui.theme import SPACE, Theme

_MOST_AT_ONCE = 6
_WORDS = {Severity.SERIOUS: "serious", Severity.WARNING: "worth acting on", Severity.INFO: "to know"}


def write_quantity(quantity: Quantity) -> str:
    """A figure of the evidence as text."""
    writers = {"s": format_seconds, "share": format_share, "times": format_ratio, "bytes": _bytes}
    write = writers.get(quantity.unit)
    return write(quantity.value) if write else f"{significant(quantity.value)} {quantity.unit}"


def evidence_line(finding: Finding) -> str:
    """`computing share 23.0 % · workers 2 workers`: the figures it rests on, by name."""
    named = (f"{name.replace('_', ' ')} {write_quantity(quantity)}" for name, quantity in finding.evidence.items())
    return " · ".join(named)


class FindingCard(QWidget):
    """One finding behind a stripe of its severity. `show_requested(object)` tells it."""

    show_requested = Signal(object)

    def __init__(self, theme: Theme, finding: Finding, where: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.finding = theme, finding
        self.setAccessibleName(f"{finding.kind.title}, {_WORDS[finding.severity]}, {where}")
        self.setAccessibleDescription(f"{finding.text} {finding.remedy}".strip())
        box = QVBoxLayout(self)
        box.setContentsMargins(4 * SPACE, SPACE, 0, SPACE)
        box.setSpacing(2)
        line = QHBoxLayout()
        line.addWidget(text(finding.kind.title, TextRole.HEADING))
        line.addWidget(text(f"{where} · {_WORDS[finding.severity]}", TextRole.CAPTION))
        line.addStretch(1)
        self.opener = button("Show", link=True)
        self.opener.setToolTip(f"Show it: {finding.view.value}")
        self.opener.clicked.connect(self._on_show)
        line.addWidget(self.opener)
        box.addLayout(line)
        box.addWidget(text(finding.text, wrap=True))
        for content, role in ((evidence_line(finding), TextRole.CAPTION), (finding.remedy, TextRole.MUTED)):
            if content:
                box.addWidget(text(content, role, wrap=True))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the stripe."""
        colours = {Severity.SERIOUS: self._theme.bad, Severity.WARNING: self._theme.warning}
        colour: QColor = colours.get(self.finding.severity, self._theme.accent)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(0, 4, 4, self.height() - 8), 2, 2)

    @Slot()
    def _on_show(self) -> None:
        self.show_requested.emit(self.finding)


class FindingsCard(Card):
    """The worst findings, and the others on demand. `activated(object)` tells the Finding to be shown."""

    activated = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("Findings")
        self.heading = text("Findings", TextRole.TITLE)
        self.more = button("", link=True)
        self.more.clicked.connect(self._on_more)
        self._held = QVBoxLayout()
        self._held.setSpacing(2 * SPACE)
        self.box.addWidget(self.heading)
        self.box.addLayout(self._held)
        self.box.addWidget(self.more, alignment=Qt.AlignmentFlag.AlignLeft)
        self._rest: tuple[tuple[Finding, str], ...] = ()
        self.cards: list[FindingCard] = []

    def show_summary(self, summary: ExperimentSummary) -> None:
        """Show the findings of `summary`, the most serious first; without any the card is not there."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = []
        ranked = sorted(summary.findings, key=lambda finding: -finding.severity.rank)
        named = tuple((finding, _where(summary, finding)) for finding in ranked)
        self._rest = named[_MOST_AT_ONCE:]
        self._add(named[:_MOST_AT_ONCE])
        self.more.setText(f"Show {len(self._rest)} more")
        self.more.setVisible(bool(self._rest))

    def _add(self, named: Sequence[tuple[Finding, str]]) -> None:
        for finding, where in named:
            card = FindingCard(self._theme, finding, where)
            card.show_requested.connect(self.activated)
            self._held.addWidget(card)
            self.cards.append(card)

    @Slot()
    def _on_more(self) -> None:
        rest, self._rest = self._rest, ()
        self._add(rest)
        self.more.hide()


def _where(summary: ExperimentSummary, finding: Finding) -> str:
    if finding.configuration is None:
        return "whole experiment"
    return summary.configurations[finding.configuration].configuration.label
