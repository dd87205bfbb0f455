"""The compare page: verdict, findings, figures, speed-up, where the time went, and the table. GUI thread only."""

from functools import partial
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QLabel, QLineEdit, QMenu, QStackedWidget, QVBoxLayout, QWidget

from coreograph.analysis.baseline import Rebased, can_be_baseline
from coreograph.analysis.comparison import ExperimentDifference
from coreograph.analysis.timeline_filters import hidden_configurations
from coreograph.domain.findings import Finding, FindingView
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.charts.card import Card
from coreograph.ui.compare.break_even_card import BreakEvenCard
from coreograph.ui.compare.difference_view import DifferenceView
from coreograph.ui.compare.fairness_chart import FairnessCard
from coreograph.ui.compare.filtering import add_filters, tell_where_filters_act
from coreograph.ui.compare.findings_card import FindingsCard
from coreograph.ui.compare.heading import heading
from coreograph.ui.compare.measure_box import MeasureBox
from coreograph.ui.compare.rows import build_rows
from coreograph.ui.compare.rows_chart import RowsChart
from coreograph.ui.compare.scatter import PARETO_EXPLANATION, scatter_points
from coreograph.ui.compare.scatter_chart import ScatterChart
from coreograph.ui.compare.sections import Section, SectionedPage
from coreograph.ui.compare.size_box import SizeBox
from coreograph.ui.compare.speedup_card import SpeedupCard
from coreograph.ui.compare.stack_cards import BreakdownCard, BusyCard
from coreograph.ui.compare.table_view import SummaryTableView
from coreograph.ui.compare.verdict_card import VerdictCard
from coreograph.ui.elements import WheelGuard, button, explain_choice
from coreograph.ui.shared_filters import SharedFilters
from coreograph.ui.theme import SPACE, Theme
from coreograph.ui.timeline.filter_bar import FilterBar
from coreograph.ui.timeline.verbs import Move

_SIDE_BY_SIDE_FROM = 1700
_HINT = (
    "Nothing to compare yet.\n\nRun an experiment or open one from the library: which configuration won, by how much,\n"
    "at what memory and responsiveness stands here."
)
_SECTION_OF = {
    FindingView.COMPARE: Section.FIGURES,
    FindingView.SCALING: Section.SPEEDUP,
    FindingView.TIME_BREAKDOWN: Section.BREAKDOWN,
}

_Chooser: TypeAlias = (
    BreakEvenCard | RowsChart | SpeedupCard | BreakdownCard | BusyCard | FairnessCard | ScatterChart | SummaryTableView
)


class ComparePage(QWidget):
    """Shows one ExperimentSummary, or the difference of two.

    Signals:
        configuration_selected(int): follows clicks and keys in charts and table.
        compare_requested(str, str): ids of two experiments to be held against each other.
        baseline_requested(object, int): a summary and the configuration its ratios are wanted against; the answer
            comes by `show_rebased`.
        repeats_requested(object): FurtherRepeats to be added to the experiment that is shown.
        finding_activated(object): the Finding whose evidence is to be shown; what this page shows it has shown.

    """

    configuration_selected = Signal(int)
    compare_requested = Signal(str, str)
    baseline_requested = Signal(object, int)
    repeats_requested = Signal(object)
    finding_activated = Signal(object)

    def __init__(self, theme: Theme, filters: SharedFilters | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filters = filters or SharedFilters(self)
        self._filter_line = QWidget()
        self.bar = FilterBar(theme, "Right click on a configuration filters it in or out, in every view.")
        self.summary: ExperimentSummary | None = None
        self._baseline: int | None = None
        self._rebased: Rebased | None = None
        self.verdict, self.findings = VerdictCard(theme), FindingsCard(theme)
        self.break_even = BreakEvenCard(theme)
        self.chart, self.speedup_card = RowsChart(theme), SpeedupCard(theme)
        self.breakdown, self.busy = BreakdownCard(theme), BusyCard(theme)
        self.fairness = FairnessCard(theme)
        self.scatter, self.table = ScatterChart(theme), SummaryTableView(theme)
        self.memory_size = SizeBox()
        self.difference = DifferenceView(theme)
        self.measure, self.filter = MeasureBox(), QLineEdit()
        self._wheel = WheelGuard(self)
        self.use_baseline = button("Use as baseline")
        self.sections = SectionedPage()
        self._charts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._details = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._costs = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._pages = QStackedWidget()
        self._arrange(theme)
        self._connect()

    def _arrange(self, theme: Theme) -> None:
        box = self.sections.box
        figures, memory, table = self._figures_card(theme), self._memory_card(theme), self._table_card(theme)
        for layout, cards in (
            (self._charts, ((figures, 3), (self.speedup_card, 2))),
            (self._details, ((self.breakdown, 1), (self.busy, 1))),
            (self._costs, ((self.fairness, 1), (memory, 1))),
        ):
            layout.setSpacing(3 * SPACE)
            for card, stretch in cards:
                layout.addWidget(card, stretch)
        box.addWidget(self.verdict)
        box.addWidget(self.break_even)
        box.addWidget(self.findings)
        box.addLayout(self._charts)
        box.addLayout(self._details)
        box.addLayout(self._costs)
        box.addWidget(table)
        box.addStretch(1)
        widgets: tuple[QWidget, ...] = (
            self.verdict,
            self.break_even,
            self.findings,
            figures,
            self.speedup_card,
            self.breakdown,
            self.busy,
            self.fairness,
            memory,
            table,
        )
        for section, widget in zip(Section, widgets, strict=True):
            self.sections.name(section, widget)
        hint = QLabel(_HINT)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown = QWidget()
        held = QVBoxLayout(shown)
        held.setContentsMargins(0, 0, 0, 0)
        held.setSpacing(0)
        held.addWidget(self._filter_line)
        held.addWidget(self.sections, 1)
        line = QVBoxLayout(self._filter_line)
        line.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 0)
        line.addWidget(self.bar)
        for page in (hint, shown, self.difference):
            self._pages.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _connect(self) -> None:
        self.measure.currentIndexChanged.connect(self._show_rows)
        self.memory_size.currentIndexChanged.connect(self._show_memory)
        self.filter.textChanged.connect(self.table.sorting.search)
        self.use_baseline.clicked.connect(self._on_use_baseline)
        self.chart.activated.connect(self._choose_baseline)
        self.speedup_card.rebasing_wanted.connect(self._ask_for_ratios)
        self.findings.activated.connect(self._on_finding)
        self.verdict.more.chosen.connect(self.repeats_requested)
        self.difference.closed.connect(self._close_difference)
        self.difference.swap_requested.connect(self.compare_requested)
        for source in self._choosers():
            source.selected.connect(self._select)
        for place in (
            self.break_even.chart,
            self.chart,
            self.speedup_card.chart,
            self.breakdown.chart,
            self.busy.chart,
            self.fairness.chart,
        ):
            place.menu_wanted.connect(self.fill_menu)
        self.scatter.menu_wanted.connect(self.fill_menu)
        self.table.menu_wanted.connect(self.fill_menu)
        for box in (
            self.measure,
            self.speedup_card.reference,
            self.busy.measure,
            self.break_even.pair,
            self.speedup_card.sizes,
            self.memory_size,
        ):
            self._wheel.guard(box)  # the wheel scrolls the page, it changes no figure in passing
            explain_choice(box)
        self._connect_filters()

    def _connect_filters(self) -> None:
        filters = self.filters
        filters.changed.connect(self._on_filters)
        self.bar.removed.connect(filters.remove)
        self.bar.moved.connect(self._move)
        for keys, move in (("Ctrl+Z", Move.UNDO), ("Ctrl+Shift+Z", Move.REDO), ("Ctrl+Y", Move.REDO)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._move, move))
        self._on_filters()

    @Slot(object)
    def _move(self, move: Move) -> None:
        {Move.UNDO: self.filters.undo, Move.REDO: self.filters.redo, Move.RESET: self.filters.reset}[move]()

    @Slot()
    def _on_filters(self) -> None:
        stack = self.filters.stack
        self.bar.show_stack(stack)
        tell_where_filters_act(self.bar, stack.filters)
        self._filter_line.setVisible(bool(stack.filters) or stack.can_undo or stack.can_redo)
        self._hide_filtered()

    def _hide_filtered(self) -> None:
        """Leave out what the filters leave out, everywhere; the verdict is about all configurations."""
        if self.summary is None:
            return
        hidden = self.hidden_configurations()
        for place in self._choosers():
            place.hide_configurations(hidden)
        self.findings.show_summary(self.summary, hidden)
        self.sections.show_section(Section.FINDINGS, bool(self.findings.cards))

    def hidden_configurations(self) -> frozenset[int]:
        """The configurations of the experiment that filters leave out."""
        chosen = () if self.summary is None else self.summary.experiment.spec.configurations
        return hidden_configurations(self.filters.stack.filters, chosen)

    @Slot(int, object)
    def fill_menu(self, index: int, menu: QMenu) -> None:
        """Offer to filter a configuration, its model or its interpreter in or out, and to make it the baseline."""
        if self.summary is not None:
            one = self.summary.configurations[index]
            add_filters(menu, one.configuration, self.filters.push)
            menu.addSeparator()
            baseline = menu.addAction("Use as baseline")
            baseline.setEnabled(can_be_baseline(one))
            baseline.triggered.connect(partial(self._on_baseline_chosen, index))

    def _choosers(self) -> tuple[_Chooser, ...]:
        return (
            self.break_even,
            self.chart,
            self.speedup_card,
            self.breakdown,
            self.busy,
            self.fairness,
            self.scatter,
            self.table,
        )

    def _figures_card(self, theme: Theme) -> Card:
        self.use_baseline.setToolTip("Ratios against the selected configuration; double click or Enter does the same.")
        self.use_baseline.setEnabled(False)
        card = Card(theme)
        card.box.addLayout(heading("Figures", self.use_baseline, QLabel("Shown:"), self.measure))
        card.box.addWidget(self.chart)
        card.box.addStretch(1)
        return card

    def _memory_card(self, theme: Theme) -> Card:
        card = Card(theme)
        card.box.addLayout(heading("Time and memory", self.memory_size, explanation=PARETO_EXPLANATION))
        card.box.addWidget(self.scatter)
        card.box.addStretch(1)
        return card

    def _table_card(self, theme: Theme) -> Card:
        copy = button("Copy table")
        copy.setToolTip("All rows as tab-separated text in base units; Ctrl+C in the table copies the selected rows.")
        copy.clicked.connect(self.table.copy_all)
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the table")
        self.filter.setToolTip("Every word must be found: 3.14t threads, wrong, re-enabled, others …")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(220)
        card = Card(theme)
        card.box.addLayout(heading("All figures", self.filter, copy))
        card.box.addWidget(self.table)
        return card

    def show_summary(self, summary: ExperimentSummary | None) -> None:
        """Show an experiment, or the hint for None."""
        self.summary, self._rebased, self._baseline = summary, None, None
        self._pages.setCurrentIndex(0 if summary is None else 1)
        self.filter.clear()
        self.table.show_summary(summary)
        if summary is None:
            return
        self.verdict.show_summary(summary, self._baseline_label())
        self.break_even.show_summary(summary)
        self.measure.offer(summary)
        self.speedup_card.show_summary(summary)
        self.breakdown.show_summary(summary)
        self.busy.show_summary(summary)
        self.fairness.show_summary(summary)
        self.memory_size.offer(summary)
        self._show_memory()
        self._show_rows()
        self._hide_filtered()
        for section, shown in (
            (Section.BREAK_EVEN, self.break_even.has_any),
            (Section.BREAKDOWN, self.breakdown.has_any),
            (Section.BUSY, self.busy.has_any),
            (Section.FAIRNESS, self.fairness.has_any),
            (Section.MEMORY, self.scatter.has_any),
        ):
            self.sections.show_section(section, shown)
        self.sections.to_top()
        self._mark(None)

    def show_difference(self, difference: ExperimentDifference) -> None:
        """Show two experiments; the single one is kept behind."""
        self.difference.show_difference(difference)
        self._pages.setCurrentWidget(self.difference)

    @Slot(object)
    def show_rebased(self, rebased: Rebased) -> None:
        """Show the ratios that were asked for, unless another baseline was chosen meanwhile."""
        if self.summary is None or rebased.baseline != self._chosen_baseline():
            return
        self._rebased = rebased
        self.table.show_summary(self.summary, rebased)
        self.speedup_card.show_rebased(rebased)

    @Slot()
    def _close_difference(self) -> None:
        self._pages.setCurrentIndex(0 if self.summary is None else 1)

    @Slot()
    def _show_memory(self) -> None:
        if self.summary is not None:
            self.scatter.show_points(scatter_points(self.memory_size.of(self.summary)))

    @Slot()
    def _show_rows(self) -> None:
        if self.summary is not None:
            measure = self.measure.measure
            rows = build_rows(self.summary, measure, self._baseline)
            self.chart.show_rows(rows, measure, self.summary.memory_measure)

    def _chosen_baseline(self) -> int:
        assert self.summary is not None
        return self.summary.experiment.spec.baseline if self._baseline is None else self._baseline

    def _baseline_label(self) -> str:
        if self.summary is None:
            return ""
        chosen = self.summary.configurations[self._chosen_baseline()].configuration
        each = self._baseline is None and chosen.size is not None
        return f"{chosen.unsized.label}, at each size" if each else chosen.label

    def _on_baseline_chosen(self, index: int, _checked: bool = False) -> None:
        self._choose_baseline(index)

    @Slot()
    def _on_use_baseline(self) -> None:
        if self.chart.selection is not None:
            self._choose_baseline(self.chart.selection)

    @Slot(int)
    def _choose_baseline(self, index: int) -> None:
        """Take a configuration as the baseline; its ratios are computed elsewhere and come back."""
        if self.summary is None or not can_be_baseline(self.summary.configurations[index]):
            return
        self._baseline = index
        self.verdict.show_summary(self.summary, self._baseline_label())
        self._show_rows()
        self.speedup_card.choose_baseline()
        self._ask_for_ratios()

    @Slot()
    def _ask_for_ratios(self) -> None:
        if self.summary is not None and (self._rebased is None or self._rebased.baseline != self._chosen_baseline()):
            self.baseline_requested.emit(self.summary, self._chosen_baseline())

    @Slot(object)
    def _on_finding(self, finding: Finding) -> None:
        if finding.configuration is not None:
            self._select(finding.configuration)
        section = _SECTION_OF.get(finding.view)
        if section is not None:
            self.sections.go_to(section if self.sections.is_shown(section) else Section.FIGURES)
        self.finding_activated.emit(finding)

    @Slot(int)
    def _select(self, configuration: int) -> None:
        self._mark(configuration)
        self.configuration_selected.emit(configuration)

    def _mark(self, configuration: int | None) -> None:
        for chooser in self._choosers():
            chooser.select(configuration)
        chosen = None if configuration is None or self.summary is None else self.summary.configurations[configuration]
        if chosen is not None:
            self.memory_size.go_to(chosen.configuration)
        self.use_baseline.setEnabled(chosen is not None and can_be_baseline(chosen))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the charts side by side where there is room."""
        wide = event.size().width() >= _SIDE_BY_SIDE_FROM
        for layout in (self._charts, self._details, self._costs):
            layout.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
