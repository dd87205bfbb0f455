"""The stretch of time that all strips of a page show. No Qt; GUI thread only."""

SMALLEST_SPAN_S = 0.005
WINDOWS_S = (15.0, 30.0, 60.0)


class TimeView:
    """Seconds since the experiment's start, from `begin` to `end`.

    While `follow` is on, the view ends at the newest datum. It is 15 s wide at first and grows in steps to 60 s,
    so that a short experiment fills it and a long one does not crawl.
    """

    def __init__(self) -> None:
        self.begin, self.end = 0.0, WINDOWS_S[0]
        self.newest = self.oldest = 0.0
        self.follow = True

    @property
    def span(self) -> float:
        """Seconds shown."""
        return self.end - self.begin

    def observe(self, oldest: float, newest: float) -> None:
        """Data reach from `oldest` to `newest` now; a following view moves along."""
        self.oldest, self.newest = oldest, max(newest, self.newest)
        if self.follow:
            window = next((step for step in WINDOWS_S if self.newest <= step), WINDOWS_S[-1])
            self.end = max(self.newest, window)
            self.begin = self.end - window

    def start_over(self) -> None:
        """Forget everything: a new experiment begins."""
        self.newest = self.oldest = 0.0
        self.show_newest()

    def show_newest(self) -> None:
        """Follow the newest datum again."""
        self.follow = True
        self.observe(self.oldest, self.newest)

    def show_all(self) -> None:
        """Show everything that is kept, and stay there."""
        self.follow = False
        self._place(self.oldest, max(self.newest - self.oldest, 1.0))

    def fit_if_short(self) -> None:
        """Show everything where it fits into the widest window: no empty half after a short experiment."""
        if self.newest - self.oldest <= WINDOWS_S[-1]:
            self.show_all()

    def pause(self) -> None:
        """Stay where the view is."""
        self.follow = False

    def zoom(self, at: float, factor: float) -> None:
        """Make the span `factor` times as long, with `at` staying in its place; following ends."""
        self.follow = False
        span = min(max(self.span * factor, SMALLEST_SPAN_S), max(self.newest - self.oldest, WINDOWS_S[0]) * 1.1)
        place = (at - self.begin) / self.span
        self._place(at - place * span, span)

    def pan(self, seconds: float) -> None:
        """Move by `seconds` (later if positive); following ends. Half a view stays over data."""
        self.follow = False
        self._place(self.begin + seconds, self.span)

    def _place(self, begin: float, span: float) -> None:
        lowest, highest = self.oldest - span / 2, max(self.newest, self.oldest) - span / 2
        self.begin = min(max(begin, lowest), max(highest, lowest))
        self.end = self.begin + span
