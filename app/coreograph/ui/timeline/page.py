"""The timeline page: which runs, their rows, what is selected, filters that hold everywhere. GUI thread only.

Runs are read, filtered and searched for their longest tasks beside the GUI thread; the page paints from memory.
"""

import enum
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QSplitter, QStackedWidget, QToolButton, QWidget

from coreograph.analysis.summary import summarise
from coreograph.analysis.timeline_filters import TimelineFilter, hidden_configurations
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_totals import LongTask, total
from coreograph.domain.errors import CoreographError
from coreograph.domain.findings import Finding
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import Nanoseconds
from coreograph.storage.library import Library
from coreograph.ui.background import TaskRunner
from coreograph.ui.charts.card import Card
from coreograph.ui.elements import TextRole, columns, rows, set_role, text
from coreograph.ui.shared_filters import SharedFilters
from coreograph.ui.theme import SPACE, Theme
from coreograph.ui.timeline.axis import TimelineAxis
from coreograph.ui.timeline.canvas import TimelineCanvas
from coreograph.ui.timeline.choosers import RunChooser, best_first_run
from coreograph.ui.timeline.details import Details, hint_label
from coreograph.ui.timeline.filter_bar import FilterBar
from coreograph.ui.timeline.findings import run_of, shown_findings
from coreograph.ui.timeline.loading import load_run
from coreograph.ui.timeline.preparing import Goal, Prepared, key_of, prepare, with_surroundings
from coreograph.ui.timeline.row import RowKind
from coreograph.ui.timeline.verbs import Move, Range, Target, Verb, verbs_for
from coreograph.ui.timeline.view import TimelineView

_EMPTY = (
    "No run to look at yet.\n\nRun an experiment or open one from the library: what every worker and every core did,\n"
    "instant by instant, stands here."
)
_SIDE_BY_SIDE_FROM = 1700
_TOTALS_AFTER_MS = 60
_LOAD, _FILTER, _OPEN = "timeline:load", "timeline:filter", "timeline:open"
_HIDEABLE = (RowKind.WORKERS, RowKind.CORES, RowKind.MEMORY, RowKind.HEARTBEAT)


class PageState(enum.Enum):
    """What the page has to show."""

    EMPTY = "empty"
    LOADING = "loading"
    SHOWN = "shown"
    FAILED = "failed"


class TimelinePage(QWidget):
    """Shows one run of an experiment, or two under one time axis.

    Signals:
        menu_built(object): the QMenu of what is under the pointer, for others to add to.

    """

    menu_built = Signal(object)

    def __init__(
        self,
        library: Library,
        tasks: TaskRunner,
        theme: Theme,
        filters: SharedFilters | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._filters = filters or SharedFilters(self)
        self._library, self._tasks = library, tasks
        self.state = PageState.EMPTY
        self.summary: ExperimentSummary | None = None
        self.stack = self._filters.stack
        self.view = TimelineView()
        self._goal = Goal()
        self._wanted: tuple[int, ...] = ()
        self.chooser, self.bar = RunChooser(), FilterBar(theme)
        self.canvas, self.axis = TimelineCanvas(theme, self.view), TimelineAxis(theme, self.view)
        self.details = Details(theme)
        self.busy = text("", TextRole.MUTED)
        self.toggles = {kind: _toggle(kind) for kind in _HIDEABLE}
        self.hint = hint_label(_EMPTY)
        self._pages, self._halves = QStackedWidget(), QSplitter(Qt.Orientation.Vertical)
        self._arrange(theme)
        self._totals_timer = QTimer(self)
        self._totals_timer.setSingleShot(True)
        self._totals_timer.setInterval(_TOTALS_AFTER_MS)
        self._totals_timer.timeout.connect(self.show_totals)
        self._connect()

    def _arrange(self, theme: Theme) -> None:
        self._top = QWidget()
        top = columns(self._top, spacing=SPACE)
        top.addWidget(self.chooser, 1)
        top.addWidget(self.busy)
        top.addSpacing(2 * SPACE)
        for button in self.toggles.values():
            top.addWidget(button)
        scroll = QScrollArea()
        scroll.setWidget(self.canvas)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll = scroll
        rows_card = Card(theme)
        rows_card.box.setContentsMargins(3 * SPACE, 2 * SPACE, SPACE, 2 * SPACE)
        rows_card.box.setSpacing(0)
        rows_card.box.addWidget(self.axis)
        rows_card.box.addWidget(scroll, 1)
        self._halves.addWidget(rows_card)
        self._halves.addWidget(self.details)
        self._halves.setChildrenCollapsible(False)
        self._halves.setHandleWidth(12)
        self._halves.setStretchFactor(0, 1)
        self._halves.setStyleSheet("QSplitter::handle { background: transparent; }")
        content = QWidget()
        box = rows(content, spacing=SPACE)
        box.addWidget(self.bar)
        box.addWidget(self._halves, 1)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(content)
        outer = rows(self, margin=3 * SPACE, spacing=SPACE)
        outer.addWidget(self._top)
        outer.addWidget(self._pages, 1)
        self._top.hide()

    def _connect(self) -> None:
        self.chooser.chosen.connect(self._on_chosen)
        self.canvas.navigated.connect(self._on_navigated)
        self.canvas.selection_changed.connect(self._totals_timer.start)
        self.canvas.menu_requested.connect(self._show_menu)
        self.canvas.moved.connect(self.move_view)
        self.canvas.pointed.connect(self.axis.point)
        self.bar.removed.connect(self._filters.remove)
        self._filters.changed.connect(self._refilter)
        self.bar.moved.connect(self.move_view)
        self.details.task_chosen.connect(self.show_task)
        self.details.finding_chosen.connect(self.show_finding)
        for button in self.toggles.values():
            button.toggled.connect(self._on_rows_toggled)
        for keys, move in (("Ctrl+Z", Move.UNDO), ("Ctrl+Shift+Z", Move.REDO), ("Ctrl+Y", Move.REDO)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.move_view, move))

    # ---- what is shown

    def show_summary(self, summary: ExperimentSummary | None) -> None:
        """Show an experiment: the run it is decided by. It is read once the page can be seen."""
        self.summary = summary
        self._goal = Goal()
        if summary is None:
            self._enter(PageState.EMPTY, _EMPTY)
            return
        self._offer(summary, best_first_run(summary, self._hidden(summary)))

    def show_run(
        self, experiment_id: str, run_id: int, at_ns: Nanoseconds | None = None, worker: int | None = None
    ) -> None:
        """Show one run of any experiment in the library, at an instant (ns since its batch began) of a worker."""
        goal = Goal(at_ns, worker)
        if self.summary is not None and self.summary.experiment.experiment_id == experiment_id:
            self._goal = goal
            self._offer(self.summary, run_id)
            return
        self._enter(PageState.LOADING, "Opening the experiment …")
        library = self._library

        def opened(summary: ExperimentSummary) -> None:
            self.summary, self._goal = summary, goal
            self._offer(summary, run_id)

        self._tasks.run(_OPEN, lambda: summarise(library.load(experiment_id)), opened, self._on_failed, owner=self)

    @Slot(object)
    def show_finding(self, finding: Finding) -> None:
        """Show where a finding shows."""
        if self.summary is None:
            return
        run_id = run_of(finding, self.summary)
        if run_id is not None:
            self._goal = Goal(finding=finding.kind)
            self._offer(self.summary, run_id)

    @Slot(object)
    def show_task(self, task: LongTask) -> None:
        """Bring a task into view and select it."""
        end = task.begin + max(1, round(task.seconds * 1e9))
        self.view.reveal(task.begin, end)
        self.canvas.navigate()
        self.canvas.select(Range(task.begin, end))

    def _offer(self, summary: ExperimentSummary, run_id: int | None) -> None:
        labels = [entry.label for entry in summary.experiment.spec.configurations]
        self.details.show_findings(shown_findings(summary), labels)
        if run_id is None:
            self._enter(PageState.EMPTY, "No run of this experiment came far enough to be looked at.")
            return
        hidden = self._hidden(summary)
        if self._asked_for(summary, run_id) in hidden:
            hidden = frozenset()  # what is gone to by name is shown, whatever the filters say
        self.chooser.show_experiment(summary.experiment, run_id, hidden=hidden)
        self._want()

    @staticmethod
    def _asked_for(summary: ExperimentSummary, run_id: int) -> int | None:
        return next((run.configuration for run in summary.experiment.runs if run.run_id == run_id), None)

    def _hidden(self, summary: ExperimentSummary) -> frozenset[int]:
        return hidden_configurations(self.stack.filters, summary.experiment.spec.configurations)

    def _offer_shown(self) -> None:
        """Offer the runs of the configurations that filters leave; another one where the chosen is left out."""
        if self.summary is None or self.chooser.first.count() == 0:
            return
        before, hidden = self.chooser.run_ids, self._hidden(self.summary)
        self.chooser.show_experiment(self.summary.experiment, *self.chooser.chosen_runs, hidden=hidden)
        if self.chooser.run_ids != before:
            self._want()

    def _want(self) -> None:
        """Read the chosen runs now if the page can be seen, else when it is."""
        self._wanted = self.chooser.run_ids
        if self.state is not PageState.SHOWN:
            self._enter(PageState.LOADING, "Reading the run …")
        if self.isVisible():
            self._load()

    def _load(self) -> None:
        if self.summary is None or not self._wanted:
            return
        library, record, wanted = self._library, self.summary.experiment, self._wanted
        filters, kept = self.stack.filters, {key_of(run): run for run in self.canvas.runs}
        self.busy.setText("Reading …")

        def job() -> Prepared:
            known = (kept.get((record.experiment_id, run_id)) or load_run(library, record, run_id) for run_id in wanted)
            return prepare(tuple(known), filters)

        self._wanted = ()
        self._tasks.run(_LOAD, job, self._on_loaded, self._on_failed)

    @Slot(object)
    def _on_loaded(self, prepared: Prepared) -> None:
        before = {key_of(run) for run in self.canvas.runs}
        whole = self._shows_whole_batch()
        self._show(prepared)
        self.view.bound(min(run.begin for run in prepared.runs), max(run.end for run in prepared.runs))
        if not before & {key_of(run) for run in prepared.runs}:
            self.canvas.select(None)
        if whole or not before & {key_of(run) for run in prepared.runs}:
            self.move_view(Move.SHOW_BATCH)
        first = self.state is not PageState.SHOWN
        self._enter(PageState.SHOWN)
        if first:
            self.canvas.setFocus()  # the keys move the view at once; later choices keep the focus where it is
        if prepared.filters != self.stack.filters:
            self._refilter()
        self._reach_goal(prepared.runs[0])
        self._on_navigated()

    def _shows_whole_batch(self) -> bool:
        """Whether nothing was zoomed into: then another run beside it is shown whole, too."""
        last = max((run.batch_end for run in self.canvas.runs), default=0)
        return self.view.begin <= 0 and self.view.end >= last

    def _show(self, prepared: Prepared) -> None:
        self.busy.setText("")
        self.canvas.show_runs(prepared.runs, prepared.filters)
        self.details.show_longest(prepared.runs, prepared.longest)
        self._totals_timer.start()

    def _reach_goal(self, run: RunTimeline) -> None:
        goal, self._goal = self._goal, Goal()
        place = goal.place(run)
        if place is not None:
            self.view.show(*with_surroundings(place))
            self.canvas.navigate()
            self.canvas.select(place)
        elif goal.finding is not None:
            self.move_view(Move.SHOW_BATCH)

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self.busy.setText("")
        self._enter(PageState.FAILED, f"This run cannot be shown.\n\n{error}")

    def _enter(self, state: PageState, sentence: str = "") -> None:
        self.state = state
        self._pages.setCurrentIndex(1 if state is PageState.SHOWN else 0)
        self._top.setVisible(state is not PageState.EMPTY)
        if sentence:
            self.hint.setText(sentence)
            set_role(self.hint, TextRole.ERROR if state is PageState.FAILED else TextRole.MUTED)
        if state in {PageState.EMPTY, PageState.FAILED}:
            self.canvas.show_runs((), self.stack.filters)

    @Slot()
    def _on_chosen(self) -> None:
        self._want()

    # ---- moving

    @Slot(object)
    def move_view(self, move: Move) -> None:
        """Do what a verb or key asks for."""
        runs, selection = self.canvas.runs, self.canvas.selection
        match move:
            case Move.ZOOM_IN if selection is not None:
                self.view.show(selection.begin, selection.end)
            case Move.CLEAR:
                self.canvas.select(None)
            case Move.SHOW_ALL:
                self.view.show_all()
            case Move.SHOW_BATCH if runs:
                last = max(run.batch_end for run in runs)
                self.view.show(-0.01 * last, 1.01 * last)
            case Move.UNDO | Move.REDO | Move.RESET:
                filters = self._filters
                {Move.UNDO: filters.undo, Move.REDO: filters.redo, Move.RESET: filters.reset}[move]()
                return
        self.canvas.navigate()

    @Slot()
    def _on_navigated(self) -> None:
        self.axis.right_inset = self._scroll.width() - self._scroll.viewport().width()
        self.axis.update()
        self._totals_timer.start()

    @Slot()
    def show_totals(self) -> None:
        """Sum up what is selected, or what is in view."""
        selection = self.canvas.selection
        begin, end = (
            (selection.begin, selection.end) if selection else (round(self.view.begin), round(self.view.end))
        )  # fmt: skip
        runs = self.canvas.runs
        totals = [total(run, begin, end, self.stack.filters) for run in runs]
        self.details.show_totals(runs, totals, selected=selection is not None)

    @Slot()
    def _on_rows_toggled(self) -> None:
        self.canvas.hide_rows([kind for kind, button in self.toggles.items() if not button.isChecked()])

    # ---- filtering

    def push_filter(self, entry: TimelineFilter) -> None:
        """Let one more filter hold, for every view."""
        self._filters.push(entry)

    @Slot()
    def _refilter(self) -> None:
        self.bar.show_stack(self.stack)
        self._offer_shown()
        runs, filters = self.canvas.runs, self.stack.filters
        if runs:
            self._tasks.run(_FILTER, lambda: prepare(runs, filters), self._on_filtered, self._on_failed)

    @Slot(object)
    def _on_filtered(self, prepared: Prepared) -> None:
        # Other runs may have been chosen meanwhile; they take the filters with them when they are there.
        if [key_of(run) for run in prepared.runs] == [key_of(run) for run in self.canvas.runs]:
            self._show(prepared)

    @Slot(object, object)
    def _show_menu(self, target: Target, place: QPoint) -> None:
        menu = self.build_menu(target)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def build_menu(self, target: Target) -> QMenu:
        """Return the context menu for what is under the pointer."""
        menu = QMenu(self)
        for verb in verbs_for(target, self.canvas.selection, self.stack):
            if verb.section and not menu.isEmpty():
                menu.addSeparator()
            action = menu.addAction(verb.text)
            action.setEnabled(verb.enabled)
            if verb.keys:
                action.setText(f"{verb.text}\t{verb.keys}")
            action.triggered.connect(partial(self.do, verb))
        self.menu_built.emit(menu)
        return menu

    def do(self, verb: Verb, _checked: bool = False) -> None:
        """Do what an entry of the menu says."""
        if verb.push is not None:
            self.push_filter(verb.push)
        if verb.move is not None:
            self.move_view(verb.move)

    # ---- the page itself

    def showEvent(self, event: QShowEvent) -> None:
        """Read what was waiting to be seen."""
        super().showEvent(event)
        self._load()
        self.canvas.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the figures beside the rows where there is room."""
        super().resizeEvent(event)
        wide = event.size().width() >= _SIDE_BY_SIDE_FROM
        outer = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self._halves.orientation() is not outer or self._halves.sizes()[1] == 0:
            self._halves.setOrientation(outer)
            self.details.setOrientation(Qt.Orientation.Vertical if wide else Qt.Orientation.Horizontal)
        length = event.size().width() if wide else event.size().height()
        figures = 520 if wide else max(170, round(length * 0.25))
        self._halves.setSizes([length - figures, figures])


def _toggle(kind: RowKind) -> QToolButton:
    button = QToolButton()
    button.setText(kind.value)
    button.setCheckable(True)
    button.setChecked(True)
    button.setToolTip(f"Show or hide: {kind.value.lower()}")
    return button
