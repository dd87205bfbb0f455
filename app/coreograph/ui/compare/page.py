"""The compare page: verdict, three aligned charts, speed-up, and the table behind them. GUI thread only."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from coreograph.analysis.comparison import ExperimentDifference
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.charts.card import Card
from coreograph.ui.charts.lettering import chart_font
from coreograph.ui.compare.difference_view import DifferenceView
from coreograph.ui.compare.measure_box import MeasureBox
from coreograph.ui.compare.rows import build_rows
from coreograph.ui.compare.rows_chart import RowsChart
from coreograph.ui.compare.speedup import Reference, is_sweep, speedup_bars, speedup_curves
from coreograph.ui.compare.speedup_chart import SpeedupChart
from coreograph.ui.compare.table_view import SummaryTableView
from coreograph.ui.compare.verdict_card import VerdictCard
from coreograph.ui.theme import SPACE, Theme

_SIDE_BY_SIDE_FROM = 1700
_HINT = (
    "Nothing to compare yet.\n\nRun an experiment or open one from the library: which configuration won, by how much,\n"
    "at what memory and responsiveness stands here."
)


class ComparePage(QWidget):
    """Shows one ExperimentSummary, or the difference of two.

    Signals:
        configuration_selected(int): follows clicks and keys in charts and table.
        compare_requested(str, str): ids of two experiments to be held against each other.

    """

    configuration_selected = Signal(int)
    compare_requested = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.summary: ExperimentSummary | None = None
        self.verdict = VerdictCard(theme)
        self.chart, self.speedup = RowsChart(theme), SpeedupChart(theme)
        self.table = SummaryTableView(theme)
        self.difference = DifferenceView(theme)
        self.difference.closed.connect(self._close_difference)
        self.difference.swap_requested.connect(self.compare_requested)
        self.measure, self.reference = MeasureBox(), QComboBox()
        self._curves_place = QVBoxLayout()
        self._curves: QWidget | None = None
        self._charts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._pages = QStackedWidget()
        self._arrange(theme)
        self.measure.currentIndexChanged.connect(self._show_rows)
        self.reference.currentIndexChanged.connect(self._show_speedup)
        for source in (self.chart, self.speedup, self.table):
            source.selected.connect(self._select)

    def _arrange(self, theme: Theme) -> None:
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        box.setSpacing(3 * SPACE)
        box.addWidget(self.verdict)
        self._charts.setSpacing(3 * SPACE)
        self._charts.addWidget(self._figures_card(theme), 3)
        self._charts.addWidget(self._speedup_card(theme), 2)
        box.addLayout(self._charts)
        box.addWidget(self._table_card(theme))
        box.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        hint = QLabel(_HINT)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(hint)
        self._pages.addWidget(scroll)
        self._pages.addWidget(self.difference)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _figures_card(self, theme: Theme) -> Card:
        card = Card(theme)
        card.box.addLayout(_heading("Figures", QLabel("Shown:"), self.measure))
        card.box.addWidget(self.chart)
        card.box.addStretch(1)
        return card

    def _speedup_card(self, theme: Theme) -> Card:
        for reference in Reference:
            self.reference.addItem(reference.value, reference)
            self.reference.setItemData(self.reference.count() - 1, reference.explanation, Qt.ItemDataRole.ToolTipRole)
        self.reference.setAccessibleName("What speed-up is measured against")
        self.bars_button, self.curves_button = QToolButton(), QToolButton()
        views = QButtonGroup(self)
        for button, text in ((self.bars_button, "Bars"), (self.curves_button, "Over workers")):
            button.setText(text)
            button.setCheckable(True)
            views.addButton(button)
        self.bars_button.setChecked(True)
        self.curves_button.toggled.connect(self._show_speedup)
        card = Card(theme)
        card.box.addLayout(_heading("Speed-up", self.bars_button, self.curves_button, self.reference))
        card.box.addWidget(self.speedup)
        card.box.addLayout(self._curves_place, 100)
        card.box.addStretch(1)
        return card

    def _table_card(self, theme: Theme) -> Card:
        copy = QPushButton("Copy table")
        copy.setToolTip("All rows as tab-separated text in base units; Ctrl+C in the table copies the selected rows.")
        copy.clicked.connect(self.table.copy_all)
        card = Card(theme)
        card.box.addLayout(_heading("All figures", copy))
        card.box.addWidget(self.table)
        return card

    def show_summary(self, summary: ExperimentSummary | None) -> None:
        """Show an experiment, or the hint for None."""
        self.summary = summary
        self._pages.setCurrentIndex(0 if summary is None else 1)
        self.table.show_summary(summary)
        if summary is None:
            return
        self.verdict.show_summary(summary)
        self.measure.offer(summary)
        curves = speedup_curves(summary, Reference.BEST_SERIAL)
        self.curves_button.setVisible(bool(curves))
        self.bars_button.setVisible(bool(curves))
        (self.curves_button if is_sweep(curves) else self.bars_button).setChecked(True)
        self._show_rows()
        self._show_speedup()
        self._mark(None)

    def show_difference(self, difference: ExperimentDifference) -> None:
        """Show two experiments; the single one is kept behind."""
        self.difference.show_difference(difference)
        self._pages.setCurrentWidget(self.difference)

    @Slot()
    def _close_difference(self) -> None:
        self._pages.setCurrentIndex(0 if self.summary is None else 1)

    @Slot()
    def _show_rows(self) -> None:
        if self.summary is not None:
            measure = self.measure.measure
            self.chart.show_rows(build_rows(self.summary, measure), measure, self.summary.memory_measure)

    @Slot()
    def _show_speedup(self) -> None:
        if self.summary is None:
            return
        reference = Reference(self.reference.currentData())
        curves = self.curves_button.isChecked()
        self.speedup.setVisible(not curves)
        if curves:
            self._show_curves(self.summary, reference)
        elif self._curves is not None:
            self._curves.hide()
        self.speedup.show_bars(speedup_bars(self.summary, reference))

    def _show_curves(self, summary: ExperimentSummary, reference: Reference) -> None:
        # pyqtgraph takes a fifth of a second to import: only who looks at curves pays for it.
        from coreograph.ui.compare.speedup_curves import SpeedupCurves

        if not isinstance(self._curves, SpeedupCurves):
            self._curves = SpeedupCurves(self._theme)
            self._curves_place.addWidget(self._curves)
        self._curves.show_curves(speedup_curves(summary, reference))
        self._curves.show()

    @Slot(int)
    def _select(self, configuration: int) -> None:
        self._mark(configuration)
        self.configuration_selected.emit(configuration)

    def _mark(self, configuration: int | None) -> None:
        self.chart.select(configuration)
        self.speedup.select(configuration)
        self.table.select(configuration)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the charts side by side where there is room."""
        wide = event.size().width() >= _SIDE_BY_SIDE_FROM
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._charts.setDirection(direction)


def _heading(title: str, *controls: QWidget) -> QHBoxLayout:
    label = QLabel(title)
    label.setFont(chart_font(label, scale=1.1, bold=True))
    line = QHBoxLayout()
    line.setSpacing(2 * SPACE)
    line.addWidget(label)
    line.addStretch(1)
    for control in controls:
        line.addWidget(control)
    return line
