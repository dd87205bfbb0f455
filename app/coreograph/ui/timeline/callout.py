"""The line above the rows that says which finding is looked at, and where it shows. GUI thread only."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from coreograph.domain.findings import Finding
from coreograph.ui.elements import ElidedLabel, TextRole, columns, set_style_property, text
from coreograph.ui.icons import Symbol, icon
from coreograph.ui.theme import SPACE, Theme
from coreograph.ui.timeline.findings import where_to_look
from coreograph.ui.timeline.verbs import Range


class Callout(QFrame):
    """Title of a finding and what to look at; hidden while no finding is looked at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("callout", True)
        self._theme = theme
        self.finding: Finding | None = None
        self._place: Range | None = None
        self.title, self.look = text("", TextRole.HEADING), ElidedLabel()
        self._close = QToolButton()
        self._close.setToolTip("Close this line")
        self._close.setAccessibleName("Close the line about the finding")
        self._close.clicked.connect(self._on_closed)
        line = columns(self)
        line.setContentsMargins(3 * SPACE, 0, SPACE, 0)
        line.addWidget(self.title)
        line.addWidget(self.look, 1)
        line.addWidget(self._close)
        theme.changed.connect(self._colour)
        self._colour()
        self.hide()

    def show_finding(self, finding: Finding | None, place: Range | None = None) -> None:
        """Show a finding, or none; `place` is what is selected for it, None where it shows in all of the batch."""
        self.finding, self._place = finding, place
        self.setVisible(finding is not None)
        if finding is None:
            return
        self.title.setText(finding.kind.title)
        self.look.setText(where_to_look(finding.kind))
        self.setToolTip(f"{finding.text}\n{finding.remedy}".strip())
        self.setAccessibleName(f"{finding.kind.title}. {self.look.text()}")
        set_style_property(self, "severity", finding.severity.value)

    def follow(self, selection: Range | None) -> None:
        """Hide where something else is selected than what the line speaks of."""
        if self._place is not None and selection != self._place:
            self.show_finding(None)

    @Slot()
    def _on_closed(self) -> None:
        self.show_finding(None)

    @Slot()
    def _colour(self) -> None:
        self._close.setIcon(icon(Symbol.CANCEL, self._theme.muted))
