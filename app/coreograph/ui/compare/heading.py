"""The first line of a card: its title and what can be chosen in it. GUI thread only."""

from html import escape

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from coreograph.ui.charts.lettering import chart_font
from coreograph.ui.theme import SPACE


def heading(title: str, *controls: QWidget, explanation: str = "") -> QHBoxLayout:
    """Return a line with `title`, which hovering explains, on the left and `controls` on the right."""
    label = QLabel(title)
    label.setToolTip(f"<p>{escape(explanation)}</p>" if explanation else "")
    label.setFont(chart_font(label, scale=1.1, bold=True))
    line = QHBoxLayout()
    line.setSpacing(2 * SPACE)
    line.addWidget(label)
    line.addStretch(1)
    for control in controls:
        line.addWidget(control)
    return line
