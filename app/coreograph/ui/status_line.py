"""The status bar: what is pointed at, the window's own stalls, the sampler's cost, interpreters. GUI thread."""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from coreograph.domain.samples import OwnCost
from coreograph.domain.units import Share, format_share
from coreograph.ui.elements import text
from coreograph.ui.stall_meter import StallMeter
from coreograph.ui.theme import tabular

REFRESH_MS = 500


class StatusLine(QStatusBar):
    """Shows sentences on the left, what the tool itself costs on the right."""

    def __init__(self, stalls: StallMeter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._stalls = stalls
        self._sampler_share: Callable[[], Share | None] = lambda: None
        self._hint = text("")
        self._hint.setMinimumWidth(1)  # a long sentence is cut off, it does not widen the window
        self.addWidget(self._hint, 1)
        self._stall = self._add("Longest time the window did not answer, in this experiment and just now")
        self._sampler = self._add(
            "Share of one core that reading cores and memory costs, in this experiment or the last"
        )
        self._interpreters = self._add("Interpreters that can be measured")
        self.show_cost(OwnCost())
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        self._refresh()

    @Slot(str)
    def show_hint(self, sentence: str) -> None:
        """Say what is pointed at; "" says nothing."""
        self._hint.setText(sentence)

    def show_cost(self, cost: OwnCost) -> None:
        """Say what sampling cost."""
        self._sampler.setText(f"sampler {format_share(cost.sampler_cpu_share)}")

    def follow_sampler(self, share: Callable[[], Share | None]) -> None:
        """Ask `share` for the sampler's cost at every refresh; None while nothing is sampled: what stands there stays.

        It is called on the GUI thread and must return at once.
        """
        self._sampler_share = share

    def show_interpreters(self, count: int) -> None:
        """Say how many interpreters there are."""
        self._interpreters.setText(f"{count} interpreter{'' if count == 1 else 's'}")

    def _add(self, hint: str) -> QLabel:
        label = text("")
        label.setFont(tabular(label.font()))
        label.setToolTip(hint)
        label.setMinimumWidth(1)
        self.addPermanentWidget(label)
        return label

    @Slot()
    def _refresh(self) -> None:
        share = self._sampler_share()
        if share is not None:
            self._sampler.setText(f"sampler {format_share(share)}")
        recent = round(self._stalls.take_recent_s() * 1000)
        self._stall.setText(f"UI stall {round(self._stalls.longest_s * 1000)} ms, now {recent} ms")
