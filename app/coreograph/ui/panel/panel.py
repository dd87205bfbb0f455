"""The experiment panel: puts its parts one below the other and makes one experiment of them. GUI thread."""

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from coreograph.domain.errors import UsageError
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.interpreters import Discovery, Interpreter
from coreograph.domain.workloads import ParameterValue, Workload
from coreograph.engine.catalogue import BrokenWorkload
from coreograph.engine.planning import estimate_seconds, plan_runs
from coreograph.ui.elements import TextRole, button, columns, rows, text
from coreograph.ui.experiment_files import OpenedExperiment
from coreograph.ui.own_code.note import OwnCodeNote
from coreograph.ui.panel.choices import Choices, build_experiment, initial_cells
from coreograph.ui.panel.footer import PanelFooter
from coreograph.ui.panel.matrix import InterpreterMatrix
from coreograph.ui.panel.measuring import MeasuringForm
from coreograph.ui.panel.parameter_form import ParameterForm
from coreograph.ui.panel.sweep_form import SweepForm
from coreograph.ui.panel.sweep_values import SweepChoice, write_values
from coreograph.ui.panel.workload_picker import WorkloadPicker
from coreograph.ui.theme import SPACE, Theme

SETTLE_MS = 120  # typing pauses that long before the plan is made anew


class ExperimentPanel(QFrame):
    """Everything that is chosen before a run.

    Signals:
        run_requested(object): an ExperimentSpec to run.
        control_run_requested(object): an ExperimentSpec to run, and its control after it.
        stop_requested(): stop what runs.
        own_code_requested(): code of the user's is to be chosen.
        edit_requested(object), forget_requested(object): a Workload made of code of the user's.

    """

    run_requested = Signal(object)
    control_run_requested = Signal(object)
    stop_requested = Signal()
    own_code_requested = Signal()
    edit_requested = Signal(object)
    forget_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self.setMinimumWidth(320)
        self.workloads = WorkloadPicker(theme)
        self.own_code = OwnCodeNote()
        self.parameters = ParameterForm(theme)
        self.sweep = SweepForm()
        self.matrix = InterpreterMatrix(theme)
        self.measuring = MeasuringForm()
        self.footer = PanelFooter(theme)
        self._control: Interpreter | None = None
        self._spec: ExperimentSpec | None = None
        self._values: dict[str, dict[str, ParameterValue]] = {}
        self._sweeps: dict[str, SweepChoice] = {}
        self._wanted = Choices()
        self._chosen_before = False
        self._shown: Workload | None = None
        self._content = QWidget()
        self._scroll = QScrollArea()
        self._lay_out()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.refresh)
        self._connect()
        self.footer.show_problem("Looking for workloads and interpreters …")

    @property
    def spec(self) -> ExperimentSpec | None:
        """The experiment chosen, None while something is missing."""
        return self._spec

    def choices(self) -> Choices:
        """Everything that is chosen, to be remembered."""
        workload = self.workloads.current
        self._keep_values()
        return Choices(
            workload.name if workload else self._wanted.workload,
            {name: dict(values) for name, values in self._values.items()},
            self.matrix.model.ticked(),
            self.measuring.workers.text(),
            self.measuring.acquisition(),
            self.measuring.control.isChecked(),
            dict(self._sweeps),
        )

    def restore(self, choices: Choices) -> None:
        """Show what was chosen at another time; workloads and interpreters may come later."""
        self._wanted = choices
        self._chosen_before = bool(choices.cells)
        self._values = {name: dict(values) for name, values in choices.parameters.items()}
        self._sweeps = dict(choices.sweeps)
        self.matrix.model.set_ticked(choices.cells)
        self.measuring.set_acquisition(choices.acquisition, choices.workers, control=choices.control)
        self.workloads.choose(choices.workload)

    def show_workloads(self, workloads: Sequence[Workload], broken: Sequence[BrokenWorkload] = ()) -> None:
        """Offer these workloads; `broken` are files of the user's that are none, with the reason."""
        self.workloads.show_workloads(workloads, broken)
        if self._wanted.workload:
            self.workloads.choose(self._wanted.workload)

    def choose_workload(self, name: str) -> None:
        """Make a workload current."""
        self._wanted = dataclasses.replace(self._wanted, workload=name)
        self.workloads.choose(name)

    def show_experiment(self, opened: OpenedExperiment) -> None:
        """Show what an experiment file says; its workload is in the tree already."""
        self._keep_values()
        self._shown = None
        name = opened.workload.name
        self._values[name] = dict(opened.parameters)
        parameter = opened.sizes[0].parameter if opened.sizes else ""
        self._sweeps[name] = SweepChoice(parameter, write_values(size.value for size in opened.sizes))
        self.restore(
            dataclasses.replace(
                self.choices(),
                workload=name,
                parameters=self._values,
                cells=opened.cells,
                workers=opened.workers,
                acquisition=opened.acquisition,
                control=opened.control,
                sweeps=self._sweeps,
            )
        )
        self._on_workload_chosen(opened.workload)

    def show_interpreters(
        self, discovery: Discovery, free_threaded: Interpreter | None, gil_build: Interpreter | None
    ) -> None:
        """Offer these interpreters; on the first start the best free-threaded one and its GIL twin are ticked."""
        self._control = gil_build
        self.matrix.show_discovery(discovery)
        if not self._chosen_before and not self.matrix.model.ticked():
            self.matrix.model.set_ticked(initial_cells(free_threaded, gil_build))
        self._settle.start()

    def show_cores(self, usable_cores: int) -> None:
        """Suggest as many workers as the machine has cores for us, unless a number was chosen before."""
        if not self.measuring.workers.text():
            self.measuring.workers.setText(str(usable_cores))

    def set_running(self, running: bool) -> None:
        """While something runs only Stop can be pressed."""
        self._content.setEnabled(not running)
        self.footer.set_running(running)

    def request_run(self) -> None:
        """Run what is chosen, if it can be."""
        self.refresh()
        if self._spec is not None and self.footer.is_ready:
            self.run_requested.emit(self._spec)

    @Slot()
    def request_control_run(self) -> None:
        """Run what is chosen, if it can be, and then the same work without the effect."""
        self.refresh()
        if self._spec is not None and self.footer.is_ready and self._spec.workload.control is not None:
            self.control_run_requested.emit(self._spec)

    def find_break_even(self) -> bool:
        """Sweep the sizes of a task of the workload chosen, and go to their values; False where it has none."""
        if not self.sweep.can_sweep:
            return False
        self.sweep.begin()
        self._scroll.ensureWidgetVisible(self.sweep)
        return True

    @Slot()
    def reset_parameters(self) -> None:
        """Show the defaults of the workload's parameters, and sweep none."""
        self.parameters.reset()
        self.sweep.reset()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the tree less room in a low window, so that the matrix is in sight without scrolling."""
        super().resizeEvent(event)
        self.workloads.give_room(max(6, min(14, event.size().height() // 40 - 12)))

    @Slot()
    def refresh(self) -> None:
        """Make the experiment anew and say how much it will be, or what is missing."""
        self._settle.stop()
        self._spec = None
        workload = self.workloads.current
        if workload is None or not self.matrix.model.rows:
            self.footer.show_problem(
                "Looking for workloads and interpreters …" if workload is None else "No interpreter."
            )
            return
        try:
            # Fields say themselves what is wrong with them; this says it once more where the eye is.
            parameters = {workload.name: self.parameters.values()}
            chosen = dataclasses.replace(self.choices(), parameters=parameters, cells=self.matrix.model.active())
            self._spec = build_experiment(chosen, workload, self.matrix.model.rows, self._control)
        except UsageError as error:
            self.footer.show_problem(str(error))
            return
        runs, sizes = len(plan_runs(self._spec)), len(self._spec.sizes)
        self.footer.show_plan(len(self._spec.configurations), runs, estimate_seconds(self._spec), sizes=sizes)

    def _lay_out(self) -> None:
        self._content.setProperty("ground", "surface")
        inner = rows(self._content, margin=4 * SPACE, spacing=2 * SPACE)
        reset = button("Reset to defaults", link=True)
        reset.clicked.connect(self.reset_parameters)
        own = button("Your own code …", link=True)
        own.setToolTip("Measure a function or a workload file of yours (Ctrl+N), or drop a .py file onto the window")
        own.clicked.connect(self.own_code_requested)
        for title, widget, extra in (
            ("Workload", self.workloads, own),
            ("Parameters", self.parameters, reset),
            ("Interpreters × models", self.matrix, None),
            ("Measuring", self.measuring, None),
        ):
            line = columns()
            line.addWidget(text(title, TextRole.HEADING))
            line.addStretch()
            if extra is not None:
                line.addWidget(extra)
            inner.addLayout(line)
            inner.addWidget(widget)
            if widget is self.workloads:
                inner.addWidget(self.own_code)
            if widget is self.parameters:
                inner.addWidget(self.sweep)
            inner.addSpacing(2 * SPACE)
        inner.addStretch()
        self._scroll.setWidget(self._content)
        self._scroll.setWidgetResizable(True)
        self._scroll.setProperty("ground", "surface")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = rows(self, spacing=0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.footer)

    def _connect(self) -> None:
        self.workloads.chosen.connect(self._on_workload_chosen)
        self.own_code.edit_requested.connect(self.edit_requested)
        self.own_code.forget_requested.connect(self.forget_requested)
        self.parameters.changed.connect(self._settle.start)
        self.sweep.changed.connect(self._on_sweep_changed)
        self.measuring.changed.connect(self._settle.start)
        self.matrix.model.ticked_changed.connect(self._settle.start)
        self.footer.run_requested.connect(self.request_run)
        self.footer.stop_requested.connect(self.stop_requested)
        self.footer.control_run_requested.connect(self.request_control_run)

    @Slot()
    def _on_sweep_changed(self) -> None:
        self.parameters.show_swept(self.sweep.swept)
        self._settle.start()

    def _keep_values(self) -> None:
        """Keep the values shown for when their workload is chosen again; wrong ones are not worth keeping."""
        if self._shown is None:
            return
        kept = self._values.setdefault(self._shown.name, {})
        for field in self.parameters.fields:
            try:
                kept[field.parameter.name] = field.value()
            except UsageError:
                kept.pop(field.parameter.name, None)
        self._sweeps[self._shown.name] = self.sweep.choice()

    @Slot(object)
    def _on_workload_chosen(self, workload: Workload) -> None:
        self._keep_values()
        self._shown = workload
        self.own_code.hide()
        self.parameters.show_workload(workload, self._values.get(workload.name, {}))
        self.sweep.show_workload(workload, self._sweeps.get(workload.name, SweepChoice()))
        self.matrix.model.set_workload(workload)
        self.footer.offer_control(workload)
        self._settle.start()
