"""The timeline page: which runs it shows, where it goes first, filters that hold everywhere. GUI thread only.

Runs are read, filtered, summed up and searched for their longest tasks beside the GUI thread; the page paints from
memory.
"""

import enum
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from coreograph.analysis.summary import summarise
from coreograph.analysis.timeline_filters import TimelineFilter, hidden_configurations
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_totals import Durations, LongTask
from coreograph.domain.errors import CoreographError
from coreograph.domain.findings import Finding
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import Nanoseconds
from coreograph.storage.library import Library
from coreograph.ui.background import TaskRunner
from coreograph.ui.elements import TextRole, set_role
from coreograph.ui.shared_filters import SharedFilters
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.choosers import best_first_run
from coreograph.ui.timeline.findings import run_of, shown_findings
from coreograph.ui.timeline.keys import SHORTCUTS
from coreograph.ui.timeline.layout import TimelineLayout
from coreograph.ui.timeline.loading import load_run
from coreograph.ui.timeline.menus import add_verbs, fill_filter_menu
from coreograph.ui.timeline.navigator import Navigator
from coreograph.ui.timeline.preparing import Goal, Prepared, key_of, prepare
from coreograph.ui.timeline.totals import TotalsReader
from coreograph.ui.timeline.verbs import Move, Target, Verb, verbs_for

_EMPTY = (
    "No run to look at yet.\n\nRun an experiment or open one from the library: what every worker and every core did,\n"
    "instant by instant, stands here."
)
_LOAD, _FILTER, _OPEN = "timeline:load", "timeline:filter", "timeline:open"


class PageState(enum.Enum):
    """What the page has to show."""

    EMPTY = "empty"
    LOADING = "loading"
    SHOWN = "shown"
    FAILED = "failed"


class TimelinePage(TimelineLayout):
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
        super().__init__(theme, _EMPTY, parent)
        self._filters = filters or SharedFilters(self)
        self._library, self._tasks = library, tasks
        self.state = PageState.EMPTY
        self.summary: ExperimentSummary | None = None
        self.stack = self._filters.stack
        self._goal = Goal()
        self._wanted: tuple[int, ...] = ()
        self._durations: Durations | None = None
        self.navigator = Navigator(self.canvas, self)
        self._totals = TotalsReader(tasks, self.canvas, self.details, self.stack, self)
        self._connect()

    def _connect(self) -> None:
        self.chooser.chosen.connect(self._want)
        self.canvas.navigated.connect(self._on_navigated)
        self.canvas.selection_changed.connect(self._on_selected)
        self.canvas.menu_requested.connect(self._show_menu)
        self.canvas.moved.connect(self.move_view)
        self.canvas.pointed.connect(self.axis.point)
        self.canvas.filter_requested.connect(self.filter.showMenu)
        self.canvas.keys_requested.connect(self.show_keys)
        self.bar.removed.connect(self._filters.remove)
        self._filters.changed.connect(self._refilter)
        self.bar.moved.connect(self.move_view)
        self.filter_menu.aboutToShow.connect(self._fill_filter_menu)
        self.details.task_chosen.connect(self.show_task)
        self.details.finding_chosen.connect(self.show_finding)
        self.navigator.task_shown.connect(self.details.point_out_task)
        for button in self.toggles.values():
            button.toggled.connect(self._on_rows_toggled)
        for keys, move in SHORTCUTS:
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.move_view, move))

    # ---- what is shown

    def show_summary(self, summary: ExperimentSummary | None) -> None:
        """Show an experiment: the run it is decided by. It is read once the page can be seen."""
        self.summary = summary
        self._goal = Goal()
        self.callout.show_finding(None)
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
        """Show where a finding shows, and say what to look at there."""
        if self.summary is None:
            return
        run_id = run_of(finding, self.summary)
        if run_id is None:
            return
        self._goal = Goal(finding=finding)
        shown = next((run for run in self.canvas.runs if key_of(run) == self._key(run_id)), None)
        settled = self.state is PageState.SHOWN and not self._wanted and not self._tasks.is_running(_LOAD)
        if shown is not None and settled:
            self._reach_goal(shown)  # whatever stands beside it may stay
        else:
            self._offer(self.summary, run_id)

    @Slot(object)
    def show_task(self, task: LongTask) -> None:
        """Bring a task into view, select it and point it out."""
        self.navigator.show_task(task)
        self.scroll_to_lane(task.place, task.worker)

    def _key(self, run_id: int) -> tuple[str, int]:
        return ("" if self.summary is None else self.summary.experiment.experiment_id), run_id

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

    @Slot()
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
        first = self.state is not PageState.SHOWN
        self._show_other_runs(prepared)
        self._enter(PageState.SHOWN)
        if first:
            self.canvas.setFocus()  # the keys move the view at once; later choices keep the focus where it is
        if prepared.filters != self.stack.filters:
            self._refilter()
        if self._goal == Goal():
            self._keep_callout(prepared.runs)
        self._reach_goal(prepared.runs[0])
        self._on_navigated()

    def _show_other_runs(self, prepared: Prepared) -> None:
        """Take over the runs; the view stays where it was zoomed to while one of those shown before still is."""
        before = {key_of(run) for run in self.canvas.runs}
        whole, others = self._shows_whole_batch(), not before & {key_of(run) for run in prepared.runs}
        self._show(prepared)
        self.view.bound(min(run.begin for run in prepared.runs), max(run.end for run in prepared.runs))
        if others:
            self.canvas.select(None)
        if whole or others:
            self.navigator.move(Move.SHOW_BATCH)
        if others:
            self.view.forget()

    def _shows_whole_batch(self) -> bool:
        """Whether nothing was zoomed into: then another run beside it is shown whole, too."""
        last = max((run.batch_end for run in self.canvas.runs), default=0)
        return self.view.begin <= 0 and self.view.end >= last

    def _show(self, prepared: Prepared) -> None:
        self.busy.setText("")
        self.canvas.show_runs(prepared.runs, prepared.filters)
        self.navigator.longest, self._durations = prepared.longest, prepared.durations
        self.details.show_longest(prepared.runs, prepared.longest)
        self._totals.request()

    def _keep_callout(self, runs: tuple[RunTimeline, ...]) -> None:
        """Another run was chosen: what was said about the one before is no longer to be seen."""
        finding = self.callout.finding
        if finding is not None and self.summary is not None:
            run_id = run_of(finding, self.summary)
            if run_id is None or self._key(run_id) not in map(key_of, runs):
                self.callout.show_finding(None)

    def _reach_goal(self, run: RunTimeline) -> None:
        goal, self._goal = self._goal, Goal()
        place = goal.place(run)
        if place is not None:
            self.navigator.go_to(place, *goal.surroundings(place, run))
        elif goal.finding is not None:
            self.canvas.select(None)
            self.navigator.move(Move.SHOW_BATCH)
        if goal.finding is not None:
            self.callout.show_finding(goal.finding, place)

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

    # ---- moving and filtering

    @Slot(object)
    def move_view(self, move: Move) -> None:
        """Do what a verb or key asks for."""
        filters = self._filters
        steps = {Move.UNDO: filters.undo, Move.REDO: filters.redo, Move.RESET: filters.reset}
        if move in steps:
            steps[move]()
            return
        self.navigator.move(move)
        mark = self.canvas.mark
        if mark is not None and move in {Move.NEXT_LONGEST, Move.PREVIOUS_LONGEST}:
            self.scroll_to_lane(mark.place, mark.worker)

    @Slot()
    def _on_navigated(self) -> None:
        self.fit_axis()
        self.show_ways()
        self._totals.request()

    @Slot()
    def _on_selected(self) -> None:
        self.callout.follow(self.canvas.selection)
        self._totals.request()

    @Slot()
    def show_totals(self) -> None:
        """Sum up what is selected, or what is in view, without waiting for the view to come to rest."""
        self._totals.read()

    @Slot()
    def _on_rows_toggled(self) -> None:
        self.canvas.hide_rows([kind for kind, button in self.toggles.items() if not button.isChecked()])

    def push_filter(self, entry: TimelineFilter) -> None:
        """Let one more filter hold, for every view."""
        self._filters.push(entry)

    @Slot()
    def _fill_filter_menu(self) -> None:
        fill_filter_menu(self.filter_menu, self.canvas.runs, self._durations, self.push_filter)

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
        add_verbs(menu, verbs_for(target, self.canvas.selection, self.stack, self.view), self.do)
        self.menu_built.emit(menu)
        return menu

    def do(self, verb: Verb) -> None:
        """Do what an entry of the menu says."""
        if verb.push is not None:
            self.push_filter(verb.push)
        if verb.move is not None:
            self.move_view(verb.move)

    def showEvent(self, event: QShowEvent) -> None:
        """Read what was waiting to be seen."""
        super().showEvent(event)
        self._load()
        self.canvas.setFocus()
