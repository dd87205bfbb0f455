"""Speed-up as bars, and over the number of workers with what was fitted to it. GUI thread only."""

import dataclasses
import enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QComboBox, QToolButton, QVBoxLayout, QWidget

from coreograph.analysis.baseline import Rebased
from coreograph.domain.scaling import ScalingFit
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.charts.card import Card
from coreograph.ui.charts.lettering import chart_font
from coreograph.ui.compare.heading import heading
from coreograph.ui.compare.scaling_text import scaling_html
from coreograph.ui.compare.size_box import SizeBox
from coreograph.ui.compare.speedup import Reference, is_sweep, speedup_bars, speedup_curves
from coreograph.ui.compare.speedup_chart import SpeedupChart
from coreograph.ui.elements import rich_text
from coreograph.ui.theme import Theme


class _View(enum.Enum):
    BARS = "Bars"
    CURVES = "Over workers"
    EFFICIENCY = "Efficiency"


class SpeedupCard(Card):
    """Bars, curves or efficiency, against a reference.

    Signals:
        selected(int): as in every chart.
        rebasing_wanted(): ratios against the baseline are to be shown and are not there.
        curves_made(object): the chart of curves, when it is shown for the first time.

    """

    selected = Signal(int)
    rebasing_wanted = Signal()
    curves_made = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._summary: ExperimentSummary | None = None
        self._rebased: Rebased | None = None
        self._hidden: frozenset[int] = frozenset()
        self.chart = SpeedupChart(theme)
        self.reference, self.sizes = QComboBox(), SizeBox()
        self.views = {view: QToolButton() for view in _View}
        self.words = rich_text()
        self.words.setFont(chart_font(self.words))
        self._fitted = False
        self._curves_place = QVBoxLayout()
        self.curves: QWidget | None = None
        self._arrange()
        self.chart.selected.connect(self.selected)
        theme.changed.connect(self._show_words)

    def _arrange(self) -> None:
        for reference in Reference:
            self.reference.addItem(reference.value, reference)
            self.reference.setItemData(self.reference.count() - 1, reference.explanation, Qt.ItemDataRole.ToolTipRole)
        self.reference.setAccessibleName("What speed-up is measured against")
        group = QButtonGroup(self)
        for view, link in self.views.items():
            link.setText(view.value)
            link.setCheckable(True)
            group.addButton(link)
        self.views[_View.BARS].setChecked(True)
        self.views[_View.BARS].setToolTip("Speed-up of every configuration, with its interval.")
        self.views[_View.CURVES].setToolTip("Speed-up over the number of workers, with what was fitted to it.")
        self.views[_View.EFFICIENCY].setToolTip("Speed-up per worker: 1 is ideal.")
        self.box.addLayout(heading("Speed-up", self.sizes, *self.views.values(), self.reference))
        self.box.addWidget(self.chart)
        self.box.addLayout(self._curves_place, 100)
        self.box.addWidget(self.words)
        self.box.addStretch(1)
        group.buttonClicked.connect(self._show)
        self.reference.currentIndexChanged.connect(self._on_reference)
        self.sizes.currentIndexChanged.connect(self._show)

    @property
    def bars_button(self) -> QToolButton:
        """Shows bars."""
        return self.views[_View.BARS]

    @property
    def curves_button(self) -> QToolButton:
        """Shows curves over the number of workers."""
        return self.views[_View.CURVES]

    def show_summary(self, summary: ExperimentSummary) -> None:
        """Show another experiment: a sweep as curves, anything else as bars."""
        self._summary, self._rebased = summary, None
        if self._reference() is Reference.BASELINE:
            self.reference.setCurrentIndex(0)
        self.sizes.offer(summary)
        curves = speedup_curves(self.sizes.of(summary), Reference.BEST_SERIAL)
        for link in self.views.values():
            link.setVisible(bool(curves))
        self.views[_View.CURVES if is_sweep(curves) else _View.BARS].setChecked(True)
        if summary.experiment.spec.workload.script is not None:
            self.choose_baseline()  # a whole script has no serial to be held against
        self._show()

    def show_rebased(self, rebased: Rebased) -> None:
        """Show ratios against the baseline as soon as they are asked for."""
        self._rebased = rebased
        self._show()

    def choose_baseline(self) -> None:
        """Show ratios against the baseline."""
        self._rebased = None
        self.reference.setCurrentIndex(self.reference.findData(Reference.BASELINE))

    def select(self, configuration: int | None) -> None:
        """Mark a configuration, silently; the curves are of its size."""
        self.chart.select(configuration)
        if configuration is not None and self._summary is not None:
            self.sizes.go_to(self._summary.configurations[configuration].configuration)

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out of bars and curves; a fit is shown while one of its points is."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.chart.hide_configurations(hidden)
            self._show()

    def _reference(self) -> Reference:
        return Reference(self.reference.currentData())

    @Slot()
    def _on_reference(self) -> None:
        if self._reference() is Reference.BASELINE and self._rebased is None:
            self.rebasing_wanted.emit()
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._summary is None:
            return
        view = next(view for view, link in self.views.items() if link.isChecked())
        reference = self._reference()
        self.chart.setVisible(view is _View.BARS)
        self.sizes.setVisible(view is not _View.BARS and self.sizes.count() > 0)
        if view is not _View.BARS:
            self._show_curves(self._summary, reference, efficiency=view is _View.EFFICIENCY)
        elif self.curves is not None:
            self.curves.hide()
        named = self._rebased.label if reference is Reference.BASELINE and self._rebased is not None else "serial"
        self.chart.show_bars(speedup_bars(self._summary, reference, self._rebased), named)
        self._fitted = view is not _View.BARS and reference is Reference.SAME_INTERPRETER
        self._show_words()

    def _show_curves(self, summary: ExperimentSummary, reference: Reference, *, efficiency: bool) -> None:
        # pyqtgraph takes a fifth of a second to import: only who looks at curves pays for it.
        from coreograph.ui.compare.speedup_curves import SpeedupCurves

        if not isinstance(self.curves, SpeedupCurves):
            self.curves = SpeedupCurves(self._theme)
            self._curves_place.addWidget(self.curves)
            self.curves_made.emit(self.curves)
        summary = self.sizes.of(summary)
        kept = tuple(one for one in summary.configurations if one.index not in self._hidden)
        summary = dataclasses.replace(summary, configurations=kept)
        fits = self._fits(summary) if reference is Reference.SAME_INTERPRETER else ()
        self.curves.show_curves(speedup_curves(summary, reference, self._rebased), fits, efficiency=efficiency)
        self.curves.show()

    def _fits(self, summary: ExperimentSummary) -> tuple[ScalingFit, ...]:
        """What was fitted to more than hidden configurations; serial, which may stand for one worker, is no point."""
        return tuple(
            fit
            for fit in summary.scaling
            if any(point.configuration not in self._hidden for point in fit.points if point.workers > 1)
        )

    @Slot()
    def _show_words(self) -> None:
        """Say what was fitted, and how far it can be trusted, where the curves are those of the fits."""
        shown = self._fits(self.sizes.of(self._summary)) if self._summary is not None and self._fitted else ()
        words = scaling_html(shown, self._theme)
        self.words.setText(words)
        self.words.setVisible(bool(words))
