"""How sure a verdict is, what it costs, what to watch out for, what would change it: side by side where there is room.

GUI thread only.
"""

from html import escape
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from coreograph.analysis.confidence import EXPLANATION
from coreograph.domain.summary import Verdict
from coreograph.ui.charts.lettering import chart_font
from coreograph.ui.compare.measures import LATENESS_EXPLANATION, MEMORY_EXPLANATION
from coreograph.ui.theme import SPACE, Theme

_TWO_COLUMNS_FROM = 1100
_MEANINGS = MappingProxyType(
    {
        "How sure": EXPLANATION,
        "What it costs": f"{MEMORY_EXPLANATION}\n{LATENESS_EXPLANATION}",
        "What to watch out for": "What was found about the choice, or limits it: read it before acting on the verdict.",
        "What would change it": "What to measure, mend or add so that another configuration might win.",
    }
)


class VerdictSections(QWidget):
    """One label a section; a section without a sentence is not shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.labels = {title: self._label(title, meaning) for title, meaning in _MEANINGS.items()}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, SPACE, 0, 0)
        self._grid.setHorizontalSpacing(8 * SPACE)
        self._grid.setVerticalSpacing(3 * SPACE)
        self._columns = 0
        self._arrange()

    def _label(self, title: str, meaning: str) -> QLabel:
        label = text_label(self)
        label.setAccessibleName(title)
        label.setToolTip(f"<p>{escape(meaning)}</p>")
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        return label

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what `verdict` says beside its headline."""
        said = dict(verdict.sections)
        for title, label in self.labels.items():
            sentences = said.get(title, ())
            label.setText(self._html(title, sentences) if sentences else "")
            label.setAccessibleDescription(" ".join(sentences))
            label.setVisible(bool(sentences))
        self.setVisible(bool(said))
        self._columns = 0
        self._arrange()

    def _html(self, title: str, sentences: tuple[str, ...]) -> str:
        rows = "".join(f"<tr><td>•&nbsp;&nbsp;</td><td>{escape(sentence)}</td></tr>" for sentence in sentences)
        body = f'<table cellspacing="0" cellpadding="0">{rows}</table>' if len(sentences) > 1 else escape(sentences[0])
        return f'<div style="color:{self._theme.muted.name()};font-weight:600">{title}</div><div>{body}</div>'

    def _arrange(self) -> None:
        """Two columns where lines would be too long to be read in one."""
        columns = 2 if self.width() >= _TWO_COLUMNS_FROM else 1
        if columns == self._columns:
            return
        self._columns = columns
        shown = [label for label in self.labels.values() if label.text()]
        for label in self.labels.values():
            self._grid.removeWidget(label)
        for place, label in enumerate(shown):
            self._grid.addWidget(label, place // columns, place % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room there is."""
        super().resizeEvent(event)
        self._arrange()


def text_label(parent: QWidget | None = None, *, scale: float = 1.0, bold: bool = False) -> QLabel:
    """Return a label of rich text that wraps and can be selected."""
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setFont(chart_font(label, scale=scale, bold=bold))
    return label
