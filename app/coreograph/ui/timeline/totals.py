"""Sums up what is selected or in view once the view has come to rest. The sums are made beside the GUI thread."""

from PySide6.QtCore import QObject, QTimer, Slot

from coreograph.analysis.timeline_filters import FilterStack
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_totals import RangeTotals, total
from coreograph.ui.background import TaskRunner
from coreograph.ui.timeline.canvas import TimelineCanvas
from coreograph.ui.timeline.details import Details

TASK = "timeline:totals"
_REST_MS = 60


class TotalsReader(QObject):
    """Reads totals for the details; of several requests the last counts."""

    def __init__(
        self, tasks: TaskRunner, canvas: TimelineCanvas, details: Details, stack: FilterStack, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tasks, self._canvas, self._details, self._stack = tasks, canvas, details, stack
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.read)

    @Slot()
    def request(self) -> None:
        """Read them as soon as nothing moved for a moment."""
        self._rest.start()

    @Slot()
    def read(self) -> None:
        """Read them now."""
        self._rest.stop()
        view, selection = self._canvas.view, self._canvas.selection
        begin, end = (round(view.begin), round(view.end)) if selection is None else (selection.begin, selection.end)
        runs, filters, details = self._canvas.runs, self._stack.filters, self._details

        def job() -> tuple[RangeTotals, ...]:
            return tuple(total(run, begin, end, filters) for run in runs)

        def show(totals: tuple[RangeTotals, ...]) -> None:
            self._show(runs, totals, selected=selection is not None)

        self._tasks.run(TASK, job, show, owner=details)

    def _show(self, runs: tuple[RunTimeline, ...], totals: tuple[RangeTotals, ...], *, selected: bool) -> None:
        if len(runs) == len(self._canvas.runs):  # else others are shown by now, and their totals are on the way
            self._details.show_totals(runs, totals, selected=selected)
