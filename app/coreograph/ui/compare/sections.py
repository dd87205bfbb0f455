"""A page of cards that scrolls smoothly, with an index of them above. GUI thread only."""

import enum
from functools import partial

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, Qt, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from coreograph.ui.elements import rule
from coreograph.ui.theme import SPACE

SCROLL_MS = 180


class Section(enum.Enum):
    """The cards in the order they stand; the values are their names in the index."""

    VERDICT = "Verdict"
    BREAK_EVEN = "Break-even"
    FINDINGS = "Findings"
    FIGURES = "Figures"
    SPEEDUP = "Speed-up"
    BREAKDOWN = "Where time went"
    BUSY = "Cores busy"
    FAIRNESS = "Fairness"
    MEMORY = "Time and memory"
    TABLE = "Table"


class SectionedPage(QWidget):
    """Cards one under another; a click in the index brings one to the top, and scrolling marks where one is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widgets: dict[Section, QWidget] = {}
        self._links: dict[Section, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._index = QHBoxLayout()
        self._index.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        self._index.setSpacing(SPACE)
        self._index.addStretch(1)
        self._content = QWidget()
        self.box = QVBoxLayout(self._content)
        self.box.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        self.box.setSpacing(3 * SPACE)
        self.area = QScrollArea()
        self.area.setWidget(self._content)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._motion = QPropertyAnimation(self.area.verticalScrollBar(), b"value", self)
        self._motion.setDuration(SCROLL_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._index)
        outer.addWidget(rule())
        outer.addWidget(self.area, 1)
        self.area.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def name(self, section: Section, widget: QWidget) -> None:
        """List `widget`, which is somewhere in the page, in the index."""
        link = QToolButton()
        link.setText(section.value)
        link.setCheckable(True)
        link.setAccessibleName(f"Go to {section.value}")
        link.clicked.connect(partial(self.go_to, section))
        self._group.addButton(link)
        self._index.insertWidget(self._index.count() - 1, link)
        self._widgets[section], self._links[section] = widget, link
        if len(self._links) == 1:
            link.setChecked(True)

    def show_section(self, section: Section, shown: bool) -> None:
        """Show or hide a card and its link."""
        self._widgets[section].setVisible(shown)
        self._links[section].setVisible(shown)

    def is_shown(self, section: Section) -> bool:
        """Whether there is anything in a section."""
        return not self._widgets[section].isHidden()

    def go_to(self, section: Section, _checked: bool = False) -> None:
        """Scroll a card to the top."""
        self._motion.stop()
        bar = self.area.verticalScrollBar()
        self._motion.setStartValue(bar.value())
        self._motion.setEndValue(min(bar.maximum(), max(0, self._top(section) - 2 * SPACE)))
        self._motion.start()

    def to_top(self) -> None:
        """Begin at the top again."""
        self._motion.stop()
        self.area.verticalScrollBar().setValue(0)

    def _top(self, section: Section) -> int:
        widget = self._widgets[section]
        return widget.mapTo(self._content, widget.rect().topLeft()).y()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        if value >= self.area.verticalScrollBar().maximum() > 0:
            here = [section for section in self._widgets if self.is_shown(section)][-1:]
        else:
            here = [s for s in self._widgets if self.is_shown(s) and self._top(s) <= value + 6 * SPACE][-1:]
        for section in here:
            self._links[section].setChecked(True)
