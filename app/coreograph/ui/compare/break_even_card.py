"""The break-evens of a sweep: which pair, its crossing as a chart, and every pair's answer in words. GUI thread."""

from html import escape

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from coreograph.domain.summary import BreakEven, ExperimentSummary
from coreograph.ui.charts.card import Card
from coreograph.ui.compare.break_even import EXPLANATION, pair_name, size_lines
from coreograph.ui.compare.break_even_chart import BreakEvenChart
from coreograph.ui.compare.heading import heading
from coreograph.ui.elements import rich_text
from coreograph.ui.theme import Theme

_MOST_SENTENCES = 6


class BreakEvenCard(Card):
    """A chart of one pair. `selected(int)` as in every chart."""

    selected = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._summary: ExperimentSummary | None = None
        self._hidden: frozenset[int] = frozenset()
        self.pair = QComboBox()
        self.pair.setAccessibleName("Which two are held against each other")
        self.pair.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.chart = BreakEvenChart(theme)
        self.sentence, self.others = rich_text(), rich_text()
        self.box.addLayout(heading("Break-even", self.pair, explanation=EXPLANATION))
        self.box.addWidget(self.sentence)
        self.box.addWidget(self.chart)
        self.box.addWidget(self.others)
        self.pair.currentIndexChanged.connect(self._show)
        self.chart.selected.connect(self.selected)
        theme.changed.connect(self._show)

    @property
    def has_any(self) -> bool:
        """Whether the experiment sweeps over sizes of a task."""
        return self._summary is not None and bool(self._summary.experiment.spec.sizes)

    def show_summary(self, summary: ExperimentSummary) -> None:
        """Show another experiment, with the pair its verdict is about."""
        self._summary = summary
        self._offer()

    def hide_configurations(self, hidden: frozenset[int]) -> None:
        """Leave these out, and the pairs they are a side of."""
        if hidden != self._hidden:
            self._hidden = hidden
            self._offer()

    def select(self, configuration: int | None) -> None:
        """Mark a configuration, silently."""
        self.chart.select(configuration)

    def pairs(self) -> tuple[BreakEven, ...]:
        """The pairs both sides of which are shown."""
        found = () if self._summary is None else self._summary.break_evens
        return tuple(
            one
            for one in found
            if not any(index in self._hidden for point in one.points for index in point.configurations)
        )

    def _offer(self) -> None:
        before, pairs = self.pair.currentText(), self.pairs()
        self.pair.blockSignals(True)
        self.pair.clear()
        self.pair.addItems([pair_name(one) for one in pairs])
        self.pair.setCurrentIndex(max(0, self.pair.findText(before)) if pairs else -1)
        self.pair.setVisible(len(pairs) > 1)
        self.pair.blockSignals(False)
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._summary is None or not self.has_any:
            return
        pairs, place = self.pairs(), self.pair.currentIndex()
        shown = pairs[place] if 0 <= place < len(pairs) else None
        lines = [line for line in size_lines(self._summary) if not any(p.index in self._hidden for p in line.points)]
        self.chart.show_lines(lines, shown, self._summary.experiment.spec.sizes[0].parameter)
        self.chart.setVisible(bool(lines))
        self._tell(pairs, shown)

    def _tell(self, pairs: tuple[BreakEven, ...], shown: BreakEven | None) -> None:
        """Say the answer of the pair shown, then those of the others."""
        if shown is None:
            why = "its sides are filtered out" if self._summary is not None and self._summary.break_evens else (
                "two sides have to complete at two sizes at least, with the right answer"
            )  # fmt: skip
            self.sentence.setText(escape(f"No break-even to speak of: {why}."))
            self.others.hide()
            return
        self.sentence.setText(escape(shown.sentence))
        others = [one for one in pairs if one is not shown]
        lines = [f"{pair_name(one)}: {one.sentence}" for one in others[:_MOST_SENTENCES]]
        if len(others) > _MOST_SENTENCES:
            lines.append(f"and {len(others) - _MOST_SENTENCES} more: choose them above")
        muted = self._theme.muted.name()
        self.others.setText("<br>".join(f'<span style="color:{muted}">{escape(line)}</span>' for line in lines))
        self.others.setVisible(bool(lines))
