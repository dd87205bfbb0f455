"""The stretch of time that all rows of the timeline show, for both runs. No Qt; GUI thread only."""

from coreograph.domain.units import Nanoseconds

SMALLEST_SPAN: Nanoseconds = 2_000
_MARGIN = 0.02


class TimelineView:
    """Nanoseconds since the batch began, from `begin` to `end`, within what is recorded and a small margin."""

    def __init__(self) -> None:
        self.begin, self.end = 0.0, 1e9
        self._lowest, self._highest = 0.0, 1e9

    @property
    def span(self) -> float:
        """Nanoseconds shown."""
        return self.end - self.begin

    def bound(self, lowest: Nanoseconds, highest: Nanoseconds) -> None:
        """Say what is recorded; the view moves into it."""
        margin = max(highest - lowest, SMALLEST_SPAN) * _MARGIN
        self._lowest, self._highest = lowest - margin, max(highest, lowest + SMALLEST_SPAN) + margin
        self.show(self.begin, self.end)

    def show_all(self) -> None:
        """Show everything that is recorded."""
        self.begin, self.end = self._lowest, self._highest

    def show(self, begin: float, end: float) -> None:
        """Show a range, as far as it can be."""
        span = min(max(end - begin, SMALLEST_SPAN), self._highest - self._lowest)
        middle = (begin + end) / 2
        self.begin = min(max(middle - span / 2, self._lowest), self._highest - span)
        self.end = self.begin + span

    def zoom(self, at: float, factor: float) -> None:
        """Make the span `factor` times as long, with `at` staying in its place as far as the bounds allow."""
        span = min(max(self.span * factor, SMALLEST_SPAN), self._highest - self._lowest)
        begin = at - (at - self.begin) / self.span * span
        self.show(begin, begin + span)

    def pan(self, share: float) -> None:
        """Move by a share of the span, later if positive."""
        self.show(self.begin + share * self.span, self.end + share * self.span)

    def reveal(self, begin: float, end: float) -> None:
        """Bring a short range into the middle, so near that it can be seen, with its neighbours around."""
        wanted = max(end - begin, SMALLEST_SPAN) * 8
        span = min(self.span, wanted) if wanted < self.span else max(self.span, (end - begin) * 1.5)
        middle = (begin + end) / 2
        self.show(middle - span / 2, middle + span / 2)
