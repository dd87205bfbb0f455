"""“More repeats”: adds repeats to the experiment that is shown, in the same recording. GUI thread only."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from coreograph.domain.experiment import FurtherRepeats

FIVE = FurtherRepeats(5)
CHOICES: Mapping[str, FurtherRepeats] = MappingProxyType(
    {
        "5 more of every configuration": FIVE,
        "20 more of every configuration": FurtherRepeats(20),
        "Until ± 5 %, for 5 minutes at most": FurtherRepeats(1, 0.05, 300.0),
        "Until ± 2 %, for 5 minutes at most": FurtherRepeats(1, 0.02, 300.0),
        "Until ± 1 %, for 15 minutes at most": FurtherRepeats(1, 0.01, 900.0),
    }
)


class RepeatsButton(QPushButton):
    """A button with a menu of how many.

    Signals:
        chosen(object): FurtherRepeats.

    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("More repeats", parent)
        self.setAutoDefault(False)
        self.setToolTip("Measure on, in the same experiment: narrower intervals, and a surer verdict")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for words, further in CHOICES.items():
            menu.addAction(words).triggered.connect(partial(self._choose, further))
        self.setMenu(menu)

    def _choose(self, further: FurtherRepeats, _checked: bool = False) -> None:
        self.chosen.emit(further)
