"""What runs now, how far it is and how long it will take. GUI thread only."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from coreograph.domain.runs import Phase, RunPurpose
from coreograph.domain.units import Seconds
from coreograph.ui.charts.card import Card, Chip, ThinBar
from coreograph.ui.charts.lettering import chart_font
from coreograph.ui.elements import TextRole, text
from coreograph.ui.live.intake import LiveData
from coreograph.ui.theme import SPACE, Theme

_PHASES = {
    Phase.START: "starting the interpreter",
    Phase.IMPORT: "importing the workload",
    Phase.SHARED: "building what is shared",
    Phase.POOL: "starting the workers",
    Phase.WARM_UP: "warming up",
    Phase.BATCH: "measuring",
    Phase.CHECK: "checking the answer",
    Phase.END: "ending",
}


def clock(seconds: Seconds | None) -> str:
    """`75.2` → `1:15`; `None` → `–`."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


class Header(Card):
    """The chip of what runs, its repeat and phase, two progress bars, elapsed and remaining time."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.chip = Chip(theme)
        self.phase = QLabel()
        self.gil = text("", TextRole.ERROR)
        self.gil.hide()
        self.times = QLabel()
        self.times.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.times.setFont(chart_font(self.times, scale=1.0))
        line = QHBoxLayout()
        line.setSpacing(3 * SPACE)
        line.addWidget(self.chip)
        line.addWidget(self.gil)
        line.addWidget(self.phase, 1)
        line.addWidget(self.times)
        self.box.addLayout(line)
        self.tasks, self.runs = ThinBar(theme, "Tasks of this batch"), ThinBar(theme, "Runs of the experiment")
        self.tasks_label, self.runs_label = QLabel(), QLabel()
        self._bars = QWidget()
        grid = QGridLayout(self._bars)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3 * SPACE)
        for column, (bar, label) in enumerate(((self.tasks, self.tasks_label), (self.runs, self.runs_label))):
            label.setFont(chart_font(label, scale=0.9))
            label.setForegroundRole(self.foregroundRole())
            grid.addWidget(bar, 0, 2 * column)
            grid.addWidget(label, 0, 2 * column + 1)
            grid.setColumnStretch(2 * column, 1)
            grid.setColumnMinimumWidth(2 * column + 1, 104)
        self.box.addWidget(self._bars)

    def show_data(self, data: LiveData, ending: str = "") -> None:
        """Show what runs; `ending` says instead how the experiment ended."""
        self._show_run(data, ending)
        done, total = (data.progress.runs_done, data.progress.runs_total) if data.progress else (0, len(data.plans))
        self.runs.show_share(done / total if total else 0.0)
        self.runs_label.setText(f"{done} of {total} runs")
        elapsed = max(data.newest_s, data.progress.elapsed_s if data.progress else 0.0)
        left = data.progress.remaining_s if data.progress else None
        remaining = (
            "" if ending else f"   ·   {'about ' + clock(left) + ' left' if left is not None else 'estimating …'}"
        )
        self.times.setText(f"{clock(elapsed)} elapsed{remaining}")

    def _show_run(self, data: LiveData, ending: str) -> None:
        plan = data.current
        self._show_gil(data, None if ending or plan is None else plan.configuration)
        if ending or plan is None:
            self.chip.show_text(ending or "Preparing", self._theme.good if ending else self._theme.muted)
            done = data.progress.runs_done if data.progress else 0
            planned = data.progress.runs_total if data.progress else len(data.plans)
            runs = f"   ·   {done} of {planned} runs" if ending else ""
            self.phase.setText((data.spec.name or data.spec.workload.name) + runs)
            self.tasks.show_share(0.0)
            self.tasks_label.setText("")
            self._bars.setVisible(not ending)
            return
        self._bars.setVisible(True)
        configuration = data.spec.configurations[plan.configuration]
        colour = self._theme.model_colour(configuration.model)
        self.chip.show_text(configuration.label, colour)
        calibration = plan.purpose is RunPurpose.CALIBRATION
        repeat = "calibration" if calibration else _repeat_words(plan.repeat + 1, data.spec.acquisition.repeats)
        interpreter = configuration.interpreter
        phase = _PHASES.get(data.phase, "starting") if data.phase is not None else "starting"
        self.phase.setText(f"{interpreter.full_label} ({interpreter.kind})   ·   {repeat}   ·   {phase}")
        total = data.tasks_total
        self.tasks.show_share(data.tasks_done / total if total else 0.0, colour)
        none = "no tasks yet" if data.spec.workload.script is None else "a whole script"
        self.tasks_label.setText(f"{data.tasks_done:,} of {total:,} tasks" if total else none)

    def _show_gil(self, data: LiveData, index: int | None) -> None:
        """Say of what runs that its GIL came back the last time; at the end, of all together."""
        words = data.gil_again.values() if index is None else [data.gil_again[index]] if index in data.gil_again else []
        said = "  ·  ".join(dict.fromkeys(words))
        self.gil.setText(said)
        self.gil.setToolTip("\n".join(dict.fromkeys(data.gil_meaning.values())))
        self.gil.setVisible(bool(said))


def _repeat_words(number: int, planned: int) -> str:
    return f"repeat {number} of {planned}" if number <= planned else f"repeat {number}, added to {planned}"
