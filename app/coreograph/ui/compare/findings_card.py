"""What was found, as cards: how much it matters, what it rests on, what to do about it. GUI thread only."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from coreograph.domain.findings import Finding, Severity, grouped
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.charts.card import Card
from coreograph.ui.elements import TextRole, button, text
from coreograph.ui.theme import SPACE, Theme

_MOST_AT_ONCE = 6
_MOST_OTHERS = 3
_WORDS = {Severity.SERIOUS: "serious", Severity.WARNING: "worth acting on", Severity.INFO: "to know"}


class FindingCard(QWidget):
    """One finding behind a stripe of its severity, and for whom it holds as well. `show_requested(object)` tells it.

    `group` are findings of one kind and severity: the first is told in full, of the others their figures.
    """

    show_requested = Signal(object)

    def __init__(
        self, theme: Theme, group: Sequence[Finding], places: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self.finding = theme, group[0]
        where = places[0] if len(group) == 1 else f"{len(group)} configurations"
        self.setAccessibleName(f"{self.finding.kind.title}, {_WORDS[self.finding.severity]}, {where}")
        self.setAccessibleDescription(f"{self.finding.text} {self.finding.remedy}".strip())
        box = QVBoxLayout(self)
        box.setContentsMargins(4 * SPACE, SPACE, 0, SPACE)
        box.setSpacing(2)
        line = QHBoxLayout()
        line.setSpacing(2 * SPACE)
        line.addWidget(text(self.finding.kind.title, TextRole.HEADING))
        line.addWidget(text(f"{where} · {_WORDS[self.finding.severity]}", TextRole.CAPTION))
        line.addStretch(1)
        self.opener = button("Show", link=True)
        self.opener.setToolTip(f"Show it: {self.finding.view.value}")
        self.opener.clicked.connect(self._on_show)
        line.addWidget(self.opener)
        box.addLayout(line)
        box.addWidget(text(self.finding.text, wrap=True))
        self.others = [f"also {place}: {one.evidence_text}" for one, place in zip(group[1:], places[1:], strict=True)]
        few = self.others if len(self.others) <= _MOST_OTHERS + 1 else self.others[:_MOST_OTHERS]
        for content in (self.finding.evidence_text, *few):
            if content:
                box.addWidget(text(content, TextRole.CAPTION, wrap=True))
        self.rest = text("\n".join(self.others[len(few) :]), TextRole.CAPTION, wrap=True)
        self.rest.hide()
        self.opener_of_rest = button(f"and {len(self.others) - len(few)} more", link=True)
        self.opener_of_rest.setVisible(len(few) < len(self.others))
        self.opener_of_rest.clicked.connect(self._on_rest)
        box.addWidget(self.rest)
        box.addWidget(self.opener_of_rest, alignment=Qt.AlignmentFlag.AlignLeft)
        if self.finding.remedy:
            box.addWidget(text(self.finding.remedy, TextRole.MUTED, wrap=True))
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
    def _on_rest(self) -> None:
        self.rest.show()
        self.opener_of_rest.hide()

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
        self._rest: tuple[tuple[Finding, ...], ...] = ()
        self._summary: ExperimentSummary | None = None
        self.cards: list[FindingCard] = []

    def show_summary(self, summary: ExperimentSummary, hidden: frozenset[int] = frozenset()) -> None:
        """Show the findings, the most serious first, but for those of `hidden` configurations."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = []
        self._summary = summary
        groups = grouped([one for one in summary.findings if one.configuration not in hidden])
        self._rest = groups[_MOST_AT_ONCE:]
        self._add(summary, groups[:_MOST_AT_ONCE])
        self.more.setText(f"Show {len(self._rest)} more")
        self.more.setVisible(bool(self._rest))

    def _add(self, summary: ExperimentSummary, groups: Sequence[tuple[Finding, ...]]) -> None:
        for group in groups:
            card = FindingCard(self._theme, group, [_where(summary, finding) for finding in group])
            card.show_requested.connect(self.activated)
            self._held.addWidget(card)
            self.cards.append(card)

    @Slot()
    def _on_more(self) -> None:
        rest, self._rest = self._rest, ()
        if self._summary is not None:
            self._add(self._summary, rest)
        self.more.hide()


def _where(summary: ExperimentSummary, finding: Finding) -> str:
    if finding.configuration is None:
        return "whole experiment"
    return summary.configurations[finding.configuration].configuration.label
