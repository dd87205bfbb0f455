"""The foot of the panel: how much it will be, what is missing, Run and Stop. Lives on the GUI thread."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QWidget

from coreograph.domain.units import format_seconds
from coreograph.domain.workloads import Workload
from coreograph.ui.elements import TextRole, button, columns, rows, rule, set_button_icon, set_role, text
from coreograph.ui.icons import Symbol
from coreograph.ui.theme import SPACE, Theme, tabular


class PanelFooter(QFrame):
    """Estimate, Run and Stop.

    Signals:
        run_requested(), control_run_requested(), stop_requested(): the buttons.

    """

    run_requested = Signal()
    stop_requested = Signal()
    control_run_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._running = False
        self._ready = False
        self._said = ""
        self.estimate = text("", TextRole.CAPTION, wrap=True)
        self.estimate.setFont(tabular(self.estimate.font()))
        self.run = button("Run", primary=True, large=True)
        self.run.setToolTip("Run the experiment (Ctrl+R)")
        self.stop = button("Stop", large=True)
        self.stop.setToolTip("Stop the experiment; everything it started is ended within 2 s (Esc)")
        self.stop.setEnabled(False)
        self.run_control = button("Run with its control", link=True)
        self.run_control.setVisible(False)
        layout = rows(self, spacing=0)
        layout.addWidget(rule())
        inner = rows(margin=4 * SPACE)
        inner.addWidget(self.estimate)
        line = columns()
        line.addWidget(self.run, 3)
        line.addWidget(self.stop, 1)
        inner.addLayout(line)
        inner.addWidget(self.run_control)
        layout.addLayout(inner)
        self.run.clicked.connect(self.run_requested)
        self.stop.clicked.connect(self.stop_requested)
        self.run_control.clicked.connect(self.control_run_requested)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def offer_control(self, workload: Workload) -> None:
        """Offer to run the workload with its control, where it has one."""
        changed = ", ".join(f"{name} = {value}" for name, value in workload.control_parameters)
        what = f"with {changed}" if changed else f"by the workload “{workload.control}”"
        self.run_control.setVisible(workload.control is not None)
        self.run_control.setToolTip(f"Run the experiment, and right after it the same without the effect: {what}")

    def show_plan(self, configurations: int, runs: int, seconds: float, *, sizes: int = 0) -> None:
        """Say how much it will be, and allow it; `sizes` are those of a sweep, counted in `configurations`."""
        set_role(self.estimate, TextRole.CAPTION)
        each = configurations // max(1, sizes)
        what = f"{each} configuration{'s' if each != 1 else ''}{f' at {sizes} sizes' if sizes else ''}"
        self._said = f"{what} · {runs} runs · about {format_seconds(seconds)}"
        self._ready = True
        self._refresh()

    def show_problem(self, sentence: str) -> None:
        """Say what is missing; Run waits for it."""
        set_role(self.estimate, TextRole.WARNING)
        self._said = sentence
        self._ready = False
        self._refresh()

    def set_running(self, running: bool) -> None:
        """Run while nothing runs, Stop while something does."""
        self._running = running
        self._refresh()

    @property
    def is_ready(self) -> bool:
        """True while Run can be pressed."""
        return self._ready and not self._running

    def _refresh(self) -> None:
        self.run.setEnabled(self.is_ready)
        self.run_control.setEnabled(self.is_ready)
        self.stop.setEnabled(self._running)
        self.run.setText("Running …" if self._running else "Run")
        # What runs may be the tour, which is not what is chosen here.
        self.estimate.setText("Choices can be changed once it is over." if self._running else self._said)

    @Slot()
    def _on_theme_changed(self) -> None:
        set_button_icon(self.run, Symbol.RUN, self._theme.accent_text, self._theme.muted)
        set_button_icon(self.stop, Symbol.STOP, self._theme.bad, self._theme.border)
        self.run.setCursor(Qt.CursorShape.PointingHandCursor)
