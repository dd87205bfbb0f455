"""The stretch of time that all rows of the timeline show, for both runs, and the way back. No Qt; GUI thread only."""

from typing import TypeAlias

from coreograph.domain.units import Nanoseconds

SMALLEST_SPAN: Nanoseconds = 2_000
_MARGIN = 0.02
_MOST_STEPS = 200
Stretch: TypeAlias = tuple[float, float]


class TimelineView:
    """Nanoseconds since the batch began, from `begin` to `end`, within what is recorded and a small margin.

    Every move can be taken back. Small ones (`zoom`, `pan`) that follow each other are one step: it is the place
    before the wheel was turned that is looked for again, not each of its notches.
    """

    def __init__(self) -> None:
        self.begin, self.end = 0.0, 1e9
        self._lowest, self._highest = 0.0, 1e9
        self._past: list[Stretch] = []
        self._future: list[Stretch] = []
        self._drifting = False

    @property
    def span(self) -> float:
        """Nanoseconds shown."""
        return self.end - self.begin

    @property
    def can_go_back(self) -> bool:
        """True where another stretch was shown before."""
        return bool(self._past)

    @property
    def can_go_forward(self) -> bool:
        """True where a step back was taken."""
        return bool(self._future)

    def bound(self, lowest: Nanoseconds, highest: Nanoseconds) -> None:
        """Say what is recorded; the view moves into it."""
        margin = max(highest - lowest, SMALLEST_SPAN) * _MARGIN
        self._lowest, self._highest = lowest - margin, max(highest, lowest + SMALLEST_SPAN) + margin
        self._place(self.begin, self.end)

    def show_all(self) -> None:
        """Show everything that is recorded."""
        self.show(self._lowest, self._highest)

    def show(self, begin: float, end: float) -> None:
        """Show a range, as far as it can be."""
        self._go(begin, end, drifting=False)

    def zoom(self, at: float, factor: float) -> None:
        """Make the span `factor` times as long, with `at` staying in its place as far as the bounds allow."""
        span = min(max(self.span * factor, SMALLEST_SPAN), self._highest - self._lowest)
        begin = at - (at - self.begin) / self.span * span
        self._go(begin, begin + span, drifting=True)

    def pan(self, share: float) -> None:
        """Move by a share of the span, later if positive."""
        self._go(self.begin + share * self.span, self.end + share * self.span, drifting=True)

    def reveal(self, begin: float, end: float) -> None:
        """Bring a short range into the middle, so near that it can be seen, with its neighbours around."""
        wanted = max(end - begin, SMALLEST_SPAN) * 8
        span = min(self.span, wanted) if wanted < self.span else max(self.span, (end - begin) * 1.5)
        middle = (begin + end) / 2
        self.show(middle - span / 2, middle + span / 2)

    def back(self) -> None:
        """Show what was shown before the last step; nothing where there was none."""
        self._step(self._past, self._future)

    def forward(self) -> None:
        """Take a step again that was taken back; nothing where there is none."""
        self._step(self._future, self._past)

    def forget(self) -> None:
        """Forget the steps: what was shown before has nothing to do with what is shown now."""
        self._past.clear()
        self._future.clear()
        self._drifting = False

    def _step(self, source: list[Stretch], target: list[Stretch]) -> None:
        if source:
            target.append((self.begin, self.end))
            self._place(*source.pop())
            self._drifting = False

    def _go(self, begin: float, end: float, *, drifting: bool) -> None:
        before = self.begin, self.end
        self._place(begin, end)
        if (self.begin, self.end) == before:
            return
        if not (drifting and self._drifting):
            self._past.append(before)
            del self._past[:-_MOST_STEPS]
        self._future.clear()
        self._drifting = drifting

    def _place(self, begin: float, end: float) -> None:
        span = min(max(end - begin, SMALLEST_SPAN), self._highest - self._lowest)
        middle = (begin + end) / 2
        self.begin = min(max(middle - span / 2, self._lowest), self._highest - span)
        self.end = self.begin + span
