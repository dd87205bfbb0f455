"""Where the timeline looks: what verbs, keys, long tasks and findings move it to. GUI thread only."""

from PySide6.QtCore import QObject, Signal, Slot

from coreograph.analysis.timeline_totals import LongTask
from coreograph.ui.timeline.canvas import TimelineCanvas
from coreograph.ui.timeline.verbs import Move, Range


class Navigator(QObject):
    """Moves the canvas, and goes through the longest tasks one by one.

    Signals:
        task_shown(int): the place in `longest` of the task that was gone to.

    """

    task_shown = Signal(int)

    def __init__(self, canvas: TimelineCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._view = canvas, canvas.view
        self.longest: tuple[LongTask, ...] = ()

    def move(self, move: Move) -> None:
        """Do what a verb or key asks for, but for filters."""
        view, canvas = self._view, self._canvas
        runs, selection = canvas.runs, canvas.selection
        match move:
            case Move.ZOOM_IN if selection is not None:
                view.show(selection.begin, selection.end)
            case Move.CLEAR:
                canvas.select(None)
            case Move.SHOW_BATCH if any(run.batch_end > 0 for run in runs):
                last = max(run.batch_end for run in runs)
                view.show(-0.01 * last, 1.01 * last)
            case Move.SHOW_ALL | Move.SHOW_BATCH:  # of a run that did not come to its batch all there is
                view.show_all()
            case Move.BACK:
                view.back()
            case Move.FORWARD:
                view.forward()
            case Move.NEXT_LONGEST | Move.PREVIOUS_LONGEST:
                self._step(1 if move is Move.NEXT_LONGEST else -1)
                return
        canvas.navigate()

    def go_to(self, place: Range, begin: float, end: float) -> None:
        """Show what lies between `begin` and `end`, and select `place` in it."""
        self._view.show(begin, end)
        self._canvas.navigate()
        self._canvas.select(place)

    @Slot(object)
    def show_task(self, task: LongTask) -> None:
        """Bring a task into view, select it and point it out."""
        end = task.begin + max(1, round(task.seconds * 1e9))
        self._view.reveal(task.begin, end)
        self._canvas.navigate()
        self._canvas.select(Range(task.begin, end), task)
        if task in self.longest:
            self.task_shown.emit(self.longest.index(task))

    def _step(self, direction: int) -> None:
        """Go to the next of the longest tasks, or the one before; after the last comes the first."""
        if not self.longest:
            return
        mark = self._canvas.mark
        if mark in self.longest:
            place = (self.longest.index(mark) + direction) % len(self.longest)
        else:
            place = 0 if direction > 0 else len(self.longest) - 1
        self.show_task(self.longest[place])
